/*
 * progress - how far a transfer has come: one line on a terminal's stderr.
 *
 * It appears when a transfer takes longer than a second, is drawn again in
 * place, and is wiped before anything else is said.  All-zero: nothing to show.
 */
#ifndef PROGRESS_H
#define PROGRESS_H

#include "sys/ready.h"

#define PROGRESS_MAX 96

struct progress {
	const char *name; /* NULL: none */
	uint64_t total, done;
	ms_t began, moved; /* moved: when done last grew */
	ms_t next;         /* when the line is due */
	bool shown;
};

void progress_begin(
    struct progress *p, const char *name, uint64_t total, ms_t now);
void progress_watch(const struct progress *p, struct ready *r);
void progress_step(struct progress *p, uint64_t done, ms_t now);
void progress_wipe(struct progress *p); /* until it is drawn again */
void progress_end(struct progress *p);  /* may be called twice */

/* The line alone, for a terminal of 80 columns.  Returns out. */
char *progress_line(char out[PROGRESS_MAX], const struct progress *p, ms_t now);

#endif
