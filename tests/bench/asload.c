/*
 * asload - load for an authentication server.
 *
 *	asload -m vld|cycle|session|login|reg [-l label] [-n operations]
 *	    [-t seconds] [-c clients] [-u base] [-U users] [-w window]
 *	    [-i idle] [-d] PORT
 *
 * vld	    VLD of TIDs that nobody was given, window of them under way
 * cycle    second factors, from REQ to CNF, in one session a client; every 50
 *	    the client logs in as its next user, because a user gets no more
 *	    than 60 codes at once (policy.h)
 * session  connect, LOG, one second factor, close
 * login    connect and LOG, all users' at once, from an address each
 * reg      REG of a known user with another device, one after the other
 *
 * Each client is a process, with users/clients users of its own; it registers
 * its device for them first, unless -d says that it is at BENCH_PD already.
 * -i: so many other sessions are logged in and silent meanwhile.
 */
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "asload.h"
#include "burst.h"

#define CYCLES_A_USER 50

struct start {
	atomic_int ready, go;
};

static const char *label = "asload", *mode = "cycle";
static int port, base, users = 100, clients = 1, idle;
static bool fixed;
static size_t n = 1000, window = 1;
static double limit = 1e9;

static bool
is_mode(const char *name)
{
	return strcmp(mode, name) == 0;
}

static void
set_option(int option, const char *value)
{
	switch (option) {
	case 'm':
		mode = value;
		break;
	case 'l':
		label = value;
		break;
	case 'n':
		n = parse_size(value);
		break;
	case 't':
		limit = atof(value);
		break;
	case 'c':
		clients = atoi(value);
		break;
	case 'u':
		base = atoi(value);
		break;
	case 'U':
		users = atoi(value);
		break;
	case 'w':
		window = parse_size(value);
		break;
	case 'i':
		idle = atoi(value);
		break;
	case 'd':
		fixed = true;
		break;
	default:
		exit(2);
	}
}

/* Sessions that say nothing, held by a child until hold is closed. */
static void
open_idle(int hold[2])
{
	int ready[2];
	struct person p;
	char c = 'k';

	if (pipe(hold) == -1 || pipe(ready) == -1)
		die("pipe");
	if (fork() != 0) {
		close(hold[0]);
		close(ready[1]);
		if (read(ready[0], &c, 1) != 1)
			fell_short("idle sessions", "not all are open");
		return;
	}
	close(hold[1]);
	player_open(&p, port, 0);
	for (int i = 0; i < idle; i++) {
		player_register(&p, base + users + i, BENCH_PD);
		player_connect(&p, source_address(99, (size_t)i));
		player_log_in(&p, base + users + i);
	}
	write_all(ready[1], &c, 1);
	exit(read(hold[0], &c, 1) == -1);
}

static void
operate(struct person *p, int first, int each, size_t i)
{
	int one = first + (int)(i * 7919 % (size_t)each);
	int next = first + (int)(i / CYCLES_A_USER % (size_t)each);
	int other = first + (int)((i * 7919 + 13) % (size_t)each);

	if (is_mode("cycle")) {
		if (i % CYCLES_A_USER == 0)
			player_log_in(p, next);
		player_cycle(p, next, i);
	} else if (is_mode("session")) {
		player_connect(p, source_address(first, i));
		player_log_in(p, one);
		player_cycle(p, one, i);
		player_leave(p);
	} else
		player_register(p, other,
		    BENCH_PD + 1 + (int)((i + (size_t)getppid() * 37) % 1000));
}

/* Their passwords are known to the AS then: no slow hash is measured. */
static void
warm_up(struct person *p, int first, int each, size_t count)
{
	for (size_t i = 0; i < count && i < (size_t)each; i++) {
		size_t skip = is_mode("reg") ? 13 : 0;

		player_connect(p, source_address(first, i));
		player_log_in(
		    p, first + (int)((i * 7919 + skip) % (size_t)each));
		player_leave(p);
	}
}

static size_t
work(struct person *p, int first, int each, size_t count, double *took)
{
	double end = seconds() + limit;
	size_t i = 0;

	if (is_mode("vld"))
		return burst_vld(p, first, window, count, end, took);
	for (; i < count && seconds() < end; i++) {
		double t = seconds();

		operate(p, first, each, i);
		took[i] = seconds() - t;
	}
	return i;
}

static _Noreturn void
client(int who, struct start *start, size_t count, double *took, size_t *done)
{
	int each = users / clients, first = base + who * each;
	bool device = is_mode("cycle") || is_mode("session");
	struct person p;

	player_open(&p, port, fixed ? BENCH_PD : 0);
	for (int i = 0; device && !fixed && i < each; i++)
		player_register(&p, first + i, port_of(p.device));
	if (is_mode("session") || is_mode("reg"))
		warm_up(&p, first, each, count);
	if (is_mode("cycle"))
		player_connect(&p, source_address(who, 0));
	start->ready++;
	while (start->go == 0)
		poll(NULL, 0, 1);
	*done = work(&p, first, each, count, took);
	exit(0);
}

/* All begin at once; how many seconds until the last has ended. */
static double
run(size_t each, double *took, size_t *done)
{
	struct start *start = shared(sizeof(*start));
	int status, bad = 0;
	double t;

	for (int w = 0; w < clients; w++)
		if (fork() == 0)
			client(
			    w, start, each, took + each * (size_t)w, &done[w]);
	while (start->ready < clients) {
		poll(NULL, 0, 1);
		if (waitpid(-1, &status, WNOHANG) > 0)
			fell_short("a client", "ended early");
	}
	t = seconds();
	start->go = 1;
	for (int w = 0; w < clients; w++) {
		wait(&status);
		bad += status != 0;
	}
	if (bad > 0)
		fell_short("clients", "failed");
	return seconds() - t;
}

static void
report(size_t each, double *took, const size_t *done, double t)
{
	size_t total = 0;

	for (int w = 0; w < clients; w++)
		for (size_t i = 0; i < done[w]; i++)
			took[total++] = took[each * (size_t)w + i];
	figure(label, "ops", (double)total / t, "op/s");
	figure_latency(label, took, total);
}

int
main(int argc, char *argv[])
{
	int option, hold[2] = { -1, -1 };
	size_t each, *done;
	double *took, t;

	while ((option = getopt(argc, argv, "m:l:n:t:c:u:U:w:i:d")) != -1)
		set_option(option, optarg);
	if (optind + 1 != argc)
		return 2;
	port = atoi(argv[optind]);
	signal(SIGPIPE, SIG_IGN);
	raise_limit();
	if (is_mode("login")) {
		burst_login(label, port, base, users);
		return 0;
	}
	each = n / (size_t)clients;
	took = shared(sizeof(*took) * each * (size_t)clients);
	done = shared(sizeof(*done) * (size_t)clients);
	if (idle > 0)
		open_idle(hold);
	t = run(each, took, done);
	close(hold[1]);
	report(each, took, done, t);
	return 0;
}
