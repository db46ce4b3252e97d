/*
 * spent - which (UID, TID) pairs have been used here of late.
 *
 * The AS answers a repeated VLD again for some seconds, because a CNF can get
 * lost; so that no second request slips through in that time, the FS remembers
 * each pair for TID_MEMORY and refuses it itself.  The memory is bounded and
 * every operation costs the same: where too many pairs come, the oldest of its
 * neighbourhood gives way to the new one.  Time is passed in; an all-zero table
 * is empty.
 */
#ifndef SPENT_H
#define SPENT_H

#include "clock.h"
#include "wire.h"

#define SPENT_SETS 8192
#define SPENT_WAYS 8

struct spent {
	struct spent_pair {
		uint32_t pair; /* 0: none */
		uint32_t at;   /* ticks of 1/8 s or so: see spent.c */
	} set[SPENT_SETS][SPENT_WAYS];
};

/* Claim a pair for one request: false when it has been claimed already. */
bool spent_claim(struct spent *s, const char *uid, const char *tid, ms_t now);

/* The AS has confirmed a claimed pair: its time runs from now. */
void spent_keep(struct spent *s, const char *uid, const char *tid, ms_t now);

/* The AS has not: the pair may be tried again. */
void spent_forget(struct spent *s, const char *uid, const char *tid);

#endif
