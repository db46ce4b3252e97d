/*
 * tasks - what the workers are at, for whom, and whose turn is next.
 *
 * The pool has as many tasks as it has workers, and no more: whoever waits for
 * one stands in turns (net/turns.h), so that one address or user with hundreds
 * who wait delays the others by one turn only.  What is to be written goes
 * before what is to be hashed, and a worker is always left for it.
 *
 * Who waits for a task may go meanwhile: nobody's place is held by a hash.  It
 * is not begun then; one that was begun is counted for what it has found out.
 */
#ifndef TASKS_H
#define TASKS_H

#include "as/server.h"

/*
 * Hand results to the changes that wait for them, and count those of logins
 * whose session has gone; a session that is there fetches its own.
 */
void tasks_step(struct server *as, ms_t now);

/* Begin the tasks of those whose turn it is; at the end of a round. */
void tasks_start(struct server *as, ms_t now);
void tasks_watch(const struct server *as, struct ready *r);

#endif
