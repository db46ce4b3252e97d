/*
 * sentence - a sentence of a table, with its subject put in.
 */
#ifndef SENTENCE_H
#define SENTENCE_H

#include <stddef.h>

/* What a sentence is about; what it does not name may be NULL. */
struct subject {
	const char *name;    /* of a file or user: $ */
	const char *address; /* of a server: @ */
	const char *reason;  /* # */
};

/* Copy a sentence to out with these in it; cut to size.  Returns out. */
char *sentence_fill(char *out, size_t size, const char *sentence,
    const struct subject *subject);

/* The same, told: see terminal.h. */
void sentence_tell(const char *sentence, const struct subject *subject);

#endif
