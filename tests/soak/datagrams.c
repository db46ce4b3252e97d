/* Rows 8, 9, 10, 11: datagrams that are lost, doubled, forged, unasked for. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "trial.h"

/* The FS's way to the AS: loses the first CNF of every TID. */
static struct {
	int door, side; /* to the FS, to the AS */
	struct sockaddr_in fs;
	atomic_bool over;
	atomic_int lost, vlds;
	bool seen[1000000]; /* by the last digits of UID, and TID */
} relay;

static void
pass_on(const char *text, bool answered)
{
	struct sockaddr_in as = address_of(LOCAL, trial_as.port);
	int tid = (atoi(text + 4) % 100 * 10000 + atoi(text + 10)) % 1000000;

	if (!answered) {
		atomic_fetch_add(&relay.vlds, 1);
		answer(relay.side, &as, "%s\n", text);
	} else if (relay.seen[tid]) {
		answer(relay.door, &relay.fs, "%s\n", text);
	} else {
		relay.seen[tid] = true;
		atomic_fetch_add(&relay.lost, 1);
	}
}

static void *
run_relay(void *arg)
{
	char text[128];

	(void)arg;
	while (!atomic_load(&relay.over)) {
		while (
		    hear_datagram(relay.door, text, sizeof(text), &relay.fs, 1))
			pass_on(text, false);
		while (hear_datagram(relay.side, text, sizeof(text), NULL, 1))
			pass_on(text, true);
	}
	return NULL;
}

#define PER_PERSON 5

/* Uploads of one person, the first CNF of each lost on its way. */
static void
lossy_uploads(int i, void *arg)
{
	struct person *p = (struct person *)arg + i;
	char name[16];

	if (!person_come(p))
		flaw("user %s cannot come", p->uid);
	for (int n = 0; n < PER_PERSON; n++) {
		snprintf(name, sizeof(name), "n%d.txt", n);
		person_did(p, 'U', name, 100, "RUP OK");
	}
	if (trial_count(p) != PER_PERSON)
		flaw("user %s has %d files", p->uid, trial_count(p));
	person_leave(p);
}

static int
lose_answers(int people)
{
	static struct person p[20];

	for (int i = 0; i < people; i++)
		trial_person(&p[i]);
	in_parallel(people, people, lossy_uploads, p);
	if (atomic_load(&relay.lost) != people * PER_PERSON)
		flaw("%d CNF lost, not %d", atomic_load(&relay.lost),
		    people * PER_PERSON);
	return people * PER_PERSON;
}

struct twice {
	struct person p[2];
	char tid[5];
	bool ok[2];
};

static void
one_of_two(int i, void *arg)
{
	struct twice *t = arg;

	t->ok[i] = person_ask(&t->p[i], 'L', NULL, 0, t->tid) &&
	    strcmp(t->p[i].said, "RLS EOF") == 0;
	if (!t->ok[i] && strcmp(t->p[i].said, "RLS INV") != 0)
		flaw("the same TID twice: \"%s\"", t->p[i].said);
}

/* The same TID from two connections, in turn and at once. */
static int
use_twice(int n)
{
	struct person p;
	struct twice t;

	for (int i = 0; i < n; i++) {
		if (i % 50 == 0) {
			if (i > 0)
				person_leave(&p);
			trial_person(&p);
			person_come(&p);
		}
		if (!person_tid(&p, 'L', NULL, t.tid))
			flaw("no TID: \"%s\"", p.said);
		t.p[0] = t.p[1] = p;
		in_parallel(2, i % 2 == 0 ? 1 : 2, one_of_two, &t);
		if (t.ok[0] + t.ok[1] != 1)
			flaw("the same TID twice: %d succeed",
			    t.ok[0] + t.ok[1]);
	}
	person_leave(&p);
	return n;
}

void
prove_tid_once(void)
{
	pthread_t thread;
	int lost, twice;

	trial_plan();
	if (!server_start(&trial_as))
		return;
	relay.door = udp_at(LOCAL, 0);
	relay.side = udp_at(LOCAL, 0);
	trial_fs.as = port_of(relay.door);
	if (!server_start(&trial_fs))
		return;
	pthread_create(&thread, NULL, run_relay, NULL);
	lost = lose_answers(size_of(20, 4));
	memset(relay.seen, true, sizeof(relay.seen));
	twice = use_twice(size_of(200, 20));
	atomic_store(&relay.over, true);
	pthread_join(thread, NULL);
	trial_close();
	figure(
	    "%d lost CNF, %d TIDs twice: %d violations", lost, twice, flaws());
	allowed("0");
}

/* Row 9 */

static const char *const unasked[] = { "RRG OK\n", "RRG NOK\n", "RUN OK\n",
	"RVC 12345 OK\n", "RVC 12345 NOK\n", "RLO OK\n", "RRQ OK\n",
	"RAU 1234\n", "CNF 12345 1234 L\n", "CNF 12345 1234 E\n", "RLS EOF\n",
	"RRT EOF\n", "RUP OK\n", "RDL OK\n", "RRM OK\n", "ERR\n", "ERR",
	"CNF\n", "RVC\n", "ERR \n" };

#define UNASKED (sizeof(unasked) / sizeof(unasked[0]))

/* Nothing that is no request is answered; from is who sends it. */
static int
provoke(const char *whom, int from, uint16_t port, int ms)
{
	char text[256];
	int heard = 0;

	for (size_t i = 0; i < UNASKED; i++)
		say_to(from, port, "%s", unasked[i]);
	while (hear_datagram(from, text, sizeof(text), NULL, ms)) {
		flaw("%s answers \"%s\"", whom, text);
		heard++;
	}
	return heard;
}

/* A pd that has registered, at an AS that we play. */
static bool
start_pd(struct child *pd, int as, uint16_t port)
{
	static char path[PATH_ROOM], d[8], p[8];
	static const char *const argv[] = { path, LOCAL, "-d", d, "-n", LOCAL,
		"-p", p, NULL };
	struct sockaddr_in from;
	char text[256];

	path_in(path, scene_bin(), "pd");
	snprintf(d, sizeof(d), "%u", (unsigned)port);
	snprintf(p, sizeof(p), "%u", (unsigned)port_of(as));
	if (!child_start(pd, NULL, argv))
		return false;
	say(pd->in, "reg 12345 abcd1234\n");
	return hear_datagram(as, text, sizeof(text), &from, patience) &&
	    strncmp(text, "REG 12345 ", 10) == 0 &&
	    answer(as, &from, "RRG OK\n") &&
	    hear_like(pd->out, text, sizeof(text), "12345");
}

static void
stop_pd(struct child *pd, int as)
{
	struct sockaddr_in from;
	char text[256];

	say(pd->in, "exit\n");
	if (hear_datagram(as, text, sizeof(text), &from, patience))
		answer(as, &from, "RUN OK\n");
	child_end(pd, 0);
}

/* Where the FS's datagrams come from: it asks, for a client that we are. */
static bool
hear_fs(int as, struct sockaddr_in *fs)
{
	int client = tcp_to(LOCAL, trial_fs.port);
	char text[256];
	bool heard;

	say(client, "LST 12345 1234\n");
	heard = hear_datagram(as, text, sizeof(text), fs, patience);
	answer(as, fs, "CNF 12345 1234 L\n");
	hear(client, text, sizeof(text));
	close(client);
	return heard;
}

void
prove_no_storm(void)
{
	int as = udp_at(LOCAL, 0), stranger = udp_at(LOCAL, 0), heard = 0;
	int quiet = size_of(2000, 100);
	uint16_t port = free_port();
	struct sockaddr_in fs;
	struct child pd;

	trial_plan();
	server_start(&trial_as);
	trial_fs.as = port_of(as);
	server_start(&trial_fs);
	heard += provoke("AS", stranger, trial_as.port, quiet);
	if (!hear_fs(as, &fs))
		flaw("the FS does not ask");
	heard += provoke("FS", as, ntohs(fs.sin_port), quiet);
	if (!start_pd(&pd, as, port))
		flaw("pd does not register");
	heard += provoke("pd", stranger, port, quiet);
	heard += provoke("pd", as, port, quiet);
	stop_pd(&pd, as);
	trial_close();
	figure("%d datagrams for %zu", heard, 4 * UNASKED);
	allowed("0");
}

/* Row 11 */

/* VLC three times, from a socket of its own: three RVC, one line. */
static int
show_once(const struct child *pd, uint16_t port, unsigned code)
{
	int vlc = udp_at(LOCAL, 0), lines = 0;
	char text[512], shown[8];

	snprintf(shown, sizeof(shown), "%04u", code % 10000);
	for (int i = 0; i < 3; i++) {
		say_to(vlc, port, "VLC 12345 %s L\n", shown);
		if (!hear_datagram(vlc, text, sizeof(text), NULL, patience) ||
		    strcmp(text, "RVC 12345 OK") != 0)
			flaw("code %s, copy %d: \"%s\"", shown, i + 1, text);
	}
	close(vlc);
	while (wait_readable(pd->out, lines == 0 ? patience : 5) &&
	    hear(pd->out, text, sizeof(text)))
		lines += strstr(text, shown) != NULL;
	if (lines != 1)
		flaw("code %s is shown %d times", shown, lines);
	return lines == 1;
}

void
prove_code_once(void)
{
	int as = udp_at(LOCAL, 0), n = size_of(100, 10), good = 0;

	uint16_t port = free_port();
	struct child pd;

	if (!start_pd(&pd, as, port))
		flaw("pd does not register");
	for (int i = 0; i < n; i++)
		good += show_once(&pd, port, 1000u + (unsigned)i);
	stop_pd(&pd, as);
	figure("%d of %d codes: 3 RVC, 1 line", good, n);
	allowed("%d of %d", n, n);
}
