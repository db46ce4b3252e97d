/*
 * The AS as a whole on the machine of world.h: its own loop, its accounts on a
 * disk that fails when the input says so, a pool whose jobs end then, User
 * programs, personal devices and FS that say what the input says.  The input is
 * a script of one-letter steps (see do_step()); any bytes are one.
 */
#include "script.h"

int as_main(int argc, char *argv[]);

#define main as_main
#include "../../src/as/main.c"

#include "../../src/as/accounts.c"

#include "as/factor.h"
#include "as/session.h"
#include "as_checks.h"

/* The directory is ours, and stays so; but a worker may lack descriptors. */

const char *
lock_take(int dir, bool wait, int *new_work)
{
	(void)wait;
	require(mkdirat(dir, "work", 0700) == 0);
	*new_work = disk_open_dir(dir, "work");
	return NULL;
}

bool
lock_join(void)
{
	return !world_fails();
}

bool
lock_prove(void)
{
	return !world_fails();
}

int
failures_open(int dir, ms_t now)
{
	(void)dir, (void)now;
	return 0;
}

void
failures_save(const char *uid)
{
	const struct person *p = person_of(uid);

	require(
	    p->failed <= CODES_FAILED_MAX && p->excused <= CODES_EXCUSED_MAX);
}

/* Steps */

static void
meet(void)
{
	if (peer[who] != -1 || stopping)
		return;
	peer[who] = world_client(as.listener.fd, &user_addr);
	if (peer[who] != -1)
		checked[peer[who]] = 0;
}

static void
say(const void *text, size_t n)
{
	if (peer[who] != -1)
		world_send(peer[who], text, n);
}

/* A message that a person would have to know much for: VC and TID are put. */
static void
say_known(char which)
{
	static const struct known known[] = {
		{ 'L', "LOG 12345 abcd1234\n" },
		{ 'l', "LOG 12345 wrong123\n" },
		{ 'K', "LOG 54321 abcd1234\n" },
		{ 'R', "REQ 12345 1111 R a.txt\n" },
		{ 'X', "REQ 12345 1111 X\n" },
		{ 'Q', "REQ 54321 1111 U b.txt\n" },
		{ 'Z', "REQ 12345 1111 Z\n" },
		{ 'a', "AUT 12345 1111 0000\n" },
		{ 'E', "ERR\n" },
	};
	const char *text =
	    script_known(which, known, sizeof(known) / sizeof(known[0]));
	char aut[32];

	for (int i = 0; which == 'A' && i < PLACES; i++) {
		const struct session *s = &as.session[i];

		if (s->state == FREE || s->conn.fd != peer[who] ||
		    s->code.vc[0] == '\0')
			continue;
		snprintf(aut, sizeof(aut), "AUT %s 1111 %s\n", s->code.uid,
		    s->code.vc);
		text = aut;
	}
	if (text != NULL)
		say(text, strlen(text));
}

static void
ask_known(char which)
{
	static const struct known known[] = {
		{ 'G', "REG 12345 abcd1234 127.0.0.1 57001\n" },
		{ 'g', "REG 12345 abcd1234 127.0.0.1 57002\n" },
		{ 'W', "REG 12345 wrong123 127.0.0.1 57002\n" },
		{ 'H', "REG 54321 abcd1234 127.0.0.1 57001\n" },
		{ 'J', "UNR 12345 abcd1234\n" },
		{ 'j', "UNR 12345 wrong123\n" },
		{ 'v', "VLD 12345 0000\n" },
		{ 'N', "REG 99999 abcd1234 127.0.0.1 57001\n" },
		{ 'e', "hello" },
		{ 'E', "ERR\n" },
	};
	const char *text =
	    script_known(which, known, sizeof(known) / sizeof(known[0]));
	char vld[32];

	if (which == 'V') {
		snprintf(vld, sizeof(vld), "VLD 12345 %s\n", tid);
		text = vld;
	}
	if (text != NULL)
		world_datagram(as.udp.fd, &asking, text, strlen(text));
}

/* The device that was called last. */
static void
answer_call(char step)
{
	if (!world_is(device, END_DATAGRAMS))
		device = -1;
	else if (step == 'v')
		script_datagram(device, &world_fd[device].peer);
	else if (step == 'X')
		world_fd[device].error = ECONNREFUSED;
	else {
		const char *rvc =
		    step == 'o' ? "RVC 12345 OK\n" : "RVC 54321 NOK\n";

		world_datagram(
		    device, &world_fd[device].peer, rvc, strlen(rvc));
	}
}

/* 0: the account is none, 1: unreadable, 2: without a device, 3: with one. */
static void
set_account(char how)
{
	char text[WORLD_NAME + PAIR_MAX];
	int n = snprintf(text, sizeof(text), "pair %s\n%s", pair,
	    how == '3' ? "device 127.0.0.1 57001\n" : "");

	require(n < (int)sizeof(text));
	if (world_jobs() > 0 || how < '0' || how > '3')
		return;
	world_fail_in = 0;
	unlinkat(root, uids[who % USERS], 0);
	removed_once[who % USERS] |= how == '0';
	if (how != '0')
		world_put(root_dir, uids[who % USERS], S_IFREG,
		    how == '1' ? "pair" : text);
}

static void
send_signal(char which)
{
	char byte = which == 'u' ? SIGUSR1 : SIGTERM;

	stopping = stopping || byte == SIGTERM;
	world_send(world_signals, &byte, 1);
}

/*
 * 1-4: whose turn it is; n: connect; s?: say what is known; t...~: say any
 * text; h, x, w?: half close, reset, room for what we write; q?: ask what is
 * known; d...~: ask anything; f?: from where; o, k: the device says OK, NOK;
 * v...~: it says any text; X: its port is closed; D, F, G: a job ends, its
 * child dies before, or after; a?: an account changes; g?: a signal; V: -v;
 * i??: the disk will fail; e: no descriptor; m, y: minutes, a day; the rest of
 * the digits and '.': time passes; &: the next step at the same time.
 */
static void
do_step(char step)
{
	if (step >= '1' && step <= '4')
		who = step - '1';
	else if (step == 'n')
		meet();
	else if (step == 's')
		say_known(script_next());
	else if (step == 't')
		script_text(say);
	else if (step == 'q')
		ask_known(script_next());
	else if (step == 'd')
		script_datagram(as.udp.fd, &asking);
	else if (step == 'f')
		asking.sin_port = htons(script_next() % 2 != 0 ? 45001 : 45000);
	else if (step == 'o' || step == 'k' || step == 'v' || step == 'X')
		answer_call(step);
	else if (step == 'D' || step == 'F' || step == 'G')
		world_job_end(0,
		    step == 'D'     ? JOB_ENDS :
			step == 'F' ? JOB_IS_LOST :
				      JOB_IS_CUT);
	else if (step == 'a')
		set_account(script_next());
	else if (step == 'g')
		send_signal(script_next());
	else if (step == 'V')
		log_open("AS", true);
	else if (step == 'm' || step == 'y')
		world_now += step == 'm' ? 5 * MINUTES : CODES_FORGIVEN;
	else if (peer[who] != -1)
		script_end(step, peer[who]);
}

/* The input is over: the peers have sent all, and everybody else is silent. */
static void
rest(ms_t until)
{
	bool spoke = false;

	for (int i = 0; i < PEERS; i++)
		if (peer[i] != -1 && !world_fd[peer[i]].ended) {
			world_fd[peer[i]].ended = true;
			spoke = true;
		}
	if (spoke)
		return;
	if (world_jobs() > 0)
		world_job_end(0, JOB_ENDS);
	else if (until != NEVER)
		world_now = until;
	else {
		require(as.places.taken == 0 && as.change_places.taken == 0 &&
		    !stopping);
		send_signal('t');
	}
}

static void
turn(ms_t until)
{
	here = false;
	for (int i = 0; i < PLACES; i++)
		is_sound(&as.session[i]);
	if (!script_step(do_step, until))
		rest(until);
}

/* Once: the parts that last. */
static void
make_as(void)
{
	static const unsigned char salt[SALT_LEN] = "one of many";
	int keep[3];

	user_addr = world_address("127.0.0.1", 45678);
	require(accounts_open("as-data", false, keep) == NULL);
	root_dir = world_fd[root].inode;
	removed_dir = world_fd[removed].inode;
	restricted = true;
	for (int i = 0; i < USERS; i++)
		approved[wire_number(uids[i]) / 8] |=
		    (unsigned char)(1u << wire_number(uids[i]) % 8);
	people_open();
	pair_make(pair, "abcd1234", salt, KDF_ROUNDS);
	world_keep();
}

/* Nobody knows the users any more. */
static void
forget_users(void)
{
	for (int i = 0; i < USERS; i++) {
		struct person *p = person_of(uids[i]);
		unsigned ticket;

		tickets_drop(uids[i]);
		ticket = p->ticket;
		memset(p, 0, sizeof(*p));
		p->ticket = ticket;
		people_right(uids[i], addr_parse("127.0.0.1", 0));
		removed_once[i] = false;
	}
}

static void
set_up(void)
{
	static ms_t start = 1000000;

	if (world_on.turn == NULL)
		make_as();
	else /* used TIDs are forgotten */
		start = world_now + 20 * MINUTES;
	world_reset();
	world_now = start;
	world_on = (struct world_on){ .turn = turn,
		.said = see_datagram,
		.heard = hear_datagram,
		.wrote = see_replies,
		.closed = see_close,
		.named = see_name };
	log_open("AS", false);
	forget_users();
	who = errs_n = 0;
	device = -1;
	here = stopping = false;
	asking = world_address("127.0.0.1", 45000);
	memset(tid, '0', CODE_LEN);
	for (int i = 0; i < PEERS; i++)
		peer[i] = -1;
	admission_open(&as.places, PLACES, true);
	admission_open(&as.change_places, CHANGES, true);
	memset(&as.logins, 0, sizeof(as.logins));
	memset(&as.hashes, 0, sizeof(as.hashes));
	memset(&as.writes, 0, sizeof(as.writes));
	as.login_next = as.unblock = false;
	as.stop_by = 0;
	world_signals = world_stream();
	require(listener_open(&as.listener, AS_PORT) == 0);
	require(dgram_open(&as.udp, AS_PORT) == 0);
	pool_start(&as.pool, 1, sizeof(struct account_job), accounts_run, NULL);
}

/* After main()'s serve(): who is still there when it was told to stop. */
static void
clear_up(void)
{
	struct ready r = { .nfds = 0 };

	ready_begin(&r);
	for (int n = 0; world_jobs() > 0 || !change_idle(&as); n++) {
		require(n < 1000);
		world_now += 10; /* a removal may be tried again */
		world_job_end(0, JOB_ENDS);
		tasks_step(&as, world_now);
		udp_step(&as, &r, world_now);
		clients_step(&as, &r, world_now);
		tasks_start(&as, world_now);
	}
	for (int i = 0; i < PLACES; i++)
		if (as.session[i].state != FREE)
			session_end(&as, &as.session[i]);
	for (int i = 0; i < WORKERS; i++)
		memset(&as.task[i], 0, sizeof(as.task[i]));
	devices_close_idle();
	dgram_close(&as.udp);
	close(world_signals);
	require(world_is_tidy());
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
