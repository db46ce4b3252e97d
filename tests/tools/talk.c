/*
 * talk - plays a transcript, as any number of clients and servers at once.
 *
 *	talk FILE [NAME=VALUE]...
 *
 * One statement a line; # starts a comment line, and the first one is the
 * title. NAME below is a party's. Ports that talk opens become variables of
 * their party's name, which stay when it is closed; every socket is on the
 * loopback. TEXT and PATTERN begin behind the spaces after the name.
 *
 *	tcp NAME PORT [from ADDR]	connect
 *	udp NAME [PORT] [from ADDR]	a socket; what is said goes to PORT, or
 *					to where the last datagram came from
 *	udp-at NAME PORT		a socket at that port
 *	to NAME PORT			to PORT again
 *	listen NAME			a TCP server
 *	accept NAME LISTENER		its next client
 *	run NAME [in DIR] PROGRAM ARG...
 *	terminal NAME [in DIR] PROGRAM ARG...
 *					run it at a terminal; what is heard is
 *					its screen (talk_pty.h), echo included
 *	> NAME TEXT			say the text and a newline
 *	>> NAME TEXT			say the text alone
 *	drip NAME TEXT			say it a byte at a time, 1 ms apart
 *	give NAME SIZE [FROM]		say SIZE bytes of body
 *(tests/lib/body.h) < NAME PATTERN			hear one line, or one
 *datagram ! NAME PATTERN			the same from a program's stderr
 *	until NAME PATTERN		hear lines up to one like this
 *	until! NAME PATTERN		the same on stderr
 *	<< NAME TEXT			hear exactly this, the line goes on
 *	shows NAME PATTERN		wait until the line of a terminal with
 *					the cursor is one like this
 *	take NAME SIZE [FROM]		hear SIZE bytes of body
 *	eof NAME			hear the end, and nothing before it
 *	drain NAME			hear the end, or a reset, and whatever
 *					comes before
 *	silent NAME MS			hear nothing for so long
 *	within MS			a bound for the next wait; 30 s
 *	after MS			it ends no sooner than this after the
 *					party last said or was told something
 *	sent NAME			wait until all that was said is written
 *	shut NAME			say no more: FIN, end of stdin, hang up
 *	close NAME, reset NAME		go away
 *	signal NAME SIGNAL		TERM INT HUP KILL STOP CONT USR1
 *	exit NAME STATUS		the program ends so, with nothing on
 *					stderr that no ! has asked for, but that
 *					it waits
 *	ignore NAME			or whatever there is
 *	wait MS				where time itself is the matter
 *	set NAME TEXT			a variable
 *	alike WORD WORD, unlike WORD WORD
 *	make PATH SIZE			a file of body
 *	file PATH SIZE			there is one
 *	gone PATH			nothing has that name
 *	repeat COUNT STATEMENT		$i counts from 1
 *	play FILE [ARG]...		the statements of a file that stands
 *					beside this one; $args, or $1 and $2
 *
 * Texts and patterns: talk_text.h. A failure is told on stderr; exit status 1.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "talk.h"
#include "talk_hear.h"
#include "talk_words.h"

#define STATEMENT_MAX 4096

ms_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (ms_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Where we are, and where that was played from, for fail(). */
static struct place {
	const char *file, *statement;
	int line;
	const struct place *from;
} here = { "talk", "", 0, NULL };

static void
tell_expanded(const char *s)
{
	struct text t = { 0 };

	if (text_expand(&t, s))
		text_print(stderr, t.s, t.len);
	else
		fputs(s, stderr);
	text_free(&t);
}

void
fail(const char *what, const char *came, size_t n)
{
	fprintf(stderr, "%s:%d: ", here.file, here.line);
	tell_expanded(here.statement);
	fprintf(stderr, ": %s", what);
	if (came != NULL) {
		fputs(": ", stderr);
		text_print(stderr, came, n);
	}
	for (const struct place *p = here.from; p != NULL && p->line > 0;
	     p = p->from)
		fprintf(stderr, ", played at %s:%d", p->file, p->line);
	putc('\n', stderr);
	exit(1);
}

/* The file of that name beside the one that we are in. */
static FILE *
open_beside(struct text *path, const char *name)
{
	const char *slash = strrchr(here.file, '/');
	FILE *f;

	if (slash != NULL && *name != '/')
		text_add(path, here.file, (size_t)(slash - here.file) + 1);
	text_add(path, name, strlen(name));
	f = fopen(path->s, "r");
	if (f == NULL)
		fail("cannot read it", path->s, path->len);
	fcntl(fileno(f), F_SETFD, FD_CLOEXEC);
	return f;
}

void
play(const char *name)
{
	char line[STATEMENT_MAX];
	struct text path = { 0 };
	FILE *f = open_beside(&path, name);
	struct place back = here;

	here = (struct place){ path.s, line, 0, &back };
	while (fgets(line, sizeof(line), f) != NULL) {
		here.line++;
		line[strcspn(line, "\n")] = '\0';
		if (line[0] != '#' && line[0] != '\0')
			statement(line);
	}
	here = back;
	fclose(f);
	text_free(&path);
}

int
main(int argc, char **argv)
{
	if (argc < 2) {
		fputs("usage: talk FILE [NAME=VALUE]...\n", stderr);
		return 2;
	}
	for (int i = 2; i < argc; i++) {
		char *value = strchr(argv[i], '=');

		if (value == NULL)
			fail("NAME=VALUE is wanted", argv[i], strlen(argv[i]));
		*value++ = '\0';
		var_set(argv[i], value, strlen(value));
	}
	hear_init();
	atexit(party_end_all);
	play(argv[1]);
	return 0;
}
