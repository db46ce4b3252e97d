/*
 * Who gives way: what must hold after each of many random steps, counted again
 * by hand; then the scenes that the module is made for.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "net/admission.h"
#include "policy.h"
#include "test.h"

#define STEPS 30000
#define SIZE  40
#define START (1000 * MINUTES)

static struct admission a;
static ms_t now;

static struct addr
host(int n)
{
	return (struct addr){ .ip = 0x0a000000u + (unsigned)n };
}

/* A place from there, of that owner where it is not 0; -1: refused. */
static int
come(int from, unsigned owner, enum standing s)
{
	int gone, i;

	if (admission_opens_at(&a, now) > now)
		return -1;
	gone = admission_evict(&a, now);
	if (gone != -1)
		admission_leave(&a, gone);
	i = admission_take(&a, host(from), now);
	if (i != -1 && owner != 0)
		admission_name(&a, i, owner, s, now);
	return i;
}

static bool
has_place(int i)
{
	return a.place[i].at < a.taken;
}

/* What is counted */

static void
is_counted(const struct place *p)
{
	int owner = 0, address = 0, both = 0;

	for (int k = 0; k < a.taken; k++) {
		const struct place *q = &a.place[a.order[k]];
		bool at = q->from.ip == p->from.ip;
		bool of = q->owner == p->owner &&
		    (q->standing == PROVEN) == (p->standing == PROVEN);

		address += at;
		both += at && of;
		owner += of && p->owner != 0;
	}
	CHECK(p->with_owner == owner && p->with_address == address &&
		p->with_both == both,
	    "%d %d, %d %d, %d %d", p->with_owner, owner, p->with_address,
	    address, p->with_both, both);
}

static void
is_whole(int active)
{
	static bool seen[PLACES_MAX];

	memset(seen, 0, sizeof(seen));
	CHECK(
	    a.taken + a.elsewhere <= a.size || a.elsewhere > 0, "%d", a.taken);
	CHECK(a.active <= a.taken && a.active >= active, "%d active", a.active);
	for (int k = 0; k < PLACES_MAX; k++) {
		CHECK(!seen[a.order[k]], "place %d twice", a.order[k]);
		seen[a.order[k]] = true;
		CHECK(a.place[a.order[k]].at == k, "place %d", a.order[k]);
	}
	for (int k = 0; k < a.taken; k++)
		is_counted(&a.place[a.order[k]]);
}

static int
any_taken(void)
{
	return a.order[rand() % a.taken];
}

static void
step_at_random(void)
{
	unsigned owner = 1 + (unsigned)rand() % 6;
	enum standing s = (enum standing)(rand() % 4);

	now += rand() % 50 == 0 ? rand() % 20000 : rand() % 100;
	switch (a.taken == 0 ? 0 : rand() % 8) {
	case 0:
	case 1:
	case 2:
		come(rand() % 5, rand() % 2 ? owner : 0, s);
		break;
	case 3:
		admission_leave(&a, any_taken());
		break;
	case 4:
		admission_name(&a, any_taken(), owner, s, now);
		break;
	case 5:
		admission_progress_bytes(
		    &a, any_taken(), (uint64_t)rand() % 20000, now);
		break;
	case 6:
		a.place[any_taken()].pinned = rand() % 4 == 0;
		break;
	default:
		admission_rest(&a);
		for (int k = 0; k < a.taken; k++)
			if (rand() % 2)
				admission_activate(&a, k);
	}
}

static void
counts_and_order_hold_whatever_happens(void)
{
	srand(1);
	for (int idle = 0; idle < 2; idle++) {
		admission_open(&a, SIZE, idle);
		now = START;
		for (int i = 0; i < STEPS; i++) {
			step_at_random();
			if (i % 50 == 0)
				is_whole(0);
		}
	}
}

static int
weight(const struct place *p)
{
	return p->with_owner > p->with_address ? p->with_owner :
						 p->with_address;
}

/* Was q to go rather than p?  Whoever holds more, then as in the header. */
static bool
should_go(const struct place *q, const struct place *p)
{
	if (weight(q) != weight(p))
		return weight(q) > weight(p);
	if (q->with_both != p->with_both)
		return q->with_both > p->with_both;
	if (q->standing != p->standing)
		return q->standing < p->standing;
	return q->progress < p->progress;
}

/* Of strangers, who may go at any time, nobody was to go before this one. */
static void
is_the_first(int gone)
{
	const struct place *p = &a.place[gone];

	CHECK(!p->pinned, "a pinned one goes");
	for (int k = 0; k < a.taken; k++) {
		const struct place *q = &a.place[a.order[k]];

		if (!q->pinned && q->standing <= STRANGER &&
		    q->since + EVICT_GRACE <= now)
			CHECK(!should_go(q, p), "%d %d %d, not %d %d %d",
			    weight(q), q->with_both, (int)q->standing,
			    weight(p), p->with_both, (int)p->standing);
	}
}

static void
with_all_taken_who_holds_most_goes_first(void)
{
	int full = 0;

	srand(4);
	admission_open(&a, SIZE, true);
	now = START;
	for (int i = 0; i < STEPS; i++) {
		int gone;

		step_at_random();
		if (a.taken < a.size || (gone = admission_evict(&a, now)) == -1)
			continue;
		is_the_first(gone);
		admission_leave(&a, gone);
		full++;
	}
	CHECK(full > 1000, "%d times only", full);
}

/* A place that says when it opens does; nobody pinned goes. */
static void
who_is_told_to_come_then_finds_a_place(void)
{
	srand(2);
	admission_open(&a, SIZE, true);
	now = START;
	for (int i = 0; i < STEPS; i++) {
		ms_t when;
		int gone;

		step_at_random();
		when = admission_opens_at(&a, now);
		if (when == NEVER)
			continue;
		CHECK(when <= now + USER_AGE, "%ld ms", (long)(when - now));
		if (when > now)
			CHECK(admission_evict(&a, when - 1) == -1, "too early");
		gone = a.taken < a.size ? -1 : admission_evict(&a, when);
		CHECK(gone != -1 || a.taken < a.size, "nobody goes");
		CHECK(gone == -1 || !a.place[gone].pinned, "a pinned one");
	}
}

/* Scenes */

static void
fill(int n, int from, unsigned owner, enum standing s)
{
	for (int i = 0; i < n && a.taken < a.size; i++)
		come(from, owner, s);
}

static void
below_pressure_nobody_goes(void)
{
	admission_open(&a, SIZE, true);
	now = START;
	fill(SIZE * 3 / 4, 1, 0, STRANGER);
	now += 60 * MINUTES;
	CHECK(a.taken == SIZE * 3 / 4, "%d", a.taken);
	admission_leave(&a, any_taken());
	CHECK(admission_evict(&a, now) == -1, "there is room");
}

/* The same address for all: what a class and a test on one machine look like.
 */
static void
one_user_with_all_places_gives_way(bool may_idle, int from)
{
	int idle, first;

	admission_open(&a, SIZE, may_idle);
	now = START;
	idle = come(1, 77, PROVEN);
	first = come(from, 5, PROVEN);
	fill(SIZE, from, 5, PROVEN);
	now += CROWD_AGE;
	for (int n = 0; n < 100; n++) { /* they move, and come again */
		int victim = come(1, 100u + (unsigned)n, NAMED);

		CHECK(victim != -1, "victim %d finds no place", n);
		if (victim == -1)
			return;
		if (n == 0)
			CHECK(victim == first || may_idle, "the oldest first");
		admission_name(&a, victim, 100u + (unsigned)n, PROVEN, now);
		now += CROWD_AGE;
		for (int k = 0; k < a.taken; k++)
			admission_progress(&a, a.order[k], now);
		come(from, 5, PROVEN);
		CHECK(has_place(victim) &&
			a.place[victim].owner == 100u + (unsigned)n,
		    "victim %d", n);
		admission_leave(&a, victim);
		if (may_idle)
			CHECK(has_place(idle) && a.place[idle].owner == 77,
			    "who is idle");
	}
}

static void
strangers_go_before_who_is_known(void)
{
	int known, last = -1;

	admission_open(&a, SIZE, true);
	now = START;
	known = come(1, 7, PROVEN);
	fill(SIZE, 1, 0, STRANGER);
	for (int n = 0; n < 1000; n++) {
		now += EVICT_GRACE;
		last = come(1, 0, STRANGER);
		CHECK(last != -1, "stranger %d", n);
		CHECK(a.place[known].owner == 7 && has_place(known),
		    "who is known has gone");
	}
}

/* Whoever says somebody's name does not take his places. */
static void
a_name_that_is_only_said_costs_its_owner_nothing(void)
{
	int owner[3];

	admission_open(&a, SIZE, true);
	now = START;
	for (int i = 0; i < 3; i++)
		owner[i] = come(9, 7, PROVEN);
	for (int n = 0; n < 1000; n++) {
		now += EVICT_GRACE;
		come(n % 30 + 10, 7, NAMED);
		for (int i = 0; i < 3; i++)
			CHECK(has_place(owner[i]) &&
				a.place[owner[i]].owner == 7 &&
				a.place[owner[i]].standing == PROVEN,
			    "after %d", n);
	}
}

/* The heaviest first, from wherever it comes; a user with a few, never. */
static void
a_crowd_from_many_addresses_is_one(void)
{
	int honest[4];

	admission_open(&a, SIZE, true);
	now = START;
	for (int i = 0; i < 4; i++)
		honest[i] = come(1, 50u + (unsigned)i, PROVEN);
	for (int i = 0; a.taken < SIZE; i++)
		come(10 + i, 5, PROVEN);
	now += EVICT_GRACE;
	for (int n = 0; n < 200; n++) {
		CHECK(come(10 + n % 40, 5, PROVEN) != -1, "no place");
		now += EVICT_GRACE;
		for (int i = 0; i < 4; i++)
			CHECK(a.place[honest[i]].owner == 50u + (unsigned)i,
			    "an honest one has gone");
	}
}

static void
a_transfer_below_the_least_rate_gives_way(void)
{
	int slow, fast;

	admission_open(&a, 4, false);
	now = START;
	slow = come(1, 1, PROVEN);
	fast = come(2, 2, PROVEN);
	come(3, 3, PROVEN);
	come(4, 4, PROVEN);
	for (ms_t t = 0; t < EVICT_AGE; t += 100) {
		now += 100;
		for (int k = 0; k < a.taken; k++)
			admission_progress_bytes(&a, a.order[k],
			    a.order[k] == slow ? 100 : 200, now);
	}
	CHECK(a.place[fast].progress > START, "fast enough");
	CHECK(admission_opens_at(&a, now) <= now, "one may go");
	CHECK(come(5, 5, PROVEN) == slow, "the slow one does");
	CHECK(come(6, 6, PROVEN) == -1, "nobody else");
}

/* Where nobody may be idle, who is goes before a crowd that moves. */
static void
an_idle_transfer_goes_before_a_crowd_that_moves(void)
{
	int idle;

	admission_open(&a, 8, false);
	now = START;
	idle = come(1, 1, PROVEN);
	fill(8, 2, 2, PROVEN);
	now += EVICT_AGE;
	for (int k = 0; k < a.taken; k++)
		if (a.order[k] != idle)
			admission_progress(&a, a.order[k], now);
	CHECK(come(3, 3, PROVEN) == idle, "another goes");
	CHECK(come(4, 4, PROVEN) != -1, "then one of the crowd");
}

/* Many users of one address that has more than half of all places. */
static void
a_crowd_of_one_address_makes_room_for_others(void)
{
	admission_open(&a, SIZE, false);
	now = START;
	for (int i = 0; i < SIZE / 2 + 1; i++)
		come(1, 1u + (unsigned)i, PROVEN);
	for (int i = 0; a.taken < SIZE; i++)
		come(10 + i, 100u + (unsigned)i, PROVEN);
	CHECK(come(2, 99, PROVEN) == -1, "not at once");
	now += CROWD_AGE;
	CHECK(come(2, 99, PROVEN) != -1, "then one goes, ...");
	CHECK(come(2, 98, PROVEN) == -1, "until it has half of them");
}

static void
who_is_alone_stays_for_ten_minutes(void)
{
	admission_open(&a, 4, true);
	now = START;
	for (int i = 0; i < 4; i++)
		come(i, 1u + (unsigned)i, PROVEN);
	CHECK(admission_opens_at(&a, now) == now + USER_AGE, "not before");
	now += USER_AGE;
	CHECK(come(9, 9, PROVEN) != -1, "then the first may");
	admission_open(&a, 4, true);
	for (int i = 0; i < 4; i++)
		come(i, 1u + (unsigned)i, NAMED);
	CHECK(admission_opens_at(&a, now) == now + CHECK_AGE, "a check ends");
}

/* Places that something else takes count as taken; those lent, as free. */
static void
what_is_taken_elsewhere_counts(void)
{
	admission_open(&a, 4, true);
	now = START;
	a.elsewhere = 2;
	CHECK(come(1, 0, STRANGER) != -1 && come(2, 0, STRANGER) != -1, "two");
	CHECK(admission_take(&a, host(3), now) == -1, "no third");
	a.elsewhere = -1;
	fill(9, 3, 0, STRANGER);
	CHECK(a.taken == 4, "%d", a.taken);
	CHECK(admission_take(&a, host(4), now) != -1, "a fifth");
	CHECK(admission_take(&a, host(4), now) == -1, "no sixth");
}

int
main(void)
{
	counts_and_order_hold_whatever_happens();
	with_all_taken_who_holds_most_goes_first();
	who_is_told_to_come_then_finds_a_place();
	below_pressure_nobody_goes();
	one_user_with_all_places_gives_way(true, 1);
	one_user_with_all_places_gives_way(true, 2);
	one_user_with_all_places_gives_way(false, 1);
	one_user_with_all_places_gives_way(false, 2);
	strangers_go_before_who_is_known();
	a_name_that_is_only_said_costs_its_owner_nothing();
	a_crowd_from_many_addresses_is_one();
	a_transfer_below_the_least_rate_gives_way();
	an_idle_transfer_goes_before_a_crowd_that_moves();
	a_crowd_of_one_address_makes_room_for_others();
	who_is_alone_stays_for_ten_minutes();
	what_is_taken_elsewhere_counts();
	return test_done("admission");
}
