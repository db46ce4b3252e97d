/*
 * recent - a bounded table of what was seen of late, by a key.
 *
 * Every operation costs the same, however many keys come: a key belongs to one
 * set of RECENT_WAYS entries, and a new one takes the place of the oldest of
 * its set.  What a key, a time and a count mean is the caller's.  An all-zero
 * table is empty; an all-zero entry is free.
 */
#ifndef RECENT_H
#define RECENT_H

#include <stddef.h>
#include <stdint.h>

#define RECENT_WAYS 8

struct recent {
	uint64_t key; /* 0: free */
	int64_t at;   /* the least of a set is its oldest */
	unsigned n;
};

/* A key of two numbers, never 0. */
uint64_t recent_key(unsigned number, uint32_t address);

/* The key's entry in a table of so many sets, or NULL. */
struct recent *recent_find(
    struct recent (*table)[RECENT_WAYS], size_t sets, uint64_t key);

/* The same, or the entry that the caller may take for it: see its key. */
struct recent *recent_place(
    struct recent (*table)[RECENT_WAYS], size_t sets, uint64_t key);

#endif
