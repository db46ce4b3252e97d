/*
 * pd as a whole on the machine of world.h: its own loop, datagrams from the AS
 * and from others, a person's lines, time.  The input is a script of one-letter
 * steps (see do_step()); any bytes are one.
 *
 * A code is told once in SHOWN_MEMORY, and only for the device's own user; only
 * who is believed gets a reply, one at most for what was asked, none for a
 * reply; nobody gets more than ERR_PER_SECOND ERR in a second; what the AS is
 * asked is well-formed; and it ends, whatever the AS does.
 */
#include "script.h"

int pd_main(int argc, char *argv[]);

#define main pd_main
#include "../../src/pd/main.c"

#define DEVICE    "192.168.1.7"
#define SHOWN_MAX 128
#define ERRS_MAX  128

static struct sockaddr_in as_addr, from;
static int input;
static bool local; /* the AS is on this host */

/* The datagram that the device is at. */
static struct {
	bool here, answered;
	struct msg m;
	enum wire_result result;
	struct sockaddr_in from;
} now;

static struct {
	ms_t at;
	char text[64];
} shown[SHOWN_MAX];
static int shown_n;

static struct {
	ms_t at;
	struct in_addr to;
} errs[ERRS_MAX];
static int errs_n;

/* What must be true */

static void
hear_datagram(int fd, const char *text, size_t n, const struct sockaddr_in *by)
{
	const char *nul;

	now.here = false;
	if (fd != pd.device.dgram.fd || text == NULL)
		return;
	now.here = true;
	now.answered = false;
	now.from = *by;
	nul = memchr(text, '\0', n);
	now.result = wire_parse_datagram(
	    text, nul != NULL ? (size_t)(nul - text) : n, &now.m);
}

static bool
is_local(struct in_addr a)
{
	return ntohl(a.s_addr) >> 24 == 127 ||
	    ntohl(a.s_addr) == pd.device.self.ip;
}

static bool
may_be_heard(const struct sockaddr_in *by)
{
	return by->sin_addr.s_addr == as_addr.sin_addr.s_addr ||
	    is_local(by->sin_addr);
}

static void
count_err(const struct sockaddr_in *to)
{
	int n = 0;

	for (int i = 0; i < errs_n && i < ERRS_MAX; i++)
		n += errs[i].to.s_addr == to->sin_addr.s_addr &&
		    world_now - errs[i].at < SECONDS;
	require(n < ERR_PER_SECOND);
	errs[errs_n % ERRS_MAX].to = to->sin_addr;
	errs[errs_n++ % ERRS_MAX].at = world_now;
}

static void
see_reply(const char *text, size_t n, const struct sockaddr_in *to)
{
	struct msg m;

	require(now.here && !now.answered && may_be_heard(to));
	require(memcmp(to, &now.from, sizeof(now.from)) == 0);
	require(now.m.type == MSG_UNKNOWN || wire_is_request(now.m.type));
	require(wire_parse_datagram(text, n, &m) == WIRE_OK);
	require(m.type == MSG_ERR || m.type == MSG_RVC);
	if (m.type == MSG_ERR)
		count_err(to);
	else
		require(now.result == WIRE_OK && now.m.type == MSG_VLC &&
		    strcmp(m.uid, now.m.uid) == 0);
	now.answered = true;
}

static void
see_datagram(int fd, const char *text, size_t n, const struct sockaddr_in *to)
{
	struct msg m;

	if (fd == pd.device.dgram.fd) {
		see_reply(text, n, to);
		return;
	}
	require(fd == pd.account.dgram.fd && to == NULL);
	require(wire_parse_datagram(text, n, &m) == WIRE_OK);
	require(m.type == MSG_REG || m.type == MSG_UNR);
	require(m.type == MSG_UNR || strcmp(m.ip, DEVICE) == 0);
}

/* Codes that the person asks to see again do not come with a datagram. */
static void
see_text(const char *text)
{
	if (!now.here || strncmp(text, "VC=", 3) != 0)
		return;
	require(now.m.type == MSG_VLC && may_be_heard(&now.from));
	require(account_owns(&pd.account, now.m.uid));
	require(strlen(text) < sizeof(shown[0].text));
	for (int i = 0; i < shown_n && i < SHOWN_MAX; i++)
		require(world_now - shown[i].at >= SHOWN_MEMORY ||
		    strcmp(shown[i].text, text) != 0);
	strcpy(shown[shown_n % SHOWN_MAX].text, text);
	shown[shown_n++ % SHOWN_MAX].at = world_now;
}

/* Steps */

static void
come_from(char whom)
{
	static const char *const hosts[] = { "127.0.0.1", "127.0.0.2",
		"10.0.0.1", "10.0.0.2", "192.168.1.7" };

	from = whom < '0' ?
	    as_addr :
	    world_address(hosts[whom % 5], (uint16_t)(58000 + whom % 2));
}

static void
send_known(char which)
{
	static const struct known known[] = {
		{ 'L', "VLC 12345 1111 L\n" },
		{ 'l', "VLC 12345 2222 L" },
		{ 'R', "VLC 12345 3333 R a.txt\n" },
		{ 'X', "VLC 12345 4444 X\n" },
		{ 'o', "VLC 54321 1111 L\n" },
		{ 'b', "VLC 12345 111 L\n" },
		{ 'C', "RVC 12345 OK\n" },
		{ 'E', "ERR\n" },
		{ 'u', "VLD 12345 1111\n" },
		{ '?', "hello" },
	};
	const char *text =
	    script_known(which, known, sizeof(known) / sizeof(known[0]));

	if (text != NULL)
		world_datagram(pd.device.dgram.fd, &from, text, strlen(text));
}

static void
answer_known(char which)
{
	static const struct known known[] = {
		{ 'O', "RRG OK\n" },
		{ 'N', "RRG NOK\n" },
		{ 'o', "RUN OK\n" },
		{ 'n', "RUN NOK\n" },
		{ 'E', "ERR\n" },
		{ '?', "hello" },
	};
	const char *text =
	    script_known(which, known, sizeof(known) / sizeof(known[0]));

	if (text != NULL)
		world_datagram(
		    pd.account.dgram.fd, &as_addr, text, strlen(text));
}

static void
type(const void *text, size_t n)
{
	world_send(input, text, n);
}

static void
type_known(char which)
{
	static const struct known known[] = {
		{ 'r', "reg 12345 abcd1234\n" },
		{ 's', "reg 54321 abcd1234\n" },
		{ 'i', "reg 12345\n" },
		{ 'p', "abcd1234\n" },
		{ 'c', "codes\n" },
		{ 'h', "help reg\n" },
		{ 'e', "exit\n" },
		{ 'n', "\n" },
	};
	const char *text =
	    script_known(which, known, sizeof(known) / sizeof(known[0]));

	if (text != NULL)
		type(text, strlen(text));
}

static void
send_signal(char which)
{
	char byte = which == 'i' ? SIGINT : SIGTERM;

	world_send(world_signals, &byte, 1);
}

/*
 * First M (the AS is another machine) and I (stdin is a terminal), if wanted.
 * l?: a line that is known; t...~: any; f?: where datagrams come from; v?: one
 * that is known; u...~: any; a?: the AS's answer; b...~: any; R: its port is
 * closed; g?: a signal; h: the end of the input; the digits and '.': time
 * passes; &: the next step at the same time.
 */
static void
do_step(char step)
{
	if (step == 'l')
		type_known(script_next());
	else if (step == 't')
		script_text(type);
	else if (step == 'f')
		come_from(script_next());
	else if (step == 'v')
		send_known(script_next());
	else if (step == 'u')
		script_datagram(pd.device.dgram.fd, &from);
	else if (step == 'a')
		answer_known(script_next());
	else if (step == 'b')
		script_datagram(pd.account.dgram.fd, &as_addr);
	else if (step == 'R')
		world_fd[pd.account.dgram.fd].error = ECONNREFUSED;
	else if (step == 'g')
		send_signal(script_next());
	else if (step == 'h')
		script_end(step, input);
}

/* The input is over: so is the person's, and the AS is silent. */
static void
turn(ms_t until)
{
	now.here = false;
	if (script_step(do_step, until))
		return;
	require(until != NEVER || !world_fd[input].ended);
	world_fd[input].ended = true;
	if (until != NEVER)
		world_now = until;
}

/* Once: the device remembers more than a run can use. */
static void
make_pd(void)
{
	struct addr as = addr_parse("127.0.0.1", AS_PORT);
	struct addr self = addr_parse(DEVICE, PD_PORT);

	require(device_open(&pd.device, &as, &self, NULL) == 0);
	require(account_open(&pd.account, &as, NULL, NULL) == 0);
	world_signals = world_stream();
	input = world_stream();
	world_keep();
}

static void
reset_pd(void)
{
	struct dgram dgram = pd.account.dgram;

	memset(&pd.account, 0, sizeof(pd.account));
	pd.account.dgram = dgram;
	pd.device.codes.count = 0;
	pd.device.codes.removal = false;
	commands_open(&pd);
	pd.shell.input.fd = input;
	pd.leave_by = 0;
	pd.failed = pd.leaving = pd.gone = pd.unread = false;
	ready.woke = 0;
}

static void
set_up(void)
{
	static ms_t start = 1000000;

	if (world_on.turn == NULL)
		make_pd();
	else /* the ERRs of the last run do not count */
		start = world_now + 1 * SECONDS;
	world_reset();
	world_now = start;
	world_on = (struct world_on){ .turn = turn,
		.said = see_datagram,
		.heard = hear_datagram,
		.told = see_text };
	reset_pd();
	local = true;
	now.here = false;
	shown_n = errs_n = 0;
	if (script_at < script_stop && *script_at == 'M')
		local = script_next() != 'M';
	if (script_at < script_stop && *script_at == 'I')
		world_tty = script_next() == 'I';
	pd.device.as = pd.account.dgram.peer =
	    addr_parse(local ? "127.0.0.1" : "10.0.0.1", AS_PORT);
	as_addr = from =
	    world_address(local ? "127.0.0.1" : "10.0.0.1", AS_PORT);
	world_fd[pd.account.dgram.fd].peer = as_addr;
	world_fd[input].ended = false;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	script_begin(data, n);
	set_up();
	serve();
	require(pd.gone);
	require(world_is_tidy());
	return 0;
}
