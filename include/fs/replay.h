/*
 * replay - which (UID, TID) pairs have been used here of late.
 *
 * The AS answers a repeated VLD again for some seconds, because a CNF can get
 * lost; so that no second request slips through in that time, the FS remembers
 * each pair for TID_MEMORY and refuses it itself; where too many come the
 * oldest give way (sys/recent.h).  Time is passed in; all-zero is empty.
 */
#ifndef REPLAY_H
#define REPLAY_H

#include "proto/wire.h"
#include "sys/clock.h"
#include "sys/recent.h"

#define REPLAY_SETS 8192

struct replay {
	struct recent seen[REPLAY_SETS][RECENT_WAYS];
};

/* Claim a pair for one request: false when it has been claimed already. */
bool replay_claim(struct replay *s, const char *uid, const char *tid, ms_t now);

/* The AS has confirmed a claimed pair: its time runs from now. */
void replay_keep(struct replay *s, const char *uid, const char *tid, ms_t now);

/* The AS has not: the pair may be tried again. */
void replay_forget(struct replay *s, const char *uid, const char *tid);

#endif
