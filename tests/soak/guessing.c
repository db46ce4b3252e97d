/* Rows 12, 14: what a guesser gets, and a thief. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trial.h"

#define CODES  9000 /* 1000 to 9999 */
#define LIVES  3    /* wrong codes that one VC survives */
#define WINDOW 256  /* datagrams under way */

/*
 * One guess is right once in CODES; so what counts is how many the AS hears
 * before it stops to send codes.  Each REQ, on a connection and login of its
 * own, gives LIVES guesses; what is refused or put off is counted in ms.
 */
static int
guess_codes(struct person *p, bool slow, double *put_off)
{
	char vc[5];
	int guesses = 0;

	*put_off = 0;
	for (int i = 0; i < 40; i++) {
		double began = seconds();

		if (!person_login(p))
			flaw("no login: \"%s\"", p->said);
		patience = slow ? 35000 : 3000;
		if (!person_code(p, 'L', NULL, vc)) {
			*put_off = seconds() - began;
			break;
		}
		patience = PATIENCE;
		*put_off = seconds() - began;
		for (int k = 0; k < LIVES; k++) {
			/* Never the right one. */
			say(p->session, "AUT %s 1111 %c%s\n", p->uid,
			    vc[0] == '9' ? '8' : '9', vc + 1);
			hear(p->session, p->said, sizeof(p->said));
			if (strcmp(p->said, "RAU 0") != 0)
				flaw("a wrong code: \"%s\"", p->said);
			guesses++;
		}
		say(p->session, "AUT %s 1111 %s\n", p->uid, vc);
		hear(p->session, p->said, sizeof(p->said));
		if (strcmp(p->said, "RAU 0") != 0)
			flaw("a code outlives %d wrong ones", LIVES);
		if (slow && *put_off > 20)
			break;
	}
	patience = PATIENCE;
	return guesses;
}

/* 10,000 TIDs tried against one that lives: was it hit? */
static bool
guess_tids(int from, struct person *p)
{
	char tid[5], text[128];
	bool hit = false;

	if (!person_tid(p, 'L', NULL, tid))
		flaw("no TID: \"%s\"", p->said);
	for (int first = 0; first < 10000; first += WINDOW) {
		int heard = 0;

		for (int i = first; i < first + WINDOW && i < 10000; i++)
			say_to(from, trial_as.port, "VLD %s %04d\n", p->uid,
			    (i * 7919 + atoi(p->uid)) % 10000);
		while (heard < WINDOW && first + heard < 10000 &&
		    hear_datagram(from, text, sizeof(text), NULL, 300)) {
			heard++;
			hit |= strlen(text) == 16 && text[15] != 'E';
		}
	}
	return hit;
}

void
prove_guessing(void)
{
	int rounds = size_of(300, 3), from = udp_at(LOCAL, 0), hits = 0;
	int guesses, most;
	struct person p;
	double put_off;

	trial_plan();
	if (!server_start(&trial_as))
		return;
	trial_person(&p);
	if (!person_come(&p))
		flaw("cannot come");
	guesses = guess_codes(&p, !is_small(), &put_off);
	most = 10 + 2 * LIVES;
	if (guesses > most || guesses < LIVES)
		flaw("%d guesses at once", guesses);
	if (!is_small() && (put_off < 25 || put_off > 35))
		flaw("from 10 failures on a code comes after %.1f s", put_off);
	person_leave(&p);
	for (int i = 0; i < rounds; i++) {
		trial_person(&p);
		if (!person_come(&p))
			flaw("cannot come");
		hits += guess_tids(from, &p);
		person_leave(&p);
	}
	if (hits > rounds / 100)
		flaw("%d of %d TIDs are guessed", hits, rounds);
	server_end(&trial_as, SIGTERM);
	figure("%d guesses, then %.0f s each 3; %d of %d TIDs hit", guesses,
	    put_off, hits, rounds);
	allowed(is_small() ? "%d; 1 %%" : "%d, 30 s; 1 %%", most);
}

/* Row 14 */

static void
check_modes(void)
{
	char command[PATH_ROOM + 200];

	snprintf(command, sizeof(command),
	    "! find '%.300s' -type f ! -perm 600 -o -type d ! -perm 700 | "
	    "grep -q .",
	    trial_as.data);
	if (system(command) != 0)
		flaw("others may read the AS's files");
	snprintf(command, sizeof(command), "! grep -rq Pa0 '%.300s' '%.100s'",
	    trial_as.data, trial_as.log);
	if (system(command) != 0)
		flaw("a password stands in the AS's files");
	snprintf(command, sizeof(command),
	    "grep -rqE '^pair pbkdf2-sha256\\$[0-9]+\\$[0-9a-f]{32}\\$"
	    "[0-9a-f]{64}$' '%.300s'",
	    trial_as.data);
	if (system(command) != 0)
		flaw("no pair looks as it should");
}

static atomic_bool flood_over;

static void
flood(int i, void *arg)
{
	struct person p = *(struct person *)arg;

	p.from = "127.0.0.3";
	for (int n = 0; !atomic_load(&flood_over); n++) {
		snprintf(p.uid, sizeof(p.uid), "%05u",
		    (unsigned)(20000 + (n * 61 + i) % 40));
		p.session = -1;
		person_login(&p); /* a cold hash, or a delay */
		close(p.session);
	}
}

static struct latency others;

/* Number 0 is everybody else; the rest is the flood. */
static void
flood_or_log(int i, void *arg)
{
	struct person p = *(struct person *)arg;

	if (i != 0) {
		flood(i, arg);
		return;
	}
	p.device = p.session = -1;
	for (int n = 0; n < size_of(1000, 20); n++) {
		double began = seconds();

		if (!person_login(&p))
			flaw("no login in a flood: \"%s\"", p.said);
		latency_add(&others, seconds() - began);
		nap(2);
	}
	atomic_store(&flood_over, true);
}

void
prove_stolen_files(void)
{
	struct person p, other;
	double p99;
	bool wiped;

	trial_plan();
	if (!server_start(&trial_as))
		return;
	for (unsigned i = 0; i < (unsigned)size_of(40, 4); i++) {
		person_make(&other, 20000 + i, &trial_as, 0);
		if (!person_register(&other))
			flaw("cannot register: \"%s\"", other.said);
		person_leave(&other);
	}
	trial_person(&p);
	if (!person_come(&p))
		flaw("cannot come");
	check_modes();
	server_end(&trial_as, SIGTERM);
	if (!server_start(&trial_as))
		return;
	wiped = secrets_are_wiped(); /* all those of the last AS are unknown */
	if (!person_login(&p))
		return;
	latency_open(&others, 1000);
	in_parallel(size_of(33, 5), size_of(33, 5), flood_or_log, &p);
	p99 = latency_percentile(&others, 99);
	if (p99 > 50 && !is_small())
		flaw("in a login flood the others' p99 is %.1f ms", p99);
	server_end(&trial_as, SIGTERM);
	figure("0 in clear, %s; others' p99 in a flood %.1f ms",
	    wiped ? "0 in memory" : "memory not tried", p99);
	allowed(is_small() ? "0" : "0; 50 ms");
}
