/*
 * intent - what is on record of removals: those that are begun and not ended,
 * ROOT/removals/UID, and the last that was, ROOT/removals/UID.last.
 *
 * An intent is written before the AS is asked whether the user is to go, and
 * gone once it has said no or all is removed.  While it stands nobody is shown
 * that user's files, at any file server of this ROOT: the AS may have let the
 * UID go, and whoever registers it next is somebody else.  The AS answers for a
 * removal to the address and port alone that has asked for it; so these stand
 * here, too.
 *
 * A generation says how often a UID has been removed.  A removal changes it
 * under the user's lock, so that every file server sees that what was begun
 * before belongs to an account that is gone.
 */
#ifndef INTENT_H
#define INTENT_H

#include <stdbool.h>
#include <stdint.h>

#include "fs/workdir.h"
#include "proto/wire.h"

struct intent {
	char tid[CODE_LEN + 1];
	char ip[16]; /* where its VLDs leave from, ... */
	uint16_t port;
	char owner[OWNER_MAX]; /* whose it is: see workdir_is_alive() */
	bool confirmed;        /* the AS has removed the account */
};

/* All-zero: nobody with this UID was removed yet. */
struct generation {
	unsigned long number;   /* of removals */
	char tid[CODE_LEN + 1]; /* the last one's */
	enum {
		FILES_KEPT,   /* the account's files, if any, stand there */
		FILES_GOING,  /* a removal is under way: they are nobody's */
		FILES_REMOVED /* and none was stored since */
	} state;
};

/* Is there one? 1, 0, or -1 where nobody can tell. */
int intent_stands(const struct store *s, const char *uid);

/* 0 with *i set, or -1: errno ENOENT where there is none. */
int intent_load(const struct store *s, const char *uid, struct intent *i);

/* Slow, under the user's lock.  temp is a free name in our work directory. */
int intent_save(const struct store *s, const char *uid, const struct intent *i,
    const char *temp);

/*
 * Under the user's lock.  Take away the one with this TID: 0, also where it is
 * not there, or -1.  Not made durable: one that comes back is asked about
 * again.
 */
int intent_drop(const struct store *s, const char *uid, const char *tid);

/* The first UID on record after this one ("": the first): 1, 0 none, -1. */
int intent_next(const struct store *s, char uid[UID_LEN + 1]);

/* 0, or -1.  What is damaged reads as all-zero, as far as it is. */
int generation_load(
    const struct store *s, const char *uid, struct generation *g);

/* Slow, under the user's lock; temp as above: 0 or -1. */
int generation_save(const struct store *s, const char *uid,
    const struct generation *g, const char *temp);

bool generation_same(const struct generation *a, const struct generation *b);

#endif
