/*
 * user - the program with which a person uses the file server (section 2.2).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/net.h"
#include "policy.h"
#include "sys/random.h"
#include "ui/options.h"
#include "ui/terminal.h"
#include "user/commands.h"
#include "user/replies.h"
#include "user/words.h"

static struct user user;
static struct ready ready;

struct place {
	const char *host;
	uint16_t port;
};

static struct place as_place = { "127.0.0.1", AS_PORT };
static struct place fs_place = { "127.0.0.1", FS_PORT };

static const struct option_row rows[] = {
	{ 'n', NULL, "ASIP", "host of the AS, name or address", OPTION_TEXT,
	    &as_place.host },
	{ 'p', NULL, "ASport", "its TCP port", OPTION_PORT, &as_place.port },
	{ 'm', NULL, "FSIP", "host of the FS, name or address", OPTION_TEXT,
	    &fs_place.host },
	{ 'q', NULL, "FSport", "its TCP port", OPTION_PORT, &fs_place.port },
	{ 'e', NULL, NULL, "stop at the first command that fails", OPTION_FLAG,
	    &user.stop_early },
};

static const struct option_table table = {
	.program = "user",
	.about = SAY_ABOUT,
	.row = rows,
	.rows = sizeof(rows) / sizeof(rows[0]),
	.exits = SAY_EXITS,
	.more = commands_help,
};

static bool
find_host(struct sockaddr_in *addr, const struct place *place, int option)
{
	const char *wrong = net_resolve(addr, place->host, place->port);

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
 * the program elsewhere.  GO_ON, or the status to exit with.
 */
static int
interrupt(struct user *u, int number)
{
	if (number == 0)
		return GO_ON;
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
serve(struct user *u, int signals)
{
	int status = GO_ON;

	while (!u->ending) {
		ready_begin(&ready);
		ready_read(&ready, signals);
		session_watch(&u->as, &ready);
		transfer_watch(&u->fs, &ready);
		input_watch(u, &ready);
		if (ready_wait(&ready) == -1) {
			warn(SAY_NO_SELECT, strerror(errno));
			return EXIT_FAILED;
		}
		if (ready_can_read(&ready, signals))
			status = interrupt(u, net_signal(signals));
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
prepare(const struct place *as, const struct place *fs, int *signals)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	struct sockaddr_in as_peer;

	if (!find_host(&as_peer, as, 'n') || !find_host(&user.fs_peer, fs, 'm'))
		return EXIT_UNREACHABLE;
	*signals = net_signals(numbers, sizeof(numbers) / sizeof(numbers[0]));
	if (*signals == -1 || random_open() == -1) {
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
	int signals, status;

	terminal_open(&user.input);
	status = options_read(&table, argc, argv);
	if (status == GO_ON)
		status = prepare(&as_place, &fs_place, &signals);
	if (status == GO_ON) {
		status = serve(&user, signals);
		transfer_end(&user.fs);
		session_drop(&user.as);
	}
	terminal_close();
	if (terminal_lost() && status == EXIT_FINE)
		status = EXIT_FAILED;
	return status;
}
