#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "net/signals.h"
#include "policy.h"
#include "sys/fd.h"
#include "ui/options.h"
#include "ui/terminal.h"

#define COLUMNS_USUAL 80

static bool interactive;
static bool open_question;   /* the cursor is behind it */
static int status_width;     /* of the status line; 0: none */
static int lost;             /* an errno */
static bool hidden;          /* the echo is off ... */
static struct termios usual; /* ... and was like that */
static bool may_stop;        /* SIGTSTP was not ignored when we began */
static bool back;            /* from stop(): its SIGCONT will be told, too */

void
terminal_open(void)
{
	struct sigaction stop;

	fill_standard_descriptors();
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	may_stop =
	    sigaction(SIGTSTP, NULL, &stop) == 0 && stop.sa_handler != SIG_IGN;
}

bool
terminal_interactive(void)
{
	return interactive;
}

/* That a terminal has been closed is told by SIGHUP, not here. */
static void
flush(void)
{
	if ((fflush(stdout) != 0 || ferror(stdout)) && lost == 0)
		lost = interactive ? 0 : errno != 0 ? errno : EIO;
}

int
terminal_lost(void)
{
	flush();
	return lost;
}

static int
columns_of(int fd)
{
	const char *columns = getenv("COLUMNS");
	int n = columns != NULL ? (int)strtol(columns, NULL, 10) : 0;
#ifdef TIOCGWINSZ
	struct winsize size;

	if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0)
		n = size.ws_col;
#else
	(void)fd;
#endif
	return n > 0 ? n : COLUMNS_USUAL;
}

int
terminal_columns(void)
{
	return columns_of(STDERR_FILENO);
}

/* Blank the whole line on which the cursor is. */
static void
wipe_line(FILE *to)
{
	fprintf(to, "\r%*s\r", columns_of(fileno(to)) - 1, "");
	fflush(to);
}

bool
terminal_shows_status(void)
{
	return isatty(STDERR_FILENO);
}

void
terminal_status(const char *line)
{
	int most = terminal_columns() - 1;

	fprintf(
	    stderr, "\r%-*s", status_width < most ? status_width : most, line);
	status_width = (int)strlen(line);
}

/* The status line and an open question give way to what is to be said. */
static void
fresh_line(void)
{
	if (status_width > 0)
		wipe_line(stderr);
	if (open_question)
		wipe_line(stdout);
	status_width = 0;
	open_question = false;
}

void
tell_args(const char *format, va_list args)
{
	fresh_line();
	vprintf(format, args);
	putchar('\n');
	flush();
}

void
tell(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell_args(format, args);
	va_end(args);
}

void
warn(const char *format, ...)
{
	char text[512];
	va_list args;

	fresh_line();
	flush();
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "%s\n", text);
}

static char slow[128];

static void
tell_slow(int number)
{
	(void)number;
	if (write(STDERR_FILENO, slow, strlen(slow)) == -1) {
		/* Nobody can be told. */
	}
}

void
terminal_slow(const char *what)
{
	struct sigaction action = { .sa_handler = tell_slow,
		.sa_flags = SA_RESTART };

	alarm(0);
	if (what == NULL)
		return;
	snprintf(slow, sizeof(slow), "%s\n", what);
	sigaction(SIGALRM, &action, NULL);
	alarm((unsigned)(WAIT_UNSAID / SECONDS));
}

bool
terminal_in_background(void)
{
	pid_t front = tcgetpgrp(STDIN_FILENO);

	return front != -1 && front != getpgrp();
}

static void
turn_echo_off(void)
{
	struct termios t;

	if (!hidden && tcgetattr(STDIN_FILENO, &usual) == -1)
		return;
	t = usual;
	t.c_lflag &= ~(tcflag_t)ECHO;
	t.c_lflag |= ECHONL;
	hidden = tcsetattr(STDIN_FILENO, TCSANOW, &t) == 0;
}

/* A program in the background that sets the terminal would be stopped. */
static void
restore_echo(void)
{
	if (hidden && !terminal_in_background())
		tcsetattr(STDIN_FILENO, TCSANOW, &usual);
	hidden = false;
}

/* A line that was typed ahead stands on the screen already. */
static bool
is_typed_ahead(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

void
terminal_ask(const char *question, bool secret)
{
	if (!interactive || open_question || is_typed_ahead())
		return;
	if (secret)
		turn_echo_off();
	printf("%s", question);
	flush();
	open_question = true;
}

void
terminal_answered(void)
{
	open_question = false;
	restore_echo();
}

static void
leave_line(void)
{
	putchar('\n');
	flush();
	open_question = false;
}

/* Stop here, as if we had no handler. */
static void
stop(void)
{
	struct sigaction ours, usual_way = { .sa_handler = SIG_DFL };

	restore_echo();
	sigaction(SIGTSTP, &usual_way, &ours);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
	back = true;
}

bool
terminal_signal(int number)
{
	if (number != SIGTSTP && number != SIGCONT)
		return false;
	if (number == SIGTSTP && may_stop)
		stop();
	else if (number == SIGCONT && back) {
		back = false; /* what stands there was asked since */
		return true;
	}
	fresh_line(); /* others may have written on it meanwhile */
	return true;
}

void
terminal_interrupted(void)
{
	if (interactive && status_width == 0)
		leave_line();
}

int
terminal_exit(int status)
{
	if (status_width > 0)
		wipe_line(stderr);
	if (open_question)
		leave_line();
	restore_echo();
	if (status > EXIT_SIGNAL)
		signals_die(status - EXIT_SIGNAL);
	return status;
}
