/*
 * shelf - one user's directory, as it is on the disk at this moment.
 *
 * What does not look like our work - another kind of name, a link, a FIFO, a
 * directory - is no file; but a taken name is taken, whatever it names.  dir is
 * what shelf_open() returned; -1 stands for an empty shelf.
 */
#ifndef SHELF_H
#define SHELF_H

#include <stdbool.h>
#include <stdint.h>

/* The directory, or -1: with errno 0 where the user has none. */
int shelf_open(int root, const char *uid);

/* As shelf_open(); made, durably, where it is missing.  Slow. */
int shelf_make(int root, const char *uid);

bool shelf_file(int dir, const char *name, uint64_t *size);
bool shelf_taken(int dir, const char *name);
int shelf_count(int dir); /* of the taken names; -1 where nobody can tell */

#endif
