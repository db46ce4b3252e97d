/*
 * fileload - load for a file server: see fileload.h.
 *
 *	fileload [-P rc|http|ftp] [-o put|get|list|del] [-l label] [-c clients]
 *	    [-n operations] [-t seconds] [-s size] [-u base] [-U users]
 *	    [-k first] [-q path] PORT
 *
 * The operations are shared out to the clients, each a process, and take a
 * connection each.  Bytes come from memory and are thrown away on arrival, so
 * that a client costs little and the same for every server.  -t ends earlier.
 *
 * rc: the server must ask stubas.  put and del go through 15 files of one user
 * after the other from the base on, get and list round all users, with their
 * TIDs from the first one on.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fileload.h"

struct load load = {
	.work = WORK_PUT, .users = 100, .size = 4096, .path = "/"
};

static const char *label = "fileload";
static void (*work)(struct stream *, int, size_t) = rc_work;
static int clients = 1;
static size_t n = 1000;
static double limit = 1e9;

static enum work
work_of(const char *name)
{
	static const char *names[] = { "put", "get", "list", "del" };

	for (int i = 0; i < 4; i++)
		if (strcmp(names[i], name) == 0)
			return (enum work)i;
	fprintf(stderr, "fileload: what is %s?\n", name);
	exit(2);
}

static void
set_protocol(const char *name)
{
	if (strcmp(name, "http") == 0)
		work = http_work;
	if (strcmp(name, "ftp") == 0)
		work = ftp_work;
}

static void
set_option(int option, const char *value)
{
	switch (option) {
	case 'P':
		set_protocol(value);
		break;
	case 'o':
		load.work = work_of(value);
		break;
	case 'l':
		label = value;
		break;
	case 'c':
		clients = atoi(value);
		break;
	case 'n':
		n = parse_size(value);
		break;
	case 't':
		limit = atof(value);
		break;
	case 's':
		load.size = parse_size(value);
		break;
	case 'u':
		load.base = atoi(value);
		break;
	case 'U':
		load.users = atoi(value);
		break;
	case 'k':
		load.first = (unsigned)atoi(value);
		break;
	case 'q':
		load.path = value;
		break;
	default:
		exit(2);
	}
}

/* One client: its times go to took, how many there are to *done. */
static _Noreturn void
client(int who, size_t each, double *took, size_t *done)
{
	struct stream *s = allocate(sizeof(*s));
	double end = seconds() + limit;

	for (size_t i = 0; i < each && seconds() < end; i++) {
		double t = seconds();

		work(s, source_address(who, i), each * (size_t)who + i);
		took[i] = seconds() - t;
		*done = i + 1;
	}
	exit(0);
}

/* Wait for all of them, and pack what they have measured. */
static size_t
gather(size_t each, double *took, const size_t *done)
{
	size_t total = 0;
	int status, bad = 0;

	while (wait(&status) > 0)
		bad += status != 0;
	if (bad > 0) {
		fprintf(stderr, "fileload: %d clients failed\n", bad);
		exit(1);
	}
	for (int w = 0; w < clients; w++)
		for (size_t i = 0; i < done[w]; i++)
			took[total++] = took[each * (size_t)w + i];
	return total;
}

int
main(int argc, char *argv[])
{
	size_t each, total, *done;
	double *took, t;
	int option;

	while ((option = getopt(argc, argv, "P:o:l:c:n:t:s:u:U:k:q:")) != -1)
		set_option(option, optarg);
	if (optind + 1 != argc)
		return 2;
	load.port = atoi(argv[optind]);
	each = n / (size_t)clients;
	signal(SIGPIPE, SIG_IGN);
	load.body = allocate(CHUNK);
	fill_random(load.body, CHUNK, 3);
	took = shared(sizeof(*took) * each * (size_t)clients);
	done = shared(sizeof(*done) * (size_t)clients);
	t = seconds();
	for (int w = 0; w < clients; w++)
		if (fork() == 0)
			client(w, each, took + each * (size_t)w, &done[w]);
	total = gather(each, took, done);
	t = seconds() - t;
	figure(label, "ops", (double)total / t, "op/s");
	figure(label, "rate", (double)total * (double)load.size / t / 1048576.0,
	    "MiB/s");
	figure_latency(label, took, total);
	return 0;
}
