#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "fs/client.h"
#include "fs/server.h"
#include "policy.h"
#include "sys/log.h"

static void
submit(struct service *s, enum disk_op_kind kind)
{
	struct removals *m = &s->removals;

	m->op.kind = kind;
	m->op.status = ST_NOK;
	m->op.error = EIO;
	pool_submit(&s->pool, &m->job, &m->op, -1);
}

static void
end_request(struct removals *m)
{
	request_end(&m->vld);
	dgram_close(&m->own);
}

/* The next one's turn. */
static void
review(struct service *s)
{
	struct removals *m = &s->removals;

	end_request(m);
	memset(&m->op, 0, sizeof(m->op));
	memcpy(m->op.uid, m->after, sizeof(m->op.uid));
	m->state = REVIEWING;
	submit(s, FILE_REVIEW);
}

static void
rest(struct removals *m, ms_t now)
{
	end_request(m);
	m->after[0] = '\0';
	m->state = RESTING;
	m->next = now + REMOVALS_AGAIN;
	if (m->next_round != 0 && m->next_round < m->next)
		m->next = m->next_round;
	m->next_round = 0;
}

/* What goes wrong in every round alike is told once. */
static void
log_once(struct removals *m, const char *uid, int error)
{
	if (error == m->logged)
		return;
	m->logged = errno = error;
	log_error("removing all files, user %s", uid[0] != '\0' ? uid : "?");
}

static void
finish(struct service *s, enum disk_op_kind kind)
{
	struct removals *m = &s->removals;

	end_request(m);
	files_temp(m->op.temp);
	m->state = ENDING;
	submit(s, kind);
}

static void
remove_now(struct service *s)
{
	files_forget(s->removals.op.uid);
	finish(s, FILE_REMOVE);
}

/* By which the VLD is under way. */
static struct dgram *
dgram_of(struct service *s)
{
	return s->removals.own.open ? &s->removals.own : &s->as;
}

bool
removals_from_here(const struct service *s, const struct intent *i)
{
	struct addr first = addr_parse(i->ip, i->port);
	struct addr ours = dgram_self(&s->as);

	return addr_same(&first, &ours);
}

int
dial_as(const struct service *s, struct dgram *d, const struct addr *as,
    const struct addr *self)
{
	return s->secure == NULL ?
	    dgram_dial(d, as, self) :
	    dgram_dial_secure(d, as, self, s->secure, &s->target);
}

/* The one whose VLDs the AS knows: -1 where it cannot be had now. */
static int
open_own(struct service *s, const struct intent *i)
{
	struct addr self = addr_parse(i->ip, i->port);

	return removals_from_here(s, i) ?
	    0 :
	    dial_as(s, &s->removals.own, &s->as.peer, &self);
}

static void
ask(struct service *s, ms_t now)
{
	struct removals *m = &s->removals;
	struct msg vld = { .type = MSG_VLD };

	if (open_own(s, &m->op.intent) == -1) {
		log_once(m, m->op.uid, errno);
		review(s);
		return;
	}
	memcpy(vld.uid, m->op.uid, sizeof(vld.uid));
	memcpy(vld.tid, m->op.intent.tid, sizeof(vld.tid));
	m->state = REASKING;
	m->asked = now;
	if (request_start(&m->vld, dgram_of(s), &vld, now) == REQUEST_FAILED)
		review(s);
}

/* One that no client is at now is taken up. */
static void
reviewed(struct service *s, bool busy, ms_t now)
{
	struct removals *m = &s->removals;
	bool done;

	if (m->op.is_stale && files_renew() == -1)
		log_error("cannot make the work directory again");
	if (m->op.error != 0)
		log_once(m, m->op.uid, m->op.error);
	memcpy(m->after, m->op.uid, sizeof(m->after));
	done = m->job.state == JOB_DONE;
	/* Of a record that cannot be read the next one's turn comes at once. */
	if (done && (m->op.status == ST_INV || (m->op.status == ST_OK && busy)))
		review(s);
	else if (!done || m->op.status != ST_OK)
		rest(m, now);
	else if (m->op.intent.confirmed)
		remove_now(s);
	else
		ask(s, now);
}

static void
ended(struct service *s)
{
	struct removals *m = &s->removals;

	if (m->op.kind == FILE_REMOVE && m->op.status == ST_OK) {
		log_info("FS has removed all files of user %s", m->op.uid);
		m->logged = 0;
	} else if (m->op.error != 0)
		log_once(m, m->op.uid, m->op.error);
	review(s);
}

void
removals_soon(struct removals *m, ms_t at)
{
	if (m->state == RESTING && m->next > at)
		m->next = at;
	else if (m->state != RESTING &&
	    (m->next_round == 0 || m->next_round > at))
		m->next_round = at;
}

void
removals_watch(const struct removals *m, struct ready *r)
{
	if (m->state == RESTING)
		ready_by(r, m->next);
	if (m->state != REASKING)
		return;
	dgram_watch(&m->own, r);
	request_watch(&m->vld, r);
}

static void
receive(struct service *s, ms_t now)
{
	struct msg m;
	int result;

	while ((result = request_receive(&s->removals.own, &m)) == 1) {
		service_answered(s, now);
		if (m.type == MSG_CNF) {
			removals_receive(s, &m);
			return;
		}
	}
	if (result == DGRAM_REFUSED) {
		service_unanswered(
		    s, "nobody listens there", s->removals.asked);
		review(s);
	}
}

void
removals_step(struct service *s, const struct ready *r,
    bool (*is_busy)(const void *clients, const char *uid), const void *clients)
{
	struct removals *m = &s->removals;

	if (job_busy(&m->job))
		return;
	switch (m->state) {
	case RESTING:
		if (r->woke >= m->next)
			review(s);
		break;
	case REVIEWING:
		reviewed(s, is_busy(clients, m->op.uid), r->woke);
		break;
	case REASKING:
		if (dgram_readable(&m->own, r))
			receive(s, r->woke);
		else if (request_step(&m->vld, dgram_of(s), r->woke) ==
		    REQUEST_FAILED) {
			service_unanswered(s, "silent", m->asked);
			review(s);
		}
		break;
	case ENDING:
		ended(s);
		break;
	}
}

/* Any other answer than X means that this TID removes nobody. */
void
removals_receive(struct service *s, const struct msg *cnf)
{
	struct removals *m = &s->removals;

	if (m->state != REASKING || strcmp(cnf->uid, m->op.uid) != 0 ||
	    strcmp(cnf->tid, m->op.intent.tid) != 0)
		return;
	if (cnf->op == OP_REMOVE)
		remove_now(s);
	else if (m->own.open || removals_from_here(s, &m->op.intent))
		finish(s, FILE_ABANDON);
	else
		review(s);
}

void
removals_stop(struct removals *m)
{
	end_request(m);
}

void
removals_intent(const struct service *s, struct intent *i, const char *tid)
{
	struct addr self = dgram_self(&s->as);

	memset(i, 0, sizeof(*i));
	memcpy(i->tid, tid, sizeof(i->tid));
	addr_ip(i->ip, &self);
	i->port = self.port;
	snprintf(i->owner, sizeof(i->owner), "%s", workdir_owner());
}
