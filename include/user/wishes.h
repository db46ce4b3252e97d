/*
 * wishes - the code that was asked for, and the TIDs that were granted.
 *
 * A TID is kept for its operation and file until it is used or has expired;
 * TIDS_LIVE_MAX of them, as many as an AS keeps: the oldest gives way.
 */
#ifndef WISHES_H
#define WISHES_H

#include "policy.h"
#include "proto/wire.h"
#include "sys/clock.h"
#include "user/local.h"

/* An operation, and the code that stands for it; "" none. */
struct wish {
	char code[CODE_LEN + 1];
	enum op op;
	char fname[FNAME_MAX + 1];
	char path[LOCAL_PATH_MAX]; /* of an upload, as it was typed */
	ms_t until;                /* of a TID */
};

struct wishes {
	struct wish asked; /* by the RID of the last REQ; its code confirms */
	struct wish granted[TIDS_LIVE_MAX]; /* by their TIDs */
};

/* What was asked has got its TID. */
struct wish *wishes_grant(struct wishes *w, const char *tid, ms_t now);

/* The TID for that; fname NULL: for any file, the newest.  NULL: none. */
struct wish *wishes_find(
    struct wishes *w, enum op op, const char *fname, ms_t now);

/* The newest TID for whatever it is, or NULL. */
const struct wish *wishes_newest(struct wishes *w, ms_t now);

#endif
