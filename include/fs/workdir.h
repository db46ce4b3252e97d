/*
 * work - where a file server keeps what is no user's file, and its locks.
 *
 * ROOT/work/HOST.PID.N belongs to one process, as long as that holds the lock
 * on the file "lock" in it.  ROOT/work/lock has one byte for every UID, locked
 * while that user's files are counted and given their names, and one byte more
 * for those who are starting.
 */
#ifndef WORKDIR_H
#define WORKDIR_H

/* Descriptors of what a file server has on the disk. */
struct store {
	int root;  /* users' directories stand in it */
	int work;  /* our own directory for the rest */
	int locks; /* ROOT/work/lock */
};

/*
 * With root open: clear away the work directories of the dead, make our own
 * and open it and locks: 0, or -1 with errno set.
 */
int workdir_open(struct store *s);

/* Empty and remove our work directory, close it and locks. */
void workdir_close(struct store *s);

/*
 * Wait for a user's lock, against all other processes, the pool's children
 * among them: 0, or -1 with errno set.
 */
int user_lock(const struct store *s, const char *uid);
void user_unlock(const struct store *s, const char *uid);

#endif
