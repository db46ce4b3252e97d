/* Row 23: the wall clock is turned. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "../tools/shim_clock.h"
#include "trial.h"

/* Lives are 10 s in the build that this runs. */

#define LIFE_OVER 10200
#define DAY       86400L

static char clock_setting[PATH_ROOM], clock_path[PATH_ROOM];
static struct clock_turn *turn;

static bool
open_clock(void)
{
	int fd;

	path_in(clock_path, scene_dir(), "clock");
	snprintf(clock_setting, sizeof(clock_setting), "CLOCK_FILE=%.490s",
	    clock_path);
	fd = open(clock_path, O_RDWR | O_CREAT, 0600);
	if (fd == -1 || ftruncate(fd, sizeof(*turn)) == -1)
		return false;
	turn = mmap(
	    NULL, sizeof(*turn), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	return turn != MAP_FAILED;
}

static void
turn_clock(long by)
{
	atomic_store(&turn->by, by);
}

/* date with the library, against our own clock: does it turn? */
static bool
clock_turns(void)
{
	char command[3 * PATH_ROOM];
	long said = 0;
	FILE *f;

	turn_clock(DAY);
	snprintf(command, sizeof(command),
	    "ASAN_OPTIONS=verify_asan_link_order=0 CLOCK_FILE='%s' "
	    "LD_PRELOAD='%s/shim_clock.so' date +%%s",
	    clock_path, scene_tools());
	f = popen(command, "r");
	if (f == NULL || fscanf(f, "%ld", &said) != 1)
		said = 0;
	if (f != NULL)
		pclose(f);
	turn_clock(0);
	said -= (long)time(NULL);
	return said > DAY - 60 && said < DAY + 60;
}

/* A code, or a TID, asked for; the clock turned; then used. */
static void
use_after(struct person *p, long by, int ms, bool good)
{
	char vc[5] = "", tid[5] = "", what[64];
	bool worked;

	snprintf(what, sizeof(what), "%+ld s, %d ms later", by, ms);
	turn_clock(0);
	if (!person_code(p, 'L', NULL, vc) ||
	    (turn_clock(by), nap(ms), false) ||
	    !say(p->session, "AUT %s 1111 %s\n", p->uid, vc) ||
	    !hear(p->session, p->said, sizeof(p->said)))
		flaw("%s: \"%s\"", what, p->said);
	worked = strcmp(p->said, "RAU 0") != 0;
	if (worked != good)
		flaw("%s: a code is answered \"%s\"", what, p->said);
	turn_clock(0);
	if (!person_tid(p, 'L', NULL, tid))
		flaw("%s: no TID", what);
	turn_clock(by);
	nap(ms);
	if (!person_ask(p, 'L', NULL, 0, tid) ||
	    (strcmp(p->said, "RLS EOF") == 0) != good)
		flaw("%s: a TID is answered \"%s\"", what, p->said);
}

/* What the AS finds at its start: dates of files, and another time of day. */
static bool
restart_with(const char *accounts, const char *removals, long by)
{
	server_end(&trial_as, SIGTERM);
	run_shell("find '%s' -type f -exec touch -t %s {} +", trial_as.data,
	    accounts);
	run_shell("find '%s/removed' -type f -exec touch -t %s {} +",
	    trial_as.data, removals);
	turn_clock(by);
	return server_start(&trial_as);
}

#define LONG_AGO "199001010000"
#define ONE_DAY  "203801010000"
#define YEAR     (365 * DAY)

/* An account and its removal are what they are, whatever their dates say. */
static void
dates_decide_nothing(struct person *p)
{
	bool device;

	if (!restart_with(LONG_AGO, ONE_DAY, 20 * YEAR) || !person_login(p))
		flaw("an old account is gone: \"%s\"", p->said);
	person_did(p, 'X', NULL, 0, "RRM OK");
	if (!restart_with(ONE_DAY, LONG_AGO, -20 * YEAR) ||
	    trial_has_account(p, &device))
		flaw("a removal long ago is undone");
	if (!person_come(p))
		flaw("cannot come again: \"%s\"", p->said);
	if (!restart_with(LONG_AGO, ONE_DAY, 0) || !person_login(p))
		flaw("removed over again: \"%s\"", p->said);
	if (!restart_with(ONE_DAY, LONG_AGO, YEAR) || !person_login(p))
		flaw("gone after all: \"%s\"", p->said);
}

void
prove_clock_jumps(void)
{
	struct person p;

	trial_plan();
	trial_as.bin = trial_fs.bin = scene_quick();
	trial_as.preload = trial_fs.preload = "shim_clock.so";
	trial_as.env = trial_fs.env = clock_setting;
	trial_as.option = trial_fs.option = "-v"; /* with the time of day */
	if (!open_clock() || !clock_turns()) {
		skip("no clock can be turned here");
		return;
	}
	if (!trial_open_again())
		return;
	atomic_store(&turn->asked, 0);
	trial_person(&p);
	if (!person_come(&p))
		flaw("cannot come: \"%s\"", p.said);
	use_after(&p, DAY, 10, true);
	use_after(&p, -DAY, 10, true);
	if (!is_small()) {
		use_after(&p, -DAY, LIFE_OVER, false);
		use_after(&p, DAY, LIFE_OVER, false);
	}
	dates_decide_nothing(&p);
	if (atomic_load(&turn->asked) == 0)
		flaw("neither AS nor FS has seen the clock that is turned");
	person_leave(&p);
	trial_close();
	figure(
	    "%d expired or revived: a day each way, dates of files", flaws());
	allowed("0");
}
