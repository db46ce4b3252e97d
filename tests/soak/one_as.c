/* Row 24: who holds the directory. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trial.h"

#define REFUSAL_MAX 20.0 /* s */

static double
refused_in(struct server *s, int *status)
{
	double began = seconds();

	/* It is not to start: not server_start(), then. */
	s->pid = fork();
	if (s->pid == 0) {
		char path[PATH_ROOM];

		path_in(path, s->bin == NULL ? scene_bin() : s->bin, "AS");
		dup2(STDERR_FILENO, STDOUT_FILENO);
		if (freopen(s->log, "w", stderr) != NULL)
			execl(
			    path, path, "-p", "0", "-d", s->data, (char *)NULL);
		_exit(127);
	}
	while (waitpid(s->pid, status, WNOHANG) == 0) {
		if (seconds() - began > REFUSAL_MAX)
			kill(s->pid, SIGKILL); /* it serves */
		nap(2);
	}
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

/*
 * An AS that is killed while a worker is at a change, just before one of its
 * calls: what the next AS confirms is not undone by the worker.
 */

#define ORPHANS_MAX 20 /* calls in one change; there are three */

struct orphan {
	const char *name;
	bool (*prepare)(struct person *p, char tid[5]);
	void (*begin)(struct person *p, const char *tid); /* not awaited */
	unsigned telling; /* the call that matters most */
};

static bool
come_only(struct person *p, char tid[5])
{
	(void)tid;
	return person_come(p);
}

static bool
come_to_go(struct person *p, char tid[5])
{
	return person_come(p) && person_tid(p, 'X', NULL, tid);
}

static void
begin_update(struct person *p, const char *tid)
{
	(void)tid;
	say_to(
	    p->device, p->as, "REG %s %s 127.0.0.2 57999\n", p->uid, p->pass);
}

static void
begin_removal(struct person *p, const char *tid)
{
	say_to(p->device, p->as, "VLD %s %s\n", p->uid, tid);
}

static const struct orphan orphans[] = {
	{ "REG", come_only, begin_update, 1 },
	{ "REM", come_to_go, begin_removal, 3 },
};

/* The AS alone: its workers go on. */
static void
kill_as(void)
{
	kill(trial_as.pid, SIGKILL);
	for (int i = 0; i < 1000 && server_alive(&trial_as); i++)
		nap(2);
}

static bool
has_fired(double time)
{
	double until = seconds() + time;

	while (!steer_fired() && seconds() < until)
		nap(1);
	return steer_fired();
}

/* Before the n-th call: false where there is no such call. */
static bool
run_orphan(const struct orphan *o, unsigned n)
{
	int delay = size_of(900, 400);
	struct person p;
	char tid[5] = "", vc[5];
	double fired;

	trial_person(&p);
	if (!o->prepare(&p, tid)) {
		flaw("%s: cannot prepare: \"%s\"", o->name, p.said);
		return false;
	}
	steering()->error = delay;
	steer_fault(FAULT_DELAY, 1u << CALL_RENAME | 1u << CALL_UNLINK, n);
	o->begin(&p, tid);
	if (!has_fired(size_of(2, 1))) {
		if (n <= o->telling)
			flaw("%s: call %u was not seen", o->name, n);
		person_leave(&p);
		return false;
	}
	fired = seconds();
	kill_as();
	steer_off();
	close(p.device);
	p.device = -1;
	if (!server_start(&trial_as))
		return false;
	if (!person_register(&p))
		flaw("%s: cannot register again: \"%s\"", o->name, p.said);
	while (seconds() < fired + delay / 1e3 + 0.2)
		nap(10);
	if (!person_login(&p) || !person_code(&p, 'L', NULL, vc))
		flaw("%s, call %u: what was confirmed is undone: \"%s\"",
		    o->name, n, p.said);
	person_leave(&p);
	return true;
}

/* A worker that never ends: the next AS says so, and which one it is. */
static void
run_stuck(struct server *second)
{
	struct person p;
	int status, worker;
	double took;

	trial_person(&p);
	if (!person_come(&p))
		flaw("cannot come: \"%s\"", p.said);
	steering()->error = 900;
	steer_fault(FAULT_DELAY, 1u << CALL_RENAME, 1);
	begin_update(&p, NULL);
	if (!has_fired(2))
		flaw("no rename was seen");
	worker = atomic_load(&steering()->victim);
	kill_as(); /* first: it would wake whom it leaves stopped */
	kill(worker, SIGSTOP);
	steer_off();
	took = refused_in(second, &status);
	if (!WIFEXITED(status) || WEXITSTATUS(status) == 0)
		flaw(
		    "beside a stuck worker: status %d in %.1f s", status, took);
	if (!log_names(second, worker))
		flaw("a stuck worker is not named");
	kill(worker, SIGCONT);
	if (server_start(&trial_as) && !person_login(&p))
		flaw("after a stuck worker: \"%s\"", p.said);
	person_leave(&p);
}

static int
run_orphans(void)
{
	struct server second;
	int runs = 0;

	if (!trial_open(true))
		return 0;
	server_plan(&second, "AS", "after-stuck");
	memcpy(second.data, trial_as.data, sizeof(second.data));
	second.bin = scene_quick();
	for (size_t i = 0; i < sizeof(orphans) / sizeof(orphans[0]); i++)
		for (unsigned n = is_small() ? orphans[i].telling : 1;
		     n < ORPHANS_MAX && run_orphan(&orphans[i], n) &&
		     !(is_small() && n == orphans[i].telling);
		     n++)
			runs++;
	run_stuck(&second);
	trial_close();
	return runs + (is_small() ? 2 : 0);
}

void
prove_one_as(void)
{
	struct server second;
	double took, worst = 0, bound = is_small() ? PATIENCE / 1e3 : 0.1;
	int n = size_of(20, 2), status, kills = run_orphans();

	if (!trial_open_as())
		return;
	server_plan(&second, "AS", "second");
	memcpy(second.data, trial_as.data, sizeof(second.data));
	for (int i = 0; i < n; i++) {
		took = refused_in(&second, &status);
		worst = took > worst ? took : worst;
		if (!WIFEXITED(status) || WEXITSTATUS(status) == 0)
			flaw("a second AS ends with status %d", status);
		if (took > bound)
			flaw("a second AS takes %.3f s to refuse", took);
		if (!log_names(&second, trial_as.pid))
			flaw("a second AS does not name the first");
		server_end(&trial_as, SIGKILL);
		if (!server_start(&trial_as))
			return;
	}
	server_end(&trial_as, SIGTERM);
	figure("%d refused, worst %.0f ms; %d orphans undo nothing", n,
	    worst * 1e3, kills);
	allowed("%.0f ms, 0 failures", bound * 1e3);
}
