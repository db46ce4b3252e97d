/*
 * user - the program with which a person uses the file server (section 2.2).
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "crypto/secret.h"
#include "net/signals.h"
#include "policy.h"
#include "ui/options.h"
#include "ui/program.h"
#include "ui/terminal.h"
#include "user/user.h"
#include "user/words.h"

static struct user user;
static struct ready ready;

/* A connection to the AS and one to the FS; nothing of it is touched without
 * -s. */
static struct secure_slot slots[2];
static struct secure_handshake handshakes[2];
static uint8_t sealed[2 * SECURE_BUFFERS(SECURE_BULK)];
static struct tls_ticket tickets[2];
static char as_place[SECURE_PLACE_MAX], fs_place[SECURE_PLACE_MAX];

struct options {
	const char *as_host, *fs_host, *keys;
	uint16_t as_port, fs_port;
};

static struct options options = { .as_host = "127.0.0.1",
	.as_port = AS_PORT,
	.fs_host = "127.0.0.1",
	.fs_port = FS_PORT };

static const struct option_row rows[] = {
	{ 'n', NULL, "ASIP", "host of the AS, name or address", OPTION_TEXT,
	    &options.as_host },
	{ 'p', NULL, "ASport", "its TCP port", OPTION_PORT, &options.as_port },
	{ 'm', NULL, "FSIP", "host of the FS, name or address", OPTION_TEXT,
	    &options.fs_host },
	{ 'q', NULL, "FSport", "its TCP port", OPTION_PORT, &options.fs_port },
	{ 's', NULL, "DIR", "speak securely alone, with the keys in DIR",
	    OPTION_TEXT, &options.keys },
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
open_trust(const char *dir)
{
	struct secure *s = &user.trust.secure;

	s->slot = slots;
	s->slots = sizeof(slots) / sizeof(slots[0]);
	s->room = sealed;
	s->record = SECURE_BULK;
	s->handshake = handshakes;
	s->handshakes = sizeof(handshakes) / sizeof(handshakes[0]);
	return trust_open(&user.trust, dir, "user", "user", now_ms());
}

/* Where we connect to, and how. */
static void
open_servers(const struct options *o, const struct addr *as)
{
	struct secure *s = user.trust.on ? &user.trust.secure : NULL;
	struct secure_target to_as =
	    trust_target(as_place, o->as_host, o->as_port, &tickets[0]);
	struct secure_target to_fs =
	    trust_target(fs_place, o->fs_host, o->fs_port, &tickets[1]);

	transfer_secure(&user.fs, s, &to_fs);
	session_start(&user.as, as, s, &to_as);
}

/* Hosts, signals, modules; GO_ON, or the status to exit with. */
static int
open_program(const struct options *o)
{
	struct addr as;

	if (!program_find("user", 'n', o->as_host, o->as_port, &as) ||
	    !program_find("user", 'm', o->fs_host, o->fs_port, &user.fs_peer))
		return EXIT_UNREACHABLE;
	if (!program_open("user"))
		return EXIT_FAILED;
	if (o->keys != NULL && !open_trust(o->keys))
		return EXIT_FAILED;
	commands_open(&user);
	open_servers(o, &as);
	return GO_ON;
}

static bool
busy(void)
{
	return session_busy(&user.as) || transfer_busy(&user.fs);
}

/* What the person waits for, as a sentence; "" where it has been said. */
static const char *
what_for(char *text, size_t size)
{
	const struct session *as = &user.as;
	char name[ADDR_NAME_MAX];

	text[0] = '\0';
	if (!busy())
		return text;
	if (!user.started)
		snprintf(text, size, SAY_TO_AS, addr_name(name, &as->peer));
	else if (as->state == SESSION_ASKING && as->request.type == MSG_LOG)
		return SAY_WAIT_LOG;
	else if (as->state == SESSION_ASKING && as->request.type == MSG_AUT)
		return SAY_WAIT_AS;
	else if (user.fs.state == TRANSFER_CONNECTING)
		snprintf(text, size, SAY_TO_FS, addr_name(name, &user.fs_peer));
	else if (user.fs.state == TRANSFER_AWAITING)
		return SAY_WAIT_FS;
	else if (user.fs.state == TRANSFER_SAVING)
		return SAY_WAIT_DISK;
	return text;
}

/* What the outcome of a command means for the program. */
static void
conclude(enum outcome outcome)
{
	if (outcome != FAILED)
		return;
	user.failed = true;
	if (user.stop_early || !user.started)
		user.ending = true;
}

/* While a command runs nobody listens to the person, but for Ctrl-C. */
static void
person_watch(struct ready *r)
{
	char text[sizeof(user.shell.what)];

	shell_wait(&user.shell, r, what_for(text, sizeof(text)));
	if (!busy())
		shell_watch(&user.shell, r);
}

/* At most one line a round: the servers' news comes first. */
static void
person_step(const struct ready *r)
{
	if (busy() || user.ending)
		return;
	conclude(shell_step(&user.shell, r));
	user.ending = user.ending || user.shell.ended;
}

/*
 * Ctrl-C ends a wait or a transfer where there is a prompt to go back to, and
 * the program elsewhere.  GO_ON, or the status to exit with.
 */
static int
handle_signal(int number)
{
	if (number == 0 || terminal_signal(number))
		return GO_ON;
	if (number != SIGINT || !terminal_interactive() || !user.started ||
	    !busy())
		return EXIT_SIGNAL + number;
	if (session_busy(&user.as)) {
		session_drop(&user.as);
		/* A code that was asked for is good for that alone. */
		user.grants.pending.code[0] = '\0';
	}
	terminal_interrupted();
	transfer_end(&user.fs);
	tell(SAY_CANCELLED);
	conclude(FAILED);
	return GO_ON;
}

/* GO_ON when the program has come to its end, or the status to exit with. */
static int
serve(void)
{
	while (!user.ending && terminal_lost() == 0) {
		int status;

		ready_begin(&ready);
		signals_watch(&ready);
		session_watch(&user.as, &ready);
		transfer_watch(&user.fs, &ready);
		person_watch(&ready);

		if (!program_wait("user", &ready))
			return EXIT_FAILED;

		status = handle_signal(signals_next(&ready));
		if (status != GO_ON)
			return status;
		conclude(replies_as(
		    &user, session_step(&user.as, &ready), ready.woke));
		conclude(replies_fs(&user, transfer_step(&user.fs, &ready)));
		person_step(&ready);
	}
	return GO_ON;
}

/* status is what serve() has come to; returns the one to exit with. */
static int
close_program(int status)
{
	transfer_end(&user.fs);
	session_drop(&user.as);
	trust_close(&user.trust);
	if (user.trust.on)
		wipe(tickets, sizeof(tickets));
	if (status == GO_ON)
		status = !user.started ? EXIT_UNREACHABLE :
		    user.failed        ? EXIT_FAILED :
					 EXIT_FINE;
	if (terminal_lost() != 0) {
		warn(SAY_NO_OUTPUT, strerror(terminal_lost()));
		status = status == EXIT_FINE ? EXIT_FAILED : status;
	}
	return status;
}

int
main(int argc, char *argv[])
{
	int status;

	signals_unblock();
	terminal_open();
	status = options_read(&table, argc, argv);
	if (status == GO_ON)
		status = open_program(&options);
	if (status == GO_ON)
		status = close_program(serve());
	return terminal_exit(status);
}
