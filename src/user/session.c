#include <string.h>

#include "policy.h"
#include "user/session.h"

static void
dial(struct session *s, int tries, ms_t now)
{
	s->tries = tries;
	s->state = SESSION_PAUSING;
	s->deadline = now;
}

void
session_start(struct session *s, const struct addr *peer, struct secure *secure,
    const struct secure_target *target)
{
	memset(s, 0, sizeof(*s));
	s->peer = *peer;
	s->secure = secure;
	if (secure != NULL)
		s->target = *target;
	dial(s, 1, now_ms());
}

void
session_again(struct session *s, ms_t now)
{
	s->request.type = s->dropped;
	dial(s, 1, now);
}

static void
send_msg(
    struct session *s, const struct msg *m, enum session_state next, ms_t now)
{
	s->state = next;
	conn_drop_input(&s->conn); /* it answers nothing that we asked */
	s->deadline = now + ANSWER_TIME;
	s->conn.last_progress = now; /* what it has to take comes now */
	if (!conn_put(&s->conn, m))
		s->deadline = now; /* it would never be answered */
}

bool
session_ask(struct session *s, const struct msg *request, ms_t now)
{
	s->request = *request;
	if (s->state != SESSION_IDLE) {
		dial(s, CONNECT_TRIES, now);
		return false;
	}
	send_msg(s, request, SESSION_ASKING, now);
	return true;
}

bool
session_busy(const struct session *s)
{
	return s->state != SESSION_DOWN && s->state != SESSION_IDLE;
}

void
session_drop(struct session *s)
{
	conn_close(&s->conn);
	s->state = SESSION_DOWN;
	s->request.type = MSG_UNKNOWN;
}

static enum session_event
fail(struct session *s, enum failure failure, int error)
{
	s->failure = failure;
	s->error = error;
	s->dropped = s->request.type;
	session_drop(s);
	return SESSION_FAILED;
}

static enum session_event
missed(struct session *s, int error, ms_t now)
{
	s->why = conn_why(&s->conn);
	if (s->why != NULL) /* another try would be no better */
		return fail(s, FAILURE_INSECURE, error);
	conn_close(&s->conn);
	if (--s->tries == 0)
		return fail(s, FAILURE_UNREACHABLE, error);
	s->state = SESSION_PAUSING;
	s->deadline = now + CONNECT_PAUSE;
	return SESSION_QUIET;
}

static void
connect_now(struct session *s, ms_t now)
{
	if (s->secure != NULL)
		conn_dial_secure(
		    &s->conn, &s->peer, s->secure, &s->target, now);
	else
		conn_dial(&s->conn, &s->peer, now);
	s->state = SESSION_CONNECTING;
}

static enum session_event
connecting(struct session *s, const struct ready *r)
{
	switch (conn_connect(&s->conn, r)) {
	case CONN_LATER:
		return SESSION_QUIET;
	case CONN_LOST:
		return missed(s, s->conn.error, r->woke);
	}
	if (s->request.type == MSG_UNKNOWN) {
		s->state = SESSION_IDLE;
		return SESSION_OPENED;
	}
	if (s->login.type != MSG_UNKNOWN && s->request.type != MSG_LOG) {
		send_msg(s, &s->login, SESSION_LOGGING, r->woke);
		return SESSION_QUIET;
	}
	send_msg(s, &s->request, SESSION_ASKING, r->woke);
	return SESSION_BACK;
}

static bool
answers(const struct msg *reply, enum msg_type request)
{
	return reply->type == wire_reply_type(request) ||
	    reply->type == MSG_ERR;
}

/* SESSION_ANSWERED when the reply to a request of that type is here. */
static enum session_event
receive(struct session *s, const struct ready *r, enum msg_type request)
{
	struct conn *c = &s->conn;
	enum wire_result got = WIRE_MORE;

	if (conn_writable(c, r) && !conn_flush(c, r->woke))
		return fail(s, FAILURE_LOST, 0);
	if (conn_readable(c, r)) {
		if (!conn_fill(c, r->woke))
			return fail(s, FAILURE_LOST, 0);
		/* Some programs send their string's NUL after the newline. */
		conn_drop_nuls(c);
		got = conn_take(c, &s->reply);
	}
	if (got == WIRE_MORE && c->ended)
		return fail(s, FAILURE_LOST, 0);
	if (got == WIRE_MORE)
		return r->woke < s->deadline && r->woke < conn_deadline(c) ?
		    SESSION_QUIET :
		    fail(s, FAILURE_SILENT, 0);
	/* Nor can it be the reply to a request that has not left. */
	if (got != WIRE_OK || !answers(&s->reply, request) ||
	    conn_unsent(c) > 0)
		return fail(s, FAILURE_PROTOCOL, 0);
	return SESSION_ANSWERED;
}

static enum session_event
logging(struct session *s, const struct ready *r)
{
	enum session_event event = receive(s, r, MSG_LOG);

	if (event != SESSION_ANSWERED)
		return event;
	if (s->reply.type == MSG_RLO && s->reply.status == ST_OK) {
		send_msg(s, &s->request, SESSION_ASKING, r->woke);
		return SESSION_BACK;
	}
	s->login.type = MSG_UNKNOWN;
	s->failure = FAILURE_LOGIN_REVOKED;
	s->state = SESSION_IDLE;
	return SESSION_FAILED;
}

static enum session_event
asking(struct session *s, const struct ready *r)
{
	enum session_event event = receive(s, r, s->request.type);

	if (event != SESSION_ANSWERED)
		return event;
	s->state = SESSION_IDLE;
	if (s->request.type == MSG_LOG && s->reply.type == MSG_RLO &&
	    s->reply.status == ST_OK)
		s->login = s->request;
	return event;
}

static enum session_event
idle(struct session *s, const struct ready *r)
{
	if (!conn_readable(&s->conn, r))
		return SESSION_QUIET;
	if (conn_fill(&s->conn, r->woke) && !s->conn.ended) {
		conn_drop_input(&s->conn);
		return SESSION_QUIET;
	}
	session_drop(s);
	return SESSION_GONE;
}

void
session_watch(const struct session *s, struct ready *r)
{
	if (session_busy(s) && s->state != SESSION_CONNECTING)
		ready_by(r, s->deadline);
	conn_watch(&s->conn, r, CONN_IN);
}

enum session_event
session_step(struct session *s, const struct ready *r)
{
	switch (s->state) {
	case SESSION_PAUSING:
		if (r->woke < s->deadline)
			break;
		connect_now(s, r->woke);
		break;
	case SESSION_CONNECTING:
		return connecting(s, r);
	case SESSION_LOGGING:
		return logging(s, r);
	case SESSION_ASKING:
		return asking(s, r);
	case SESSION_IDLE:
		return idle(s, r);
	case SESSION_DOWN:
		break;
	}
	return SESSION_QUIET;
}
