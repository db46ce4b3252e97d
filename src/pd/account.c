#include <string.h>

#include "pd/account.h"

static int
dial(struct account *a)
{
	static const struct addr any;

	return a->secure == NULL ?
	    dgram_dial(&a->dgram, &a->as, &any) :
	    dgram_dial_secure(&a->dgram, &a->as, &any, a->secure, &a->target);
}

int
account_open(struct account *a, const struct addr *as, struct secure *secure,
    const struct secure_target *target)
{
	memset(a, 0, sizeof(*a));
	a->as = *as;
	a->secure = secure;
	if (secure != NULL)
		a->target = *target;
	return dial(a);
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

void
account_again(struct account *a, ms_t now)
{
	struct msg request = a->request;

	dgram_close(&a->dgram);
	dial(a); /* where that fails the request is as if lost */
	account_request(a, &request, now);
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
refused(struct account *a)
{
	a->why = dgram_why(&a->dgram);
	return a->why != NULL ? ACCOUNT_INSECURE : ACCOUNT_CLOSED;
}

static enum account_event
receive(struct account *a)
{
	enum account_event event = ACCOUNT_QUIET;
	struct msg m;
	int got;

	while (event == ACCOUNT_QUIET &&
	    (got = request_receive(&a->dgram, &m)) != DGRAM_NONE)
		event = got == 1 ? take_reply(a, &m) : refused(a);
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
