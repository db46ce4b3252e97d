/*
 * body - file contents that a transcript can name by their length.
 *
 * The byte at offset i is a function of i, with every byte value and no short
 * period, so that a lost, doubled or moved byte shows.
 */
#ifndef BODY_H
#define BODY_H

#include <stdbool.h>
#include <stddef.h>

#define BODY_CHUNK 4096

/* The n bytes from offset from on, at most BODY_CHUNK; static storage. */
const char *body(unsigned long from, size_t n);

/* True where the n bytes at s are the body's from offset from on. */
bool body_is(const char *s, size_t n, unsigned long from);

bool body_make_file(const char *path, unsigned long size);
bool body_is_file(const char *path, unsigned long size);

#endif
