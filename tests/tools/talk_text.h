/*
 * text - the words of a transcript: variables, escapes and patterns.
 *
 * Escapes: \n \r \t, \xHH for any byte, a backslash before any other byte for
 * that byte; $name or ${name} is the value of a variable. In a text,
 * \{ab*5000} is ab five thousand times. In a pattern, {name} takes the bytes up
 * to a space or to the byte that follows it in the pattern, {name:4} takes
 * exactly four digits, and * stands for any bytes but a newline.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Bytes that grow; a NUL, not counted, always follows them. */
struct text {
	char *s;
	size_t len, room;
};

void text_add(struct text *t, const char *s, size_t n);
void text_drop(struct text *t, size_t n); /* from the front */
void text_free(struct text *t);

void var_set(const char *name, const char *value, size_t n);

/* Replaces *out by the bytes that src stands for; false where src names a
 * variable that nobody has set, or breaks off. */
bool text_expand(struct text *out, const char *src);

/* True where the pattern stands for exactly these bytes; sets its variables. */
bool text_match(const char *pattern, const char *s, const char *end);

/* The bytes as a transcript would write them, the first few hundred. */
void text_print(FILE *f, const char *s, size_t n);

#endif
