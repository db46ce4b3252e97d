/*
 * options - a program's command line: one row an option, from which it is read,
 * the usage is said and the help is printed.
 *
 * Every program has -h and -V besides, and --help and --version for them.  The
 * arguments of a long name are the words behind it.
 */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdbool.h>

enum exit_status {
	GO_ON = -1, /* no status: the program goes on */
	EXIT_FINE,
	EXIT_FAILED,
	EXIT_USAGE,
	EXIT_UNREACHABLE,
	EXIT_SIGNAL = 128 /* and its number: 130 for Ctrl-C */
};

enum option_kind {
	OPTION_FLAG,     /* to: a bool, which becomes true */
	OPTION_TEXT,     /* to: a const char * */
	OPTION_PAIR,     /* to: const char *[2], its two arguments */
	OPTION_PORT,     /* to: a uint16_t, 1 to 65535 */
	OPTION_ANY_PORT, /* to: a uint16_t, 0 to 65535 */
	OPTION_OPERAND   /* no option: a word that must be there; as TEXT */
};

struct option_row {
	char letter;      /* '\0': it has its long name alone */
	const char *name; /* behind --; NULL: none */
	const char *arg;  /* what its argument is called; NULL: it has none */
	const char *help; /* the default, which *to holds, is shown behind */
	enum option_kind kind;
	void *to;
};

struct option_table {
	const char *program, *about; /* about: lines for the help */
	const struct option_row *row;
	int rows;
	const char *exits;  /* what the exit status says; lines, or NULL */
	void (*more)(void); /* prints the rest of the help; NULL: none */
};

/*
 * GO_ON, or the status to exit with when all is said: help and version are
 * EXIT_FINE, or EXIT_FAILED where they cannot be written.
 */
int options_read(const struct option_table *t, int argc, char *argv[]);

#endif
