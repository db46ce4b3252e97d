/*
 * user - the program with which a person uses the file server (section 2.2).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "net/signals.h"
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

/* A connection to the AS and one to the FS; nothing of it is touched without
 * -s. */
static struct secure_slot slots[2];
static struct secure_handshake handshakes[2];
static uint8_t sealed[2 * SECURE_BUFFERS(SECURE_BULK)];
static struct tls_ticket tickets[2];
static char as_name[SECURE_PLACE_MAX], fs_name[SECURE_PLACE_MAX];
static const char *keys;

static struct place as_place = { "127.0.0.1", AS_PORT };
static struct place fs_place = { "127.0.0.1", FS_PORT };

static const struct option_row rows[] = {
	{ 'n', NULL, "ASIP", "host of the AS, name or address", OPTION_TEXT,
	    &as_place.host },
	{ 'p', NULL, "ASport", "its TCP port", OPTION_PORT, &as_place.port },
	{ 'm', NULL, "FSIP", "host of the FS, name or address", OPTION_TEXT,
	    &fs_place.host },
	{ 'q', NULL, "FSport", "its TCP port", OPTION_PORT, &fs_place.port },
	{ 's', NULL, "DIR", "speak securely alone, with the keys in DIR",
	    OPTION_TEXT, &keys },
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
find_host(struct addr *addr, const struct place *place, int option)
{
	const char *wrong;
	char text[96];

	snprintf(text, sizeof(text), SAY_LOOKING_UP, place->host);
	terminal_slow(text);
	wrong = addr_resolve(addr, place->host, place->port);
	terminal_slow(NULL);
	if (wrong != NULL)
		warn(SAY_NO_HOST, place->host, wrong, option);
	return wrong == NULL;
}

static bool
busy(const struct user *u)
{
	return session_busy(&u->as) || transfer_busy(&u->fs);
}

/* What the person waits for: a sentence, or "" where it has been said. */
static const char *
what_for(const struct user *u, char *text, size_t size)
{
	char name[ADDR_NAME_MAX];

	text[0] = '\0';
	if (!busy(u))
		return text;
	if (!u->started)
		snprintf(text, size, SAY_TO_AS, addr_name(name, &u->as.peer));
	else if (u->as.state == SESSION_ASKING && u->as.request.type != MSG_REQ)
		snprintf(text, size, "%s",
		    u->as.request.type == MSG_LOG ? SAY_WAIT_LOG : SAY_WAIT_AS);
	else if (u->fs.state == TRANSFER_CONNECTING)
		snprintf(text, size, SAY_TO_FS, addr_name(name, &u->fs_peer));
	else if (u->fs.state == TRANSFER_AWAITING)
		snprintf(text, size, SAY_WAIT_FS);
	else if (u->fs.state == TRANSFER_KEEPING)
		snprintf(text, size, SAY_WAIT_DISK);
	return text;
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

/* While a command runs nobody listens to the person, but for Ctrl-C. */
static void
person_watch(struct user *u, struct ready *r)
{
	char text[sizeof(u->shell.what)];

	shell_wait(&u->shell, r, what_for(u, text, sizeof(text)));
	if (!busy(u))
		shell_watch(&u->shell, r);
}

/* At most one line a round: the servers' news comes first. */
static void
person_step(struct user *u, const struct ready *r)
{
	if (busy(u) || u->ending)
		return;
	conclude(u, shell_step(&u->shell, r));
	u->ending = u->ending || u->shell.ended;
}

/*
 * Ctrl-C ends a wait or a transfer where there is a prompt to go back to, and
 * the program elsewhere.  GO_ON, or the status to exit with.
 */
static int
interrupt(struct user *u, int number)
{
	if (terminal_signal(number))
		return GO_ON;
	if (number != SIGINT || !terminal_interactive() || !u->started ||
	    !busy(u))
		return EXIT_SIGNAL + number;
	if (session_busy(&u->as)) {
		session_drop(&u->as);
		u->wishes.asked.code[0] = '\0'; /* the code went with it */
	}
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

	while (!u->ending && terminal_lost() == 0) {
		ready_begin(&ready);
		signals_watch(&ready);
		session_watch(&u->as, &ready);
		transfer_watch(&u->fs, &ready);
		person_watch(u, &ready);
		if (ready_wait(&ready) == -1) {
			warn(SAY_NO_SELECT, strerror(errno));
			return EXIT_FAILED;
		}
		if ((number = signals_next(&ready)) != 0)
			status = interrupt(u, number);
		if (status != GO_ON)
			return status;
		conclude(
		    u, replies_as(u, session_step(&u->as, &ready), ready.woke));
		conclude(u, replies_fs(u, transfer_step(&u->fs, &ready)));
		person_step(u, &ready);
	}
	if (!u->started)
		return EXIT_UNREACHABLE;
	return u->failed ? EXIT_FAILED : EXIT_FINE;
}

static bool
open_trust(void)
{
	struct secure *s = &user.trust.secure;

	s->slot = slots;
	s->slots = sizeof(slots) / sizeof(slots[0]);
	s->room = sealed;
	s->record = SECURE_BULK;
	s->handshake = handshakes;
	s->handshakes = sizeof(handshakes) / sizeof(handshakes[0]);
	return trust_open(&user.trust, keys, "user", "user", now_ms());
}

/* Where we connect to, and how. */
static void
open_servers(
    const struct addr *as_peer, const struct place *as, const struct place *fs)
{
	struct secure *s = user.trust.on ? &user.trust.secure : NULL;
	struct secure_target to_as =
	    trust_target(as_name, as->host, as->port, &tickets[0]);
	struct secure_target to_fs =
	    trust_target(fs_name, fs->host, fs->port, &tickets[1]);

	transfer_init(&user.fs, s, &to_fs);
	session_start(&user.as, as_peer, s, &to_as);
}

/* What the program needs from the system; GO_ON, or the status to exit with. */
static int
prepare(const struct place *as, const struct place *fs)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
		TERMINAL_SIGNALS };
	struct addr as_peer;

	if (!find_host(&as_peer, as, 'n') || !find_host(&user.fs_peer, fs, 'm'))
		return EXIT_UNREACHABLE;
	if (signals_open(numbers, sizeof(numbers) / sizeof(numbers[0])) == -1 ||
	    random_open() == -1) {
		warn(SAY_NO_SYSTEM, strerror(errno));
		return EXIT_FAILED;
	}
	if (keys != NULL && !open_trust())
		return EXIT_FAILED;
	commands_open(&user);
	open_servers(&as_peer, as, fs);
	return GO_ON;
}

int
main(int argc, char *argv[])
{
	int status;

	signals_unblock();
	terminal_open();
	status = options_read(&table, argc, argv);
	if (status == GO_ON)
		status = prepare(&as_place, &fs_place);
	if (status == GO_ON) {
		status = serve(&user);
		transfer_end(&user.fs);
		session_drop(&user.as);
		trust_close(&user.trust);
		if (user.trust.on)
			wipe(tickets, sizeof(tickets));
		if (terminal_lost() != 0) {
			warn(SAY_NO_OUTPUT, strerror(terminal_lost()));
			status = status == EXIT_FINE ? EXIT_FAILED : status;
		}
	}
	return terminal_exit(status);
}
