#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "net/addr.h"
#include "ui/options.h"
#include "version.h"

#define ROWS_MAX 16
#define COLUMN   16 /* of the helps, at most */

static const char help_row[] = "  %-*s  %s";

/* "-p ASport", "-v", "--forget UID", "PDIP" */
static const char *
form(const struct option_row *row, char out[COLUMN + 16])
{
	char option[16] = "";

	if (row->letter != '\0')
		snprintf(option, sizeof(option), "-%c", row->letter);
	else if (row->name != NULL)
		snprintf(option, sizeof(option), "--%s", row->name);
	snprintf(out, COLUMN + 16, "%s%s%s", option,
	    option[0] != '\0' && row->arg != NULL ? " " : "",
	    row->arg != NULL ? row->arg : "");
	return out;
}

static void
print_usage(const struct option_table *t, FILE *to)
{
	char text[COLUMN + 16];

	fprintf(to, "usage: %s", t->program);
	for (int i = 0; i < t->rows; i++)
		fprintf(to, t->row[i].kind == OPTION_OPERAND ? " %s" : " [%s]",
		    form(&t->row[i], text));
	fprintf(to, "\n       %s -h | -V\n", t->program);
}

static void
print_default(const struct option_row *row)
{
	const uint16_t *port = row->to;
	const char *const *text = row->to;

	if (row->kind == OPTION_PORT || row->kind == OPTION_ANY_PORT)
		printf(" (%u)", (unsigned)*port);
	else if (row->kind == OPTION_TEXT && *text != NULL)
		printf(" (%s)", *text);
}

/* The status to exit with when all is printed: it may not have arrived. */
static int
end_print(const struct option_table *t)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return EXIT_FINE;
	fprintf(stderr, "%s: cannot write to the standard output: %s\n",
	    t->program, strerror(errno));
	return EXIT_FAILED;
}

static int
print_help(const struct option_table *t)
{
	char text[COLUMN + 16];
	int width = (int)strlen("-h, -V");

	for (int i = 0; i < t->rows; i++) {
		int n = (int)strlen(form(&t->row[i], text));

		if (n > width)
			width = n;
	}
	print_usage(t, stdout);
	printf("\n%s\n", t->about);
	for (int i = 0; i < t->rows; i++) {
		printf(help_row, width, form(&t->row[i], text), t->row[i].help);
		print_default(&t->row[i]);
		putchar('\n');
	}
	printf(help_row, width, "-h, -V",
	    "this text, the version; also --help, --version\n");
	if (t->exits != NULL)
		printf("\n%s", t->exits);
	if (t->more != NULL) {
		putchar('\n');
		t->more();
	}
	return end_print(t);
}

static int
refuse(const struct option_table *t)
{
	print_usage(t, stderr);
	return EXIT_USAGE;
}

static int
set(const struct option_table *t, const struct option_row *row, char *text,
    char *argv[])
{
	bool zero = row->kind == OPTION_ANY_PORT;

	switch (row->kind) {
	case OPTION_FLAG:
		*(bool *)row->to = true;
		break;
	case OPTION_PAIR:
		((const char **)row->to)[0] = text;
		((const char **)row->to)[1] = argv[optind++];
		break;
	case OPTION_TEXT:
	case OPTION_OPERAND:
		*(const char **)row->to = text;
		break;
	case OPTION_PORT:
	case OPTION_ANY_PORT:
		if (addr_port_scan(text, zero, row->to))
			break;
		fprintf(stderr,
		    "%s: -%c %s: a port is a number from %d to 65535\n",
		    t->program, row->letter, text, zero ? 0 : 1);
		return EXIT_USAGE;
	}
	return GO_ON;
}

/* The row of a letter, or of the name that stands behind "--". */
static const struct option_row *
find(const struct option_table *t, int letter, const char *name)
{
	for (int i = 0; i < t->rows; i++) {
		const struct option_row *row = &t->row[i];

		if (letter == '-' ?
			row->name != NULL && strcmp(row->name, name) == 0 :
			row->letter == letter)
			return row;
	}
	return NULL;
}

/* What stands behind an option's name goes with it: is it there? */
static bool
has_arguments(const struct option_row *row, bool is_long, char *argv[])
{
	int n = row->arg == NULL ? 0 : row->kind == OPTION_PAIR ? 2 : 1;

	if (!is_long)
		n = 0; /* getopt() has seen to it */
	for (int i = 0; i < n; i++)
		if (argv[optind + i] == NULL)
			return false;
	return true;
}

static int
take(const struct option_table *t, int letter, char *argv[])
{
	const char *name = letter == '-' ? optarg : "";
	const struct option_row *row = find(t, letter, optarg);

	if (letter == 'h' || strcmp(name, "help") == 0)
		return print_help(t);
	if (letter == 'V' || strcmp(name, "version") == 0) {
		printf("%s (RC-2FA) " VERSION "\n", t->program);
		return end_print(t);
	}
	if (row == NULL || !has_arguments(row, *name != '\0', argv))
		return refuse(t);
	return set(t, row,
	    *name != '\0' && row->arg != NULL ? argv[optind++] : optarg, argv);
}

/* For getopt(), to which --NAME is the option '-' with the argument NAME. */
static void
letters(const struct option_table *t, char out[2 * ROWS_MAX + 8])
{
	char *to = out;

	for (int i = 0; i < t->rows && i < ROWS_MAX; i++) {
		if (t->row[i].letter == '\0')
			continue;
		*to++ = t->row[i].letter;
		if (t->row[i].arg != NULL)
			*to++ = ':';
	}
	memcpy(to, "hV-:", sizeof("hV-:"));
}

/* An operand may stand before or behind the options. */
int
options_read(const struct option_table *t, int argc, char *argv[])
{
	char all[2 * ROWS_MAX + 8];
	int status = GO_ON, next = 0, letter;

	letters(t, all);
	for (;;) {
		while (
		    status == GO_ON && (letter = getopt(argc, argv, all)) != -1)
			status = take(t, letter, argv);
		while (next < t->rows && t->row[next].kind != OPTION_OPERAND)
			next++;
		if (status != GO_ON)
			return status;
		if (next == t->rows || optind == argc)
			break;
		status = set(t, &t->row[next++], argv[optind++], argv);
	}
	return next < t->rows || optind < argc ? refuse(t) : GO_ON;
}
