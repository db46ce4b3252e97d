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
	{ "slow peers stop nobody", prove_slow_peers },
	{ "out of descriptors", prove_descriptors },
	{ "half-closed peers are served", prove_half_closed },
	{ "an early refusal is seen", prove_early_refusal },
	{ "partial reads, writes, EINTR", prove_pieces },
	{ "nothing blocks the loop", prove_busy_loop },
	{ "lost, doubled datagrams", prove_udp_loss },
	{ "a TID is used once", prove_tid_once },
	{ "no storm", prove_no_storm },
	{ "only the right peer", prove_forgery },
	{ "a code is shown once", prove_code_once },
	{ "codes cannot be guessed", prove_guessing },
	{ "nobody is pestered", prove_pestering },
	{ "stolen AS files", prove_stolen_files },
	{ "wrong passwords are slowed", prove_wrong_passwords },
	{ "logs and terminals are safe", prove_escaping },
	{ "no way out of the store", prove_hostile_names },
	{ "OK survives kill -9", prove_crash },
	{ "remove survives a crash", prove_removal_crash },
	{ "15 files, one of each name", prove_uploads_at_once },
	{ "a failing disk loses nothing", prove_disk_faults },
	{ "files of 9,999,999,999 bytes", prove_huge_files },
	{ "clock jumps do nothing", prove_clock_jumps },
	{ "one AS a directory", prove_one_as },
	{ "every input", prove_every_input },
	[25] = { "off is off", prove_off },
	[26] = { "nothing to read", prove_sealed },
	[27] = { "nothing to change", prove_unchanged },
	[28] = { "nobody in the middle", prove_impostors },
	[29] = { "other people's peers", prove_other_peers },
	[33] = { "an old session is no key", prove_old_sessions },
	[35] = { "floods of hellos", prove_floods },
	[36] = { "a class at once", prove_class },
	[38] = { "nothing stuck stops a program", prove_stuck },
	[40] = { "nobody holds all places", prove_places },
	[41] = { "codes in turn", prove_code_turns },
	[42] = { "others' wrong TIDs", prove_wrong_tids },
};

#define ROWS (int)(sizeof(rows) / sizeof(rows[0]))

static char figure_text[128], allowed_text[128];
static bool skipped;

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

void
skip(const char *format, ...)
{
	va_list args;

	skipped = true;
	fputs("    skipped: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	putc('\n', stderr);
}

/* A row that has come to no figure has tried nothing. */
static const char *
verdict(void)
{
	if (flaws() > 0)
		return "FAILED";
	if (figure_text[0] != '\0')
		return "ok";
	return skipped ? "skipped" : "FAILED";
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

	if (row < 1 || row > ROWS || rows[row - 1].prove == NULL)
		return usage();
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, stop);
	signal(SIGINT, stop);
	signal(SIGHUP, stop);
	scene_open(strcmp(argv[2], "full") != 0);
	rows[row - 1].prove();
	printf("%d\t%s\t%s\t%s\t%s\n", row, rows[row - 1].promise,
	    figure_text[0] != '\0' ? figure_text : "nothing was tried",
	    allowed_text, verdict());
	fflush(stdout);
	scene_close();
	return strcmp(verdict(), "FAILED") == 0;
}
