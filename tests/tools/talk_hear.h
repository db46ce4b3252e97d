/*
 * hear - every wait of talk: one select() in one place.
 *
 * Each of these is bounded: 10 s, or what hear_within() said for this once,
 * and then fails; hear_after() makes the next one fail that ends earlier.
 */
#ifndef HEAR_H
#define HEAR_H

#include <stdint.h>

#include "talk_party.h"

void hear_init(void); /* signals; before anything else */

void hear_within(ms_t ms);
void hear_after(ms_t ms);

/* Waits for n bytes, or where n is 0 for a line; a datagram is one line. The
 * bytes are s->came.s; the caller drops them. Returns how many. */
size_t hear(struct party *p, struct source *s, size_t n);

/* Waits until the line with a terminal's cursor is one like this. */
void hear_screen(struct party *p, const char *pattern);

void hear_end(struct party *p, struct source *s);
void hear_all(struct party *p, struct source *s); /* whatever, and the end */
void hear_flush(struct party *p); /* until all has been written */
void hear_ready(struct party *p); /* until a listener can accept */

/* The exit status of a program, 128 + signal where it was one. What else it
 * had to complain about has been read then. */
int hear_exit(struct party *p);

void hear_nothing(struct party *p, struct source *s, ms_t ms);
void hear_pause(ms_t ms);

#endif
