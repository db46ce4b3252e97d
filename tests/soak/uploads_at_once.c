/* Row 20: more uploads at once than there is room for. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "trial.h"

#define AT_ONCE 16
#define PRESENT 12
#define NAMES   8 /* or all different */

static struct server second;

struct upload_try {
	struct person p;
	char name[16], tid[5];
	bool ok;
};

static pthread_barrier_t gate;

static void
upload(int i, void *arg)
{
	struct upload_try *t = (struct upload_try *)arg + i;

	pthread_barrier_wait(&gate);
	t->ok = person_ask(&t->p, 'U', t->name, 20000, t->tid) &&
	    strcmp(t->p.said, "RUP OK") == 0;
	if (!t->ok && strcmp(t->p.said, "RUP DUP") != 0 &&
	    strcmp(t->p.said, "RUP FULL") != 0)
		flaw("user %s: \"%s\"", t->p.uid, t->p.said);
}

static bool
prepare(struct upload_try *all, bool two, int names)
{
	struct person p;

	trial_person(&p);
	trial_put(&p, PRESENT, 100);
	if (!person_come(&p)) {
		flaw("user %s cannot come", p.uid);
		return false;
	}
	for (int i = 0; i < AT_ONCE; i++) {
		struct upload_try *t = &all[i];

		snprintf(t->name, sizeof(t->name), "new%d.txt", i % names);
		if (!person_tid(&p, 'U', t->name, t->tid))
			flaw("user %s: no TID: %s", p.uid, p.said);
		t->p = p;
		t->p.device = t->p.session = -1;
		if (two && i >= AT_ONCE / 2)
			t->p.fs = second.port;
	}
	person_leave(&p);
	return true;
}

static void
run_round(bool two, int names)
{
	static struct upload_try all[AT_ONCE];
	int ok = 0, named[AT_ONCE] = { 0 }, n;

	if (!prepare(all, two, names))
		return;
	/* Between the count and the rename there is time to go over. */
	steering()->onward = 1;
	steering()->error = 3;
	steer_fault(FAULT_DELAY, 1u << CALL_RENAME, 1);
	pthread_barrier_init(&gate, NULL, AT_ONCE);
	in_parallel(AT_ONCE, AT_ONCE, upload, all);
	pthread_barrier_destroy(&gate);
	steer_off();
	if (!steer_fired())
		flaw("no upload was held up between its count and its name");
	for (int i = 0; i < AT_ONCE; i++) {
		ok += all[i].ok;
		named[i % names] += all[i].ok;
	}
	for (int i = 0; i < names; i++)
		if (named[i] > 1)
			flaw("user %s: %d OK for one name", all[0].p.uid,
			    named[i]);
	n = trial_count(&all[0].p);
	if (n > 15 || n != PRESENT + ok)
		flaw("user %s: %d files, %d OK", all[0].p.uid, n, ok);
}

/* What one FS removes the other shows to nobody, from the first moment on. */
static void
run_removal(void)
{
	struct person p;

	trial_person(&p);
	if (!person_come(&p) || !person_did(&p, 'U', "old.txt", 3000, "RUP OK"))
		return;
	p.fs = second.port;
	person_did(&p, 'R', "old.txt", 0, "RRT OK 3000");
	p.fs = trial_fs.port;
	person_did(&p, 'X', NULL, 0, "RRM OK");
	p.fs = second.port;
	if (!person_come(&p))
		flaw("user %s cannot come again", p.uid);
	person_did(&p, 'L', NULL, 0, "RLS EOF");
	person_did(&p, 'U', "old.txt", 2000, "RUP OK");
	p.fs = trial_fs.port;
	person_did(&p, 'R', "old.txt", 0, "RRT OK 2000");
	person_leave(&p);
}

/* One upload that is held up for so long, so that we know that they are. */
static bool
is_held_up(void)
{
	struct person p;
	double began;

	trial_person(&p);
	if (!person_come(&p))
		flaw("user %s cannot come", p.uid);
	steering()->onward = 0;
	steering()->error = 200;
	steer_fault(FAULT_DELAY, 1u << CALL_RENAME, 1);
	began = seconds();
	person_did(&p, 'U', "slow.txt", 100, "RUP OK");
	steer_off();
	person_leave(&p);
	return seconds() - began >= 0.2;
}

/*
 * The second FS on the same directory; where scripts/two-hosts.sh has mounted
 * it twice, by the second mount.
 */
static void
plan_second(void)
{
	const char *one = getenv("FIRST_HOST"), *two = getenv("SECOND_HOST");

	server_plan(&second, "FS", "second");
	memcpy(second.data, trial_fs.data, sizeof(second.data));
	if (one != NULL && two != NULL &&
	    strncmp(trial_fs.data, one, strlen(one)) == 0)
		snprintf(second.data, sizeof(second.data), "%.200s%.300s", two,
		    trial_fs.data + strlen(one));
	second.as = trial_as.port;
	steer_open(&second);
}

void
prove_uploads_at_once(void)
{
	int rounds = size_of(30, 3);

	if (!trial_open(false))
		return;
	if (!steer_holds() || !is_held_up()) {
		skip("nothing holds up an upload here");
		trial_close();
		return;
	}
	plan_second();
	if (!server_start(&second))
		return;
	for (int i = 0; i < rounds; i++) {
		run_round(false, i % 2 == 0 ? NAMES : AT_ONCE);
		run_round(true, i % 2 == 0 ? NAMES : AT_ONCE);
		run_removal();
	}
	server_end(&second, SIGTERM);
	trial_close();
	figure("%d over in 2 x %d rounds", flaws(), rounds);
	allowed("0");
}
