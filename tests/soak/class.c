/* Row 37: a class at once; everything is asked for once, and never again. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "trial.h"

#define CLASS_MAX 300
#define OTHERS    "127.0.0.7"

static struct person pupil[CLASS_MAX];
static char tid[CLASS_MAX][5];
static int n, asked, answered;
static double slowest;
static atomic_bool over;
static struct latency others;

/* All of them share the time of one: what is dropped costs no more than that.
 */
static void
hurry(double began)
{
	int spent = (int)((seconds() - began) * 1e3);

	patience = spent < PATIENCE ? PATIENCE - spent : 1;
}

/* What the whole class has said has been answered so, in time. */
static void
count(const char *what, int good, double began)
{
	double took = seconds() - began;

	asked += n;
	answered += good;
	slowest = took > slowest ? took : slowest;
	patience = PATIENCE;
	if (good < n)
		flaw("%s: %d of %d are answered", what, good, n);
}

static bool
hears_datagram(struct person *p, const char *reply)
{
	return hear_datagram(
		   p->device, p->said, sizeof(p->said), NULL, patience) &&
	    strcmp(p->said, reply) == 0;
}

static void
all_say_by_udp(const char *what, const char *reply)
{
	double began = seconds();
	int good = 0;

	for (int i = 0; i < n; i++) {
		struct person *p = &pupil[i];

		if (what[0] == 'R')
			say_to(p->device, p->as, "REG %s %s %s %u\n", p->uid,
			    p->pass, p->from, (unsigned)port_of(p->device));
		else
			say_to(
			    p->device, p->as, "UNR %s %s\n", p->uid, p->pass);
	}
	for (int i = 0; i < n; i++) {
		hurry(began);
		good += hears_datagram(&pupil[i], reply);
	}
	count(what, good, began);
}

static bool
hears_line(struct person *p, const char *reply)
{
	return hear(p->session, p->said, sizeof(p->said)) &&
	    strncmp(p->said, reply, strlen(reply)) == 0;
}

static void
all_log_in(const char *what)
{
	double began = seconds();
	int good = 0;

	for (int i = 0; i < n; i++) {
		struct person *p = &pupil[i];

		if (p->session != -1)
			close(p->session);
		p->session = tcp_to(p->from, p->as);
		say(p->session, "LOG %s %s\n", p->uid, p->pass);
	}
	for (int i = 0; i < n; i++) {
		hurry(began);
		good += hears_line(&pupil[i], "RLO OK");
	}
	count(what, good, began);
}

/* Each confirms the code that its device shows. */
static void
all_ask(const char *what, char op)
{
	double began = seconds();
	int good = 0;
	char text[128], vc[5];
	struct sockaddr_in as;

	for (int i = 0; i < n; i++)
		say(pupil[i].session, "REQ %s 1111 %c\n", pupil[i].uid, op);
	for (int i = 0; i < n; i++) {
		struct person *p = &pupil[i];

		vc[0] = '\0';
		hurry(began);
		if (!hear_datagram(
			p->device, text, sizeof(text), &as, patience) ||
		    sscanf(text, "VLC %*5s %4s", vc) != 1)
			continue;
		answer(p->device, &as, "RVC %s OK\n", p->uid);
		if (!hears_line(p, "RRQ OK"))
			continue;
		say(p->session, "AUT %s 1111 %s\n", p->uid, vc);
		good += hears_line(p, "RAU ") &&
		    sscanf(p->said, "RAU %4s", tid[i]) == 1;
		while (hear_datagram(p->device, text, sizeof(text), &as, 0))
			answer(p->device, &as, "RVC %s OK\n", p->uid);
	}
	count(what, good, began);
}

static void
all_validate(const char *what)
{
	double began = seconds();
	int fs = udp_at(LOCAL, 0), good = 0;
	char text[128];

	for (int i = 0; i < n; i++)
		say_to(fs, pupil[i].as, "VLD %s %s\n", pupil[i].uid, tid[i]);
	for (int i = 0; i < n; i++) {
		hurry(began);
		good += hear_datagram(fs, text, sizeof(text), NULL, patience) &&
		    strstr(text, " L") != NULL;
	}
	close(fs);
	count(what, good, began);
}

static void
all_at_fs(const char *what, const char *verb, const char *reply)
{
	static int fd[CLASS_MAX];
	double began = seconds();
	int good = 0;
	char text[SAID_ROOM];

	for (int i = 0; i < n; i++) {
		fd[i] = tcp_to(LOCAL, pupil[i].fs);
		say(fd[i], "%s %s %s\n", verb, pupil[i].uid, tid[i]);
	}
	for (int i = 0; i < n; i++) {
		hurry(began);
		if (!hear(fd[i], text, sizeof(text)) ||
		    strcmp(text, reply) != 0)
			flaw("%s of %s: \"%.60s\"", what, pupil[i].uid, text);
		else
			good++;
		close(fd[i]);
	}
	count(what, good, began);
}

/* Somebody else, whose password has been proven. */
static void
log_in_meanwhile(struct person *p)
{
	while (!atomic_load(&over)) {
		double began = seconds();

		if (!person_login(p))
			flaw("another's login: \"%s\"", p->said);
		latency_add(&others, seconds() - began);
		nap(5);
	}
}

static void
whole_class(void)
{
	all_say_by_udp("REG", "RRG OK");
	server_end(&trial_as, SIGTERM); /* nobody is proven any more */
	if (!server_start(&trial_as))
		return;
	all_log_in("LOG");
	all_ask("REQ", 'L');
	all_validate("VLD");
	all_ask("REQ", 'L');
	all_at_fs("LST", "LST", "RLS EOF");
	all_say_by_udp("UNR", "RUN OK");
	all_say_by_udp("REG again", "RRG OK");
	all_ask("REQ", 'X');
	all_at_fs("REM", "REM", "RRM OK");
}

/* Wrong passwords for somebody, a hundred a second, from where others are. */
static void
register_wrongly(const struct person *p)
{
	int fd = udp_at(p->from, 0);

	for (unsigned i = 0; !atomic_load(&over); i++) {
		say_to(fd, p->as, "REG %s Wr%06u 127.0.0.1 9\n", p->uid, i);
		nap(10);
	}
	close(fd);
}

static void
register_beside(void)
{
	n = size_of(20, 5);
	nap(size_of(10000, 500));
	for (int i = 0; i < n; i++) {
		trial_person(&pupil[i]);
		pupil[i].device = udp_at(LOCAL, 0);
	}
	all_say_by_udp("REG beside a guesser", "RRG OK");
	for (int i = 0; i < n; i++)
		person_leave(&pupil[i]);
}

static void
meanwhile(int i, void *arg)
{
	struct person *p = arg;
	bool guesses = strcmp(p->from, LOCAL) == 0;

	if (i == 0 && guesses)
		register_wrongly(p);
	else if (i == 0)
		log_in_meanwhile(p);
	else if (guesses)
		register_beside();
	else
		all_say_by_udp("REG of another class", "RRG OK");
	if (i == 1)
		atomic_store(&over, true);
}

static void
make_class(void)
{
	for (int i = 0; i < n; i++) {
		person_leave(&pupil[i]);
		trial_person(&pupil[i]);
		pupil[i].device = udp_at(LOCAL, 0);
	}
}

void
prove_class(void)
{
	static const struct rlimit ours = { 20000, 20000 };
	struct person p;
	double p99;

	setrlimit(RLIMIT_NOFILE, &ours);
	trial_plan();
	if (!trial_open_again())
		return;
	n = size_of(CLASS_MAX, 50);
	for (int i = 0; i < n; i++)
		pupil[i].device = pupil[i].session = pupil[i].validator = -1;
	make_class();
	whole_class();
	make_class();
	trial_person(&p);
	p.from = OTHERS;
	if (!person_come(&p))
		flaw("cannot come: \"%s\"", p.said);
	latency_open(&others, 10000);
	in_parallel(2, 2, meanwhile, &p);
	p99 = latency_percentile(&others, 99);
	if (p99 > 50 && !is_small())
		flaw("others' p99 meanwhile is %.1f ms", p99);
	person_leave(&p);
	atomic_store(&over, false);
	trial_person(&p);
	if (!person_register(&p))
		flaw("cannot come: \"%s\"", p.said);
	in_parallel(2, 2, meanwhile, &p);
	person_leave(&p);
	trial_close();
	figure("%d of %d, slowest kind %.1f s; others' p99 %.1f ms", answered,
	    asked, slowest, p99);
	allowed("all, asked once%s", is_small() ? "" : "; 50 ms");
}
