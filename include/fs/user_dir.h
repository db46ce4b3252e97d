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
int user_dir_count(int dir); /* of the taken names; -1 where nobody can tell */

/*
 * Slow.  Take all out of the directory, into to (-1: away at once), and make
 * that durable: 0, or -1 where a file is still there.
 */
int user_dir_empty(int dir, int to);

#endif
