/*
 * ready - one round of select(): say what you wait for, wait, then ask.
 *
 *	ready_begin(&r);
 *	ready_read(&r, fd);		any number of these, in any order
 *	ready_by(&r, deadline);
 *	ready_wait(&r);
 *	if (ready_can_read(&r, fd)) ...
 *
 * Nothing is kept from one round to the next, so nothing can be left behind;
 * only the longest time that a round took from waking to waiting again is.
 */
#ifndef READY_H
#define READY_H

#include <stdbool.h>
#include <sys/select.h>

#include "sys/clock.h"

struct ready {
	fd_set read, write;
	int nfds;
	ms_t deadline;
	ms_t woke;    /* when the last wait ended; 0: none yet */
	ms_t longest; /* the longest gap between two waits */
};

void ready_begin(struct ready *r);

/* fd must be below FD_SETSIZE: see fd_limit().  -1 stands for none. */
void ready_read(struct ready *r, int fd);
void ready_write(struct ready *r, int fd);
void ready_by(struct ready *r, ms_t deadline); /* sleep no longer */

/* 0, or -1 (see errno); the time is now r->woke. */
int ready_wait(struct ready *r);
bool ready_can_read(const struct ready *r, int fd);
bool ready_can_write(const struct ready *r, int fd);

#endif
