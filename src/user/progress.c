#include <stdio.h>
#include <string.h>

#include "policy.h"
#include "ui/terminal.h"
#include "user/progress.h"
#include "user/words.h"

#define BAR     20
#define BAR_MIN 5
#define NAME    24             /* FNAME_MAX */
#define ETA_MAX (99 * 60 + 59) /* seconds; longer shows as this */

void
progress_begin(struct progress *p, const char *name, uint64_t total, ms_t now)
{
	memset(p, 0, sizeof(*p));
	p->name = terminal_shows_status() ? name : NULL;
	p->total = total;
	p->began = p->moved = now;
	p->next = now + PROGRESS_FIRST;
}

void
progress_watch(const struct progress *p, struct ready *r)
{
	if (p->name != NULL)
		ready_by(r, p->next);
}

/* Per cent, speed and the time left. */
static int
figures(char *out, size_t size, const struct progress *p, double part, ms_t now)
{
	double passed = (double)(now > p->began ? now - p->began : 1);
	double rate = (double)p->done / passed; /* bytes a millisecond */
	double left = rate > 0 ? (double)(p->total - p->done) / rate : 1e9;
	int eta = left / SECONDS < ETA_MAX ? (int)(left / SECONDS) : ETA_MAX;
	char end[24] = SAY_STALLED;

	if (now - p->moved < PROGRESS_STALLED)
		snprintf(end, sizeof(end), SAY_ETA, eta / 60, eta % 60);
	return snprintf(
	    out, size, SAY_FIGURES, (int)(part * 100), rate / 1000, end);
}

/* Where there are few columns the bar gives way first, then the name. */
char *
progress_line(
    char out[PROGRESS_MAX], const struct progress *p, int columns, ms_t now)
{
	double part = p->total > 0 ? (double)p->done / (double)p->total : 1;
	char tail[PROGRESS_MAX], bar[BAR + 1];
	int most = columns < PROGRESS_MAX ? columns - 1 : PROGRESS_MAX - 1;
	int free = most - figures(tail, sizeof(tail), p, part, now);
	int name = free < NAME ? free : NAME;
	int width = free - name - 3; /* a blank and the ends of the bar */
	int filled, n = 0;

	width = width < BAR_MIN ? 0 : width < BAR ? width : BAR;
	filled = (int)(part * width);
	memset(bar, ' ', BAR);
	memset(bar, '#', (size_t)filled);
	if (name > 0)
		n = snprintf(out, PROGRESS_MAX, "%-*.*s", name, name, p->name);
	if (width > 0)
		n += snprintf(
		    out + n, PROGRESS_MAX - (size_t)n, " [%.*s]", width, bar);
	snprintf(out + n, (size_t)(most > 0 ? most : 0) + 1 - (size_t)n, "%s",
	    name > 0 ? tail : tail + strspn(tail, " "));
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
	terminal_status(progress_line(line, p, terminal_columns(), now));
	p->next = now + PROGRESS_NEXT;
}
