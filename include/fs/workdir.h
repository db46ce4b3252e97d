/*
 * workdir - where a file server keeps what is no user's file, and its locks.
 *
 * ROOT/work/HOST.PID.N belongs to one process, as long as that holds the lock
 * on the file "lock" in it.  ROOT/work/lock has one byte for every UID, locked
 * while that user's files are counted and given their names, and one byte more
 * for those who are starting.  ROOT/removals is described in intent.h.
 */
#ifndef WORKDIR_H
#define WORKDIR_H

#include <stdbool.h>
#include <sys/types.h>

#define OWNER_MAX 96 /* HOST.PID.N, its NUL included */

/* Descriptors of what a file server has on the disk. */
struct store {
	int root;     /* users' directories stand in it */
	int work;     /* our own directory for the rest */
	int removals; /* ROOT/removals */
	bool remote;  /* other hosts may have it open, too */
	int alive;    /* the lock in work, held until the process ends */
	int locks;    /* ROOT/work/lock, ... */
	pid_t locker; /* ... as this process has opened it */
};

/*
 * With root open: clear away the work directories of the dead, make our own
 * and open it: NULL, or why that failed.
 */
const char *workdir_open(struct store *s);

/* Empty and remove our work directory, close it. */
void workdir_close(struct store *s);

const char *workdir_owner(void); /* our own HOST.PID.N */

/* Does the process live whose work directory this is, as far as locks tell? */
bool workdir_is_alive(const struct store *s, const char *owner);

/*
 * Our directory shows that we live, also where locks do not reach: to be called
 * well within every WORK_FRESH, by whichever process of ours.  -1 where it is
 * not there any more (ENOENT) or can no longer be used.
 */
int workdir_touch(const struct store *s);

/*
 * Made by others' hands or a remote file system unusable, our directory is made
 * again under its name, by the process that holds its lock: 0 or -1.  Others of
 * our processes only open it anew: workdir_reopen().
 */
int workdir_renew(struct store *s);
int workdir_reopen(struct store *s);

/*
 * Wait for a user's lock, against all other processes, the pool's children
 * among them: 0, or -1 with errno set.  Each process has a descriptor of its
 * own for that: where one is shared, some file systems end a killed process's
 * locks only when the others close it.
 */
int user_lock(struct store *s, const char *uid);
void user_unlock(const struct store *s, const char *uid);

#endif
