#include "net/throttle.h"

bool
throttle_allows(struct throttle *t, unsigned number, struct addr from, ms_t now)
{
	const struct recent *r =
	    recent_find(t->owing, THROTTLE_SETS, recent_key(number, from.ip));

	return r == NULL || (r->n == THROTTLE_FREE && now < r->at) ||
	    r->at - (t->burst - 1) * t->pace <= now;
}

static struct recent *
place_of(struct throttle *t, unsigned number, struct addr from)
{
	uint64_t key = recent_key(number, from.ip);
	struct recent *r = recent_place(t->owing, THROTTLE_SETS, key);

	if (r->key != key)
		*r = (struct recent){ .key = key };
	return r;
}

void
throttle_count(struct throttle *t, unsigned number, struct addr from, ms_t now)
{
	struct recent *r = place_of(t, number, from);

	if (r->n == THROTTLE_FREE && now < r->at)
		return;
	r->n = THROTTLE_OWES;
	r->at = (r->at > now ? r->at : now) + t->pace;
}

void
throttle_forgive(
    struct throttle *t, unsigned number, struct addr from, ms_t until)
{
	struct recent *r = place_of(t, number, from);

	r->n = THROTTLE_FREE;
	r->at = until;
}
