#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "policy.h"
#include "user/progress.h"
#include "user/words.h"

#define FIRST_AFTER   (1 * SECONDS)
#define NEXT_AFTER    200
#define STALLED_AFTER (5 * SECONDS)
#define BAR           20
#define WIDTH         79             /* of a terminal, but its last column */
#define ETA_MAX       (99 * 60 + 59) /* seconds; longer shows as this */

void
progress_begin(struct progress *p, const char *name, uint64_t total, ms_t now)
{
	memset(p, 0, sizeof(*p));
	p->name = isatty(STDERR_FILENO) ? name : NULL;
	p->total = total;
	p->began = p->moved = now;
	p->next = now + FIRST_AFTER;
}

void
progress_watch(const struct progress *p, struct ready *r)
{
	if (p->name != NULL)
		ready_by(r, p->next);
}

char *
progress_line(char out[PROGRESS_MAX], const struct progress *p, ms_t now)
{
	double part = p->total > 0 ? (double)p->done / (double)p->total : 1;
	double passed = (double)(now > p->began ? now - p->began : 1);
	double rate = (double)p->done / passed; /* bytes a millisecond */
	double left = rate > 0 ? (double)(p->total - p->done) / rate : 1e9;
	int eta = left / SECONDS < ETA_MAX ? (int)(left / SECONDS) : ETA_MAX;
	char bar[BAR + 1];
	size_t filled = (size_t)(part * BAR), n;

	memset(bar, ' ', BAR);
	memset(bar, '#', filled);
	bar[BAR] = '\0';
	n = (size_t)snprintf(out, PROGRESS_MAX, SAY_PROGRESS, p->name, bar,
	    (int)(part * 100), rate / 1000);
	if (now - p->moved >= STALLED_AFTER)
		snprintf(out + n, PROGRESS_MAX - n, SAY_STALLED);
	else
		snprintf(
		    out + n, PROGRESS_MAX - n, SAY_ETA, eta / 60, eta % 60);
	return out;
}

void
progress_step(struct progress *p, uint64_t done, ms_t now)
{
	char line[PROGRESS_MAX];

	if (p->name == NULL)
		return;
	if (done != p->done)
		p->moved = now;
	p->done = done;
	if (now < p->next)
		return;
	fprintf(stderr, "\r%s", progress_line(line, p, now));
	p->shown = true;
	p->next = now + NEXT_AFTER;
}

void
progress_wipe(struct progress *p)
{
	if (p->shown)
		fprintf(stderr, "\r%*s\r", WIDTH, "");
	p->shown = false;
}

void
progress_end(struct progress *p)
{
	progress_wipe(p);
	p->name = NULL;
}
