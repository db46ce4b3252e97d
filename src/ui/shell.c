#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "policy.h"
#include "ui/shell.h"
#include "ui/terminal.h"

#define WORDS_MAX    4 /* more than any command has */
#define NAME_LONGEST 15

#define SAY_PROMPT  "> "
#define SAY_UNKNOWN "Unknown command.%s%s%s All of them: help"
#define SAY_LONG    "This line is too long and was ignored."
#define SAY_QUOTE   "A quotation mark is not closed. Nothing was done."
#define SAY_ROW     "  %-10s %-3s %-14s %s"
#define SAY_INPUT   "Cannot read the standard input (%s)."

static void
describe(const struct shell_command *c)
{
	tell(SAY_ROW, c->name, c->brief, c->args, c->help);
}

void
shell_help(const struct shell_command *command, int commands)
{
	for (int i = 0; i < commands; i++)
		describe(&command[i]);
}

static const struct shell_command *
find(const struct shell *s, const char *name)
{
	for (int i = 0; i < s->commands; i++)
		if (strcmp(name, s->command[i].name) == 0 ||
		    (*name != '\0' && strcmp(name, s->command[i].brief) == 0))
			return &s->command[i];
	return NULL;
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * How many letters must be added, dropped, changed, or swapped with the next
 * one, to make a from b, which is at most NAME_LONGEST long.
 */
static size_t
distance(const char *a, const char *b)
{
	size_t rows[3][NAME_LONGEST + 1], width = strlen(b);
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= width; j++)
		row[j] = j;
	for (size_t i = 1; a[i - 1] != '\0'; i++) {
		size_t *free_row = before;

		before = above;
		above = row;
		row = free_row;
		row[0] = i;
		for (size_t j = 1; j <= width; j++) {
			row[j] = least(above[j - 1] + (a[i - 1] != b[j - 1]),
			    least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
	}
	return row[width];
}

/* The command that is meant by a mistyped word, or NULL: none is near. */
static const char *
nearest(const struct shell *s, const char *word)
{
	const char *best = NULL;
	size_t least_d = SIZE_MAX, n = strlen(word);

	for (int i = 0; i < s->aliases; i++)
		if (strcmp(word, s->alias[i].word) == 0)
			return s->alias[i].meant;
	for (int i = 0; i < s->commands; i++) {
		const char *name = s->command[i].name;
		size_t d = distance(word, name), longer = strlen(name);

		if (longer < n)
			longer = n;
		if (d <= longer / 3 && d < least_d) {
			least_d = d;
			best = name;
		}
	}
	return best;
}

/* The word itself is not shown: it may be a password typed too early. */
static enum outcome
unknown(const struct shell *s, const char *word)
{
	const char *meant = nearest(s, word);

	tell(SAY_UNKNOWN, meant != NULL ? " Did you mean " : "",
	    meant != NULL ? meant : "", meant != NULL ? "?" : "");
	return FAILED;
}

static enum outcome
help(const struct shell *s, char *word[], int n)
{
	const struct shell_command *c = n > 0 ? find(s, word[0]) : NULL;

	if (n > 0 && c == NULL)
		return unknown(s, word[0]);
	if (n > 0)
		describe(c);
	else
		shell_help(s->command, s->commands);
	return DONE;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* The end of the word at from, which moves to *to without its quotes; or NULL.
 */
static char *
unquote(char *from, char **to)
{
	char quote = '\0';

	for (; *from != '\0' && (quote != '\0' || !is_blank(*from)); from++) {
		if (quote != '\0' ? *from == quote :
				    *from == '\'' || *from == '"')
			quote = (char)(quote == '\0' ? *from : '\0');
		else if (*from == '\\' && quote != '\'' && from[1] != '\0')
			*(*to)++ = *++from;
		else
			*(*to)++ = *from;
	}
	return quote == '\0' ? from : NULL;
}

/*
 * Cut a line into words at blanks, but for those in quotes or behind a
 * backslash: their number, of which the first WORDS_MAX are in word[], the rest
 * of which is NULL; or -1: a quote is not closed.
 */
static int
split(char *line, char *word[WORDS_MAX + 1])
{
	int n = 0;

	for (int i = 0; i <= WORDS_MAX; i++)
		word[i] = NULL;
	for (;;) {
		char *to, *end;

		while (is_blank(*line))
			line++;
		if (*line == '\0')
			return n;
		to = line;
		if (n < WORDS_MAX)
			word[n] = line;
		n++;
		end = unquote(line, &to);
		if (end == NULL)
			return -1;
		line = *end != '\0' ? end + 1 : end;
		*to = '\0';
	}
}

static enum outcome
run(struct shell *s, char *line, ms_t now)
{
	char *word[WORDS_MAX + 1];
	int n = split(line, word) - 1;
	const struct shell_command *c;

	if (n < -1) {
		tell(SAY_QUOTE);
		return FAILED;
	}
	if (n == -1)
		return DONE;
	c = find(s, word[0]);
	if (c == NULL)
		return unknown(s, word[0]);
	if (n < c->least || n > c->most) {
		tell(SHELL_FORM, c->name, *c->args != '\0' ? " " : "", c->args);
		return FAILED;
	}
	return c->run != NULL ? c->run(s->self, word + 1, n, now) :
				help(s, word + 1, n);
}

void
shell_ask(struct shell *s, const char *question, bool secret,
    enum outcome (*answer)(void *self, const char *line, ms_t now))
{
	snprintf(s->question, sizeof(s->question), "%s", question);
	s->secret = secret;
	s->answer = answer;
}

void
shell_watch(struct shell *s, struct ready *r)
{
	if (!s->need_input)
		ready_by(r, 0);
	else if (terminal_in_background()) /* who reads there is stopped */
		ready_by(r, now_ms() + BACKGROUND_PAUSE);
	else {
		if (s->answer != NULL)
			terminal_ask(s->question, s->secret);
		else
			terminal_ask(SAY_PROMPT, false);
		ready_read(r, s->input.fd);
	}
}

static enum outcome
end(struct shell *s)
{
	s->ended = true;
	if (s->input.error == 0)
		return DONE;
	warn(SAY_INPUT, strerror(s->input.error));
	return FAILED;
}

enum outcome
shell_step(struct shell *s, const struct ready *r)
{
	enum outcome (*answer)(void *, const char *, ms_t) = s->answer;
	char *line;

	if (ready_can_read(r, s->input.fd))
		lines_fill(&s->input);
	s->need_input = false;
	switch (lines_take(&s->input, &line)) {
	case LINE_OK:
		terminal_answered();
		s->answer = NULL;
		return answer != NULL ? answer(s->self, line, r->woke) :
					run(s, line, r->woke);
	case LINE_LONG:
		terminal_answered();
		tell(SAY_LONG);
		return FAILED;
	case LINE_MORE:
		s->need_input = true;
		break;
	case LINE_END:
		return end(s);
	}
	return DONE;
}

void
shell_wait(struct shell *s, struct ready *r, const char *what)
{
	ms_t now = r->woke != 0 ? r->woke : now_ms();

	if (strcmp(what, s->what) != 0) {
		snprintf(s->what, sizeof(s->what), "%s", what);
		s->since = now;
	}
	if (*what == '\0' || s->since == NEVER)
		return;
	if (now - s->since < WAIT_UNSAID) {
		ready_by(r, s->since + WAIT_UNSAID);
		return;
	}
	warn("%s", what);
	s->since = NEVER;
}
