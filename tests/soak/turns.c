/* Rows 42, 43: what others do with a user's UID costs the user little. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trial.h"

#define ATTACKER "127.0.0.5"

/* The device shows its codes, whoever has asked for them. */
static void
show_codes(const struct person *p)
{
	struct sockaddr_in as;
	char text[128];

	while (hear_datagram(p->device, text, sizeof(text), &as, 0))
		answer(p->device, &as, "RVC %s OK\n", p->uid);
}

/* How long the owner waits for a code while the thief's requests wait, too. */
static double
ask_beside(struct person *owner)
{
	double began = seconds();

	say(owner->session, "REQ %s 1111 L\n", owner->uid);
	while (seconds() < began + 15 && !wait_readable(owner->session, 0)) {
		show_codes(owner);
		nap(2);
	}
	if (!wait_readable(owner->session, 0) ||
	    !hear(owner->session, owner->said, sizeof(owner->said)) ||
	    strcmp(owner->said, "RRQ OK") != 0)
		flaw("the owner's request: \"%s\"", owner->said);
	return seconds() - began;
}

void
prove_code_turns(void)
{
	struct person owner, thief;
	double worst = 0, bound = size_of(3, 10);
	int n = size_of(10, 1);

	trial_plan();
	if (!server_start(&trial_as))
		return;
	trial_person(&owner);
	if (!person_register(&owner))
		flaw("cannot come: \"%s\"", owner.said);
	thief = owner;
	if (!person_login(&thief) || !person_login(&owner))
		flaw("cannot come: \"%s\"", thief.said);
	for (int i = 0; i < 61 + 20 * n; i++) {
		say(thief.session, "REQ %s 2222 L\n", thief.uid);
		show_codes(&owner);
		if (i < 60)
			nap(2);
	}
	for (int i = 0; i < n; i++) {
		double took = ask_beside(&owner);

		worst = took > worst ? took : worst;
		if (took > bound)
			flaw("a code comes after %.1f s", took);
	}
	close(thief.session);
	person_leave(&owner);
	server_end(&trial_as, SIGTERM);
	figure("%d codes beside a queue, worst %.1f s", n, worst);
	allowed("%.0f s each", bound);
}

/* TIDs made up, at the FS and straight at the AS. */
static void
make_up(struct person *p, int n, int pause)
{
	int fs = udp_at(ATTACKER, 0);
	char tid[5];

	p->from = ATTACKER;
	for (int i = 0; i < n; i++) {
		snprintf(tid, sizeof(tid), "%04d", i % 1000); /* none is so */
		say_to(fs, p->as, "VLD %s %s\n", p->uid, tid);
		if (!person_ask(p, 'L', NULL, 0, tid) ||
		    strcmp(p->said, "RLS INV") != 0)
			flaw("a made-up TID: \"%s\"", p->said);
		nap(pause);
	}
	p->from = LOCAL;
	close(fs);
}

void
prove_wrong_tids(void)
{
	int rounds = size_of(5, 2), good = 0, n = size_of(200, 60);
	char tid[5];

	trial_plan();
	if (!trial_open_again())
		return;
	for (int i = 0; i < rounds; i++) {
		struct person p;

		trial_person(&p);
		if (!person_come(&p) || !person_tid(&p, 'L', NULL, tid))
			flaw("no TID: \"%s\"", p.said);
		make_up(&p, n, size_of(50, 0));
		if (!person_ask(&p, 'L', NULL, 0, tid) ||
		    strcmp(p.said, "RLS EOF") != 0)
			flaw("after %d made-up ones: \"%s\"", n, p.said);
		else
			good++;
		person_leave(&p);
	}
	trial_close();
	figure("%d of %d TIDs outlive %d made up elsewhere", good, rounds, n);
	allowed("%d of %d", rounds, rounds);
}
