#include "net/throttle.h"

static unsigned
set_of(unsigned number, struct addr from)
{
	unsigned hash = (number ^ from.ip) * 2654435761u;

	return (hash >> 16) % THROTTLE_SETS;
}

static bool
is_pair(const struct owing *o, unsigned number, struct addr from)
{
	return o->number == number && o->from.ip == from.ip;
}

/* What is lost least with this one. */
static ms_t
worth(const struct owing *o)
{
	return o->until > o->free ? o->until : o->free;
}

/* The place of a pair, its own or else that which is worth least. */
static struct owing *
place_of(struct throttle *t, unsigned number, struct addr from)
{
	struct owing *set = t->owing[set_of(number, from)], *least = set;

	for (int i = 0; i < THROTTLE_WAYS; i++) {
		if (is_pair(&set[i], number, from))
			return &set[i];
		if (worth(&set[i]) < worth(least))
			least = &set[i];
	}
	least->number = number;
	least->from = from;
	least->until = least->free = 0;
	return least;
}

bool
throttle_allows(
    const struct throttle *t, unsigned number, struct addr from, ms_t now)
{
	const struct owing *set = t->owing[set_of(number, from)];

	for (int i = 0; i < THROTTLE_WAYS; i++)
		if (is_pair(&set[i], number, from))
			return now < set[i].free ||
			    set[i].until - (t->burst - 1) * t->pace <= now;
	return true;
}

void
throttle_count(struct throttle *t, unsigned number, struct addr from, ms_t now)
{
	struct owing *o = place_of(t, number, from);

	if (now >= o->free)
		o->until = (o->until > now ? o->until : now) + t->pace;
}

void
throttle_forgive(
    struct throttle *t, unsigned number, struct addr from, ms_t now, ms_t until)
{
	struct owing *o = place_of(t, number, from);

	o->until = now;
	o->free = until;
}
