#include <string.h>

#include "net/turns.h"

enum { BY_ADDRESS, BY_USER, BY_SENDER, KEYS };

static uint64_t
key_of(const struct turn *w, int kind)
{
	uint64_t address = w->from.ip;

	switch (kind) {
	case BY_ADDRESS:
		return UINT64_C(1) << 56 | address;
	case BY_USER:
		return UINT64_C(2) << 56 | w->user;
	default:
		return UINT64_C(3) << 56 | address << 16 | w->from.port;
	}
}

/* When this key had its last turn; 0: not of late. */
static uint64_t
last_turn(struct turns *t, uint64_t key)
{
	const struct recent *had = recent_find(t->had, TURNS_SETS, key);

	return had != NULL ? (uint64_t)had->at : 0;
}

static void
remember(struct turns *t, uint64_t key)
{
	struct recent *had = recent_place(t->had, TURNS_SETS, key);

	had->key = key;
	had->at = (int64_t)t->counter;
}

void
turns_join(struct turns *t, int i, const struct addr *from, unsigned user)
{
	struct turn *w = &t->turn[i];

	w->waits = true;
	w->absent = false;
	w->from = *from;
	w->user = user;
	w->joined = ++t->counter;
	t->waiting++;
}

void
turns_leave(struct turns *t, int i)
{
	if (!t->turn[i].waits)
		return;
	t->turn[i].waits = false;
	t->waiting--;
}

void
turns_gone(struct turns *t, int i)
{
	t->turn[i].absent = true;
}

/* What decides, in this order; the least goes first. */
struct rank {
	uint64_t by[KEYS + 2];
};

static struct rank
rank_of(struct turns *t, const struct turn *w)
{
	struct rank r = { .by = { w->absent } };

	for (int kind = 0; kind < KEYS; kind++)
		r.by[1 + kind] = last_turn(t, key_of(w, kind));
	r.by[1 + KEYS] = w->joined;
	return r;
}

static bool
goes_before(const struct rank *a, const struct rank *b)
{
	int i = 0;

	while (i < KEYS + 1 && a->by[i] == b->by[i])
		i++;
	return a->by[i] < b->by[i];
}

int
turns_next(struct turns *t)
{
	struct rank least;
	int next = -1;

	for (int i = 0; t->waiting > 0 && i < TURNS_MAX; i++) {
		struct rank r;

		if (!t->turn[i].waits)
			continue;
		r = rank_of(t, &t->turn[i]);
		if (next == -1 || goes_before(&r, &least)) {
			least = r;
			next = i;
		}
	}
	if (next == -1)
		return -1;
	t->counter++;
	for (int kind = 0; kind < KEYS; kind++)
		remember(t, key_of(&t->turn[next], kind));
	turns_leave(t, next);
	return next;
}
