/* Row 23: the wall clock is turned. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trial.h"

/* Lives are 3 s in the build that this runs. */

#define LIFE_OVER 3200
#define DAY       86400L

static char clock_setting[PATH_ROOM];

static void
turn_clock(long by)
{
	char path[PATH_ROOM];
	FILE *f;

	path_in(path, scene_dir(), "clock");
	f = fopen(path, "w");
	if (f == NULL)
		return;
	fprintf(f, "%ld\n", by);
	fclose(f);
}

/* A code, or a TID, asked for; the clock turned; then used. */
static void
use_after(struct person *p, long turn, int ms, bool good)
{
	char vc[5] = "", tid[5] = "", what[64];
	bool worked;

	snprintf(what, sizeof(what), "%+ld s, %d ms later", turn, ms);
	turn_clock(0);
	if (!person_code(p, 'L', NULL, vc) ||
	    (turn_clock(turn), nap(ms), false) ||
	    !say(p->session, "AUT %s 1111 %s\n", p->uid, vc) ||
	    !hear(p->session, p->said, sizeof(p->said)))
		flaw("%s: \"%s\"", what, p->said);
	worked = strcmp(p->said, "RAU 0") != 0;
	if (worked != good)
		flaw("%s: a code is answered \"%s\"", what, p->said);
	turn_clock(0);
	if (!person_tid(p, 'L', NULL, tid))
		flaw("%s: no TID", what);
	turn_clock(turn);
	nap(ms);
	if (!person_ask(p, 'L', NULL, 0, tid) ||
	    (strcmp(p->said, "RLS EOF") == 0) != good)
		flaw("%s: a TID is answered \"%s\"", what, p->said);
}

void
prove_clock_jumps(void)
{
	struct person p;

	trial_plan();
	snprintf(clock_setting, sizeof(clock_setting), "CLOCK_FILE=%s/clock",
	    scene_dir());
	trial_as.bin = trial_fs.bin = scene_quick();
	trial_as.preload = trial_fs.preload = "shim_clock.so";
	trial_as.env = trial_fs.env = clock_setting;
	turn_clock(0);
	if (!trial_open_again())
		return;
	trial_person(&p);
	if (!person_come(&p))
		flaw("cannot come: \"%s\"", p.said);
	use_after(&p, DAY, 10, true);
	use_after(&p, -DAY, 10, true);
	if (!is_small()) {
		use_after(&p, -DAY, LIFE_OVER, false);
		use_after(&p, DAY, LIFE_OVER, false);
	}
	person_leave(&p);
	trial_close();
	figure("%d expired or revived, a day each way", flaws());
	allowed("0");
}
