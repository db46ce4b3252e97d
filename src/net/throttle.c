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

bool
throttle_allows(
    const struct throttle *t, unsigned number, struct addr from, ms_t now)
{
	const struct owing *set = t->owing[set_of(number, from)];

	for (int i = 0; i < THROTTLE_WAYS; i++)
		if (is_pair(&set[i], number, from))
			return set[i].until - (t->burst - 1) * t->pace <= now;
	return true;
}

void
throttle_count(struct throttle *t, unsigned number, struct addr from, ms_t now)
{
	struct owing *set = t->owing[set_of(number, from)], *o = set;

	for (int i = 0; i < THROTTLE_WAYS; i++) {
		if (is_pair(&set[i], number, from)) {
			o = &set[i];
			break;
		}
		if (set[i].until < o->until)
			o = &set[i];
	}
	o->number = number;
	o->from = from;
	o->until = (o->until > now ? o->until : now) + t->pace;
}
