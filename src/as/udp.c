#include <stdio.h>
#include <string.h>

#include "as/answer.h"
#include "as/change.h"
#include "as/udp.h"
#include "crypto/secret.h"
#include "net/trace.h"
#include "policy.h"

#define DATAGRAM_MAX 1024 /* a longer one is malformed, cut or not */

/* VLD */

/*
 * The FS whose removal this was asks again, however late: its files go only
 * once it knows.  The same bytes from the same place get the same answer as
 * long as the record stands.
 */
static bool
take_removal(struct server *as, const struct asker *who, const char *text,
    const struct msg *vld, ms_t now)
{
	const char *last = person_of(vld->uid)->removal;
	struct change *c;
	struct removal r;
	struct msg cnf;

	if ((last[0] != REMOVAL_ANY && strcmp(last, vld->tid) != 0) ||
	    who->len != sizeof("VLD 12345 1234\n") - 1)
		return false;
	change_removal(&r, who, vld);
	switch (accounts_removed(&r)) {
	case REMOVAL_DONE:
		as->count.duplicates++;
		change_confirm(&cnf, vld);
		answer_datagram(as, who, vld, WIRE_OK, &cnf);
		return true;
	case REMOVAL_BEGUN:
		c = change_open(as, who, text, vld, now);
		if (c != NULL)
			change_remove(as, c);
		return true;
	case REMOVAL_UNREADABLE: /* no answer: it will be asked again */
		return true;
	case REMOVAL_UNKNOWN:
		break;
	}
	return false;
}

/* Where plain text is refused, an FS has shown that it is one. */
static bool
may_validate(struct server *as)
{
	return !as->guard.on || !as->guard.secure.refuses_plain ||
	    guard_is_program(&as->guard, dgram_peer(&as->udp));
}

/* Without a place for a removal nothing is used up: it will be asked again. */
static void
take_vld(struct server *as, const struct asker *who, const char *text,
    const struct msg *vld, ms_t now)
{
	struct change *c = NULL;
	struct msg cnf;
	bool again;

	if (!may_validate(as)) {
		wire_reply(&cnf, MSG_VLD, ST_NOK);
		memcpy(cnf.uid, vld->uid, sizeof(cnf.uid));
		memcpy(cnf.tid, vld->tid, sizeof(cnf.tid));
		cnf.op = OP_ERROR;
		answer_datagram(as, who, vld, WIRE_OK, &cnf);
		return;
	}
	if (take_removal(as, who, text, vld, now))
		return;
	if (ticket_removes(vld, who, now)) {
		c = change_open(as, who, text, vld, now);
		if (c == NULL)
			return;
	}
	again = ticket_use(vld, who, now, &cnf);
	as->count.duplicates += again;
	if (cnf.op == OP_REMOVE && !again)
		change_remove(as, c);
	else {
		if (c != NULL)
			change_close(as, c);
		if (cnf.op == OP_ERROR)
			trace_because(ticket_refusal(vld, now));
		answer_datagram(as, who, vld, WIRE_OK, &cnf);
	}
}

/* Whatever comes */

static void
take_request(struct server *as, const struct asker *who, const char *text,
    const struct msg *req, ms_t now)
{
	struct msg cnf;

	if (change_is_pending(as, who, text)) {
		as->count.duplicates++;
		if (req->type == MSG_VLD) /* the time to ask again goes on */
			ticket_use(req, who, now, &cnf);
	} else if (req->type == MSG_VLD) {
		take_vld(as, who, text, req, now);
	} else if (req->type == MSG_REG && !accounts_approved(req->uid)) {
		struct msg reply;

		wire_reply(&reply, MSG_REG, ST_NOK);
		trace_because("list");
		answer_datagram(as, who, req, WIRE_OK, &reply);
	} else
		change_ask(as, who, text, req, now);
}

static bool
is_ours(enum msg_type type)
{
	return type == MSG_REG || type == MSG_UNR || type == MSG_VLD;
}

/* Replies are never answered: two servers would answer each other for ever. */
static void
take_message(struct server *as, struct asker *who, const char *text,
    const struct msg *m, enum wire_result result, ms_t now)
{
	struct msg reply;

	if (m->type != MSG_UNKNOWN && !wire_is_request(m->type))
		return;
	if (result == WIRE_OK && is_ours(m->type)) {
		take_request(as, who, text, m, now);
		return;
	}
	wire_fault(&reply, is_ours(m->type) ? m->type : MSG_UNKNOWN);
	if (reply.type == MSG_ERR && !dgram_may_err(&who->from, now))
		return;
	answer_datagram(as, who, m, result, &reply);
}

static void
take_datagram(struct server *as, struct asker *who, char *text, ms_t now)
{
	struct msg m;
	enum wire_result result = wire_parse_datagram(text, who->len, &m);

	take_message(as, who, text, &m, result, now);
	wipe(m.pass, sizeof(m.pass));
	wipe(text, who->len);
}

void
udp_watch(const struct server *as, struct ready *r)
{
	if (as->stop_by == 0)
		dgram_watch(&as->udp, r);
	change_watch(as, r);
}

static void
receive(struct server *as, ms_t now)
{
	char text[DATAGRAM_MAX];

	for (int i = 0; i < DATAGRAMS_A_ROUND; i++) {
		struct asker who;
		ssize_t n;

		memset(&who, 0, sizeof(who));
		n = dgram_receive(
		    &as->udp, text, sizeof(text), &who.from, &who.to);
		if (n < 0)
			break;
		who.len = (size_t)n;
		who.session = dgram_session(&as->udp);
		take_datagram(as, &who, text, now);
	}
}

void
udp_step(struct server *as, const struct ready *r, ms_t now)
{
	if (dgram_readable(&as->udp, r))
		receive(as, now);
	change_step(as, now);
}
