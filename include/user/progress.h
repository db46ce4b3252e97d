/*
 * progress - how far a transfer has come: the status line of a terminal.
 *
 * It appears when a transfer takes longer than a second, is drawn again in
 * place, and gives way to whatever else is said.  All-zero: nothing to show.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "sys/ready.h"

#define PROGRESS_MAX 80

struct progress {
	const char *name; /* NULL: none */
	uint64_t total, done;
	ms_t began, moved; /* moved: when done last grew */
	ms_t next;         /* when the line is due */
};

void progress_begin(
    struct progress *p, const char *name, uint64_t total, ms_t now);
void progress_watch(const struct progress *p, struct ready *r);
void progress_step(struct progress *p, uint64_t done, ms_t now);

/* The line alone, shorter than the columns of a terminal.  Returns out. */
char *progress_line(
    char out[PROGRESS_MAX], const struct progress *p, int columns, ms_t now);

#endif
