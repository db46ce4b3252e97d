/*
 * grants - the request that waits for its code, and the TIDs that were granted.
 *
 * A TID is kept for its operation and file until it is used or has expired;
 * TIDS_LIVE_MAX of them, as many as an AS keeps: the oldest gives way.
 */
#ifndef GRANTS_H
#define GRANTS_H

#include "policy.h"
#include "proto/wire.h"
#include "sys/clock.h"
#include "user/local.h"

/* An operation, and what stands for it: a RID, then a TID; "" none. */
struct grant {
	char code[CODE_LEN + 1];
	enum op op;
	char fname[FNAME_MAX + 1];
	char path[LOCAL_PATH_MAX]; /* of an upload, as it was typed */
	ms_t until;                /* of a TID */
};

struct grants {
	struct grant pending; /* by the RID of the last REQ: to be confirmed */
	struct grant granted[TIDS_LIVE_MAX]; /* by their TIDs */
};

/* What is pending has got its TID. */
struct grant *grants_add(struct grants *g, const char *tid, ms_t now);

#define ANY_OP OP_ERROR /* nothing is granted for this one */

/* The newest TID for that; ANY_OP, and fname NULL, for any.  NULL: none. */
struct grant *grants_find(
    struct grants *g, enum op op, const char *fname, ms_t now);

/* A server has taken up this request: its TID is used. */
void grants_forget(struct grants *g, const struct msg *request);

#endif
