/* soak ROW small|full - see soak.h. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "soak.h"

static const struct row {
	const char *promise;
	void (*prove)(void);
} rows[] = {
	{ "slow peers stop nobody", row01 },
	{ "out of descriptors", row02 },
	{ "half-closed peers are served", row03 },
	{ "an early refusal is seen", row04 },
	{ "partial reads, writes, EINTR", row05 },
	{ "nothing blocks the loop", row06 },
	{ "lost, doubled datagrams", row07 },
	{ "a TID is used once", row08 },
	{ "no storm", row09 },
	{ "only the right peer", row10 },
	{ "a code is shown once", row11 },
	{ "codes cannot be guessed", row12 },
	{ "nobody is pestered", row13 },
	{ "stolen AS files", row14 },
	{ "wrong passwords are slowed", row15 },
	{ "logs and terminals are safe", row16 },
	{ "no way out of the store", row17 },
	{ "OK survives kill -9", row18 },
	{ "remove survives a crash", row19 },
	{ "15 files, one of each name", row20 },
	{ "a failing disk loses nothing", row21 },
	{ "files of 9,999,999,999 bytes", row22 },
	{ "clock jumps do nothing", row23 },
	{ "one AS a directory", row24 },
	{ "every input", row25 },
};

#define ROWS (int)(sizeof(rows) / sizeof(rows[0]))

static char figure_text[128], allowed_text[128];

void
figure(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(figure_text, sizeof(figure_text), format, args);
	va_end(args);
}

void
allowed(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(allowed_text, sizeof(allowed_text), format, args);
	va_end(args);
}

static int
usage(void)
{
	fprintf(stderr, "usage: soak ROW(1-%d) small|full\n", ROWS);
	return 2;
}

static void
stop(int signal)
{
	(void)signal;
	end_all();
	_exit(3);
}

int
main(int argc, char *argv[])
{
	int row = argc == 3 ? atoi(argv[1]) : 0;
	bool ok;

	if (row < 1 || row > ROWS)
		return usage();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	signal(SIGHUP, stop);
	scene_open(strcmp(argv[2], "full") != 0);
	rows[row - 1].prove();
	ok = flaws() == 0;
	printf("%d\t%s\t%s\t%s\t%s\n", row, rows[row - 1].promise, figure_text,
	    allowed_text, ok ? "ok" : "FAILED");
	fflush(stdout);
	scene_close();
	return ok ? 0 : 1;
}
