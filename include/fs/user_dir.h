/*
 * user_dir - one user's directory, as it is on the disk at this moment.
 *
 * What does not look like our work - another kind of name, a link, a FIFO, a
 * directory - is no file; but a taken name is taken, whatever it names.  dir is
 * what user_dir_open() returned; -1 stands for an empty directory.
 */
#ifndef USER_DIR_H
#define USER_DIR_H

#include <stdbool.h>
#include <stdint.h>

/* The directory, or -1: with errno 0 where the user has none. */
int user_dir_open(int root, const char *uid);

/* As user_dir_open(); made, durably, where it is missing.  Slow. */
int user_dir_make(int root, const char *uid);

/* 1 with its size, 0: no file of ours; -1: nobody can tell, see errno. */
int user_dir_file(int dir, const char *name, uint64_t *size);
int user_dir_taken(int dir, const char *name); /* 1, 0, -1 likewise */

/*
 * How many names are taken, -1 where nobody can tell; and is this one?  By a
 * listing: a single name's state may be remembered from another host's past.
 */
int user_dir_count(int dir, const char *name, bool *taken);

/*
 * Slow.  Remove all files that are in the directory, and make that durable: 0,
 * or -1 where one is still there.
 */
int user_dir_empty(int dir);

#endif
