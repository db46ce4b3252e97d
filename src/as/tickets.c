#include <string.h>

#include "as/tickets.h"
#include "policy.h"
#include "sys/random.h"

#define DRAWS_MAX 1000 /* for a TID that is not in the user's memory */

/* From one address; n 0: none yet. */
struct guesses {
	struct addr from;
	int n;
	ms_t paid; /* when all of them are paid for, at VLD_PACE each */
};

/*
 * One TID.  A user's are a list from person.ticket by next; those of all users
 * that are used stand in a queue by after, in the order of their use, so that
 * the oldest is found at once when its time is over or room is needed.
 */
struct ticket {
	char uid[UID_LEN + 1];
	char tid[CODE_LEN + 1];
	char fname[FNAME_MAX + 1];
	enum op op;
	bool used;
	int wrong;                            /* VLDs that it has listened to */
	struct guesses by[VLD_ADDRESSES + 1]; /* the last: of all the others */
	ms_t since;                           /* granted, or used */
	ms_t last_vld; /* used: when the last VLD for it came */
	struct asker asker;
	unsigned next, after; /* 0 ends the list */
};

static struct ticket tickets[TICKETS_MAX + 1]; /* 0 stands for none */
static unsigned touched;                       /* those ever taken */
static unsigned unused;                        /* given back, by next */
static unsigned first_used, last_used;

void
code_make(struct code *c, const struct msg *req)
{
	memset(c, 0, sizeof(*c));
	memcpy(c->uid, req->uid, sizeof(c->uid));
	memcpy(c->rid, req->rid, sizeof(c->rid));
	memcpy(c->fname, req->fname, sizeof(c->fname));
	c->op = req->op;
	random_code(c->vc);
}

void
code_sent(struct code *c, ms_t now)
{
	c->expires = now + VC_LIFE;
}

bool
code_redeem(struct code *c, const struct msg *aut, ms_t now)
{
	bool right;

	if (c->vc[0] == '\0')
		return false;
	right = person_of(c->uid)->failed < CODES_FAILED_MAX &&
	    strcmp(c->uid, aut->uid) == 0 && now < c->expires &&
	    strcmp(c->rid, aut->rid) == 0 && strcmp(c->vc, aut->vc) == 0;
	if (right || ++c->wrong >= VC_TRIES || now >= c->expires)
		c->vc[0] = '\0';
	return right;
}

static struct ticket *
newest_of(const char *uid)
{
	return &tickets[person_of(uid)->ticket];
}

static bool
is_none(const struct ticket *t)
{
	return t == tickets;
}

static struct ticket *
next_of(const struct ticket *t)
{
	return &tickets[t->next];
}

static bool
is_live(const struct ticket *t, ms_t now)
{
	return !t->used && t->wrong < VLD_TID_TRIES &&
	    now - t->since < TID_LIFE;
}

static struct ticket *
find(const char *uid, const char *tid)
{
	struct ticket *t = newest_of(uid);

	while (!is_none(t) && strcmp(t->tid, tid) != 0)
		t = next_of(t);
	return t;
}

/* Take a ticket out of its user's list; it is free then. */
static void
give_back(struct ticket *t)
{
	unsigned i = (unsigned)(t - tickets);
	unsigned *link = &person_of(t->uid)->ticket;

	while (*link != 0 && *link != i)
		link = &tickets[*link].next;
	*link = t->next;
	t->next = unused;
	unused = i;
}

static void
give_back_oldest_used(void)
{
	struct ticket *t = &tickets[first_used];

	first_used = t->after;
	if (first_used == 0)
		last_used = 0;
	give_back(t);
}

static void
mark_used(struct ticket *t, const struct asker *who, ms_t now)
{
	unsigned i = (unsigned)(t - tickets);

	t->used = true;
	t->since = t->last_vld = now;
	t->asker = *who;
	t->after = 0;
	if (last_used != 0)
		tickets[last_used].after = i;
	else
		first_used = i;
	last_used = i;
}

/*
 * With none left: those that nobody used in their time, whosever they are.  Not
 * again before others can have expired: it looks at every ticket.
 */
static void
give_back_expired(ms_t now)
{
	static ms_t swept;

	if (swept != 0 && now - swept < TICKETS_SWEPT)
		return;
	swept = now;
	for (struct ticket *t = tickets + 1; t <= tickets + TICKETS_MAX; t++)
		if (!t->used && !is_live(t, now))
			give_back(t);
}

/* An empty ticket in the user's list; none when all are live. */
static struct ticket *
take(const char *uid, ms_t now)
{
	struct person *p = person_of(uid);
	unsigned i;

	if (unused == 0 && touched == TICKETS_MAX)
		give_back_expired(now);
	if (unused == 0 && touched == TICKETS_MAX && first_used != 0)
		give_back_oldest_used();
	if (unused != 0) {
		i = unused;
		unused = tickets[i].next;
	} else if (touched < TICKETS_MAX) {
		i = ++touched;
	} else
		return tickets;
	memset(&tickets[i], 0, sizeof(tickets[i]));
	memcpy(tickets[i].uid, uid, UID_LEN);
	tickets[i].next = p->ticket;
	p->ticket = i;
	return &tickets[i];
}

/*
 * Make room: what was used long ago, the user's dead ones, and the user's
 * oldest live one where there are as many as may be.
 */
static void
tidy(const char *uid, ms_t now)
{
	struct ticket *t = newest_of(uid);
	int live = 0;

	while (!is_none(t)) {
		struct ticket *next = next_of(t);

		if (!t->used && (!is_live(t, now) || ++live >= TIDS_LIVE_MAX))
			give_back(t);
		t = next;
	}
	while (first_used != 0 && now - tickets[first_used].since >= TID_LIFE)
		give_back_oldest_used();
}

/* The TID of the last removal goes on meaning that removal. */
static bool
is_new(const char *uid, const char *tid)
{
	return is_none(find(uid, tid)) &&
	    strcmp(person_of(uid)->removal, tid) != 0;
}

const char *
ticket_grant(const struct code *c, ms_t now)
{
	char tid[CODE_LEN + 1];
	struct ticket *t;
	int draws = 0;

	tidy(c->uid, now);
	do
		random_code(tid);
	while (!is_new(c->uid, tid) && ++draws < DRAWS_MAX);
	t = draws < DRAWS_MAX ? take(c->uid, now) : tickets;
	if (is_none(t))
		return "0";
	memcpy(t->tid, tid, sizeof(tid));
	memcpy(t->fname, c->fname, sizeof(t->fname));
	t->op = c->op;
	t->since = now;
	return t->tid;
}

static struct guesses *
guesses_of(struct ticket *t, struct addr from)
{
	int i = 0;

	while (
	    i < VLD_ADDRESSES && t->by[i].n > 0 && t->by[i].from.ip != from.ip)
		i++;
	return &t->by[i];
}

/* May one more guess from there be right? */
static bool
listens(struct ticket *t, struct addr from, ms_t now)
{
	const struct guesses *g = guesses_of(t, from);

	return is_live(t, now) && g->n < VLD_ADDRESS_TRIES &&
	    g->paid - (VLD_TRIES - 1) * VLD_PACE <= now;
}

static void
count_wrong(const char *uid, struct addr from, ms_t now)
{
	for (struct ticket *t = newest_of(uid); !is_none(t); t = next_of(t)) {
		struct guesses *g = guesses_of(t, from);

		if (!listens(t, from, now))
			continue;
		t->wrong++;
		g->from = from;
		g->n++;
		g->paid = (g->paid > now ? g->paid : now) + VLD_PACE;
	}
}

bool
ticket_use(
    const struct msg *vld, const struct asker *who, ms_t now, struct msg *cnf)
{
	struct ticket *t = find(vld->uid, vld->tid);
	bool again = !is_none(t) && t->used && t->asker.len == who->len &&
	    t->asker.from.port == who->from.port &&
	    t->asker.from.ip == who->from.ip && now - t->last_vld < VLD_AGAIN;

	memset(cnf, 0, sizeof(*cnf));
	cnf->type = MSG_CNF;
	memcpy(cnf->uid, vld->uid, sizeof(cnf->uid));
	memcpy(cnf->tid, vld->tid, sizeof(cnf->tid));
	cnf->op = OP_ERROR;
	if (!again && (is_none(t) || !listens(t, who->from, now))) {
		count_wrong(vld->uid, who->from, now);
		return false;
	}
	if (again)
		t->last_vld = now;
	else
		mark_used(t, who, now);
	cnf->op = t->op;
	memcpy(cnf->fname, t->fname, sizeof(cnf->fname));
	return again;
}

const char *
ticket_refusal(const struct msg *vld, ms_t now)
{
	const struct ticket *t = find(vld->uid, vld->tid);

	if (is_none(t))
		return "unknown";
	if (t->used)
		return "used";
	return now - t->since < TID_LIFE ? "guesses" : "expired";
}

bool
ticket_removes(const struct msg *vld, const struct asker *who, ms_t now)
{
	struct ticket *t = find(vld->uid, vld->tid);

	return !is_none(t) && t->op == OP_REMOVE && listens(t, who->from, now);
}

void
ticket_void(const struct msg *vld)
{
	struct ticket *t = find(vld->uid, vld->tid);

	if (!is_none(t))
		t->asker.len = 0; /* no VLD is like it: E from now on */
}

void
tickets_drop(const char *uid)
{
	struct ticket *t = newest_of(uid);

	while (!is_none(t)) {
		struct ticket *next = next_of(t);

		if (!t->used)
			give_back(t);
		t = next;
	}
}
