#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "net/signals.h"
#include "sys/random.h"
#include "ui/program.h"
#include "ui/terminal.h"

#define SAY_LOOKING_UP "Looking up %s..."
#define SAY_NO_HOST    "%s: cannot find the host %s (%s). Check -%c."
#define SAY_NO_SYSTEM  "%s: cannot start: %s"
#define SAY_NO_SELECT  "%s: cannot go on: %s"

bool
program_find(const char *program, char letter, const char *host, uint16_t port,
    struct addr *addr)
{
	const char *error;
	char text[96];

	snprintf(text, sizeof(text), SAY_LOOKING_UP, host);
	terminal_slow(text);
	error = addr_resolve(addr, host, port);
	terminal_slow(NULL);
	if (error != NULL)
		warn(SAY_NO_HOST, program, host, error, letter);
	return error == NULL;
}

bool
program_open(const char *program)
{
	static const int numbers[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT,
		SIGTSTP, SIGCONT };

	if (signals_open(numbers, sizeof(numbers) / sizeof(numbers[0])) == 0 &&
	    random_open() != -1)
		return true;
	warn(SAY_NO_SYSTEM, program, strerror(errno));
	return false;
}

bool
program_wait(const char *program, struct ready *r)
{
	if (ready_wait(r) == 0)
		return true;
	warn(SAY_NO_SELECT, program, strerror(errno));
	return false;
}
