/*
 * turns - whose turn it is where many wait for few.
 *
 * Those who wait are slots of the caller's own array, of the same index.  The
 * next is always of the address that has had its turn least recently; among
 * those of one address, of the user who has; then of the sender (address and
 * port) who has; and only then who has waited longest.  So one address, one
 * user or one sender with hundreds who wait delays the others by one turn.  Who
 * seems to have gone comes after all who have not.
 *
 * When somebody had a turn is kept in a bounded table (sys/recent.h): who is
 * not in it has not had one of late.  Nothing is timed, nothing else is
 * touched; an all-zero struct is none that waits.
 */
#ifndef TURNS_H
#define TURNS_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"
#include "sys/recent.h"

#define TURNS_MAX  1024
#define TURNS_SETS 512

struct turn {
	bool waits, absent; /* absent: see turns_gone() */
	struct addr from;
	unsigned user;
	uint64_t joined; /* by the counter of turns */
};

struct turns {
	int waiting;
	uint64_t counter;
	struct turn turn[TURNS_MAX];
	struct recent had[TURNS_SETS][RECENT_WAYS];
};

/* user is any number of the caller's; i must not be waiting. */
void turns_join(struct turns *t, int i, const struct addr *from, unsigned user);
void turns_leave(struct turns *t, int i); /* may be called twice */
void turns_gone(struct turns *t, int i);  /* nobody seems to wait any more */

/* The index of who is next, waiting no more; -1: nobody waits. */
int turns_next(struct turns *t);

#endif
