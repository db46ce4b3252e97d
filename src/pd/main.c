/*
 * pd - the personal device, which shows the codes of one user (section 2.1).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "crypto/secret.h"
#include "net/signals.h"
#include "pd/pd.h"
#include "pd/words.h"
#include "policy.h"
#include "ui/options.h"
#include "ui/program.h"
#include "ui/terminal.h"

static struct pd pd;
static struct ready ready;

/* One association to the AS; it sends codes from several sockets.  Nothing of
 * it is touched without -s. */
static struct association associations[PD_ASSOCIATIONS];
static struct secure_handshake handshakes[PD_HANDSHAKES];
static struct tls_ticket ticket;
static char as_place[SECURE_PLACE_MAX];

struct options {
	const char *ip, *as_host, *keys;
	uint16_t port, as_port;
};

static struct options options = {
	.port = PD_PORT, .as_host = "127.0.0.1", .as_port = AS_PORT
};

static const struct option_row rows[] = {
	{ '\0', NULL, "PDIP",
	    "address of this machine, where the AS sends codes", OPTION_OPERAND,
	    &options.ip },
	{ 'd', NULL, "PDport", "UDP port for them; 0: any free one",
	    OPTION_ANY_PORT, &options.port },
	{ 'n', NULL, "ASIP", "host of the AS, name or address", OPTION_TEXT,
	    &options.as_host },
	{ 'p', NULL, "ASport", "its UDP port", OPTION_PORT, &options.as_port },
	{ 's', NULL, "DIR", "speak securely alone, with the keys in DIR",
	    OPTION_TEXT, &options.keys },
};

static const struct option_table table = {
	.program = "pd",
	.about = SAY_ABOUT,
	.row = rows,
	.rows = sizeof(rows) / sizeof(rows[0]),
	.exits = SAY_EXITS,
	.more = commands_help,
};

static bool
open_trust(const char *dir)
{
	struct secure *s = &pd.trust.secure;

	s->association = associations;
	s->associations = sizeof(associations) / sizeof(associations[0]);
	s->handshake = handshakes;
	s->handshakes = sizeof(handshakes) / sizeof(handshakes[0]);
	pd.trust.begun = true;
	return trust_open(&pd.trust, dir, "pd", "pd", now_ms());
}

static int
open_account(const struct options *o, const struct addr *as)
{
	struct secure *s = pd.trust.on ? &pd.trust.secure : NULL;
	struct secure_target target =
	    trust_target(as_place, o->as_host, o->as_port, &ticket);

	return account_open(&pd.account, as, s, &target);
}

/* Sockets and signals; GO_ON, or the status to exit with. */
static int
open_program(const struct options *o)
{
	struct device *d = &pd.device;
	struct addr as, self;
	char name[ADDR_NAME_MAX];
	int result;

	if (!wire_valid(F_IP, o->ip)) {
		warn(SAY_BAD_IP, o->ip);
		return EXIT_USAGE;
	}
	if (!program_find("pd", 'n', o->as_host, o->as_port, &as))
		return EXIT_UNREACHABLE;
	if (!program_open("pd") || (o->keys != NULL && !open_trust(o->keys)))
		return EXIT_FAILED;
	self = addr_parse(o->ip, o->port);
	result =
	    device_open(d, &as, &self, pd.trust.on ? &pd.trust.secure : NULL);
	if (result == -1) {
		warn(SAY_NO_PORT, (unsigned)o->port, strerror(errno));
		return EXIT_UNREACHABLE;
	}
	if (result == 1)
		warn(SAY_NOT_HERE, addr_ip(name, &self));
	if (o->port == 0)
		tell(SAY_PORT, (unsigned)d->self.port);
	if (open_account(o, &as) == -1) {
		warn(SAY_NO_AS, addr_name(name, &as), strerror(errno));
		return EXIT_UNREACHABLE;
	}
	commands_open(&pd);
	return GO_ON;
}

/* Commands wait while the AS is asked; codes do not. */
static bool
input_paused(void)
{
	return account_busy(&pd.account) || pd.leaving;
}

static void
person_watch(struct ready *r)
{
	char name[ADDR_NAME_MAX], what[sizeof(pd.shell.what)] = "";

	if (account_busy(&pd.account) && !pd.leaving)
		snprintf(what, sizeof(what), SAY_WAITING,
		    addr_name(name, &pd.device.as));
	shell_wait(&pd.shell, r, what);
	if (!input_paused())
		shell_watch(&pd.shell, r);
}

static void
person_step(const struct ready *r)
{
	if (input_paused())
		return;
	if (shell_step(&pd.shell, r) == FAILED)
		pd.failed = true;
	if (pd.shell.ended)
		commands_leave(&pd, r->woke);
}

/*
 * The first signal makes us unregister; the next one and Ctrl-\ end at once.
 * SIGHUP does not count as a next one: the terminal has been closed, and the
 * end of the input, which comes with that, has made us unregister already.
 *
 * After Ctrl-C we wait for a silent AS as long as it takes, since Ctrl-C can be
 * pressed again; after other signals for STOP_TIME.  Returns the status to exit
 * with: GO_ON until a signal decides it; SIGTERM is as good as exit.
 */
static int
handle_signal(int number, int status, ms_t now)
{
	if (number == 0 || terminal_signal(number))
		return status;
	if (number == SIGINT)
		terminal_interrupted();
	if (pd.leaving && number == SIGHUP)
		return status;
	if (pd.leaving || number == SIGQUIT) {
		pd.gone = true;
		return EXIT_SIGNAL + number;
	}
	if (number != SIGINT)
		pd.leave_by = now + STOP_TIME;
	commands_leave(&pd, now);
	return number == SIGINT ? EXIT_SIGNAL + number : status;
}

/* Nobody would see a code: we say so once and unregister. */
static void
check_output(ms_t now)
{
	if (terminal_lost() == 0 || pd.unread)
		return;
	warn(SAY_NO_READER);
	pd.unread = pd.failed = true;
	commands_leave(&pd, now);
}

/* GO_ON when the program has come to its end, or the status to exit with. */
static int
serve(void)
{
	int status = GO_ON;

	while (!pd.gone) {
		ready_begin(&ready);
		signals_watch(&ready);
		device_watch(&pd.device, &ready);
		account_watch(&pd.account, &ready);
		person_watch(&ready);
		if (pd.leave_by != 0)
			ready_by(&ready, pd.leave_by);

		if (!program_wait("pd", &ready))
			return EXIT_FAILED;

		status =
		    handle_signal(signals_next(&ready), status, ready.woke);
		device_step(&pd.device, &pd.account, &ready);
		commands_answered(&pd, account_step(&pd.account, &ready));
		person_step(&ready);
		if (pd.leave_by != 0 && ready.woke >= pd.leave_by && !pd.gone)
			commands_answered(&pd, account_give_up(&pd.account));
		check_output(ready.woke);
	}
	return status;
}

/* status is what serve() has come to; returns the one to exit with. */
static int
close_program(int status)
{
	trust_close(&pd.trust);
	if (pd.trust.on)
		wipe(&ticket, sizeof(ticket));
	if (status != GO_ON)
		return status;
	return pd.failed ? EXIT_FAILED : EXIT_FINE;
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
