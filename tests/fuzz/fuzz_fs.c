/*
 * The FS as a whole on the machine of world.h: its own loop, its own store on a
 * disk that fails when the input says so, a pool whose jobs end then, clients
 * and an AS that say what the input says.  The input is a script of one-letter
 * steps (see do_step()); any bytes are one.
 */
#include "fs/answer.h"
#include "script.h"

int fs_main(int argc, char *argv[]);

#define main fs_main
#include "../../src/fs/main.c"

#include "../../src/fs/files.c"

#include "fs_checks.h"

#define ROUNDS_MAX 10000 /* of silence, until the last client has gone */

static struct store made_store; /* as files_start() left it */
static int rounds;

/* Steps */

static void
say(const void *text, size_t n)
{
	int fd = peer[who];

	if (fd == -1 || world_fd[fd].ended)
		return;
	for (size_t i = 0; i < n && said[fd].n < SAID; i++)
		said[fd].text[said[fd].n++] = ((const char *)text)[i];
	world_send(fd, text, n);
}

/* Requests, each with a TID of its own; after a 'T' with the last one again. */
static void
say_known(char which)
{
	static const struct known known[] = {
		{ 'L', "LST 12345 %04d\n" },
		{ 'R', "RTV 12345 %04d a.txt\n" },
		{ 'r', "RTV 54321 %04d b.txt\n" },
		{ 'U', "UPL 12345 %04d a.txt 5 hello\n" },
		{ 'u', "UPL 12345 %04d b.txt 40 " },
		{ 'V', "UPL 54321 %04d b.txt 9 it is big\n" },
		{ 'E', "UPL 12345 %04d empty.txt 0 " },
		{ 'D', "DEL 12345 %04d a.txt\n" },
		{ 'd', "DEL 12345 %04d b.txt\n" },
		{ 'X', "REM 12345 %04d\n" },
		{ 'x', "REM 54321 %04d\n" },
		{ 'h', "hello" },
		{ 't', "ten bytes!" },
		{ 'n', "\n" },
	};
	const char *format =
	    script_known(which, known, sizeof(known) / sizeof(known[0]));
	char text[64];
	size_t n = 0;

	if (format == NULL)
		return;
	for (; *format != '\0'; format++)
		if (*format != '%')
			text[n++] = *format;
		else {
			snprintf(text + n, 5, "%04u", tids++ % 10000u);
			n += CODE_LEN;
			format += sizeof("04d") - 1;
		}
	say(text, n);
}

/* The answer that a client waits for, with another operation or name. */
static void
confirm(char how)
{
	struct client *c = NULL;
	struct msg m = { .type = MSG_CNF };
	char text[WIRE_TEXT_MAX], op[] = { how, '\0' };

	for (int i = 0; i < clients.places.taken; i++)
		if (clients_at(&clients, i)->state == VALIDATING &&
		    (c == NULL ||
			clients_at(&clients, i)->conn.fd == peer[who]))
			c = clients_at(&clients, i);
	if (c != NULL) {
		memcpy(m.uid, c->req.uid, sizeof(m.uid));
		memcpy(m.tid, c->req.tid, sizeof(m.tid));
		memcpy(m.fname, c->req.fname, sizeof(m.fname));
		m.op = request_op(c->req.type);
	} else if (service.removals.state == REASKING) {
		memcpy(m.uid, service.removals.op.uid, sizeof(m.uid));
		memcpy(m.tid, service.removals.op.intent.tid, sizeof(m.tid));
		m.op = OP_REMOVE;
	} else
		return;
	if (how == 'E')
		m.op = OP_ERROR;
	else if (how == 'f')
		m.fname[0] = 'z';
	else if (how == 't')
		m.tid[3] ^= 1;
	else
		op_scan(op, &m.op);
	if (op_names_file(m.op) && m.fname[0] == '\0')
		memcpy(m.fname, "a.txt", sizeof("a.txt"));
	world_datagram(c == NULL && service.removals.own.open ?
		service.removals.own.fd :
		service.as.fd,
	    &as_addr, text, wire_format(text, sizeof(text), &m));
}

static void
meet(void)
{
	if (peer[who] != -1 || stopping)
		return;
	peer[who] = world_client(listener.fd, &client_addr);
	if (peer[who] != -1)
		said[peer[who]].n = 0;
}

/* On the disk: a user's files, and what is none. */
static void
plant(char what)
{
	int root = world_fd[store.root].inode, dir, at = 0, it, there = 0;
	char name[] = "00.txt";
	const char *one;

	dir = world_put(root, "12345", what == 'f' ? S_IFREG : S_IFDIR, "");
	if (dir == -1 || world_links(dir) == 0 || what == 'f')
		return;
	while (world_each(&at, dir, &one, &it))
		there++;
	if (there >= FILES_MAX) /* who plants one more has broken it, not we */
		return;
	cut = cut || what == 'd'; /* it cannot be purged */
	if (what == 'l' || what == 'p' || what == 'd')
		world_put(dir, "a.txt",
		    what == 'l'     ? S_IFLNK :
			what == 'p' ? S_IFIFO :
				      S_IFDIR,
		    "");
	else if (what == 'a')
		world_put(dir, "a.txt", S_IFREG, "the text of a");
	for (int i = there; what == 'm' && i < FILES_MAX - 1; i++) {
		name[0] = (char)('0' + i / 10);
		name[1] = (char)('0' + i % 10);
		world_put(dir, name, S_IFREG, "some");
	}
}

static void
send_signal(char number)
{
	char byte = number == 'u' ? SIGUSR1 : SIGTERM;

	stopping = stopping || byte == SIGTERM;
	world_send(world_signals, &byte, 1);
}

static void
end_job(enum world_end how, char more)
{
	cut = cut || (how != JOB_ENDS && world_jobs() > 0);
	world_job_end(more == '2', how);
}

/*
 * 1-4: whose turn it is; n: connect; s?: say what is known; t...~: say any
 * text; c?: the AS confirms, in a way; k...~: it says any text; R: its port is
 * closed; h, x: half close, reset; w?: room for what we write; D, F, G: a job
 * ends, its child dies before, or after; i??: the disk will fail; a?: planted;
 * e: no descriptor; g?: a signal; v: -v; T: the last TID again; the rest of
 * the digits and '.': time passes; &: the next step at the same time.
 */
static void
do_step(char step)
{
	int fd = peer[who];

	if (step >= '1' && step <= '4')
		who = step - '1';
	else if (step == 'n')
		meet();
	else if (step == 's')
		say_known(script_next());
	else if (step == 't')
		script_text(say);
	else if (step == 'c')
		confirm(script_next());
	else if (step == 'k')
		script_datagram(service.as.fd, &as_addr);
	else if (step == 'R')
		world_fd[service.as.fd].error = ECONNREFUSED;
	else if (step == 'D' || step == 'F' || step == 'G')
		end_job(step == 'D' ? JOB_ENDS :
			step == 'F' ? JOB_IS_LOST :
				      JOB_IS_CUT,
		    script_next());
	else if (step == 'a')
		plant(script_next());
	else if (step == 'g')
		send_signal(script_next());
	else if (step == 'v')
		log_open("FS", true);
	else if (step == 'T')
		tids -= tids > 0;
	else if (fd != -1)
		script_end(step, fd);
}

/* The input is over, and everybody silent: all clients go, in time. */
static void
rest(ms_t until)
{
	if (world_jobs() > 0)
		world_job_end(0, JOB_ENDS);
	else if (clients.places.taken == 0) {
		require(!stopping);
		send_signal('t');
	} else {
		require(until != NEVER && ++rounds < ROUNDS_MAX);
		world_now = until;
	}
}

static void
turn(ms_t until)
{
	for (int i = 0; i < clients.places.taken; i++)
		is_sound(clients_at(&clients, i));
	if (!script_step(do_step, until))
		rest(until);
}

static void
set_up(void)
{
	static bool made;
	struct addr as;

	if (!made) {
		as_addr = world_address("127.0.0.1", AS_PORT);
		client_addr = world_address("127.0.0.1", 45678);
		require(files_start("fs-data") == NULL);
		require(user_lock(&store, "12345") == 0);
		user_unlock(&store, "12345");
		made_store = store;
		world_keep();
		made = true;
	}
	world_reset();
	store = made_store;
	world_on = (struct world_on){ .turn = turn,
		.said = hear_vld,
		.heard = hear_cnf,
		.wrote = hear_reply,
		.closed = see_close,
		.named = see_name };
	world_waits = true;
	log_open("FS", false);
	who = cnfs = vlds = 0;
	tids = 0;
	rounds = 0;
	cut = stopping = false;
	stop_by = 0;
	for (int i = 0; i < PEERS; i++)
		peer[i] = -1;
	memset(service.guesses.owing, 0, sizeof(service.guesses.owing));
	clients_open(&clients, FDS_RESERVED + 2 * CLIENTS);
	as = addr_parse("127.0.0.1", AS_PORT);
	require(dgram_dial(&service.as, &as, &(struct addr){ .ip = 0 }) == 0);
	memset(&service.removals, 0, sizeof(service.removals));
	world_signals = world_stream();
	require(listener_open(&listener, FS_PORT) == 0);
	pool_start(&service.pool, 1, sizeof(struct disk_op), files_run, NULL);
}

/* What was opened anew, as it had become stale. */
static void
close_anew(int fd, int made)
{
	if (fd != made && fd != -1)
		close(fd);
}

/* After main()'s serve(): all must have come to an end, and leave nothing. */
static void
clear_up(void)
{
	struct ready r = { .woke = world_now };
	const char *name;
	int i = 0, it;

	/* What is still under way then, the next start clears away. */
	cut = cut || world_jobs() > 0;
	clients_dismiss(&clients, &service, true);
	for (int n = 0; clients.places.taken > 0; n++) {
		require(n < 100);
		world_job_end(0, JOB_ENDS);
		clients_step(&clients, &service, &r);
	}
	while (world_jobs() > 0)
		world_job_end(0, JOB_ENDS);
	removals_stop(&service.removals);
	require(reservations == 0);
	while (world_each(&i, world_fd[store.work].inode, &name, &it))
		require(cut || world_failed || strcmp(name, "lock") == 0);
	close_anew(store.work, made_store.work);
	close_anew(store.alive, made_store.alive);
	close_anew(store.locks, made_store.locks);
	dgram_close(&service.as);
	close(world_signals);
	require(world_is_tidy());
	for (i = 0; i < vlds && i < VLDS; i++)
		replay_forget(&service.replay, vld[i].uid, vld[i].tid);
	if (vlds > VLDS)
		memset(&service.replay, 0, sizeof(service.replay));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	script_begin(data, n);
	set_up();
	serve();
	clear_up();
	return 0;
}
