#include <string.h>

#include "policy.h"
#include "user/session.h"

#define TRIES     3
#define TRY_PAUSE (1 * SECONDS)

/* A device may take 8 s, a paced queue more, a wrong password 15 s. */
#ifndef ANSWER_TIME
#define ANSWER_TIME (60 * SECONDS)
#endif

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
say(struct session *s, const struct msg *m, enum session_state next, ms_t now)
{
	s->state = next;
	conn_drop_input(&s->conn); /* what nobody asked for */
	s->deadline = now + ANSWER_TIME;
	if (!conn_put(&s->conn, m))
		s->deadline = now; /* it would never be answered */
}

bool
session_ask(struct session *s, const struct msg *request, ms_t now)
{
	s->request = *request;
	if (s->state != SESSION_IDLE) {
		dial(s, TRIES, now);
		return false;
	}
	say(s, request, SESSION_ASKING, now);
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
fail(struct session *s, enum trouble trouble, int error)
{
	s->trouble = trouble;
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
		return fail(s, TROUBLE_INSECURE, error);
	conn_close(&s->conn);
	if (--s->tries == 0)
		return fail(s, TROUBLE_UNREACHABLE, error);
	s->state = SESSION_PAUSING;
	s->deadline = now + TRY_PAUSE;
	return SESSION_QUIET;
}

static enum session_event
pausing(struct session *s, ms_t now)
{
	if (now < s->deadline)
		return SESSION_QUIET;
	if (s->secure != NULL)
		conn_dial_secure(
		    &s->conn, &s->peer, s->secure, &s->target, now);
	else
		conn_dial(&s->conn, &s->peer, now);
	s->state = SESSION_CONNECTING;
	return SESSION_QUIET;
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
		say(s, &s->login, SESSION_LOGGING, r->woke);
		return SESSION_QUIET;
	}
	say(s, &s->request, SESSION_ASKING, r->woke);
	return SESSION_BACK;
}

static bool
answers(const struct msg *reply, enum msg_type request)
{
	struct msg due;

	wire_reply(&due, request, ST_ERR);
	return reply->type == due.type || reply->type == MSG_ERR;
}

/* Some programs send their string's NUL behind the newline. */
static enum wire_result
take(struct conn *c, struct msg *reply)
{
	conn_drop_nuls(c);
	return conn_take(c, reply);
}

static enum session_event
go_on_waiting(struct session *s, ms_t now)
{
	return now < s->deadline ? SESSION_QUIET : fail(s, TROUBLE_SILENT, 0);
}

/* SESSION_ANSWERED when the reply to a request of that type is here. */
static enum session_event
hear(struct session *s, const struct ready *r, enum msg_type request)
{
	struct conn *c = &s->conn;

	if (conn_writable(c, r) && !conn_flush(c, r->woke))
		return fail(s, TROUBLE_LOST, 0);
	if (!conn_readable(c, r))
		return go_on_waiting(s, r->woke);
	if (!conn_fill(c, r->woke))
		return fail(s, TROUBLE_LOST, 0);
	switch (take(c, &s->reply)) {
	case WIRE_OK:
		break;
	case WIRE_MORE:
		return c->ended ? fail(s, TROUBLE_LOST, 0) :
				  go_on_waiting(s, r->woke);
	case WIRE_BAD:
	case WIRE_LONG:
		return fail(s, TROUBLE_PROTOCOL, 0);
	}
	/* Nor is it an answer where our question has not left. */
	if (!answers(&s->reply, request) || conn_unsent(c) > 0)
		return fail(s, TROUBLE_PROTOCOL, 0);
	conn_drop_input(c); /* stray memory of the sender's */
	return SESSION_ANSWERED;
}

static enum session_event
logging(struct session *s, const struct ready *r)
{
	enum session_event event = hear(s, r, MSG_LOG);

	if (event != SESSION_ANSWERED)
		return event;
	if (s->reply.type == MSG_RLO && s->reply.status == ST_OK) {
		say(s, &s->request, SESSION_ASKING, r->woke);
		return SESSION_BACK;
	}
	s->login.type = MSG_UNKNOWN;
	s->trouble = TROUBLE_LOGIN_REVOKED;
	s->state = SESSION_IDLE;
	return SESSION_FAILED;
}

static enum session_event
asking(struct session *s, const struct ready *r)
{
	enum session_event event = hear(s, r, s->request.type);

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
		return pausing(s, r->woke);
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
