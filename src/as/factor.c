#include <errno.h>
#include <string.h>

#include "as/answer.h"
#include "as/devices.h"
#include "as/factor.h"
#include "as/failures.h"
#include "net/trace.h"
#include "policy.h"

static void
answer_req(struct session *s, enum status status, const char *why, ms_t now)
{
	struct msg req = { .type = MSG_REQ, .op = s->code.op };

	memcpy(req.uid, s->code.uid, sizeof(req.uid));
	memcpy(req.rid, s->code.rid, sizeof(req.rid));
	memcpy(req.fname, s->code.fname, sizeof(req.fname));
	if (strcmp(s->uid, req.uid) != 0)
		status = ST_ELOG; /* the user has been removed meanwhile */
	if (status == ST_OK) {
		code_sent(&s->code, now);
		person_of(req.uid)->self = s->vlc.dgram.self;
	} else
		s->code.vc[0] = '\0';
	devices_end(&s->vlc, status == ST_OK);
	trace_because(status == ST_EPD ? why : NULL);
	answer_status(s, &req, status, now);
}

/* The first thing that is wrong with a REQ, in the order of section 3.2 d. */
static enum status
fault_of(
    const struct session *s, const struct msg *req, enum wire_result result)
{
	bool bad = result != WIRE_OK;

	if (bad && (req->words < 4 || req->words > 5))
		return ST_ERR;
	if (s->uid[0] == '\0')
		return ST_ELOG;
	if ((bad && req->bad == F_UID) || strcmp(req->uid, s->uid) != 0)
		return ST_EUSER;
	if (bad)
		return req->bad == F_OP ? ST_EFOP : ST_ERR;
	return ST_OK;
}

void
factor_ask(
    struct session *s, const struct msg *req, enum wire_result result, ms_t now)
{
	enum status status = fault_of(s, req, result);
	struct msg reply;

	if (status != ST_OK) {
		wire_reply(&reply, MSG_REQ, status);
		answer(s, req, result, &reply, now);
		return;
	}
	code_make(&s->code, req);
	s->wait_until = s->requested_at = now;
	s->state = PACING;
}

/* The user's device: false when there is none. */
static bool
find_device(struct person *p, const char *uid)
{
	struct account a;
	enum account_state found;

	if (p->device.port != 0)
		return true;
	found = accounts_load(uid, &a);
	if (found == ACCOUNT_UNREADABLE)
		accounts_report(uid);
	if (found != ACCOUNT_FOUND || !a.has_device)
		return false;
	p->device = addr_parse(a.ip, a.port);
	return true;
}

/*
 * It leaves from where the device registered.  Where that is not known, since
 * we have started later, the system's choice is tried first, and then the
 * address at which the user has found us.
 */
static void
call_device(
    const struct server *as, struct session *s, struct person *p, ms_t now)
{
	struct msg vlc = { .type = MSG_VLC, .op = s->code.op };
	struct account a;
	int taken = as->places.taken + devices_called();

	s->wait_until = now + SOCKET_RETRY;
	if (taken >= as->places.size + IDLE_SOCKETS)
		return;
	if (taken >= as->places.size)
		devices_close_idle();
	memcpy(vlc.uid, s->code.uid, sizeof(vlc.uid));
	memcpy(vlc.vc, s->code.vc, sizeof(vlc.vc));
	memcpy(vlc.fname, s->code.fname, sizeof(vlc.fname));
	s->vlc.second_self = p->self.ip != 0 ? p->self : conn_self(&s->conn);
	if (accounts_load(s->code.uid, &a) != ACCOUNT_FOUND) {
		answer_req(s, ST_EPD, "none", now);
		return;
	}
	if (!devices_call(&s->vlc, &p->device, a.has_key ? a.key : NULL,
		&p->self, &vlc, now)) {
		if (errno != EMFILE && errno != ENFILE)
			answer_req(s, ST_EPD, "no way to it", now);
		devices_close_idle();
		return;
	}
	person_code_sent(p, now);
	p->code_to = s->conn.peer;
	s->state = CALLING;
}

/*
 * Does q get the user's next code before s?  Who waits longer does, so that no
 * connection's many requests keep back another's; and, before that, who is not
 * at the address that got the last one, so that no address's many connections
 * do.
 */
static bool
comes_before(
    const struct person *p, const struct session *q, const struct session *s)
{
	bool q_had = q->conn.peer.ip == p->code_to.ip;
	bool s_had = s->conn.peer.ip == p->code_to.ip;

	if (q_had != s_had)
		return s_had;
	return q->requested_at < s->requested_at;
}

/* Of those who wait for a code of the same user, whose turn it is. */
static const struct session *
next_to_ask(
    const struct server *as, const struct person *p, const struct session *s)
{
	const struct session *next = s;

	for (int k = 0; k < as->places.taken; k++) {
		const struct session *q = &as->session[as->places.order[k]];

		if (q->state == PACING &&
		    strcmp(q->code.uid, s->code.uid) == 0 &&
		    comes_before(p, q, next))
			next = q;
	}
	return next;
}

void
factor_pacing(const struct server *as, struct session *s, ms_t now)
{
	const struct session *next;
	struct person *p;

	if (now < s->wait_until)
		return;
	p = person_of(s->code.uid);
	s->wait_until = person_next_code_at(p, now);
	failures_save(s->code.uid); /* a day may have forgiven one */
	if (s->wait_until == NEVER || !find_device(p, s->code.uid)) {
		answer_req(s, ST_EPD,
		    s->wait_until == NEVER ? "wrong codes" : "none", now);
		return;
	}
	if (s->wait_until > now)
		return;
	next = next_to_ask(as, p, s);
	if (next == s)
		call_device(as, s, p, now);
	else
		s->wait_until = next->wait_until;
}

void
factor_calling(
    struct server *as, struct session *s, const struct ready *r, ms_t now)
{
	int sent = s->vlc.request.sent;

	switch (devices_step(&s->vlc, s->code.uid, r)) {
	case DEVICE_QUIET:
		as->count.resent += (unsigned long)(s->vlc.request.sent - sent);
		break;
	case DEVICE_CONFIRMED:
		answer_req(s, ST_OK, NULL, now);
		break;
	case DEVICE_REFUSED:
		answer_req(s, ST_EPD, "refused", now);
		break;
	case DEVICE_SILENT:
		answer_req(s, ST_EPD, "silent", now);
		break;
	}
}

/* AUT */

void
factor_confirm(struct server *as, struct session *s, const struct msg *aut,
    enum wire_result result, ms_t now)
{
	bool guess = s->code.vc[0] != '\0';
	struct msg reply;

	wire_reply(&reply, MSG_AUT, ST_NOK);
	if (result == WIRE_OK && guess) {
		struct code code = s->code;

		if (code_redeem(&s->code, aut, now)) {
			const char *tid = ticket_grant(&code, now);

			memcpy(reply.tid, tid, strlen(tid));
			person_proved(person_of(code.uid), s->wrong_codes);
			s->wrong_codes = 0;
		} else {
			as->count.wrong_codes++;
			person_failed(person_of(code.uid), now);
			s->wrong_codes++;
			trace_because(
			    now >= code.expires ? "expired" : "wrong");
		}
		failures_save(code.uid);
	} else if (result == WIRE_OK)
		trace_because("none");
	answer(s, aut, result, &reply, now);
}
