/*
 * pd - the personal device, which shows the codes of one user (section 2.1).
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/signals.h"
#include "pd/commands.h"
#include "pd/words.h"
#include "policy.h"
#include "ui/terminal.h"

enum {
	GO_ON = -1,
	EXIT_FINE,
	EXIT_FAILED,
	EXIT_USAGE,
	EXIT_UNREACHABLE,
	EXIT_SIGNAL = 128 /* and its number: 130 for Ctrl-C */
};

struct options {
	const char *ip, *as_host;
	uint16_t port, as_port;
};

static struct pd pd;
static struct ready ready;

static int
usage(void)
{
	fputs(SAY_USAGE, stderr);
	return EXIT_USAGE;
}

/* PDIP may come before or behind the options: the next word, if it is one. */
static bool
take_ip(int argc, char *argv[], struct options *o)
{
	if (optind == argc || o->ip != NULL)
		return false;
	o->ip = argv[optind++];
	return true;
}

/* GO_ON, or the status to end with. */
static int
read_option(int option, struct options *o)
{
	switch (option) {
	case 'd':
	case 'p':
		if (addr_port_scan(optarg, option == 'd',
			option == 'd' ? &o->port : &o->as_port))
			return GO_ON;
		warn(SAY_BAD_PORT, option, optarg);
		return EXIT_USAGE;
	case 'n':
		o->as_host = optarg;
		return GO_ON;
	case 'h':
		printf(SAY_USAGE SAY_OPTIONS, PD_PORT, AS_PORT);
		commands_help();
		return EXIT_FINE;
	case 'V':
		fputs(SAY_VERSION, stdout);
		return EXIT_FINE;
	default:
		return usage();
	}
}

static int
read_options(int argc, char *argv[], struct options *o)
{
	int status = GO_ON;

	do {
		int option;

		while (status == GO_ON &&
		    (option = getopt(argc, argv, "d:n:p:hV")) != -1)
			status = read_option(option, o);
	} while (status == GO_ON && take_ip(argc, argv, o));
	if (status != GO_ON)
		return status;
	if (optind < argc || o->ip == NULL)
		return usage();
	if (wire_valid(F_IP, o->ip))
		return GO_ON;
	warn(SAY_BAD_IP, o->ip);
	return EXIT_USAGE;
}

/* Sockets and signals; GO_ON, or the status to end with. */
static int
prepare(const struct options *o)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP };
	const char *wrong = addr_resolve(&pd.as, o->as_host, o->as_port);
	char name[ADDR_NAME_MAX];
	int result;

	if (wrong != NULL) {
		warn(SAY_NO_HOST, o->as_host, wrong);
		return EXIT_UNREACHABLE;
	}
	pd.self = addr_parse(o->ip, o->port);
	addr_ip(pd.ip, &pd.self);
	result = device_open(&pd.device, &pd.as, &pd.self);
	if (result == -1) {
		warn(SAY_NO_PORT, (unsigned)o->port, strerror(errno));
		return EXIT_UNREACHABLE;
	}
	if (result == 1)
		warn(SAY_NOT_HERE, pd.ip);
	pd.self.port = device_port(&pd.device);
	if (o->port == 0)
		tell(SAY_PORT, (unsigned)pd.self.port);
	if (account_open(&pd.account, &pd.as) == -1) {
		warn(SAY_NO_AS, addr_name(name, &pd.as), strerror(errno));
		return EXIT_UNREACHABLE;
	}
	if (signals_open(numbers, sizeof(numbers) / sizeof(numbers[0])) == 0)
		return GO_ON;
	warn(SAY_NO_SYSTEM, strerror(errno));
	return EXIT_FAILED;
}

/* Commands wait while the AS is asked; codes do not. */
static bool
input_paused(void)
{
	return account_busy(&pd.account) || pd.leaving;
}

static void
input_watch(struct ready *r)
{
	if (pd.password && !input_paused())
		terminal_ask_secret(SAY_PASSWORD);
	else if (pd.need_input && !input_paused())
		terminal_ask(SAY_PROMPT);
	if (input_paused())
		return;
	if (pd.need_input)
		ready_read(r, pd.input.fd);
	else
		ready_by(r, 0);
}

static void
input_step(const struct ready *r)
{
	char *line;

	if (input_paused())
		return;
	if (ready_can_read(r, pd.input.fd))
		terminal_fill();
	pd.need_input = false;
	switch (lines_take(&pd.input, &line)) {
	case LINE_OK:
		terminal_answered();
		commands_line(&pd, line, r->woke);
		break;
	case LINE_LONG:
		terminal_answered();
		tell(SAY_TOO_LONG);
		pd.failed = true;
		break;
	case LINE_MORE:
		pd.need_input = true;
		break;
	case LINE_END:
		commands_leave(&pd, r->woke);
		break;
	}
}

/*
 * The first signal makes us unregister, the next one ends at once, but for that
 * of a terminal that is closed: the end of the input comes with it.  Whoever
 * can press Ctrl-C again may wait for a silent AS, others do not.  What the
 * exit status becomes: Ctrl-C is told apart, SIGTERM is as good as exit.
 */
static int
interrupt(int number, int status, ms_t now)
{
	if (number == SIGINT)
		terminal_interrupted();
	if (pd.leaving && number == SIGHUP)
		return status;
	if (pd.leaving) {
		pd.gone = true;
		return EXIT_SIGNAL + number;
	}
	if (number != SIGINT)
		pd.leave_by = now + STOP_TIME;
	commands_leave(&pd, now);
	return number == SIGINT ? EXIT_SIGNAL + number : status;
}

/* A code that nobody can read is none. */
static void
check_output(ms_t now)
{
	if (!terminal_lost() || pd.leaving)
		return;
	warn(SAY_NO_READER);
	pd.failed = true;
	commands_leave(&pd, now);
}

static void
stop_waiting(ms_t now)
{
	if (pd.leave_by != 0 && now >= pd.leave_by && !pd.gone)
		commands_answered(&pd, account_give_up(&pd.account));
}

static int
serve(void)
{
	int number, status = EXIT_FINE;

	while (!pd.gone) {
		ready_begin(&ready);
		signals_watch(&ready);
		device_watch(&pd.device, &ready);
		account_watch(&pd.account, &ready);
		input_watch(&ready);
		if (pd.leave_by != 0)
			ready_by(&ready, pd.leave_by);
		if (ready_wait(&ready) == -1) {
			warn(SAY_NO_SELECT, strerror(errno));
			return EXIT_FAILED;
		}
		if ((number = signals_next(&ready)) != 0)
			status = interrupt(number, status, ready.woke);
		device_step(&pd.device, &pd.account, &ready);
		commands_answered(&pd, account_step(&pd.account, &ready));
		input_step(&ready);
		stop_waiting(ready.woke);
		check_output(ready.woke);
	}
	return status == EXIT_FINE && pd.failed ? EXIT_FAILED : status;
}

int
main(int argc, char *argv[])
{
	struct options o = {
		.port = PD_PORT, .as_host = "127.0.0.1", .as_port = AS_PORT
	};
	int status;

	signals_unblock();
	terminal_open(&pd.input);
	status = read_options(argc, argv, &o);
	if (status == GO_ON)
		status = prepare(&o);
	if (status == GO_ON)
		status = serve();
	terminal_close();
	if (terminal_lost() && status == EXIT_FINE)
		status = EXIT_FAILED;
	if (status > EXIT_SIGNAL)
		signals_die(status - EXIT_SIGNAL);
	return status;
}
