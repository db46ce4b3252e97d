#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "policy.h"
#include "ui/shell.h"
#include "ui/terminal.h"

#define WORDS_MAX    4 /* more than any command has */
#define NAME_LONGEST 15

#define SAY_PROMPT   "> "
#define SAY_PASSWORD "Password: "
#define SAY_BAD_UID  "A UID is 5 digits. The form is: %s %s"
#define SAY_BAD_PASS "A password is 8 letters or digits. The form is: %s %s"
#define SAY_UNKNOWN  "Unknown command.%s%s%s All of them: help"
#define SAY_LONG     "This line is too long and was ignored."
#define SAY_QUOTE    "A quotation mark is not closed. Nothing was done."
#define SAY_ROW      "  %-10s %-3s %-14s %s"
#define SAY_INPUT    "Cannot read the standard input (%s)."

enum outcome
shell_refuse(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	tell_args(format, args);
	va_end(args);
	return FAILED;
}

static void
print_row(const struct shell_command *c)
{
	tell(SAY_ROW, c->name, c->brief, c->args, c->help);
}

void
shell_help(const struct shell_command *command, int commands)
{
	for (int i = 0; i < commands; i++)
		print_row(&command[i]);
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
smaller(size_t a, size_t b)
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
			row[j] = smaller(above[j - 1] + (a[i - 1] != b[j - 1]),
			    smaller(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] &&
			    a[i - 2] == b[j - 1])
				row[j] = smaller(row[j], before[j - 2] + 1);
		}
	}
	return row[width];
}

/* The command that is meant by a mistyped word, or NULL: none is near. */
static const char *
nearest(const struct shell *s, const char *word)
{
	const char *best = NULL;
	size_t nearest_d = SIZE_MAX, n = strlen(word);

	for (int i = 0; i < s->aliases; i++)
		if (strcmp(word, s->alias[i].word) == 0)
			return s->alias[i].meant;
	for (int i = 0; i < s->commands; i++) {
		const char *name = s->command[i].name;
		size_t d = distance(word, name), longer = strlen(name);

		if (longer < n)
			longer = n;
		if (d <= longer / 3 && d < nearest_d) {
			nearest_d = d;
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

	return shell_refuse(SAY_UNKNOWN, meant != NULL ? " Did you mean " : "",
	    meant != NULL ? meant : "", meant != NULL ? "?" : "");
}

static enum outcome
help(const struct shell *s, const char *name)
{
	const struct shell_command *c = name != NULL ? find(s, name) : NULL;

	if (name == NULL)
		shell_help(s->command, s->commands);
	else if (c == NULL)
		return unknown(s, name);
	else
		print_row(c);
	return DONE;
}

static bool
is_blank(char c)
{
	return c == ' ' || (c >= '\t' && c <= '\r');
}

/* One of a word's characters, where it ends: a quote of its own is none. */
static char *
take(char *from, char **to, char *quote)
{
	if (*quote != '\0' ? *from == *quote : *from == '\'' || *from == '"')
		*quote = (char)(*quote == '\0' ? *from : '\0');
	else if (*from == '\\' && *quote != '\'' && from[1] != '\0')
		*(*to)++ = *++from;
	else
		*(*to)++ = *from;
	return from;
}

/*
 * Cut a line into words at blanks, but for those in quotes or behind a
 * backslash: their number, of which the first WORDS_MAX are in word[], the rest
 * of which is NULL; or -1: a quote is not closed.
 */
static int
split(char *from, char *word[WORDS_MAX + 1])
{
	char *to = from, quote = '\0';
	bool inside = false;
	int n = 0;

	for (int i = 0; i <= WORDS_MAX; i++)
		word[i] = NULL;
	for (; *from != '\0'; from++) {
		if (quote == '\0' && is_blank(*from)) {
			if (inside)
				*to++ = '\0';
			inside = false;
			continue;
		}
		if (!inside && n++ < WORDS_MAX)
			word[n - 1] = to;
		inside = true;
		from = take(from, &to, &quote);
	}
	*to = '\0';
	return quote == '\0' ? n : -1;
}

static enum outcome
run(struct shell *s, char *line, ms_t now)
{
	char *word[WORDS_MAX + 1];
	int n = split(line, word) - 1;
	const struct shell_command *c;

	if (n < -1)
		return shell_refuse(SAY_QUOTE);
	if (n == -1)
		return DONE;
	c = find(s, word[0]);
	if (c == NULL)
		return unknown(s, word[0]);
	if (n < c->least || n > c->most)
		return shell_refuse(
		    SHELL_FORM, c->name, *c->args != '\0' ? " " : "", c->args);
	s->current = c;
	return c->run != NULL ? c->run(s->self, word + 1, now) :
				help(s, word[1]);
}

enum outcome
shell_ask(struct shell *s, const char *question, bool secret,
    enum outcome (*answer)(struct shell *s, const char *line, ms_t now))
{
	snprintf(s->question, sizeof(s->question), "%s", question);
	s->secret = secret;
	s->answer = answer;
	return RUNNING;
}

static enum outcome
take_password(struct shell *s, const char *pass, ms_t now)
{
	if (!wire_valid(F_PASS, pass))
		return shell_refuse(
		    SAY_BAD_PASS, s->current->name, s->current->args);
	return s->enter(s->self, s->uid, pass, now);
}

enum outcome
shell_log_in(struct shell *s, char *word[], ms_t now,
    enum outcome (*enter)(
	void *self, const char *uid, const char *pass, ms_t now))
{
	if (!wire_valid(F_UID, word[0]))
		return shell_refuse(
		    SAY_BAD_UID, s->current->name, s->current->args);
	snprintf(s->uid, sizeof(s->uid), "%s", word[0]);
	s->enter = enter;
	/* In a script the next line is a command, not a password. */
	if (word[1] == NULL && terminal_interactive())
		return shell_ask(s, SAY_PASSWORD, true, take_password);
	return take_password(s, word[1] != NULL ? word[1] : "", now);
}

void
shell_watch(struct shell *s, struct ready *r)
{
	if (!s->need_input)
		ready_by(r, 0);
	else if (terminal_in_background()) /* reading would stop us */
		ready_by(r, now_ms() + BACKGROUND_PAUSE);
	else {
		terminal_ask(s->answer != NULL ? s->question : SAY_PROMPT,
		    s->answer != NULL && s->secret);
		ready_read(r, s->input.fd);
	}
}

enum outcome
shell_step(struct shell *s, const struct ready *r)
{
	enum outcome (*answer)(struct shell *, const char *, ms_t) = s->answer;
	char *line;

	if (ready_can_read(r, s->input.fd))
		lines_fill(&s->input);
	s->need_input = false;
	switch (lines_take(&s->input, &line)) {
	case LINE_OK:
		terminal_answered();
		s->answer = NULL;
		return answer != NULL ? answer(s, line, r->woke) :
					run(s, line, r->woke);
	case LINE_LONG:
		terminal_answered();
		return shell_refuse(SAY_LONG);
	case LINE_MORE:
		s->need_input = true;
		break;
	case LINE_END:
		s->ended = true;
		if (s->input.error == 0)
			break;
		warn(SAY_INPUT, strerror(s->input.error));
		return FAILED;
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
