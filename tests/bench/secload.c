/*
 * secload - load that is sealed, or with no -s the same in plain text.
 *
 *	secload -m sessions|datagrams|transfers|cycle [-s DIR] [-l label]
 *	    [-n count] [-c clients] [-U users] PORT [COMMAND...]
 *
 * sessions   count users logged in at the AS while COMMAND runs
 * datagrams  count sockets that have each asked the AS with a VLD, likewise
 * transfers  count uploads and downloads that stay under way at the FS,
 *	      likewise, as those of hold
 * cycle      second factors, from REQ to CNF, in one session a client; count
 *	      in all; every 50 a client logs in as its next user
 *
 * DIR has a directory for each program, as keys.sh makes it.
 */
#include <poll.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "party.h"

#define CYCLES_A_USER 50
#define SOCKETS_MAX   900 /* of one process: select() knows 1024 */
#define UPLOADED      100000

static const char *label = "secload", *mode = "cycle", *keys;
static int port, users = 160, clients = 8, count = 100;
static char **command;

struct start {
	atomic_int ready, go;
};

static void
set_option(int option, const char *value)
{
	switch (option) {
	case 'm':
		mode = value;
		break;
	case 's':
		keys = value;
		break;
	case 'l':
		label = value;
		break;
	case 'n':
		count = (int)parse_size(value);
		break;
	case 'c':
		clients = atoi(value);
		break;
	case 'U':
		users = atoi(value);
		break;
	default:
		exit(2);
	}
}

/* The party with the keys of that program, NULL where all is plain. */
static struct party *
party_of(const char *program, const struct party_room *room)
{
	struct party *p;
	char dir[512];

	if (keys == NULL)
		return NULL;
	snprintf(dir, sizeof(dir), "%s/%s", keys, program);
	p = allocate(sizeof(*p));
	memset(p, 0, sizeof(*p));
	party_open(p, dir, room);
	return p;
}

/* All stand: run the command, if there is one. */
static void
run_command(void)
{
	int status = 0;
	pid_t pid;

	if (command[0] == NULL)
		return;
	pid = fork();
	if (pid == 0) {
		execvp(command[0], command);
		die("%s", command[0]);
	}
	waitpid(pid, &status, 0);
	if (status != 0)
		die("%s failed", command[0]);
}

static void
log_in(struct conn *c, int uid)
{
	struct msg reply;
	char text[64];

	snprintf(text, sizeof(text), "LOG %05d %s\n", uid, BENCH_PASS);
	party_ask(c, text, &reply);
	if (reply.type != MSG_RLO || reply.status != ST_OK)
		die("user %05d is not logged in", uid);
}

static void
hold_sessions(void)
{
	struct party_room room = { (size_t)count, SECURE_LINES, 0 };
	struct party *p = party_of("user", &room);
	struct conn *c = allocate((size_t)count * sizeof(*c));

	for (int i = 0; i < count; i++) {
		party_dial(&c[i], p, port);
		log_in(&c[i], i);
	}
	run_command();
	for (int i = 0; i < count; i += 100) /* they all stand yet */
		log_in(&c[i], i);
}

/* Of one process. */
static void
hold_sockets(int first, int n, struct start *start)
{
	struct party_room room = { 0, SECURE_LINES, (size_t)n };
	struct party *p = party_of("fs", &room);
	struct dgram *d = allocate((size_t)n * sizeof(*d));
	struct msg reply;
	char text[32];

	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "VLD %05d 9999\n", first + i);
		party_dial_dgram(&d[i], p, port);
		party_ask_dgram(&d[i], text, &reply);
		if (reply.type != MSG_CNF)
			die("no CNF");
	}
	start->ready++;
	while (start->go == 0)
		poll(NULL, 0, 1);
	party_ask_dgram(&d[0], text, &reply);
}

/* Processes one after the other, so that none waits for another's turn. */
static void
hold_datagrams(void)
{
	struct start *start = shared(sizeof(*start));
	int status, bad = 0, made = 0;

	for (int first = 0; first < count; first += SOCKETS_MAX) {
		int n = count - first;

		n = n < SOCKETS_MAX ? n : SOCKETS_MAX;
		if (fork() == 0) {
			hold_sockets(first, n, start);
			exit(0);
		}
		made++;
		while (start->ready < made && bad == 0) {
			poll(NULL, 0, 1);
			bad = waitpid(-1, &status, WNOHANG) > 0;
		}
	}
	run_command();
	start->go = 1;
	while (wait(&status) > 0)
		bad += status != 0;
	if (bad > 0)
		die("not all associations stand");
}

static void
begin_transfer(struct conn *c, int i)
{
	static char data[UPLOADED];
	int k = i / 2, uid = 1000 + k / 15, f = k % 15;
	char text[128];

	if (i % 2 == 0)
		snprintf(
		    text, sizeof(text), "RTV 00000 2%03d f%02d.dat\n", k, f);
	else
		snprintf(text, sizeof(text),
		    "UPL %05d 3%03d f%02d.dat 1000000 ", uid, f, f);
	party_say(c, text, strlen(text));
	if (i % 2 == 1)
		party_say(c, data, sizeof(data));
}

static bool
is_under_way(struct conn *c, int i)
{
	struct ready r = { 0 };
	struct msg reply;

	ready_begin(&r);
	conn_watch(c, &r, CONN_IN);
	ready_by(&r, now_ms());
	ready_wait(&r);
	if (i % 2 == 1)
		return !conn_readable(c, &r);
	return conn_readable(c, &r) && conn_fill(c, r.woke) &&
	    conn_take(c, &reply) == WIRE_OK && reply.type == MSG_RRT &&
	    reply.status == ST_OK;
}

static void
hold_transfers(void)
{
	struct party_room room = { (size_t)count, SECURE_BULK, 0 };
	struct party *p = party_of("user", &room);
	struct conn *c = allocate((size_t)count * sizeof(*c));
	int bad = 0;

	for (int i = 0; i < count; i++) {
		party_dial(&c[i], p, port);
		begin_transfer(&c[i], i);
	}
	run_command();
	for (int i = 0; i < count; i++)
		bad += !is_under_way(&c[i], i);
	if (bad > 0)
		die("%d of %d are not under way", bad, count);
}

/* A user with a device and a session, and the file server. */
struct seat {
	struct conn session;
	struct dgram as, device, validator;
};

static void
register_users(struct seat *s, int first, int n)
{
	struct msg reply;
	char text[64];

	for (int i = 0; i < n; i++) {
		snprintf(text, sizeof(text), "REG %05d %s %s %u\n", first + i,
		    BENCH_PASS, LOCAL, (unsigned)dgram_port(&s->device));
		party_ask_dgram(&s->as, text, &reply);
		if (reply.type != MSG_RRG || reply.status != ST_OK)
			die("user %05d is not registered", first + i);
	}
}

/* Confirm a code that has come: true, with the code. */
static bool
confirm(struct seat *s, char vc[CODE_LEN + 1])
{
	struct addr from;
	struct msg m;
	char text[32];
	bool got = false;

	while (party_hear(&s->device, &m, &from) == 1) {
		if (m.type != MSG_VLC)
			continue;
		memcpy(vc, m.vc, CODE_LEN + 1);
		snprintf(text, sizeof(text), "RVC %s OK\n", m.uid);
		dgram_answer(&s->device, dgram_session(&s->device), &from, NULL,
		    text, strlen(text));
		got = true;
	}
	return got;
}

static void
ask_code(struct seat *s, int uid, size_t i, char vc[CODE_LEN + 1])
{
	struct conn *c = &s->session;
	ms_t until = now_ms() + 20000;
	struct ready r = { 0 };
	struct msg reply;
	char text[64];

	snprintf(
	    text, sizeof(text), "REQ %05d 1111 R f%02zu.dat\n", uid, i % 15);
	party_say(c, text, strlen(text));
	vc[0] = '\0';
	while (conn_take(c, &reply) != WIRE_OK) {
		ready_begin(&r);
		conn_watch(c, &r, CONN_IN);
		dgram_watch(&s->device, &r);
		ready_by(&r, until);
		ready_wait(&r);
		if (dgram_readable(&s->device, &r))
			confirm(s, vc);
		if (r.woke > until ||
		    (conn_readable(c, &r) && !conn_fill(c, r.woke)))
			die("REQ has no reply");
	}
	if (reply.type != MSG_RRQ || reply.status != ST_OK || vc[0] == '\0')
		die("REQ: RRQ %s", status_word(reply.status));
}

static void
cycle(struct seat *s, int uid, size_t i)
{
	char vc[CODE_LEN + 1], text[64];
	struct msg reply;

	ask_code(s, uid, i, vc);
	snprintf(text, sizeof(text), "AUT %05d 1111 %s\n", uid, vc);
	party_ask(&s->session, text, &reply);
	if (reply.type != MSG_RAU || strcmp(reply.tid, "0") == 0)
		die("AUT is refused");
	snprintf(text, sizeof(text), "VLD %05d %s\n", uid, reply.tid);
	party_ask_dgram(&s->validator, text, &reply);
	if (reply.type != MSG_CNF || reply.op != OP_RETRIEVE)
		die("VLD is refused");
}

static _Noreturn void
client(int who, struct start *start)
{
	struct party_room at_user = { 1, SECURE_LINES, 0 };
	struct party_room at_device = { 0, SECURE_LINES, 64 };
	struct party *user = party_of("user", &at_user);
	struct party *pd = party_of("pd", &at_device);
	struct party *fs = party_of("fs", &at_device);
	int each = users / clients, first = who * each;
	struct seat *s = allocate(sizeof(*s));

	party_dial_dgram(&s->as, pd, port);
	party_dial_dgram(&s->validator, fs, port);
	party_serve(&s->device, pd, 0);
	register_users(s, first, each);
	party_dial(&s->session, user, port);
	log_in(&s->session, first);
	cycle(s, first, 0); /* the associations stand */
	start->ready++;
	while (start->go == 0)
		poll(NULL, 0, 1);
	for (size_t i = 0; i < (size_t)(count / clients); i++) {
		int uid = first + (int)((i / CYCLES_A_USER + 1) % (size_t)each);

		if (i % CYCLES_A_USER == 0)
			log_in(&s->session, uid);
		cycle(s, uid, i);
	}
	exit(0);
}

static void
cycles(void)
{
	struct start *start = shared(sizeof(*start));
	int status, bad = 0;
	double t;

	for (int who = 0; who < clients; who++)
		if (fork() == 0)
			client(who, start);
	while (start->ready < clients && bad == 0) {
		poll(NULL, 0, 1);
		bad = waitpid(-1, &status, WNOHANG) > 0;
	}
	t = seconds();
	start->go = 1;
	while (wait(&status) > 0)
		bad += status != 0;
	t = seconds() - t;
	if (bad > 0)
		die("clients failed");
	figure(label, "ops", count / clients * clients / t, "op/s");
}

int
main(int argc, char *argv[])
{
	int option;

	while ((option = getopt(argc, argv, "+m:s:l:n:c:U:")) != -1)
		set_option(option, optarg);
	if (optind + 1 > argc)
		return 2;
	port = atoi(argv[optind]);
	command = argv + optind + 1;
	signal(SIGPIPE, SIG_IGN);
	if (strcmp(mode, "sessions") == 0)
		hold_sessions();
	else if (strcmp(mode, "datagrams") == 0)
		hold_datagrams();
	else if (strcmp(mode, "transfers") == 0)
		hold_transfers();
	else
		cycles();
	return 0;
}
