/*
 * replay - which (UID, TID) pairs have been used here of late.
 *
 * The AS answers a repeated VLD again for some seconds, because a CNF can get
 * lost; so that no second request slips through in that time, the FS remembers
 * each pair for TID_MEMORY and refuses it itself.  The memory is bounded and
 * every operation costs the same: where too many pairs come, the oldest of its
 * neighbourhood gives way to the new one.  Time is passed in; an all-zero table
 * is empty.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "proto/wire.h"
#include "sys/clock.h"

#define REPLAY_SETS 8192
#define REPLAY_WAYS 8

struct replay {
	struct replay_pair {
		uint32_t pair; /* 0: none */
		uint32_t at;   /* ticks of 1/8 s or so: see replay.c */
	} set[REPLAY_SETS][REPLAY_WAYS];
};

/* Claim a pair for one request: false when it has been claimed already. */
bool replay_claim(struct replay *s, const char *uid, const char *tid, ms_t now);

/* The AS has confirmed a claimed pair: its time runs from now. */
void replay_keep(struct replay *s, const char *uid, const char *tid, ms_t now);

/* The AS has not: the pair may be tried again. */
void replay_forget(struct replay *s, const char *uid, const char *tid);

#endif
