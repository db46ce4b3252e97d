#include <arpa/inet.h>
#include <errno.h>
#include <string.h>

#include "as/change.h"
#include "as/failures.h"
#include "as/lock.h"
#include "crypto/secret.h"
#include "sys/log.h"
#include "sys/random.h"

#define CHANGE_RESERVED 16
#define DELAY_MAX       4000 /* ms; whoever asks by UDP waits for 8 s at most */

/* With the password, which stands in it three times. */
static void
forget(struct change *a)
{
	wipe(a, sizeof(*a));
}

static void
finish(struct server *as, struct change *a, enum status status)
{
	struct msg reply;

	if (status == ST_OK)
		lock_prove();
	wire_reply(&reply, a->req.type, status);
	udp_answer(as, &a->who, &a->req, WIRE_OK, &reply);
	forget(a);
}

/*
 * A free place.  Those who register take no more than a quarter from one
 * address, and leave some for the removals that an FS waits for.
 */
static struct change *
find_free(struct server *as, const struct asker *who, bool removal)
{
	int last = removal ? CHANGES_MAX : CHANGES_MAX - CHANGE_RESERVED;
	int same = 0;

	for (int i = 0; i < as->changes_top && !removal; i++)
		same += as->changes[i].state != CHANGE_NONE &&
		    as->changes[i].who.from.sin_addr.s_addr ==
			who->from.sin_addr.s_addr;
	if (same >= CHANGES_MAX / 4)
		return NULL;
	for (int i = 0; i < last; i++)
		if (as->changes[i].state == CHANGE_NONE) {
			if (i >= as->changes_top)
				as->changes_top = i + 1;
			return &as->changes[i];
		}
	return NULL;
}

/* How much of a datagram asked.text keeps: all but surplus NULs. */
static size_t
kept(const struct asker *who)
{
	return who->len < WIRE_TEXT_MAX ? who->len : WIRE_TEXT_MAX;
}

/* The same datagram again, before its answer has left? */
bool
change_waits(const struct server *as, const struct asker *who, const char *text)
{
	for (int i = 0; i < as->changes_top; i++) {
		const struct change *a = &as->changes[i];

		if (a->state != CHANGE_NONE && a->who.len == who->len &&
		    net_same(&a->who.from, &who->from) &&
		    memcmp(a->text, text, kept(who)) == 0)
			return true;
	}
	return false;
}

/* At work on the account, or a removal that is half done. */
static bool
is_under_way(const struct change *a)
{
	return a->state == CHANGE_WORKING ||
	    (a->state == CHANGE_DELAYED && a->req.type == MSG_VLD);
}

/* Is another change of the account under way?  One at a time. */
static bool
is_taken(const struct server *as, const char *uid)
{
	for (int i = 0; i < as->changes_top; i++)
		if (is_under_way(&as->changes[i]) &&
		    strcmp(as->changes[i].req.uid, uid) == 0)
			return true;
	return false;
}

static void
work(struct server *as, struct change *a)
{
	a->state = CHANGE_WORKING;
	pool_submit(&as->pool, &a->job, &a->change, -1);
}

/* Of all places, those who guess may take only some: the rest goes unheard. */
static bool
too_many_delayed(const struct server *as)
{
	int n = 0;

	for (int i = 0; i < as->changes_top; i++)
		n += as->changes[i].state == CHANGE_DELAYED;
	return n >= CHANGES_MAX / 2;
}

static void
wrong_password(struct server *as, struct change *a, ms_t now)
{
	ms_t delay = people_wrong(a->req.uid, a->who.from.sin_addr, now);

	as->count.wrong_passwords++;
	if (delay == 0) {
		finish(as, a, ST_NOK);
		return;
	}
	a->wait_until = now + (delay < DELAY_MAX ? delay : DELAY_MAX);
	a->state = CHANGE_DELAYED;
	if (too_many_delayed(as))
		forget(a);
}

static bool
same_device(const struct account *a, const struct msg *reg)
{
	return a->has_device && strcmp(a->ip, reg->ip) == 0 &&
	    a->port == reg->port;
}

/* The right password is there; what is left is to write the change. */
static void
trusted(struct server *as, struct change *a)
{
	struct account *account = &a->change.account;
	bool keep = a->req.type == MSG_UNR ? !account->has_device :
					     same_device(account, &a->req);

	people_right(a->req.uid, a->who.from.sin_addr);
	if (keep) {
		finish(as, a, ST_OK);
		return;
	}
	account->has_device = a->req.type == MSG_REG;
	memcpy(account->ip, a->req.ip, sizeof(account->ip));
	account->port = a->req.port;
	a->change.verify = false;
	a->change.change = ACCOUNT_UPDATE;
	work(as, a);
}

/* Nobody has this UID yet: the first to register defines the pair. */
static void
create(struct server *as, struct change *a)
{
	struct account *account = &a->change.account;

	if (!hash_slot_take(a->who.from.sin_addr))
		return; /* it waits */
	random_bytes(a->change.salt, sizeof(a->change.salt));
	account->has_device = true;
	memcpy(account->ip, a->req.ip, sizeof(account->ip));
	account->port = a->req.port;
	a->change.change = ACCOUNT_CREATE;
	person_is_new(person_of(a->req.uid));
	failures_keep(a->req.uid);
	work(as, a);
}

static void
verify(struct server *as, struct change *a, ms_t now)
{
	switch (person_check(
	    person_of(a->req.uid), a->change.account.pair, a->req.pass)) {
	case CHECK_RIGHT:
		trusted(as, a);
		break;
	case CHECK_WRONG:
		wrong_password(as, a, now);
		break;
	case CHECK_SLOWLY:
		a->change.verify = true;
		if (hash_slot_take(a->who.from.sin_addr))
			work(as, a);
	}
}

/* Begin a REG or UNR, once no other change of the account is under way. */
static void
begin(struct server *as, struct change *a, ms_t now)
{
	if (is_taken(as, a->req.uid))
		return;
	memset(&a->change, 0, sizeof(a->change));
	memcpy(a->change.uid, a->req.uid, sizeof(a->change.uid));
	memcpy(a->change.pass, a->req.pass, sizeof(a->change.pass));
	switch (accounts_load(a->req.uid, &a->change.account)) {
	case ACCOUNT_FOUND:
		verify(as, a, now);
		break;
	case ACCOUNT_NONE:
		if (a->req.type == MSG_REG)
			create(as, a);
		else
			finish(as, a, ST_NOK);
		break;
	case ACCOUNT_UNREADABLE:
		accounts_report(a->req.uid);
		finish(as, a, ST_NOK);
	}
}

void
change_confirm(struct msg *cnf, const struct msg *vld)
{
	wire_reply(cnf, MSG_VLD, ST_OK);
	memcpy(cnf->uid, vld->uid, sizeof(cnf->uid));
	memcpy(cnf->tid, vld->tid, sizeof(cnf->tid));
	cnf->op = OP_REMOVE;
}

/*
 * What was begun and neither done nor taken back, or cut short with its worker,
 * is tried again: told E the FS would keep the files, and the next start would
 * remove the account all the same.
 */
static void
removed(struct server *as, struct change *a, ms_t now)
{
	struct msg cnf;

	if (a->job.state == JOB_FAILED || a->change.result == ACCOUNT_UNSURE) {
		a->wait_until = now + REMOVAL_RETRY;
		a->state = CHANGE_DELAYED;
		return;
	}
	change_confirm(&cnf, &a->req);
	if (a->change.result == ACCOUNT_DONE) {
		struct person *p = person_of(a->req.uid);

		lock_prove();
		memcpy(p->removal, a->req.tid, sizeof(p->removal));
		tickets_drop(a->req.uid);
		clients_log_out(as, a->req.uid);
	} else {
		ticket_void(&a->req);
		cnf.op = OP_ERROR;
	}
	udp_answer(as, &a->who, &a->req, WIRE_OK, &cnf);
	forget(a);
}

static void
report_failure(const struct change *a)
{
	if (a->job.state == JOB_FAILED) {
		log_warn("user %s: the work was cut short", a->req.uid);
	} else if (a->change.result == ACCOUNT_FAILED ||
	    a->change.result == ACCOUNT_UNSURE) {
		lock_prove(); /* nothing can be written where it is lost */
		errno = a->change.error;
		log_error("user %s: cannot write the account", a->req.uid);
	}
}

/* Another device: the wrong codes that were sent to the last one. */
static void
moved(const char *uid, ms_t now)
{
	person_moved(person_of(uid), now);
	failures_keep(uid);
}

/* The pool is done with it: answer, or go on to the next step. */
static void
worked(struct server *as, struct change *a, ms_t now)
{
	bool hashed = a->change.verify || a->change.change == ACCOUNT_CREATE;
	bool ok = a->job.state == JOB_DONE && a->change.result == ACCOUNT_DONE;

	person_of(a->req.uid)->device.sin_port = 0; /* it may be another */
	if (hashed)
		hash_slot_release(a->who.from.sin_addr);
	report_failure(a);
	if (a->req.type == MSG_VLD) {
		removed(as, a, now);
		return;
	}
	if (ok && hashed)
		person_prove(
		    person_of(a->req.uid), a->change.account.pair, a->req.pass);
	if (ok && a->change.verify) {
		trusted(as, a);
	} else if (a->job.state == JOB_DONE &&
	    a->change.result == ACCOUNT_WRONG) {
		wrong_password(as, a, now);
	} else {
		if (ok && a->req.type == MSG_REG)
			moved(a->req.uid, now);
		finish(as, a, ok ? ST_OK : ST_NOK);
	}
}

static void
step(struct server *as, struct change *a, ms_t now)
{
	switch (a->state) {
	case CHANGE_NONE:
		break;
	case CHANGE_WAITING:
		if (a->req.type != MSG_VLD)
			begin(as, a, now);
		else if (!is_taken(as, a->req.uid))
			work(as, a);
		break;
	case CHANGE_WORKING:
		if (!job_busy(&a->job))
			worked(as, a, now);
		break;
	case CHANGE_DELAYED:
		if (now < a->wait_until)
			break;
		if (a->req.type != MSG_VLD)
			finish(as, a, ST_NOK);
		else
			work(as, a);
		break;
	}
}

static struct change *
remember(struct server *as, const struct asker *who, const char *text,
    const struct msg *req)
{
	struct change *a = find_free(as, who, req->type == MSG_VLD);

	if (a == NULL)
		return NULL; /* it will be sent again */
	memset(a, 0, sizeof(*a));
	a->state = CHANGE_WAITING;
	a->who = *who;
	memcpy(a->text, text, kept(who));
	a->req = *req;
	return a;
}

void
change_removal(
    struct removal *r, const struct asker *who, const struct msg *vld)
{
	memset(r, 0, sizeof(*r));
	memcpy(r->uid, vld->uid, sizeof(r->uid));
	memcpy(r->tid, vld->tid, sizeof(r->tid));
	inet_ntop(AF_INET, &who->from.sin_addr, r->ip, sizeof(r->ip));
	r->port = ntohs(who->from.sin_port);
}

/* Before a removal is confirmed the account is gone from the disk. */
void
change_remove(struct server *as, const struct asker *who, const char *text,
    const struct msg *vld)
{
	struct change *a = remember(as, who, text, vld);

	if (a == NULL) { /* nothing will be removed: its resend gets E */
		ticket_void(vld);
		return;
	}
	a->change.change = ACCOUNT_REMOVE;
	change_removal(&a->change.asked, who, vld);
}

/* Where work has ended, others, earlier in the table, may have waited for it.
 */
void
change_step(struct server *as, ms_t now)
{
	bool ended;
	int top = 0;

	do {
		ended = false;
		for (int i = 0; i < as->changes_top; i++) {
			bool worked = as->changes[i].state == CHANGE_WORKING;

			step(as, &as->changes[i], now);
			ended |=
			    worked && as->changes[i].state != CHANGE_WORKING;
		}
	} while (ended);
	for (int i = 0; i < as->changes_top; i++)
		if (as->changes[i].state != CHANGE_NONE)
			top = i + 1;
	as->changes_top = top;
}

void
change_watch(const struct server *as, struct ready *r)
{
	for (int i = 0; i < as->changes_top; i++)
		if (as->changes[i].state == CHANGE_DELAYED)
			ready_by(r, as->changes[i].wait_until);
}

void
change_ask(struct server *as, const struct asker *who, const char *text,
    const struct msg *req)
{
	remember(as, who, text, req);
}

bool
change_idle(const struct server *as)
{
	for (int i = 0; i < as->changes_top; i++)
		if (as->changes[i].state == CHANGE_WAITING ||
		    as->changes[i].state == CHANGE_WORKING)
			return false;
	return true;
}
