/*
 * words - what a statement is made of, expanded; all of them move *s behind
 * what they took and the spaces after it, and fail() where it is wrong.
 */
#ifndef WORDS_H
#define WORDS_H

#include "talk.h"
#include "talk_text.h"

#define WORDS_MAX 32 /* that can be in use at once */

/* The next word; "" at the end. It is kept for WORDS_MAX more calls. */
char *word(const char **s);

unsigned long number(const char **s);

/* [PORT] [from ADDR]: 0 and 127.0.0.1 where they are missing. */
unsigned long port_and_source(const char **s, const char **from);

/* All of s as bytes, kept until the next call. */
const struct text *text(const char *s);

#endif
