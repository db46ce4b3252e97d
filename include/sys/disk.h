/*
 * disk - small steps on directories and files that others may tamper with.
 *
 * Everything is opened relative to a directory, follows no symbolic link and is
 * closed on exec.  Functions return -1 with errno set on failure.  Those marked
 * "slow" wait for the disk: they belong in the pool, not in the loop.
 */
#ifndef DISK_H
#define DISK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Open a program's data directory, made 0700 where it is missing.  NULL with
 * *fd set, or why it is refused: it must be ours and writable by us alone.
 */
const char *disk_root(const char *path, int *fd);

/* There is nothing of that name yet: disk_root() would make it. */
bool disk_is_missing(const char *path);

int disk_open_dir(int at, const char *name);
int disk_make_dir(int at, const char *name); /* 0700, where it is missing */

/*
 * Does its file system have other hosts, as far as we know?  There what is
 * elsewhere quick may take a minute, and other hosts remember names.
 */
bool disk_is_remote(int fd);

/*
 * Open an existing regular file that has one link, so that neither a planted
 * link, FIFO nor device is read or waited for (EMLINK); its size in bytes goes
 * to *size.
 */
int disk_open(int at, const char *name, off_t *size);

/* Make a file that does not exist yet, 0600. */
int disk_create(int at, const char *name);

int disk_write(int fd, const void *data, size_t n); /* all of it */

/*
 * A large file goes to the disk in stretches: it is preallocated when it
 * begins, and one is synced while the next one comes.
 */
#ifndef DISK_STRETCH
#define DISK_STRETCH (16u << 20) /* bytes */
#endif

/*
 * A file that will have size bytes is about to be written up to the first need
 * of them.  Where that is beyond *done, what is preallocated so far, take one
 * more stretch, so that a large file does not get its blocks one by one.  Not
 * for small ones; and where that fails, disk_write() will say what is wrong.
 */
void disk_preallocate(int fd, uint64_t *done, uint64_t need, uint64_t size);

/*
 * Has the directory's file system a call for that?  name is a free one, used
 * for a moment.  Where it has not: disk_preallocate_never() before any
 * disk_preallocate().
 */
bool disk_can_preallocate(int at, const char *name);
void disk_preallocate_never(void);

/* Read a whole small file into out, ended by a NUL: its length. */
ssize_t disk_load(int at, const char *name, char *out, size_t max);

/*
 * Slow.  Write a whole small file and make it durable under its name, replacing
 * any older one in one step.  It is written in the directory work, under the
 * same name: nobody else may save that name at the same time.
 */
int disk_save(int at, const char *name, int work, const char *text);

/* Slow.  The same, written as temp first. */
int disk_save_as(
    int at, const char *name, int work, const char *temp, const char *text);

/* Slow.  Remove a file, or a directory with all that is in it. */
int disk_purge(int at, const char *name);

/* Call each(dir, name, arg) for every entry but . and .. until it says stop. */
int disk_each(int at, const char *dir, bool (*each)(int, const char *, void *),
    void *arg);

/*
 * Lock one byte of an open file against all other processes, waiting for it or
 * failing at once with EAGAIN or EACCES; disk_locker() says who holds it then,
 * 0 nobody.  Closing any descriptor of that file in this process unlocks it.
 */
int disk_lock(int fd, off_t byte, bool wait);
int disk_lock_shared(int fd, off_t byte); /* with others; waits */
int disk_unlock(int fd, off_t byte);
pid_t disk_locker(int fd, off_t byte);

#endif
