#include <string.h>

#include "pd/account.h"

int
account_open(struct account *a, const struct addr *as)
{
	memset(a, 0, sizeof(*a));
	return dgram_dial(&a->dgram, as, &(struct addr){ .ip = 0 });
}

void
account_request(struct account *a, const struct msg *m, ms_t now)
{
	struct msg stale;

	/* A late reply to an earlier request is not the reply to this one. */
	while (request_receive(&a->dgram, &stale) == 1)
		continue;
	a->request = *m;
	request_start(&a->resends, &a->dgram, m, now);
}

bool
account_busy(const struct account *a)
{
	return a->resends.len > 0;
}

enum account_event
account_give_up(struct account *a)
{
	request_end(&a->resends);
	return ACCOUNT_SILENT;
}

bool
account_unregister(struct account *a, ms_t now)
{
	struct msg unr = a->registered;

	if (unr.type == MSG_UNKNOWN && account_busy(a))
		unr = a->request;
	if (unr.type != MSG_REG)
		return false;
	unr.type = MSG_UNR;
	account_request(a, &unr, now);
	return true;
}

bool
account_owns(const struct account *a, const char *uid)
{
	return (a->registered.type != MSG_UNKNOWN &&
		   strcmp(uid, a->registered.uid) == 0) ||
	    (account_busy(a) && strcmp(uid, a->request.uid) == 0);
}

void
account_watch(const struct account *a, struct ready *r)
{
	if (!account_busy(a))
		return;
	dgram_watch(&a->dgram, r);
	request_watch(&a->resends, r);
}

static enum account_event
take_reply(struct account *a, const struct msg *reply)
{
	if (reply->type == MSG_ERR)
		return ACCOUNT_PROTOCOL;
	if (reply->type != wire_reply_type(a->request.type))
		return ACCOUNT_QUIET;
	if (reply->status != ST_OK)
		return ACCOUNT_NOK;
	a->registered = a->request;
	if (a->request.type == MSG_UNR)
		a->registered.type = MSG_UNKNOWN;
	return ACCOUNT_OK;
}

static enum account_event
receive(struct account *a)
{
	enum account_event event = ACCOUNT_QUIET;
	struct msg m;
	int got;

	while (event == ACCOUNT_QUIET &&
	    (got = request_receive(&a->dgram, &m)) != DGRAM_NONE)
		event = got == 1 ? take_reply(a, &m) : ACCOUNT_CLOSED;
	return event;
}

enum account_event
account_step(struct account *a, const struct ready *r)
{
	enum account_event event = ACCOUNT_QUIET;

	if (!account_busy(a))
		return ACCOUNT_QUIET;
	if (dgram_readable(&a->dgram, r))
		event = receive(a);
	if (event != ACCOUNT_QUIET)
		request_end(&a->resends);
	else if (request_step(&a->resends, &a->dgram, r->woke) ==
	    REQUEST_FAILED)
		event = ACCOUNT_SILENT;
	return event;
}
