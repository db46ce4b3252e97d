#include <string.h>

#include "net/admission.h"
#include "policy.h"

static bool
is_full(const struct admission *a)
{
	return a->taken + a->elsewhere >= a->size;
}

static bool
is_pressed(const struct admission *a)
{
	return (a->taken + a->elsewhere) * 4 >= a->size * 3;
}

void
admission_open(struct admission *a, int size, bool may_idle)
{
	memset(a, 0, sizeof(*a));
	a->size = size < PLACES_MAX ? size : PLACES_MAX;
	a->may_idle = may_idle;
	for (int i = 0; i < PLACES_MAX; i++)
		a->order[i] = a->place[i].at = (uint16_t)i;
}

/* Two places of the order change places. */
static void
swap(struct admission *a, int k, int l)
{
	uint16_t i = a->order[k], j = a->order[l];

	a->order[k] = j;
	a->order[l] = i;
	a->place[j].at = (uint16_t)k;
	a->place[i].at = (uint16_t)l;
}

static bool
same_owner(const struct place *p, const struct place *q)
{
	return p->owner == q->owner &&
	    (p->standing == PROVEN) == (q->standing == PROVEN);
}

/* One place is counted, or no more, by those that share something with it. */
static void
count(struct admission *a, struct place *p, int by)
{
	int owner = 0, address = 0, both = 0;

	for (int k = 0; k < a->taken; k++) {
		struct place *q = &a->place[a->order[k]];
		bool at = q->from.ip == p->from.ip;
		bool of = same_owner(p, q);

		if (!at && (!of || p->owner == 0))
			continue;
		q->with_address = (uint16_t)(q->with_address + (at ? by : 0));
		q->with_both = (uint16_t)(q->with_both + (at && of ? by : 0));
		address += at;
		both += at && of;
		if (of && p->owner != 0) {
			q->with_owner = (uint16_t)(q->with_owner + by);
			owner++;
		}
	}
	p->with_owner = (uint16_t)owner;
	p->with_address = (uint16_t)address;
	p->with_both = (uint16_t)both;
}

int
admission_take(struct admission *a, struct addr from, ms_t now)
{
	struct place *p;
	int i;

	if (is_full(a) || a->taken == PLACES_MAX)
		return -1;
	i = a->order[a->taken];
	p = &a->place[i];
	memset(p, 0, sizeof(*p));
	p->at = (uint16_t)a->taken;
	p->from = from;
	p->standing = STRANGER;
	p->since = p->progress = now;
	admission_activate(a, a->taken++);
	count(a, p, 1);
	return i;
}

void
admission_leave(struct admission *a, int i)
{
	struct place *p = &a->place[i];

	count(a, p, -1);
	if (p->at < a->active)
		swap(a, p->at, --a->active);
	swap(a, p->at, --a->taken);
}

void
admission_name(
    struct admission *a, int i, unsigned owner, enum standing s, ms_t now)
{
	struct place *p = &a->place[i];
	bool counted =
	    p->owner == owner && (p->standing == PROVEN) == (s == PROVEN);

	if (p->owner == owner && p->standing == s)
		return;
	if (!counted)
		count(a, p, -1);
	p->owner = owner;
	p->standing = s;
	p->since = now;
	if (!counted)
		count(a, p, 1);
}

void
admission_progress(struct admission *a, int i, ms_t now)
{
	a->place[i].progress = now;
	a->place[i].bytes = 0;
}

void
admission_progress_bytes(struct admission *a, int i, uint64_t n, ms_t now)
{
	a->place[i].bytes += n;
	if (a->place[i].bytes >= LEAST_BYTES)
		admission_progress(a, i, now);
}

/* Who gives way */

/* One of several from the same address that say the same name. */
static bool
is_doubtful(const struct place *p)
{
	return p->standing == NAMED && p->with_both > 1;
}

static ms_t
evictable_when_full(const struct admission *a, const struct place *p)
{
	if (p->standing <= STRANGER || is_doubtful(p))
		return p->since + EVICT_GRACE;
	if (p->with_owner > FEW_PLACES)
		return p->since + (a->may_idle ? EVICT_GRACE : CROWD_AGE);
	if (p->standing == NAMED)
		return p->since + CHECK_AGE;
	if (p->with_address > a->size / 2)
		return p->progress + CROWD_AGE;
	return p->progress + (a->may_idle ? USER_AGE : EVICT_AGE);
}

static ms_t
evictable_at(const struct admission *a, const struct place *p)
{
	if (p->pinned)
		return NEVER;
	if (is_full(a))
		return evictable_when_full(a, p);
	if (p->standing == NAMED && !is_doubtful(p))
		return p->since + CHECK_AGE;
	if (p->standing == PROVEN && a->may_idle && p->with_owner <= FEW_PLACES)
		return NEVER;
	return p->progress + EVICT_AGE;
}

static int
weight(const struct place *p)
{
	return p->with_owner > p->with_address ? p->with_owner :
						 p->with_address;
}

/* Does p go before q?  Where nobody may be idle, who is goes before all. */
static bool
goes_before(const struct admission *a, const struct place *p,
    const struct place *q, ms_t now)
{
	bool p_idle = !a->may_idle && now - p->progress >= EVICT_AGE;
	bool q_idle = !a->may_idle && now - q->progress >= EVICT_AGE;

	if (p_idle != q_idle)
		return p_idle;
	if (weight(p) != weight(q))
		return weight(p) > weight(q);
	if (p->with_both != q->with_both)
		return p->with_both > q->with_both;
	if (p->standing != q->standing)
		return p->standing < q->standing;
	return p->progress < q->progress;
}

/* Of those whose time has come the first; or -1, and *when it will. */
static int
first_to_go(const struct admission *a, ms_t now, ms_t *when)
{
	int first = -1;

	*when = NEVER;
	for (int k = 0; k < a->taken; k++) {
		int i = a->order[k];
		ms_t t = evictable_at(a, &a->place[i]);

		if (t < *when)
			*when = t;
		if (t <= now &&
		    (first == -1 ||
			goes_before(a, &a->place[i], &a->place[first], now)))
			first = i;
	}
	return first;
}

ms_t
admission_opens_at(const struct admission *a, ms_t now)
{
	ms_t when = now;

	if (is_full(a))
		first_to_go(a, now, &when);
	return when;
}

int
admission_evict(struct admission *a, ms_t now)
{
	ms_t when;
	int i = is_pressed(a) ? first_to_go(a, now, &when) : -1;

	a->evicted += i != -1;
	return i;
}

void
admission_rest(struct admission *a)
{
	a->active = 0;
}

void
admission_activate(struct admission *a, int k)
{
	if (k >= a->active)
		swap(a, k, a->active++);
}
