/*
 * shell - a program's commands as a person types them: one row each.
 *
 * The program says with shell_watch() that it listens now; shell_step() then
 * takes at most one line, so that commands which come together wait for each
 * other.  A program may ask something instead of a command: shell_ask().
 */
#ifndef SHELL_H
#define SHELL_H

#include "proto/wire.h"
#include "sys/log.h"
#include "sys/ready.h"
#include "ui/line.h"

/* How a command ends. */
enum outcome {
	DONE,
	FAILED,
	RUNNING /* a server is asked, or the person: it ends later */
};

struct shell_command {
	const char *name, *brief; /* brief: one letter or mark, or "" */
	int least, most;          /* words behind the name */
	const char *args, *help;
	/* self: the program; NULL is behind the last word.  NULL: help. */
	enum outcome (*run)(void *self, char *word[], ms_t now);
};

/* A word of another program, and what the person may have meant by it. */
struct shell_alias {
	const char *word, *meant;
};

struct shell {
	const struct shell_command *command;
	int commands;
	const struct shell_alias *alias;
	int aliases;
	void *self;
	const struct shell_command *current; /* the last that was run */
	struct lines input;
	bool need_input; /* no whole line of input is here */
	bool ended;      /* no line will come any more */
	/* What takes the next line instead of a command; NULL: none. */
	enum outcome (*answer)(struct shell *s, const char *line, ms_t now);
	char question[64];
	bool secret;
	/* See shell_log_in(). */
	char uid[UID_LEN + 1];
	enum outcome (*enter)(
	    void *self, const char *uid, const char *pass, ms_t now);
	/* See shell_wait(). */
	char what[96];
	ms_t since; /* NEVER: it has been said */
};

#define SHELL_ROWS(rows) (rows), (int)(sizeof(rows) / sizeof((rows)[0]))

/* "Wrong usage": name, blank, arguments. */
#define SHELL_FORM "Wrong usage. The form is: %s%s%s"

/* Tell why a command does not run: FAILED. */
enum outcome shell_refuse(const char *format, ...) PRINTF_LIKE;

/*
 * Ask the person: the next line is the answer.  secret: it is not shown.
 * Returns RUNNING.
 */
enum outcome shell_ask(struct shell *s, const char *question, bool secret,
    enum outcome (*answer)(struct shell *s, const char *line, ms_t now));

/*
 * The words of the current command are UID and PASS, or UID alone: a PASS is
 * asked for, then.  enter() gets a pair of the right form.
 */
enum outcome shell_log_in(struct shell *s, char *word[], ms_t now,
    enum outcome (*enter)(
	void *self, const char *uid, const char *pass, ms_t now));

/* The program listens to the person in this round. */
void shell_watch(struct shell *s, struct ready *r);

/*
 * What became of one line, or DONE where there was none; ended may be set,
 * then. An input that cannot be read is FAILED.
 */
enum outcome shell_step(struct shell *s, const struct ready *r);

/* Every round: what is waited for, "" nothing.  Said when it lasts. */
void shell_wait(struct shell *s, struct ready *r, const char *what);

void shell_help(const struct shell_command *command, int commands);

#endif
