#include <string.h>

#include "as/answer.h"
#include "as/factor.h"
#include "as/login.h"
#include "as/session.h"
#include "crypto/secret.h"
#include "policy.h"

void
session_open(struct session *s, const struct conn *c, ms_t now)
{
	memset(s, 0, sizeof(*s));
	s->conn = *c;
	s->state = READY;
	s->spoke = now;
}

/* The one place where a session ends. */
void
session_end(struct server *as, struct session *s)
{
	devices_end(&s->vlc, false);
	login_leave(as, s);
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

enum standing
session_standing(const struct session *s, const char **uid)
{
	bool proven = s->uid[0] != '\0';

	*uid = proven ? s->uid : s->login_uid;
	if (s->state == LINGERING || s->conn.ended)
		return LEAVING;
	if (proven)
		return PROVEN;
	return s->state == CHECKING || s->state == DELAYED ? NAMED : STRANGER;
}

bool
session_idle(const struct session *s)
{
	return s->state == FREE ||
	    (s->state == READY && conn_unsent(&s->conn) == 0 &&
		conn_untaken(&s->conn) == 0) ||
	    (s->state == LINGERING && conn_unsent(&s->conn) == 0);
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
		login_ask(as, s, m, now);
	} else {
		wire_fault(&reply, m->type == MSG_LOG ? MSG_LOG : MSG_UNKNOWN);
		answer(s, m, result, &reply, now);
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
	for (int i = 0; s->state == READY && conn_unsent(&s->conn) == 0; i++) {
		enum wire_result result;

		if (i == LINES_A_ROUND) {
			s->more = true;
			return;
		}
		result = conn_take(&s->conn, &m);
		if (result == WIRE_MORE)
			break;
		s->line_since = 0;
		s->spoke = now;
		take_message(as, s, &m, result, now);
		wipe(m.pass, sizeof(m.pass));
	}
	if (s->state != READY)
		return;
	if (s->conn.ended && conn_untaken(&s->conn) == 0 &&
	    conn_unsent(&s->conn) == 0)
		session_end(as, s);
	else if (conn_untaken(&s->conn) > 0 && s->line_since == 0)
		s->line_since = now;
}

/*
 * While it waits for us, too: what it says next is kept, and that it has gone
 * is seen.
 */
static bool
reads(const struct session *s)
{
	return s->state != LINGERING && conn_unsent(&s->conn) == 0 &&
	    conn_untaken(&s->conn) < WIRE_HEAD_MAX;
}

/* A line that was begun has its time; a reply that is not read has conn's. */
static ms_t
deadline(const struct session *s)
{
	switch (s->state) {
	case READY:
		if (conn_unsent(&s->conn) > 0 || s->line_since == 0)
			return conn_deadline(&s->conn);
		return s->line_since + LINE_TIME;
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
	conn_watch(
	    &s->conn, r, reads(s) || s->conn.linger_since != 0 ? CONN_IN : 0);
	devices_watch(&s->vlc, r);
	if (s->more || (s->its_turn && s->task == NULL))
		ready_by(r, 0);
	ready_by(r, deadline(s));
}

/* Move bytes; false when the peer is lost. */
static bool
move(struct session *s, const struct ready *r, ms_t now)
{
	if (reads(s) && conn_readable(&s->conn, r) && !conn_fill(&s->conn, now))
		return false;
	if (conn_writable(&s->conn, r) && !conn_flush(&s->conn, now))
		return false;
	return s->state != READY || now < deadline(s);
}

static void
advance(struct server *as, struct session *s, const struct ready *r, ms_t now)
{
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
		if (conn_linger(&s->conn, now))
			session_end(as, s);
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
		session_end(as, s);
		return;
	}
	do {
		before = s->state;
		advance(as, s, r, now);
	} while (s->state != before);
}
