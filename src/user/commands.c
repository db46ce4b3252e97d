#include <string.h>

#include "ui/terminal.h"
#include "user/actions.h"
#include "user/commands.h"
#include "user/words.h"

#define WORDS_MAX 4 /* more than any command has */

struct command {
	const char *name, *brief; /* brief: one letter or mark, or "" */
	int least, most;          /* words behind the name */
	const char *args, *help;
	enum outcome (*run)(struct user *u, char *word[], int n, ms_t now);
};

static enum outcome run_help(struct user *u, char *word[], int n, ms_t now);

static const struct command commands[] = {
	{ "login", "", 1, 2, "UID PASS", HELP_LOGIN, action_login },
	{ "req", "", 1, 2, "Fop [FILE]", HELP_REQ, action_req },
	{ "val", "", 1, 1, "CODE", HELP_VAL, action_val },
	{ "list", "l", 0, 0, "", HELP_LIST, action_list },
	{ "retrieve", "r", 1, 1, "FILE", HELP_RETRIEVE, action_retrieve },
	{ "upload", "u", 1, 1, "PATH", HELP_UPLOAD, action_upload },
	{ "delete", "d", 1, 1, "FILE", HELP_DELETE, action_delete },
	{ "remove", "x", 0, 0, "", HELP_REMOVE, action_remove },
	{ "exit", "", 0, 0, "", HELP_EXIT, action_exit },
	{ "help", "?", 0, 1, "[COMMAND]", HELP_HELP, run_help },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
describe(const struct command *c)
{
	tell(SAY_HELP_ROW, c->name, c->brief, c->args, c->help);
}

void
commands_help(void)
{
	for (size_t i = 0; i < COMMANDS; i++)
		describe(&commands[i]);
}

static const struct command *
find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(name, commands[i].name) == 0 ||
		    (*name != '\0' && strcmp(name, commands[i].brief) == 0))
			return &commands[i];
	return NULL;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* How many letters must be added, dropped or changed to make a from b. */
static size_t
distance(const char *a, const char *b)
{
	size_t row[16], width = strlen(b);

	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t corner = row[0];

		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			size_t changed = corner + (a[i - 1] != b[j - 1]);

			corner = row[j];
			row[j] = least(changed, least(row[j], row[j - 1]) + 1);
		}
	}
	return row[width];
}

static const char *
nearest(const char *name)
{
	const struct command *best = &commands[0];

	for (size_t i = 1; i < COMMANDS; i++)
		if (distance(name, commands[i].name) <
		    distance(name, best->name))
			best = &commands[i];
	return best->name;
}

/* The word itself is not shown: it may be a password typed too early. */
static enum outcome
unknown(const char *name)
{
	tell(SAY_UNKNOWN, nearest(name));
	return FAILED;
}

static enum outcome
run_help(struct user *u, char *word[], int n, ms_t now)
{
	(void)u, (void)now;
	if (n == 0)
		commands_help();
	else if (find(word[0]) == NULL)
		return unknown(word[0]);
	else
		describe(find(word[0]));
	return DONE;
}

enum outcome
commands_line(struct user *u, char *line, ms_t now)
{
	char *word[WORDS_MAX];
	int n;
	const struct command *c;

	if (u->input_mode != INPUT_COMMAND)
		return action_answer(u, line, now);
	if ((n = words(line, word, WORDS_MAX) - 1) == -1)
		return DONE;
	if ((c = find(word[0])) == NULL)
		return unknown(word[0]);
	if (n >= c->least && n <= c->most)
		return c->run(u, word + 1, n, now);
	tell(SAY_FORM, c->name, *c->args != '\0' ? " " : "", c->args);
	return FAILED;
}
