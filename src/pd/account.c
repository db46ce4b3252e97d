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

static void
ask(struct account *a, const struct msg *m, ms_t now)
{
	struct msg stale;

	/* A late reply to an earlier request is not the reply to this one. */
	while (request_receive(&a->dgram, &stale) == 1)
		continue;
	a->asked = *m;
	request_start(&a->call, &a->dgram, m, now);
}

void
account_register(struct account *a, const struct msg *reg, ms_t now)
{
	ask(a, reg, now);
}

void
account_again(struct account *a, ms_t now)
{
	struct msg asked = a->asked;

	dgram_close(&a->dgram);
	dial(a); /* where that fails the request is as if lost */
	ask(a, &asked, now);
}

bool
account_busy(const struct account *a)
{
	return a->call.len > 0;
}

enum account_event
account_give_up(struct account *a)
{
	request_end(&a->call);
	return ACCOUNT_SILENT;
}

static bool
registering(const struct account *a)
{
	return account_busy(a) && a->asked.type == MSG_REG;
}

bool
account_unregister(struct account *a, ms_t now)
{
	struct msg unr = a->reservation;

	if (unr.type == MSG_UNKNOWN && registering(a))
		unr = a->asked;
	if (unr.type == MSG_UNKNOWN)
		return false;
	unr.type = MSG_UNR;
	ask(a, &unr, now);
	return true;
}

bool
account_owns(const struct account *a, const char *uid)
{
	return (a->reservation.type != MSG_UNKNOWN &&
		   strcmp(uid, a->reservation.uid) == 0) ||
	    (account_busy(a) && strcmp(uid, a->asked.uid) == 0);
}

void
account_watch(const struct account *a, struct ready *r)
{
	if (!account_busy(a))
		return;
	dgram_watch(&a->dgram, r);
	request_watch(&a->call, r);
}

static enum account_event
heard(struct account *a, const struct msg *m)
{
	enum msg_type due = a->asked.type == MSG_REG ? MSG_RRG : MSG_RUN;

	if (m->type == MSG_ERR)
		return ACCOUNT_STRANGE;
	if (m->type != due)
		return ACCOUNT_QUIET;
	if (m->status != ST_OK)
		return ACCOUNT_NOK;
	a->reservation = a->asked;
	if (due == MSG_RUN)
		a->reservation.type = MSG_UNKNOWN;
	return ACCOUNT_OK;
}

static enum account_event
listen_once(struct account *a)
{
	struct msg m;
	int got;

	while ((got = request_receive(&a->dgram, &m)) == 1) {
		enum account_event event = heard(a, &m);

		if (event != ACCOUNT_QUIET)
			return event;
	}
	if (got != DGRAM_REFUSED)
		return ACCOUNT_QUIET;
	a->why = dgram_why(&a->dgram);
	return a->why != NULL ? ACCOUNT_INSECURE : ACCOUNT_CLOSED;
}

enum account_event
account_step(struct account *a, const struct ready *r)
{
	enum account_event event = ACCOUNT_QUIET;

	if (!account_busy(a))
		return ACCOUNT_QUIET;
	if (dgram_readable(&a->dgram, r))
		event = listen_once(a);
	if (event == ACCOUNT_QUIET)
		return request_step(&a->call, &a->dgram, r->woke) ==
			REQUEST_FAILED ?
		    ACCOUNT_SILENT :
		    ACCOUNT_QUIET;
	request_end(&a->call);
	return event;
}
