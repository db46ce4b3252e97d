#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "net/signals.h"
#include "policy.h"
#include "sys/fd.h"

static int ends[2] = { -1, -1 };    /* of the pipe */
static volatile sig_atomic_t fatal; /* of which we die, if alarm() goes off */

void
signals_unblock(void)
{
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
set(int number, void (*handler)(int))
{
	struct sigaction action = { .sa_handler = handler,
		.sa_flags = SA_RESTART };

	sigemptyset(&action.sa_mask);
	sigaction(number, &action, NULL);
}

static void
die(int number)
{
	(void)number;
	set(fatal, SIG_DFL);
	raise(fatal);
}

static void
remember(int number)
{
	int error = errno;
	unsigned char byte = (unsigned char)number;

	if (write(ends[1], &byte, 1) == -1) {
		/* A full pipe holds enough of them already. */
	}
	if (fatal == 0 &&
	    (number == SIGTERM || number == SIGHUP || number == SIGINT ||
		number == SIGQUIT)) {
		fatal = number;
		alarm(STOP_SURELY);
	}
	errno = error;
}

int
signals_open(const int *numbers, int n)
{
	struct sigaction before;

	set(SIGPIPE, SIG_IGN);
	set(SIGXFSZ, SIG_IGN);
	if (pipe(ends) == -1 || set_fd_flags(ends[0]) == -1 ||
	    set_fd_flags(ends[1]) == -1)
		return -1;
	set(SIGALRM, die);
	for (int i = 0; i < n; i++)
		if (sigaction(numbers[i], NULL, &before) == 0 &&
		    before.sa_handler != SIG_IGN)
			set(numbers[i], remember);
	return 0;
}

void
signals_watch(struct ready *r)
{
	ready_read(r, ends[0]);
}

/* A SIGINT need not be the end: where it came to here the loop decides. */
int
signals_next(const struct ready *r)
{
	unsigned char byte;

	if (!ready_can_read(r, ends[0]) || read(ends[0], &byte, 1) != 1)
		return 0;
	if (byte == SIGINT && fatal == SIGINT) {
		alarm(0);
		fatal = 0;
	}
	return byte;
}

_Noreturn void
signals_die(int number)
{
	fflush(NULL);
	set(number, SIG_DFL);
	raise(number);
	_exit(128 + number);
}
