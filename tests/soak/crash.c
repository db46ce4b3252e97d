/*
 * Rows 18 and 19: killed before every single call, on every operation that
 * changes something, until a run is clean.
 */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trial.h"

#define STEPS_MAX  200 /* calls in one operation; there are about twenty */
#define AFTERMATH  15  /* ms after the answer in which things still happen */
#define CROWDED    13  /* files there: with keep.txt and new.txt 15 */
#define SMALL_SIZE 3000

/* An operation: what comes before, the deed, what must be so afterwards. */
struct deed {
	const char *name;
	bool at_as; /* whom the fault hits */
	bool (*prepare)(struct person *p, char tid[5]);
	bool (*act)(struct person *p, const char *tid); /* answered OK */
	void (*check)(struct person *p, bool ok);
};

static bool
come(struct person *p, char tid[5])
{
	(void)tid;
	return person_come(p);
}

static bool
nothing(struct person *p, char tid[5])
{
	(void)p;
	(void)tid;
	return true;
}

static bool
act_register(struct person *p, const char *tid)
{
	(void)tid;
	return person_register(p);
}

/* What was not answered may be there or not, but nothing in between. */
static void
check_register(struct person *p, bool ok)
{
	bool device = false, there = trial_has_account(p, &device);

	if (ok && !(there && device && person_login(p)))
		flaw("REG OK, but user %s is not there", p->uid);
	/* A child that dies between link and unlink makes the first try fail.
	 */
	if (!person_come(p) && !person_come(p))
		flaw("REG: user %s cannot register again: \"%s\"", p->uid,
		    p->said);
}

static bool
act_unregister(struct person *p, const char *tid)
{
	(void)tid;
	return person_unregister(p);
}

static void
check_unregister(struct person *p, bool ok)
{
	bool device = true, there = trial_has_account(p, &device);

	if (!there || (ok && device) || !person_login(p))
		flaw("UNR: user %s is%s there, device %d", p->uid,
		    there ? "" : " not", device);
	if (!person_register(p))
		flaw("UNR: user %s cannot register again", p->uid);
}

static bool
prepare_upload(struct person *p, char tid[5])
{
	trial_put(p, CROWDED, SMALL_SIZE);
	return person_come(p) &&
	    person_did(p, 'U', "keep.txt", SMALL_SIZE, "RUP OK") &&
	    person_tid(p, 'U', "new.txt", tid);
}

static bool
act_upload(struct person *p, const char *tid)
{
	return person_ask(p, 'U', "new.txt", SMALL_SIZE, tid) &&
	    strcmp(p->said, "RUP OK") == 0;
}

/* Listed as whole, or not at all; true where it is. */
static bool
is_whole(struct person *p, const char *name)
{
	char sized[40];

	snprintf(sized, sizeof(sized), "%s %d", name, SMALL_SIZE);
	if (!person_do(p, 'L', NULL, 0) || strncmp(p->said, "RLS ", 4) != 0)
		flaw("user %s: no list: \"%.40s\"", p->uid, p->said);
	if (!trial_listed(p, name))
		return false;
	if (strstr(p->said, sized) == NULL)
		flaw("user %s: %s is listed with a wrong size", p->uid, name);
	person_did(p, 'R', name, 0, "RRT OK 3000");
	return true;
}

static void
check_upload(struct person *p, bool ok)
{
	bool there = is_whole(p, "new.txt");

	if (ok && !there)
		flaw("RUP OK, but user %s has no new.txt", p->uid);
	if (!is_whole(p, "keep.txt"))
		flaw("user %s: keep.txt is lost", p->uid);
	person_did(p, 'U', "more.txt", 10, there ? "RUP FULL" : "RUP OK");
	if (trial_count(p) > 15)
		flaw("user %s has %d files", p->uid, trial_count(p));
}

static bool
prepare_delete(struct person *p, char tid[5])
{
	return person_come(p) &&
	    person_did(p, 'U', "keep.txt", SMALL_SIZE, "RUP OK") &&
	    person_did(p, 'U', "new.txt", SMALL_SIZE, "RUP OK") &&
	    person_tid(p, 'D', "new.txt", tid);
}

static bool
act_delete(struct person *p, const char *tid)
{
	return person_ask(p, 'D', "new.txt", 0, tid) &&
	    strcmp(p->said, "RDL OK") == 0;
}

static void
check_delete(struct person *p, bool ok)
{
	bool there = is_whole(p, "new.txt");

	if (ok && there)
		flaw("RDL OK, but user %s still has new.txt", p->uid);
	if (!is_whole(p, "keep.txt"))
		flaw("user %s: keep.txt is lost", p->uid);
	if (!there)
		person_did(p, 'U', "new.txt", SMALL_SIZE, "RUP OK");
}

static bool
prepare_remove(struct person *p, char tid[5])
{
	return person_come(p) &&
	    person_did(p, 'U', "keep.txt", SMALL_SIZE, "RUP OK") &&
	    person_did(p, 'U', "new.txt", SMALL_SIZE, "RUP OK") &&
	    person_tid(p, 'X', NULL, tid);
}

static bool
act_remove(struct person *p, const char *tid)
{
	return person_ask(p, 'X', NULL, 0, tid) &&
	    strcmp(p->said, "RRM OK") == 0;
}

/* What was begun is finished, whoever was killed. */
static void
await_decision(struct person *p)
{
	for (int i = 0; i < 1500 && trial_has_intent(p); i++)
		nap(10);
	if (trial_has_intent(p))
		flaw("user %s: the removal is not finished", p->uid);
}

/*
 * Whoever registers once the account is gone sees no file, from the first
 * moment on; where it stays, all files do.
 */
static void
check_remove(struct person *p, bool ok)
{
	bool device, account = trial_has_account(p, &device);
	char path[PATH_ROOM];

	if (ok && (account || trial_count(p) > 0))
		flaw("RRM OK, but user %s has %s", p->uid,
		    account ? "an account" : "files");
	if (account) {
		await_decision(p);
		account = trial_has_account(p, &device);
	}
	if (!person_come(p))
		flaw("REM: user %s cannot come again", p->uid);
	if (!account) {
		person_did(p, 'L', NULL, 0, "RLS EOF");
		await_decision(p);
		if (trial_count(p) > 0)
			flaw("user %s is gone, the files are not", p->uid);
		person_did(p, 'U', "keep.txt", SMALL_SIZE, "RUP OK");
	} else {
		trial_path(path, p, "new.txt");
		if (trial_count(p) != 2 || !content_is_file(path, SMALL_SIZE))
			flaw("user %s: %d of 2 files are left", p->uid,
			    trial_count(p));
		if (!is_whole(p, "new.txt"))
			flaw("user %s: new.txt is not listed", p->uid);
	}
	if (!is_whole(p, "keep.txt"))
		flaw("user %s: keep.txt is not listed", p->uid);
	person_did(p, 'X', NULL, 0, "RRM OK");
	if (trial_has_account(p, &device) || trial_count(p) > 0)
		flaw("REM: user %s does not go", p->uid);
}

static const struct deed deeds[] = {
	{ "REG", true, nothing, act_register, check_register },
	{ "UNR", true, come, act_unregister, check_unregister },
	{ "UPL", false, prepare_upload, act_upload, check_upload },
	{ "DEL", false, prepare_delete, act_delete, check_delete },
	{ "REM", false, prepare_remove, act_remove, check_remove },
};

#define DEEDS (sizeof(deeds) / sizeof(deeds[0]))

/* One run with the fault before the n-th call: false when nothing was hit. */
static bool
run_deed(const struct deed *d, enum fault_way way, unsigned n)
{
	struct server *hit = d->at_as ? &trial_as : &trial_fs;
	struct person p;
	char what[64], tid[5] = "0000";
	bool ok, fired;

	trial_person(&p);
	snprintf(what, sizeof(what), "%s, killed before call %u", d->name, n);
	if (!d->prepare(&p, tid)) {
		flaw("%s: cannot prepare: %s", what, p.said);
		return false;
	}
	is_hopeless = trial_hopeless;
	steer_fault(way, CALL_ANY, n);
	ok = d->act(&p, tid);
	nap(AFTERMATH);
	fired = steer_fired();
	is_hopeless = NULL;
	if (!fired && !ok)
		flaw("%s: a clean run ends with \"%.40s\"", d->name, p.said);
	if (!fired && n == 1)
		flaw("%s: no call was seen: the fault is not at work", d->name);
	if (trial_restart(what, hit))
		d->check(&p, ok);
	person_leave(&p);
	return fired;
}

/* The order that survives a loss of power: see steer_check_order(). */
static void
check_order(const struct deed *d)
{
	struct person p;
	char tid[5] = "0000";

	trial_person(&p);
	if (!d->prepare(&p, tid)) {
		flaw("%s: cannot prepare: %s", d->name, p.said);
		return;
	}
	steer_record();
	if (!d->act(&p, tid))
		flaw("%s: \"%s\"", d->name, p.said);
	nap(AFTERMATH);
	steer_check_order(d->name, d->at_as ? &trial_as : &trial_fs);
	person_leave(&p);
}

static unsigned
run_deeds(bool at_as, enum fault_way way, unsigned step)
{
	unsigned runs = 0;

	if (!trial_open(at_as))
		return 0;
	for (size_t i = 0; i < DEEDS && steer_holds(); i++) {
		unsigned n = 1;

		if (deeds[i].at_as != at_as)
			continue;
		check_order(&deeds[i]);
		while (n < STEPS_MAX && run_deed(&deeds[i], way, n)) {
			n += step;
			runs++;
		}
	}
	trial_close();
	return runs;
}

void
prove_crash(void)
{
	unsigned runs = 0, step = (unsigned)size_of(1, 3);

	runs += run_deeds(true, FAULT_KILL_ALL, step);
	runs += run_deeds(false, FAULT_KILL_ALL, step);
	if (!is_small()) {
		runs += run_deeds(true, FAULT_KILL_ONE, step);
		runs += run_deeds(false, FAULT_KILL_ONE, step);
	}
	if (runs > 0)
		figure("%d violations in %u kills", flaws(), runs);
	allowed("0");
}

/*
 * Row 19: the AS dies while the FS waits for its CNF, and comes back; or the FS
 * dies, and comes back to what is half done.
 */

struct asking {
	struct person *p;
	const char *tid;
	atomic_bool over;
};

static void *
ask_removal(void *arg)
{
	struct asking *a = arg;

	person_ask(a->p, 'X', NULL, 0, a->tid);
	atomic_store(&a->over, true);
	return NULL;
}

/* At the AS, where a loss of power is concerned. */
static const struct deed removal = { "REM", true, prepare_remove, act_remove,
	check_remove };

static int finished, unbegun;

/* Both sides are done and it was said, or neither and it was refused. */
static void
check_both(const struct person *p, unsigned n)
{
	bool device, account = trial_has_account(p, &device);
	int files = trial_count(p);

	if (strcmp(p->said, "RRM OK") == 0 && !account && files <= 0)
		finished++;
	else if (strcmp(p->said, "RRM INV") == 0 && account && files == 2)
		unbegun++;
	else
		flaw("killed before call %u: \"%s\", account %d, files %d", n,
		    p->said, account, files);
}

/* The FS was killed and could say nothing. */
static void
check_fs_killed(struct person *p)
{
	bool device, account = trial_has_account(p, &device);

	if (account)
		unbegun++;
	else
		finished++;
	check_remove(p, false);
}

static bool
run_removal(struct server *hit, unsigned n)
{
	struct asking a;
	struct person p;
	pthread_t thread;
	char tid[5];
	bool fired;

	trial_person(&p);
	if (!prepare_remove(&p, tid)) {
		flaw("cannot prepare: %s", p.said);
		return false;
	}
	a = (struct asking){ .p = &p, .tid = tid };
	steer_fault(FAULT_KILL_ALL, CALL_ANY, n);
	pthread_create(&thread, NULL, ask_removal, &a);
	while (!atomic_load(&a.over) && !steer_fired())
		nap(1);
	nap(AFTERMATH);
	fired = steer_fired();
	if (!fired && n == 1)
		flaw("no call was seen: the fault is not at work");
	trial_restart("REM", hit);
	pthread_join(thread, NULL);
	if (hit == &trial_as || !fired)
		check_both(&p, n);
	else
		check_fs_killed(&p);
	person_leave(&p);
	return fired;
}

static unsigned
run_removals(bool at_as)
{
	unsigned runs = 0;

	if (!trial_open(at_as))
		return 0;
	if (at_as && steer_holds())
		check_order(&removal);
	for (unsigned n = 1; n < STEPS_MAX && steer_holds() &&
	     run_removal(at_as ? &trial_as : &trial_fs, n);
	     n += is_small() ? 2 : 1)
		runs++;
	trial_close();
	return runs;
}

void
prove_removal_crash(void)
{
	unsigned runs = 0, rounds = (unsigned)size_of(5, 1);

	for (unsigned i = 0; i < rounds; i++) {
		runs += run_removals(true);
		runs += run_removals(false);
	}
	if (runs > 0)
		figure("%d finished, %d not begun, %d half in %u kills",
		    finished, unbegun, flaws(), runs);
	allowed("0 half");
}
