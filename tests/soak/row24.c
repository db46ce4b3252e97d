/* Rows 13, 15, 23, 24: time, and who holds the directory. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trial.h"

static bool
open_as(void)
{
	trial_plan();
	return server_start(&trial_as);
}

/* REQ as fast as it goes: how many codes the device gets. */
static int
pester(struct person *p, double time)
{
	char vc[5];
	double until = seconds() + time;
	int codes = 0;

	while (seconds() < until) {
		patience = (int)((until - seconds()) * 1e3) + 1;
		codes += person_code(p, 'L', NULL, vc);
	}
	patience = 10000;
	return codes;
}

/* A REQ a second, as a grading script does: the longest answer. */
static double
ask_slowly(int n)
{
	struct person p;
	char vc[5];
	double worst = 0;

	trial_person(&p);
	if (!person_come(&p))
		flaw("cannot come: \"%s\"", p.said);
	for (int i = 0; i < n; i++) {
		double began = seconds(), took;

		if (!person_code(&p, 'L', NULL, vc))
			flaw("request %d: \"%s\"", i + 1, p.said);
		took = seconds() - began;
		worst = took > worst ? took : worst;
		if (took < 1)
			nap((int)((1 - took) * 1e3));
	}
	person_leave(&p);
	return worst;
}

void
row13(void)
{
	double time = size_of(10, 1), worst;
	int codes, most = 61 + (int)time;
	struct person p;

	if (!open_as())
		return;
	trial_person(&p);
	if (!person_come(&p))
		flaw("cannot come: \"%s\"", p.said);
	codes = pester(&p, time);
	person_leave(&p);
	if (codes > most || codes < 60)
		flaw("%d codes in %.0f s", codes, time);
	worst = ask_slowly(size_of(200, 2));
	if (worst > 0.5)
		flaw("at one a second a code takes %.2f s", worst);
	server_end(&trial_as, SIGTERM);
	figure(
	    "%d codes in %.0f s; 1/s: worst %.0f ms", codes, time, worst * 1e3);
	allowed("%d; no delay", most);
}

/* Row 15 */

static double
try_wrong(struct person *p)
{
	double began = seconds();
	char text[64];

	say(p->session, "LOG %s Wrong%03d\n", p->uid, (int)began % 1000);
	patience = 20000;
	if (!hear(p->session, text, sizeof(text)) ||
	    strcmp(text, "RLO NOK") != 0)
		flaw("a wrong password: \"%s\"", text);
	patience = 10000;
	return seconds() - began;
}

void
row15(void)
{
	static const double due[] = { 0, 0, 0, 1, 2, 4, 8, 15 };
	int n = size_of((int)(sizeof(due) / sizeof(due[0])), 4);
	struct person p, other;
	double off, worst = 0, began, took;

	if (!open_as())
		return;
	trial_person(&p);
	trial_person(&other);
	if (!person_come(&p) || !person_come(&other))
		flaw("cannot come");
	for (int i = 0; i < n; i++) {
		off = try_wrong(&p) - due[i];
		off = off < 0 ? -off : off;
		worst = off > worst ? off : worst;
		if (off > (is_small() ? 1 : 0.2))
			flaw("wrong password %d: %.2f s off", i + 1, off);
		began = seconds();
		if (!person_login(&other))
			flaw("another user: \"%s\"", other.said);
		took = seconds() - began;
		if (took > 0.2)
			flaw("another user waits %.2f s", took);
	}
	if (!person_login(&p))
		flaw("the right password after that: \"%s\"", p.said);
	server_end(&trial_as, SIGTERM);
	figure("%d delays, worst %.3f s off", n, worst);
	allowed("0.2 s off");
}

/* Row 23: lives are 3 s in the build that this runs. */

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
row23(void)
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

/* Row 24 */

static double
refused_in(struct server *s, int *status)
{
	double began = seconds();

	/* It is not to start: not server_start(), then. */
	s->pid = fork();
	if (s->pid == 0) {
		char path[PATH_ROOM];

		path_in(path, scene_bin(), "AS");
		dup2(STDERR_FILENO, STDOUT_FILENO);
		if (freopen(s->log, "w", stderr) != NULL)
			execl(
			    path, path, "-p", "0", "-d", s->data, (char *)NULL);
		_exit(127);
	}
	waitpid(s->pid, status, 0);
	s->pid = 0;
	return seconds() - began;
}

static bool
log_names(const struct server *s, pid_t pid)
{
	char text[512] = "", number[24];
	FILE *f = fopen(s->log, "r");

	if (f == NULL)
		return false;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	snprintf(number, sizeof(number), "%ld", (long)pid);
	return strstr(text, number) != NULL;
}

void
row24(void)
{
	struct server second;
	double took, worst = 0;
	int n = size_of(20, 2), status;

	if (!open_as())
		return;
	server_plan(&second, "AS", "second");
	memcpy(second.data, trial_as.data, sizeof(second.data));
	for (int i = 0; i < n; i++) {
		took = refused_in(&second, &status);
		worst = took > worst ? took : worst;
		if (!WIFEXITED(status) || WEXITSTATUS(status) == 0)
			flaw("a second AS ends with status %d", status);
		if (took > (is_small() ? 2 : 0.1))
			flaw("a second AS takes %.3f s to refuse", took);
		if (!log_names(&second, trial_as.pid))
			flaw("a second AS does not name the first");
		server_end(&trial_as, SIGKILL);
		if (!server_start(&trial_as))
			return;
	}
	server_end(&trial_as, SIGTERM);
	figure("%d refused, worst %.0f ms; %d restarts", n, worst * 1e3, n);
	allowed("100 ms, 0 failures");
}
