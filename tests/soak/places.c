/* Row 41: who holds what there is to hold keeps nobody out. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "trial.h"

#define HELD_MAX 1200
#define ATTACKER "127.0.0.5"

static int held[HELD_MAX], held_n;
static atomic_bool over;
static double worst;
static int sessions, in_time;

/* Places of the AS, of the FS: a few are as hard to get as many. */
static int
as_places(void)
{
	return size_of(992, 60);
}

static int
fs_places(void)
{
	return size_of(496, 24);
}

static bool
open_servers(void)
{
	static const struct rlimit ours = { 20000, 20000 };

	setrlimit(RLIMIT_NOFILE, &ours);
	trial_plan();
	trial_as.descriptors = (rlim_t)as_places() + 32;
	trial_fs.descriptors = 2 * (rlim_t)fs_places() + 32;
	return trial_open_again();
}

/* Those whom nobody is to keep out: each comes and has its files listed. */
static void
victims(const char *beside, const char *from)
{
	double bound = size_of(5, PATIENCE / 1000);
	int n = size_of(20, 2);

	patience = (int)(bound * 1e3);
	for (int i = 0; i < n; i++) {
		double began = seconds(), took;
		struct person p;

		trial_person(&p);
		p.from = from;
		sessions++;
		if (!person_come(&p) || !person_do(&p, 'L', NULL, 0) ||
		    strcmp(p.said, "RLS EOF") != 0)
			flaw("%s: \"%s\"", beside, p.said);
		took = seconds() - began;
		person_leave(&p);
		worst = took > worst ? took : worst;
		in_time += took <= bound;
		if (took > bound)
			flaw("%s: a session takes %.2f s", beside, took);
	}
	patience = PATIENCE;
}

static void
hold(int fd)
{
	if (fd != -1 && held_n < HELD_MAX)
		held[held_n++] = fd;
}

static void
let_go(void)
{
	while (held_n > 0)
		close(held[--held_n]);
}

/* In ./user, say, since before all of this. */
static void
still_there(struct person *p)
{
	if (!person_do(p, 'L', NULL, 0))
		flaw("who was idle is thrown out: \"%s\"", p->said);
	person_leave(p);
}

static void
log_in_often(const char *from)
{
	struct person thief, idle;

	trial_person(&idle);
	trial_person(&thief);
	thief.from = from;
	if (!person_come(&idle) || !person_register(&thief))
		flaw("cannot come: \"%s\"", thief.said);
	for (int i = 0; i < as_places(); i++) {
		thief.session = -1;
		person_login(&thief);
		hold(thief.session);
	}
	victims("all logins are one user's", LOCAL);
	still_there(&idle);
	let_go();
	close(thief.device);
}

/* Wrong passwords for somebody who has not been proven since the start. */
static void *
guess_on(void *arg)
{
	const struct person *p = arg;

	for (unsigned i = 0; !atomic_load(&over); i++) {
		int fd = tcp_to(p->from, p->as);

		say(fd, "LOG %s Wr%06u\n", p->uid, i % 1000000);
		close(fd);
		nap(6);
	}
	return NULL;
}

static void
flood_or_come(int i, void *arg)
{
	if (i > 0) {
		guess_on(arg);
		return;
	}
	nap(size_of(10000, 1500));
	victims("in a flood of wrong passwords", LOCAL);
	atomic_store(&over, true);
}

static void
guess_passwords(const char *from)
{
	struct person p;

	trial_person(&p);
	if (!person_register(&p))
		flaw("cannot come: \"%s\"", p.said);
	server_end(&trial_as, SIGTERM);
	if (!server_start(&trial_as))
		return;
	p.from = from;
	atomic_store(&over, false);
	in_parallel(2, 2, flood_or_come, &p);
	victims("after a flood of wrong passwords", LOCAL);
	person_leave(&p);
}

/* Uploads that have begun, and go on with a byte now and then. */
static void
upload_slowly(int accounts, const char *from)
{
	for (int a = 0; a < accounts; a++) {
		struct person p;
		char tid[5], name[16];

		trial_person(&p);
		p.from = from;
		if (!person_come(&p))
			flaw("cannot come: \"%s\"", p.said);
		for (int i = 0; i < 15 && held_n < fs_places(); i++) {
			int fd;

			snprintf(name, sizeof(name), "slow%d.txt", i);
			if (!person_tid(&p, 'U', name, tid))
				flaw("no TID: \"%s\"", p.said);
			fd = tcp_to(p.from, p.fs);
			say(fd, "UPL %s %s %s 1000000 x", p.uid, tid, name);
			hold(fd);
		}
		person_leave(&p);
	}
}

static void
hold_uploads(const char *from)
{
	int accounts = (fs_places() + 14) / 15;

	upload_slowly(accounts, from);
	for (int i = 0; i < held_n; i++)
		say(held[i], "y");
	victims("all uploads are slow", LOCAL);
	let_go();
}

void
prove_places(void)
{
	if (!open_servers())
		return;
	log_in_often(LOCAL);
	guess_passwords(LOCAL);
	hold_uploads(LOCAL);
	if (!is_small()) {
		log_in_often(ATTACKER);
		guess_passwords(ATTACKER);
		hold_uploads(ATTACKER);
	}
	trial_close();
	figure("%d of %d beside who holds all, worst %.2f s", in_time, sessions,
	    worst);
	allowed("%d of %d within %d s", sessions, sessions,
	    size_of(5, PATIENCE / 1000));
}
