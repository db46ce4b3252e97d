/* with: src/as/tickets.c src/as/people.c src/as/pbkdf2.c */
/*
 * The AS as a whole but for its disk, its helpers and its clock: two sessions
 * over socketpairs, and datagrams.  The input is a script of one-letter steps
 * (see do_step()); any bytes are one.  After each step the states must be what
 * as.h says of them, and at the end everything must come to rest.
 */
#include "as_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

/* The steps */

static void
write_down(struct account_job *body)
{
	int i = user_of(body->uid);

	if (body->change == ACCOUNT_REMOVE)
		i = user_of(body->asked.uid);
	if (i == -1 || body->change == ACCOUNT_KEEP)
		return;
	require(body->change != ACCOUNT_CREATE || there[i] != ACCOUNT_FOUND);
	there[i] =
	    body->change == ACCOUNT_REMOVE ? ACCOUNT_NONE : ACCOUNT_FOUND;
	removed_once[i] |= body->change == ACCOUNT_REMOVE;
	if (body->change == ACCOUNT_CREATE)
		memcpy(body->account.pair, "pair of salt and hash", 22);
	accounts[i] = body->account;
}

/* The oldest job ends: D done, W the password is wrong, B the disk, F cut. */
static void
end_job(char how)
{
	struct job *job = jobs[0];
	struct account_job *body;

	if (njobs == 0)
		return;
	memmove(jobs, jobs + 1, (size_t)--njobs * sizeof(jobs[0]));
	body = job->body;
	job->state = how == 'F' ? JOB_FAILED : JOB_DONE;
	body->result = how == 'B' ? ACCOUNT_FAILED : ACCOUNT_DONE;
	body->error = how == 'B' ? EIO : 0;
	if (how == 'W' && body->verify)
		body->result = ACCOUNT_WRONG;
	else if (how == 'D' || how == 'W')
		write_down(body);
}

static void
meet(void)
{
	static const struct sockaddr_in nobody = { .sin_family = AF_INET };
	struct session *s = &as.session[who];

	if (s->state != FREE)
		return;
	if (peer[who] != -1)
		close(peer[who]);
	session_open(s, pair_of(SOCK_STREAM, &peer[who]), &nobody, now);
	as.sessions_top = PEERS;
}

static void
say(const char *text, size_t n)
{
	if (peer[who] != -1 && send(peer[who], text, n, MSG_NOSIGNAL) == -1)
		return; /* it is full, or we have shut it down */
}

/* Read what a session has said: replies, and nothing else. */
static void
read_replies(void)
{
	char text[8192];
	const char *at = text;
	ssize_t n = peer[who] == -1 ? 0 : read(peer[who], text, sizeof(text));
	struct msg m;
	size_t used;

	for (; n > 0 && wire_parse(at, (size_t)n, &used, &m) == WIRE_OK;
	     n -= (ssize_t)used, at += used) {
		require(!wire_is_request(m.type));
		if (m.type == MSG_RAU && m.tid[1] != '\0')
			memcpy(tid, m.tid, sizeof(tid));
	}
	require(n <= 0 || n == sizeof(text));
}

/* A message that a person would have to know much for: VC and TID are put. */
static void
say_known(char which)
{
	static const struct {
		char letter;
		const char *text;
	} known[] = {
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
	char text[64];

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].letter == which)
			say(known[i].text, strlen(known[i].text));
	if (which == 'A' && as.session[who].code.vc[0] != '\0') {
		snprintf(text, sizeof(text), "AUT %s 1111 %s\n",
		    as.session[who].code.uid, as.session[who].code.vc);
		say(text, strlen(text));
	}
}

static void
ask(const char *text, size_t n)
{
	send(asking, text, n, 0);
}

static void
ask_known(char which)
{
	static const struct {
		char letter;
		const char *text;
	} known[] = {
		{ 'G', "REG 12345 abcd1234 127.0.0.1 57001\n" },
		{ 'g', "REG 12345 abcd1234 127.0.0.1 57002\n" },
		{ 'W', "REG 12345 wrong123 127.0.0.1 57002\n" },
		{ 'H', "REG 54321 abcd1234 127.0.0.1 57001\n" },
		{ 'J', "UNR 12345 abcd1234\n" },
		{ 'j', "UNR 12345 wrong123\n" },
		{ 'v', "VLD 12345 0000\n" },
		{ 'N', "REG 99999 abcd1234 127.0.0.1 57001\n" },
	};
	char text[64];

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (known[i].letter == which)
			ask(known[i].text, strlen(known[i].text));
	if (which == 'V') {
		snprintf(text, sizeof(text), "VLD 12345 %s\n", tid);
		ask(text, strlen(text));
	}
}

static void
hear_device(const char *text, size_t n)
{
	if (device != -1)
		send(device, text, n, 0);
}

/* A step with text: what is between it and the next '~'. */
static const uint8_t *
do_text(char step, const uint8_t *at, const uint8_t *end)
{
	const uint8_t *stop = memchr(at, '~', (size_t)(end - at));
	size_t n = (size_t)((stop != NULL ? stop : end) - at);

	if (step == 't')
		say((const char *)at, n);
	else if (step == 'd')
		ask((const char *)at, n);
	else
		hear_device((const char *)at, n);
	return stop != NULL ? stop + 1 : end;
}

static void
close_it(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
set_account(char how)
{
	int i = who;

	if (njobs > 0) /* one change at a time, as the AS sees to */
		return;
	there[i] = how == '0' ? ACCOUNT_NONE :
	    how == '1'        ? ACCOUNT_UNREADABLE :
				ACCOUNT_FOUND;
	accounts[i] = (struct account){ .pair = "pair of salt and hash",
		.has_device = how == '3',
		.ip = "127.0.0.1",
		.port = 57001 };
}

/*
 * 1, 2: whose turn it is; n: connect; s?, q?: say or ask what is known;
 * t...~, d...~, v...~: say, ask or answer as the device any text; o, k: the
 * device says OK, NOK; r: read; h, x: half close, close; X: the device is
 * gone; D W B F: a job ends; a?: an account changes; e, E: no socket; the
 * rest of the digits: time passes.
 */
static const uint8_t *
do_step(const uint8_t *at, const uint8_t *end)
{
	static const ms_t times[] = { 1, 499, 500, 1000, 5000, 30000, 60000,
		300000, 600000, 86400000 };
	char step = (char)*at++;
	char more = at < end ? (char)*at : '\0';

	if (step >= '3' && step <= '9')
		now += times[step - '0'];
	else if (step == '0' || step == '.')
		now += times[step == '0'];
	else if (step == '1' || step == '2')
		who = step - '1';
	else if (step == 'n')
		meet();
	else if (step == 's')
		say_known(more);
	else if (step == 'q')
		ask_known(more);
	else if (step == 'a')
		set_account(more);
	else if (step == 't' || step == 'd' || step == 'v')
		return do_text(step, at, end);
	else if (step == 'o' || step == 'k')
		hear_device(step == 'o' ? "RVC 12345 OK\n" : "RVC 54321 NOK\n",
		    step == 'o' ? 13 : 14);
	else if (step == 'r')
		read_replies();
	else if (step == 'h' && peer[who] != -1)
		shutdown(peer[who], SHUT_WR);
	else if (step == 'x')
		close_it(&peer[who]);
	else if (step == 'X')
		close_it(&device);
	else if (step == 'e' || step == 'E')
		no_socket = step == 'e' ? EMFILE : ENETUNREACH;
	else if (step != '\0' && strchr("DWBF", step) != NULL)
		end_job(step);
	return step == 's' || step == 'q' || step == 'a' ? at + (at < end) : at;
}

/* A round of the loop, and what must be true between two of them. */

static void
is_sound(const struct session *s)
{
	struct ready r = { .nfds = 0 };
	bool busy = job_busy(&s->job);

	require((s->state == FREE) == (s->conn.fd == -1));
	require((s->state == CALLING) == (s->vlc.fd != -1));
	require((s->state == CALLING) == (s->vlc.len > 0));
	require(!busy || s->state == CHECKING);
	require(s->uid[0] == '\0' || user_of(s->uid) != -1);
	require(s->conn.in.len <= WIRE_HEAD_MAX);
	require(s->conn.out.len <= WIRE_HEAD_MAX);
	if (s->state == FREE || s->state == CHECKING)
		return;
	ready_begin(&r); /* what waits for nothing would wait for ever */
	session_watch(s, &r);
	require(r.nfds > 0 || r.deadline != NEVER);
}

static void
go_round(void)
{
	struct ready r = { .nfds = 0 };

	ready_begin(&r);
	udp_watch(&as, &r);
	for (int i = 0; i < PEERS; i++)
		session_watch(&as.session[i], &r);
	ready_by(&r, 0);
	require(ready_wait(&r) == 0);
	udp_step(&as, &r, now);
	for (int i = 0; i < PEERS; i++)
		session_step(&as, &as.session[i], &r, now);
	for (int i = 0; i < PEERS; i++)
		is_sound(&as.session[i]);
}

/* The peers have gone and the jobs end: so must all that was under way. */
static void
come_to_rest(void)
{
	for (who = 0; who < PEERS; who++)
		close_it(&peer[who]);
	close_it(&device);
	no_socket = 0;
	for (int i = 0; i < 20000; i++) {
		bool rest = change_idle(&as) && as.asked_top == 0;

		go_round();
		end_job('W');
		now += SECONDS;
		for (int k = 0; k < PEERS; k++)
			rest = rest && as.session[k].state == FREE;
		if (rest)
			return;
	}
	abort();
}

static void
set_up(void)
{
	static bool ready_to_go;

	if (!ready_to_go) {
		require(random_open() != -1);
		signal(SIGPIPE, SIG_IGN); /* as net_signals() does */
		people_open();
		as.udp = pair_of(SOCK_DGRAM, &asking);
		for (int i = 0; i < PEERS; i++)
			as.session[i].conn.fd = as.session[i].vlc.fd = peer[i] =
			    -1;
		ready_to_go = true;
	}
	for (int i = 0; i < USERS; i++) { /* nobody knows them any more */
		struct person *p = person_of(uids[i]);
		unsigned ticket;

		tickets_drop(uids[i]);
		ticket = p->ticket;
		memset(p, 0, sizeof(*p));
		p->ticket = ticket;
		people_right(uids[i], (struct in_addr){ .s_addr = 0 });
		there[i] = ACCOUNT_NONE;
		removed_once[i] = false;
	}
	memset(tid, '0', CODE_LEN);
	now += 20 * MINUTES; /* used TIDs are forgotten */
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	const uint8_t *at = data, *end = data + n;

	set_up();
	who = 0;
	meet();
	while (at < end) {
		at = do_step(at, end);
		go_round();
	}
	come_to_rest();
	return 0;
}
