/*
 * removals - finish the removals that no client waits for any more.
 *
 * Where the AS did not answer in time, the disk refused, or a file server was
 * killed, an intent (intent.h) stays.  At start, soon after a client has left
 * one, and every REMOVALS_AGAIN, those on record are taken up one at a time.
 * The AS is asked again with the same bytes from the same address and port.
 * When it says that the user is gone the files are removed; when it says no the
 * intent is.  Where there is no answer, the port is in use or the disk refuses,
 * the next round tries again.
 */
#ifndef REMOVALS_H
#define REMOVALS_H

#include "fs/disk_ops.h"
#include "net/request.h"
#include "sys/pool.h"

struct service;

/* All-zero: nothing was looked for yet. */
struct removals {
	enum {
		RESTING,   /* until next */
		REVIEWING, /* job: FILE_REVIEW */
		REASKING, /* op: an intent; vld: under way, by own or service.as
			   */
		ENDING    /* job: FILE_REMOVE, FILE_ABANDON or FILE_PURGE */
	} state;
	ms_t next;
	ms_t asked;       /* REASKING: the first time */
	ms_t next_round;  /* not RESTING: the next round, 0: in its own time */
	struct dgram own; /* at the intent's own port; none: service.as */
	struct request vld;
	struct job job;
	struct disk_op op;
	char after[UID_LEN + 1]; /* the last one that was taken up */
	int logged;              /* the last errno that was logged, 0: none */
};

/* Dial the AS, sealed where that is so (client.h): 0, or -1 with errno. */
int dial_as(const struct service *s, struct dgram *d, const struct addr *as,
    const struct addr *self);

void removals_soon(struct removals *m, ms_t at); /* one has been left */

void removals_watch(const struct removals *m, struct ready *r);

/*
 * Go on.  is_busy() says of whom a client's own removal is under way: that one
 * is left to it.
 */
void removals_step(struct service *s, const struct ready *r,
    bool (*is_busy)(const void *clients, const char *uid), const void *clients);

/* A CNF that no client waits for. */
void removals_receive(struct service *s, const struct msg *cnf);

void removals_stop(struct removals *m);

/*
 * Do the VLDs of this intent still leave from where the first has left?  If
 * not, since our address has changed, an E means nothing: the AS may have
 * removed the user for whom it knows by the other one.
 */
bool removals_from_here(const struct service *s, const struct intent *i);

/* Where VLDs leave from: fill in an intent of ours with this TID. */
void removals_intent(
    const struct service *s, struct intent *i, const char *tid);

#endif
