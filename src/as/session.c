#include <string.h>

#include "as/factor.h"
#include "as/login.h"
#include "crypto/secret.h"
#include "net/trace.h"
#include "policy.h"

#define LINES_A_ROUND 8 /* of one session, then the others have their turn */

void
session_open(
    struct session *s, int fd, const struct sockaddr_in *peer, ms_t now)
{
	conn_open(&s->conn, fd, peer, now);
	s->state = READY;
	s->uid[0] = '\0';
	s->wrong_codes = 0;
	s->line_since = 0;
	s->more = false;
	s->code.vc[0] = '\0';
	s->job.state = JOB_NONE;
	request_end(&s->vlc);
	s->vlc.fd = -1;
}

/* The one place where a session ends. */
void
session_end(struct session *s)
{
	session_hang_up(s);
	conn_close(&s->conn);
	s->code.vc[0] = '\0';
	s->uid[0] = '\0';
	s->state = FREE;
}

void
session_log_out(struct session *s, const char *uid)
{
	if (s->state == FREE || strcmp(s->uid, uid) != 0)
		return;
	s->uid[0] = '\0';
	if (s->state != PACING && s->state != CALLING) /* see answer_req() */
		s->code.vc[0] = '\0';
}

bool
session_idle(const struct session *s)
{
	return s->state == FREE ||
	    (s->state == READY && s->conn.out.len == 0 &&
		s->conn.in.len == 0) ||
	    (s->state == LINGERING && s->conn.out.len == 0);
}

void
session_answer(struct session *s, const struct msg *req,
    enum wire_result result, struct msg *reply, ms_t now)
{
	trace("TCP", &s->conn.peer, req, result, reply);
	conn_put(&s->conn, reply);
	s->state = READY;
	if (!conn_flush(&s->conn, now)) { /* nobody is there any more */
		s->conn.out.len = 0;
		s->state = LINGERING;
	}
}

void
session_answer_status(
    struct session *s, const struct msg *req, enum status status, ms_t now)
{
	struct msg reply;

	wire_reply(&reply, req->type, status);
	session_answer(s, req, WIRE_OK, &reply, now);
}

/* Whatever comes */

static void
take_message(struct server *as, struct session *s, const struct msg *m,
    enum wire_result result, ms_t now)
{
	struct msg reply;

	if (m->type == MSG_REQ && result != WIRE_LONG) {
		factor_ask(s, m, result, now);
	} else if (m->type == MSG_AUT && result != WIRE_LONG) {
		factor_confirm(as, s, m, result, now);
	} else if (m->type == MSG_LOG && result == WIRE_OK) {
		login_take(as, s, m, now);
	} else {
		wire_fault(&reply, m->type == MSG_LOG ? MSG_LOG : MSG_UNKNOWN);
		session_answer(s, m, result, &reply, now);
		if (m->type != MSG_LOG && !m->newline)
			s->state = LINGERING; /* where would the next begin? */
	}
}

/* Take messages in their order, while nothing keeps us waiting. */
static void
ready(struct server *as, struct session *s, ms_t now)
{
	struct msg m;

	s->more = false;
	for (int i = 0; s->state == READY && s->conn.out.len == 0; i++) {
		enum wire_result result;

		if (i == LINES_A_ROUND) {
			s->more = true;
			return;
		}
		result = conn_take(&s->conn, &m);
		if (result == WIRE_MORE)
			break;
		s->line_since = 0;
		take_message(as, s, &m, result, now);
		wipe(m.pass, sizeof(m.pass));
	}
	if (s->state != READY)
		return;
	if (s->conn.ended && s->conn.in.len == 0 && s->conn.out.len == 0)
		session_end(s);
	else if (s->conn.in.len > 0 && s->line_since == 0)
		s->line_since = now;
}

static bool
reads(const struct session *s)
{
	return s->state == READY && !s->conn.ended && s->conn.out.len == 0;
}

/* A line that was begun, a reply that is not read, have their time. */
static ms_t
deadline(const struct session *s)
{
	switch (s->state) {
	case READY:
		if (s->conn.out.len > 0)
			return s->conn.last_progress + LINE_TIME;
		return s->line_since > 0 ? s->line_since + LINE_TIME : NEVER;
	case LINGERING:
		return conn_linger_until(&s->conn);
	case DELAYED:
	case PACING:
		return s->wait_until;
	default:
		return NEVER;
	}
}

void
session_watch(const struct session *s, struct ready *r)
{
	if (s->state == FREE)
		return;
	if (reads(s) || (s->state == LINGERING && s->conn.linger_since != 0))
		ready_read(r, s->conn.fd);
	if (s->conn.out.len > 0)
		ready_write(r, s->conn.fd);
	ready_read(r, s->vlc.fd);
	request_watch(&s->vlc, r);
	if (s->more)
		ready_by(r, 0);
	ready_by(r, deadline(s));
}

/* Move bytes; false when the peer is lost. */
static bool
move(struct session *s, const struct ready *r, ms_t now)
{
	if (reads(s) && ready_can_read(r, s->conn.fd) &&
	    !conn_fill(&s->conn, now))
		return false;
	if (s->conn.out.len > 0 && ready_can_write(r, s->conn.fd) &&
	    !conn_flush(&s->conn, now))
		return false;
	return s->state != READY || now < deadline(s);
}

static void
advance(struct server *as, struct session *s, const struct ready *r, ms_t now)
{
	char unwanted[1024];

	switch (s->state) {
	case FREE:
		break;
	case READY:
		ready(as, s, now);
		break;
	case CHECKING:
		login_checking(as, s, now);
		break;
	case DELAYED:
		login_delayed(s, now);
		break;
	case PACING:
		factor_pacing(as, s, now);
		break;
	case CALLING:
		factor_calling(as, s, r, now);
		break;
	case LINGERING:
		if (conn_linger(&s->conn, unwanted, sizeof(unwanted), now))
			session_end(s);
		break;
	}
}

void
session_step(
    struct server *as, struct session *s, const struct ready *r, ms_t now)
{
	enum session_state before;

	if (s->state == FREE)
		return;
	if (!move(s, r, now)) {
		session_end(s);
		return;
	}
	do {
		before = s->state;
		advance(as, s, r, now);
	} while (s->state != before);
}
