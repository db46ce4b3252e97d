#include <errno.h>
#include <string.h>

#include "as/answer.h"
#include "as/change.h"
#include "as/clients.h"
#include "as/failures.h"
#include "as/lock.h"
#include "crypto/secret.h"
#include "net/trace.h"
#include "policy.h"
#include "sys/log.h"
#include "sys/random.h"

/* Places */

static int
index_of(const struct server *as, const struct change *c)
{
	return (int)(c - as->changes);
}

/* How much of a datagram c->text keeps: all but surplus NULs. */
static size_t
text_len(const struct asker *who)
{
	return who->len < WIRE_TEXT_MAX ? who->len : WIRE_TEXT_MAX;
}

/* The request, parsed once more. */
static void
request_of(const struct change *c, struct msg *req)
{
	wire_parse_datagram(c->text, text_len(&c->who), req);
}

void
change_close(struct server *as, struct change *c)
{
	int i = index_of(as, c);

	turns_leave(&as->hashes, i);
	turns_leave(&as->writes, i);
	admission_leave(&as->change_places, i);
	wipe(c->text, sizeof(c->text)); /* the password in it */
	c->state = CHANGE_NONE;
}

static void
finish(struct server *as, struct change *c, enum status status, const char *why)
{
	struct msg req, reply;

	if (status == ST_OK && !lock_prove())
		status = ST_NOK;
	trace_because(status == ST_NOK ? why : NULL);
	request_of(c, &req);
	if (c->type == MSG_REG && status == ST_OK)
		person_of(c->uid)->self = c->who.to;
	wire_reply(&reply, c->type, status);
	answer_datagram(as, &c->who, &req, WIRE_OK, &reply);
	wipe(req.pass, sizeof(req.pass));
	change_close(as, c);
}

/* Removals, which nobody can take back, have half of the places at most. */
static bool
too_many_removals(const struct server *as)
{
	int n = 0;

	for (int k = 0; k < as->change_places.taken; k++)
		n += as->changes[as->change_places.order[k]].type == MSG_VLD;
	return n >= CHANGES_MAX / 2;
}

/* By which key the account is to be the sender's, or is already. */
static void
know(struct change *c, const struct tls_peer *peer)
{
	c->has_key = peer != NULL && peer->certified;
	if (c->has_key)
		memcpy(c->key, peer->fingerprint, sizeof(c->key));
}

static bool
has_key_of(const struct change *c, const struct account *a)
{
	return c->has_key == a->has_key &&
	    (!c->has_key || memcmp(c->key, a->key, sizeof(c->key)) == 0);
}

struct change *
change_open(struct server *as, const struct asker *who, const char *text,
    const struct msg *req, ms_t now)
{
	struct admission *places = &as->change_places;
	struct change *c;
	int i;

	if (req->type == MSG_VLD && too_many_removals(as))
		return NULL;
	if ((i = admission_evict(places, now)) != -1)
		change_close(as, &as->changes[i]);
	if ((i = admission_take(places, who->from, now)) == -1)
		return NULL;
	admission_name(places, i, person_number(req->uid), STRANGER, now);
	places->place[i].pinned = req->type == MSG_VLD;
	c = &as->changes[i];
	memset(c, 0, sizeof(*c));
	c->who = *who;
	c->type = req->type;
	memcpy(c->text, text, text_len(who));
	memcpy(c->uid, req->uid, sizeof(c->uid));
	know(c, dgram_peer(&as->udp));
	return c;
}

bool
change_is_pending(
    const struct server *as, const struct asker *who, const char *text)
{
	for (int k = 0; k < as->change_places.taken; k++) {
		const struct change *c =
		    &as->changes[as->change_places.order[k]];

		if (c->who.len == who->len &&
		    addr_same(&c->who.from, &who->from) &&
		    memcmp(c->text, text, text_len(who)) == 0)
			return true;
	}
	return false;
}

/* Steps of one change */

/* Until change_done() no other change of this account is begun. */
static void
wait_to_write(struct server *as, struct change *c)
{
	int i = index_of(as, c);

	c->state = CHANGE_WRITING;
	person_of(c->uid)->changing = true;
	as->change_places.place[i].pinned = true;
	turns_join(&as->writes, i, &c->who.from, person_number(c->uid));
}

static void
wrong_password(struct server *as, struct change *c, ms_t now)
{
	ms_t delay = people_wrong(c->uid, c->who.from, now);

	as->count.wrong_passwords++;
	if (delay == 0) {
		finish(as, c, ST_NOK, "password");
		return;
	}
	c->wait_until = now + (delay < DELAY_BY_UDP ? delay : DELAY_BY_UDP);
	c->state = CHANGE_DELAYED;
	admission_name(&as->change_places, index_of(as, c),
	    person_number(c->uid), LEAVING, now);
}

static bool
same_device(
    const struct change *c, const struct account *a, const struct msg *reg)
{
	return a->has_device && has_key_of(c, a) &&
	    strcmp(a->ip, reg->ip) == 0 && a->port == reg->port;
}

/* The right password is there; what is left is to write the change. */
static void
password_right(struct server *as, struct change *c, const struct msg *req,
    const struct account *a)
{
	bool keep =
	    c->type == MSG_UNR ? !a->has_device : same_device(c, a, req);

	people_right(c->uid, c->who.from);
	if (keep)
		finish(as, c, ST_OK, "disk");
	else
		wait_to_write(as, c);
}

/* A device that registers with a certificate has the account from then on. */
static void
set_device(struct account *a, const struct change *c, const struct msg *req)
{
	a->has_device = req->type == MSG_REG;
	memcpy(a->ip, req->ip, sizeof(a->ip));
	a->port = req->port;
	if (a->has_device && c->has_key) {
		a->has_key = true;
		memcpy(a->key, c->key, sizeof(a->key));
	}
}

static void
submit(struct server *as, struct change *c, struct task *t)
{
	memcpy(t->body.uid, c->uid, sizeof(t->body.uid));
	c->state = CHANGE_WORKING;
	person_of(c->uid)->changing = true;
	as->change_places.place[index_of(as, c)].pinned = true;
	t->change = c;
	pool_submit(&as->pool, &t->job, &t->body, -1);
}

/*
 * Nobody has this UID yet: the first to register defines the pair; or there is
 * one to be verified.  Without a task it waits for its turn.
 */
static void
hash(struct server *as, struct change *c, const struct msg *req,
    const struct account *a, struct task *t)
{
	if (t == NULL) {
		c->state = CHANGE_HASHING;
		turns_join(&as->hashes, index_of(as, c), &c->who.from,
		    person_number(c->uid));
		return;
	}
	memcpy(t->body.pass, req->pass, sizeof(t->body.pass));
	t->body.account = *a;
	t->body.verify = a->pair[0] != '\0';
	if (!t->body.verify) {
		t->body.change = ACCOUNT_CREATE;
		random_bytes(t->body.salt, sizeof(t->body.salt));
		set_device(&t->body.account, c, req);
		person_is_new(person_of(c->uid));
		failures_save(c->uid);
	}
	submit(as, c, t);
}

static void
verify(struct server *as, struct change *c, const struct msg *req,
    const struct account *a, struct task *t, ms_t now)
{
	switch (person_check(person_of(c->uid), a->pair, req->pass)) {
	case CHECK_RIGHT:
		password_right(as, c, req, a);
		break;
	case CHECK_WRONG:
		wrong_password(as, c, now);
		break;
	case CHECK_SLOWLY:
		hash(as, c, req, a, t);
	}
}

/* Begin a REG or UNR, once no other change of the account is under way. */
static void
begin(struct server *as, struct change *c, struct task *t, ms_t now)
{
	struct account a;
	struct msg req;

	if (person_of(c->uid)->changing) {
		c->state = CHANGE_BLOCKED;
		return;
	}
	request_of(c, &req);
	switch (accounts_load(c->uid, &a)) {
	case ACCOUNT_FOUND:
		if (a.has_key && !has_key_of(c, &a)) /* another's */
			finish(as, c, ST_NOK, "key");
		else
			verify(as, c, &req, &a, t, now);
		break;
	case ACCOUNT_NONE:
		if (c->type == MSG_REG)
			hash(as, c, &req, &a, t);
		else
			finish(as, c, ST_NOK, "none");
		break;
	case ACCOUNT_UNREADABLE:
		accounts_report(c->uid);
		finish(as, c, ST_NOK, "disk");
	}
	wipe(req.pass, sizeof(req.pass));
}

void
change_ask(struct server *as, const struct asker *who, const char *text,
    const struct msg *req, ms_t now)
{
	struct change *c = change_open(as, who, text, req, now);

	if (c != NULL)
		begin(as, c, NULL, now);
}

void
change_hash(struct server *as, struct change *c, struct task *t, ms_t now)
{
	begin(as, c, t, now);
}

/* Before a removal is confirmed the account is gone from the disk. */
void
change_remove(struct server *as, struct change *c)
{
	if (person_of(c->uid)->changing)
		c->state = CHANGE_BLOCKED;
	else
		wait_to_write(as, c);
}

void
change_removal(
    struct removal *r, const struct asker *who, const struct msg *vld)
{
	memset(r, 0, sizeof(*r));
	memcpy(r->uid, vld->uid, sizeof(r->uid));
	memcpy(r->tid, vld->tid, sizeof(r->tid));
	addr_ip(r->ip, &who->from);
	r->port = who->from.port;
}

void
change_write(struct server *as, struct change *c, struct task *t)
{
	struct msg req;
	enum account_state state = ACCOUNT_FOUND;

	request_of(c, &req);
	wipe(req.pass, sizeof(req.pass)); /* it has been found right */
	if (c->type == MSG_VLD) {
		t->body.change = ACCOUNT_REMOVE;
		change_removal(&t->body.removal, &c->who, &req);
	} else if ((state = accounts_load(c->uid, &t->body.account)) ==
	    ACCOUNT_FOUND) {
		t->body.change = ACCOUNT_UPDATE;
		set_device(&t->body.account, c, &req);
	} else {
		if (state == ACCOUNT_UNREADABLE)
			accounts_report(c->uid);
		person_of(c->uid)->changing = false;
		as->unblock = true;
		finish(as, c, ST_NOK,
		    state == ACCOUNT_UNREADABLE ? "disk" : "none");
		return;
	}
	submit(as, c, t);
}

/* Results */

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
removal_done(
    struct server *as, struct change *c, const struct task *t, ms_t now)
{
	struct person *p = person_of(c->uid);
	struct msg cnf, vld;

	if (t->job.state == JOB_FAILED || t->body.result == ACCOUNT_UNSURE ||
	    (t->body.result == ACCOUNT_DONE && !lock_prove())) {
		p->changing = true;
		c->wait_until = now + REMOVAL_RETRY;
		c->state = CHANGE_DELAYED;
		return;
	}
	request_of(c, &vld);
	change_confirm(&cnf, &vld);
	if (t->body.result == ACCOUNT_DONE) {
		lock_prove();
		memcpy(p->removal, vld.tid, sizeof(p->removal));
		tickets_drop(c->uid);
		clients_log_out(as, c->uid);
	} else {
		ticket_void(&vld);
		cnf.op = OP_ERROR;
		trace_because("disk");
	}
	answer_datagram(as, &c->who, &vld, WIRE_OK, &cnf);
	change_close(as, c);
}

static void
report_failure(const struct task *t)
{
	if (t->job.state == JOB_FAILED) {
		log_warn("user %s: the work was cut short", t->body.uid);
	} else if (t->body.result == ACCOUNT_FAILED ||
	    t->body.result == ACCOUNT_UNSURE) {
		lock_prove(); /* nothing can be written where it is lost */
		errno = t->body.error;
		log_error("user %s: cannot write the account", t->body.uid);
	}
}

/* A REG or UNR: answer, or go on to the next step. */
static void
registration_done(
    struct server *as, struct change *c, const struct task *t, ms_t now)
{
	bool ok = t->job.state == JOB_DONE && t->body.result == ACCOUNT_DONE;
	struct msg req;

	request_of(c, &req);
	if (ok && t->hashes)
		person_prove(person_of(c->uid), t->body.account.pair, req.pass);
	if (ok && t->body.verify) {
		password_right(as, c, &req, &t->body.account);
	} else if (t->job.state == JOB_DONE &&
	    t->body.result == ACCOUNT_WRONG) {
		wrong_password(as, c, now);
	} else {
		if (ok && c->type == MSG_REG) { /* to another device */
			person_new_device(person_of(c->uid), now);
			failures_save(c->uid);
			clients_ask_again(as, c->uid, now);
		}
		finish(as, c, ok ? ST_OK : ST_NOK, "disk");
	}
	wipe(req.pass, sizeof(req.pass));
}

void
change_done(struct server *as, struct task *t, ms_t now)
{
	struct change *c = t->change;
	struct person *p = person_of(c->uid);

	p->device.port = 0; /* it may be another */
	p->changing = false;
	as->change_places.place[index_of(as, c)].pinned = c->type == MSG_VLD;
	as->unblock = true;
	report_failure(t);
	if (c->type == MSG_VLD)
		removal_done(as, c, t, now);
	else
		registration_done(as, c, t, now);
}

/* All of them */

static void
step(struct server *as, struct change *c, ms_t now)
{
	if (c->state == CHANGE_DELAYED && now >= c->wait_until) {
		if (c->type == MSG_VLD)
			wait_to_write(as, c);
		else
			finish(as, c, ST_NOK, "password");
	} else if (c->state == CHANGE_BLOCKED) {
		if (c->type == MSG_VLD)
			change_remove(as, c);
		else
			begin(as, c, NULL, now);
	}
}

/* From the last one on: one that ends is replaced by the last. */
void
change_step(struct server *as, ms_t now)
{
	const struct admission *places = &as->change_places;
	bool unblock = as->unblock;

	as->unblock = false;
	for (int k = places->taken - 1; k >= 0; k--) {
		struct change *c = &as->changes[places->order[k]];

		if (unblock || c->state != CHANGE_BLOCKED)
			step(as, c, now);
	}
}

void
change_watch(const struct server *as, struct ready *r)
{
	const struct admission *places = &as->change_places;

	for (int k = 0; k < places->taken; k++) {
		const struct change *c = &as->changes[places->order[k]];

		if (c->state == CHANGE_DELAYED)
			ready_by(r, c->wait_until);
	}
	if (as->unblock)
		ready_by(r, 0);
}

bool
change_idle(const struct server *as)
{
	const struct admission *places = &as->change_places;

	for (int k = 0; k < places->taken; k++) {
		const struct change *c = &as->changes[places->order[k]];

		if (c->state != CHANGE_DELAYED)
			return false;
	}
	return true;
}
