/*
 * codes - which codes this device has shown, so that a copy is shown once.
 *
 * The AS sends a VLC again until its RVC arrives: what was shown within
 * SHOWN_MEMORY is a copy.  The memory is a ring; all-zero is empty.
 */
#ifndef CODES_H
#define CODES_H

#include "policy.h"
#include "proto/wire.h"
#include "sys/clock.h"

_Static_assert(CODES_SHOWN >= VLC_BURST + SHOWN_MEMORY / VLC_PACE,
    "all that an AS sends within SHOWN_MEMORY is remembered");

struct codes {
	unsigned long count; /* ever; code[n % CODES_SHOWN] is the n-th */
	bool removal;        /* one of them was for a remove */
	struct code {
		ms_t shown;
		struct msg vlc;
	} code[CODES_SHOWN];
};

/* A VLC for our user has come: true when it is a new one, which is kept. */
bool codes_add(struct codes *c, const struct msg *vlc, ms_t now);

/* The last codes, oldest first: the i-th of CODES_LAST, or NULL. */
const struct code *codes_last(const struct codes *c, unsigned i);

#endif
