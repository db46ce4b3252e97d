/*
 * lock - one AS a data directory, and what proves that it is still this one.
 *
 * DIR/lock says who holds the directory: host, process ID, and a number that is
 * one more for each AS that has held it.  Of the file's bytes two are locked:
 * the first by the AS, the second, shared, by each of its workers.  Both locks
 * go with their process, however it ends; so a worker whose AS was killed, and
 * which may be writing still, keeps the next AS waiting.
 *
 * DIR/work is each AS's own: the one before it is removed before it serves.
 * Whatever is changed is renamed into place out of it, so that on a file system
 * where a lock can get lost nothing of an AS that was succeeded arrives.
 *
 * Closing any descriptor of the lock file would give a process's locks up:
 * nobody else opens it.
 */
#ifndef AS_LOCK_H
#define AS_LOCK_H

#include <stdbool.h>

/*
 * Take the directory.  Where another AS holds it: log that and wait for
 * its end, or refuse.  Then wait up to ORPHAN_TIME for workers of the last AS;
 * it is logged after ORPHAN_TOLD.  NULL, with *new_work a descriptor of the new
 * work directory, or what is wrong.
 */
const char *lock_take(int dir, bool wait, int *new_work);

/*
 * In a worker, before it changes anything: from the first time on it has its
 * share of the lock.  False, with errno set, where it has none, or where the AS
 * that made it holds the directory no more: it may not write then.
 */
bool lock_join(void);

/*
 * Before a change is confirmed, and once in HELD_TIME: is the directory still
 * ours?  Where it is not, another AS may have changed what we are about to
 * confirm: says so, and ends the program.  False where the disk does not tell:
 * nothing may be confirmed then.
 */
bool lock_prove(void);

#endif
