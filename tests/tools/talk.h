/*
 * talk - the player: files of statements, one statement, and the one way out
 * when something is not as the transcript says.
 */
#ifndef TALK_H
#define TALK_H

#include <stddef.h>
#include <stdint.h>

typedef int64_t ms_t; /* milliseconds */

ms_t now_ms(void); /* of the monotonic clock */

void play(const char *name);   /* its statements; beside the present file */
void statement(const char *s); /* one line; in talk_statements.c */

/* Tells where and what, shows what came (or NULL), and exits with 1. */
_Noreturn void fail(const char *what, const char *came, size_t n);

#endif
