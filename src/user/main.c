/*
 * user - the program with which a person uses the file server (section 2.2).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/signals.h"
#include "policy.h"
#include "sys/random.h"
#include "ui/terminal.h"
#include "user/commands.h"
#include "user/replies.h"
#include "user/words.h"

enum {
	GO_ON = -1,
	EXIT_FINE,
	EXIT_FAILED,
	EXIT_USAGE,
	EXIT_UNREACHABLE,
	EXIT_SIGNAL = 128 /* and its number: 130 for Ctrl-C */
};

static struct user user;
static struct ready ready;

struct place {
	const char *host;
	uint16_t port;
};

static bool
read_port(int option, const char *text, uint16_t *port)
{
	if (addr_port_scan(text, false, port))
		return true;
	warn(SAY_BAD_PORT, option, text);
	return false;
}

static int
help(void)
{
	printf(SAY_USAGE SAY_OPTIONS, AS_PORT, FS_PORT);
	commands_help();
	return EXIT_FINE;
}

/* GO_ON, or the status to end with. */
static int
read_options(int argc, char *argv[], struct place *as, struct place *fs)
{
	int option;

	while ((option = getopt(argc, argv, "n:p:m:q:ehV")) != -1)
		switch (option) {
		case 'n':
			as->host = optarg;
			break;
		case 'm':
			fs->host = optarg;
			break;
		case 'p':
			if (!read_port(option, optarg, &as->port))
				return EXIT_USAGE;
			break;
		case 'q':
			if (!read_port(option, optarg, &fs->port))
				return EXIT_USAGE;
			break;
		case 'e':
			user.stop_early = true;
			break;
		case 'h':
			return help();
		case 'V':
			fputs(SAY_VERSION, stdout);
			return EXIT_FINE;
		default:
			fputs(SAY_USAGE, stderr);
			return EXIT_USAGE;
		}
	if (optind == argc)
		return GO_ON;
	fputs(SAY_USAGE, stderr);
	return EXIT_USAGE;
}

static bool
find_host(struct addr *addr, const struct place *place, int option)
{
	const char *wrong = addr_resolve(addr, place->host, place->port);

	if (wrong != NULL)
		warn(SAY_NO_HOST, place->host, wrong, option);
	return wrong == NULL;
}

static bool
busy(const struct user *u)
{
	return session_busy(&u->as) || transfer_busy(&u->fs);
}

/* A command has ended, or not yet. */
static void
conclude(struct user *u, enum outcome outcome)
{
	if (outcome != FAILED)
		return;
	u->failed = true;
	if (u->stop_early || !u->started)
		u->ending = true;
}

static void
ask_person(const struct user *u)
{
	char question[64];

	switch (u->input_mode) {
	case INPUT_COMMAND:
		terminal_ask(SAY_PROMPT);
		break;
	case INPUT_PASSWORD:
		terminal_ask_secret(SAY_PASSWORD);
		break;
	case INPUT_REMOVE:
		snprintf(question, sizeof(question), SAY_REALLY, u->uid);
		terminal_ask(question);
		break;
	}
}

/* While a command runs nobody listens to the person, but for Ctrl-C. */
static void
input_watch(const struct user *u, struct ready *r)
{
	if (busy(u))
		return;
	if (!u->need_input) {
		ready_by(r, 0);
		return;
	}
	ask_person(u);
	ready_read(r, u->input.fd);
}

/* At most one line a round: the servers' news comes first. */
static void
input_step(struct user *u, const struct ready *r)
{
	char *line;

	if (busy(u) || u->ending)
		return;
	if (ready_can_read(r, u->input.fd))
		terminal_fill();
	u->need_input = false;
	switch (lines_take(&u->input, &line)) {
	case LINE_OK:
		terminal_answered();
		conclude(u, commands_line(u, line, r->woke));
		break;
	case LINE_LONG:
		terminal_answered();
		tell(SAY_TOO_LONG);
		conclude(u, FAILED);
		break;
	case LINE_MORE:
		u->need_input = true;
		break;
	case LINE_END:
		u->ending = true;
		break;
	}
}

/*
 * Ctrl-C ends a wait or a transfer where there is a prompt to go back to, and
 * the program elsewhere.  GO_ON, or EXIT_SIGNAL and the signal to die of.
 */
static int
interrupt(struct user *u, int number)
{
	if (number != SIGINT || !terminal_interactive() || !u->started ||
	    !busy(u))
		return EXIT_SIGNAL + number;
	if (session_busy(&u->as)) {
		session_drop(&u->as);
		u->asked.code[0] = '\0'; /* the code went with it */
	}
	if (!u->fs.progress.shown)
		terminal_interrupted();
	transfer_end(&u->fs);
	tell(SAY_CANCELLED);
	conclude(u, FAILED);
	return GO_ON;
}

static int
serve(struct user *u)
{
	int number, status = GO_ON;

	while (!u->ending) {
		ready_begin(&ready);
		signals_watch(&ready);
		session_watch(&u->as, &ready);
		transfer_watch(&u->fs, &ready);
		input_watch(u, &ready);
		if (ready_wait(&ready) == -1) {
			warn(SAY_NO_SELECT, strerror(errno));
			return EXIT_FAILED;
		}
		if ((number = signals_next(&ready)) != 0)
			status = interrupt(u, number);
		if (status != GO_ON)
			return status;
		conclude(u, replies_as(u, session_step(&u->as, &ready)));
		conclude(u, replies_fs(u, transfer_step(&u->fs, &ready)));
		input_step(u, &ready);
	}
	if (!u->started)
		return EXIT_UNREACHABLE;
	return u->failed ? EXIT_FAILED : EXIT_FINE;
}

/* What the program needs from the system; GO_ON, or the status to exit with. */
static int
prepare(const struct place *as, const struct place *fs)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct addr as_peer;

	if (!find_host(&as_peer, as, 'n') || !find_host(&user.fs_peer, fs, 'm'))
		return EXIT_UNREACHABLE;
	if (signals_open(numbers, sizeof(numbers) / sizeof(numbers[0])) == -1 ||
	    random_open() == -1) {
		warn(SAY_NO_SYSTEM, strerror(errno));
		return EXIT_FAILED;
	}
	transfer_init(&user.fs);
	session_start(&user.as, &as_peer);
	return GO_ON;
}

int
main(int argc, char *argv[])
{
	struct place as = { "127.0.0.1", AS_PORT };
	struct place fs = { "127.0.0.1", FS_PORT };
	int status;

	signals_unblock();
	terminal_open(&user.input);
	status = read_options(argc, argv, &as, &fs);
	if (status == GO_ON)
		status = prepare(&as, &fs);
	if (status == GO_ON) {
		status = serve(&user);
		transfer_end(&user.fs);
		session_drop(&user.as);
	}
	terminal_close();
	if (terminal_lost() && status == EXIT_FINE)
		status = EXIT_FAILED;
	if (status > EXIT_SIGNAL)
		signals_die(status - EXIT_SIGNAL);
	return status;
}
