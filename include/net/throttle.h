/*
 * throttle - how often somebody may do something: so many times at once, then
 * once in a while.
 *
 * Counted by a number and an address together (of a user, and of whoever asks)
 * in a bounded table: where it is full a new pair takes the place of the one of
 * its neighbourhood that owes least, so that a debt is as good as paid before
 * it is forgotten.  Time is passed in.
 */
#ifndef THROTTLE_H
#define THROTTLE_H

#include <stdbool.h>

#include "net/addr.h"
#include "sys/clock.h"

#define THROTTLE_SETS 512
#define THROTTLE_WAYS 8

/* Zero but for the first two. */
struct throttle {
	int burst; /* times at once, */
	ms_t pace; /* then one in so many ms */
	struct owing {
		unsigned number;
		struct addr from;
		ms_t until; /* when all is paid for */
		ms_t free;  /* until then it may as often as it likes */
	} owing[THROTTLE_SETS][THROTTLE_WAYS];
};

bool throttle_allows(
    const struct throttle *t, unsigned number, struct addr from, ms_t now);
void throttle_count(
    struct throttle *t, unsigned number, struct addr from, ms_t now);

/* Nothing is owed, and nothing counted until that time. */
void throttle_forgive(struct throttle *t, unsigned number, struct addr from,
    ms_t now, ms_t until);

#endif
