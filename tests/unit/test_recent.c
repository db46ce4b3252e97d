/* The bounded table that the replay cache, turns and throttles share. */
#include <string.h>

#include "sys/recent.h"
#include "test.h"

#define SETS 4

static struct recent table[SETS][RECENT_WAYS];

static struct recent *
put(uint64_t key, int64_t at)
{
	struct recent *r = recent_place(table, SETS, key);

	*r = (struct recent){ .key = key, .at = at };
	return r;
}

static void
a_key_is_found_where_it_was_put(void)
{
	struct recent *r = put(recent_key(0, 0), 5);

	CHECK(recent_key(0, 0) != 0, "0 stands for a free entry");
	CHECK(recent_key(1, 0) != recent_key(0, 1), "two numbers, in order");
	CHECK(recent_find(table, SETS, recent_key(0, 0)) == r, "found");
	CHECK(recent_place(table, SETS, recent_key(0, 0)) == r, "its own");
	CHECK(recent_find(table, SETS, recent_key(0, 1)) == NULL, "another");
}

/* Of more keys than a table has entries each set forgets its oldest first. */
static void
the_oldest_gives_way(void)
{
	int kept = 0;

	memset(table, 0, sizeof(table));
	for (unsigned i = 1; i <= 1000; i++) {
		const struct recent *way =
		    recent_place(table, SETS, recent_key(i, 7));
		const struct recent *set =
		    table[(way - table[0]) / RECENT_WAYS];

		for (int k = 0; k < RECENT_WAYS; k++)
			CHECK(set[k].at >= way->at, "key %u", i);
		put(recent_key(i, 7), i);
		CHECK(recent_find(table, SETS, recent_key(i, 7)) != NULL,
		    "key %u", i);
	}
	for (unsigned i = 1; i <= 1000; i++)
		kept += recent_find(table, SETS, recent_key(i, 7)) != NULL;
	CHECK(kept == SETS * RECENT_WAYS, "%d are remembered", kept);
}

int
main(void)
{
	a_key_is_found_where_it_was_put();
	the_oldest_gives_way();
	return test_done("recent");
}
