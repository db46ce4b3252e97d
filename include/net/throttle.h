/*
 * throttle - how often somebody may do something: so many times at once, then
 * once in a while.
 *
 * Counted by a number and an address together (of a user, and of whoever asks)
 * in a bounded table (sys/recent.h): where it is full a new pair takes the
 * place of the one of its set that owes least.  Time is passed in.
 */
#ifndef THROTTLE_H
#define THROTTLE_H

#include <stdbool.h>

#include "net/addr.h"
#include "sys/clock.h"
#include "sys/recent.h"

#define THROTTLE_SETS 512

/* What n of an entry says; at is until when it is so. */
enum { THROTTLE_OWES, THROTTLE_FREE };

/* Zero but for the first two. */
struct throttle {
	int burst; /* times at once, */
	ms_t pace; /* then one in so many ms */
	struct recent owing[THROTTLE_SETS][RECENT_WAYS];
};

bool throttle_allows(
    struct throttle *t, unsigned number, struct addr from, ms_t now);
void throttle_count(
    struct throttle *t, unsigned number, struct addr from, ms_t now);

/* Nothing is owed, and nothing counted until that time. */
void throttle_forgive(
    struct throttle *t, unsigned number, struct addr from, ms_t until);

#endif
