#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/body.h"
#include "talk.h"
#include "talk_hear.h"
#include "talk_pty.h"
#include "talk_speech.h"
#include "talk_words.h"

static void
open_socket(const char *s,
    void (*make)(const char *name, const char *from, unsigned long port))
{
	const char *name = word(&s), *from;
	unsigned long port = port_and_source(&s, &from);

	make(name, from, port);
}

static void
do_tcp(const char *s)
{
	open_socket(s, party_tcp);
}

static void
do_udp(const char *s)
{
	open_socket(s, party_udp);
}

static void
do_udp_at(const char *s)
{
	const char *name = word(&s);

	party_udp_at(name, number(&s));
}

static void
do_to(const char *s)
{
	struct party *p = party_named(&s);

	p->to = address("127.0.0.1", number(&s));
}

static void
do_listen(const char *s)
{
	party_listen(word(&s));
}

static void
do_accept(const char *s)
{
	const char *name = word(&s);
	struct party *listener = party_named(&s);

	hear_ready(listener);
	party_accept(name, listener);
}

static void
start_program(const char *s,
    void (*start)(const char *name, const char *dir, char **argv))
{
	char *argv[WORDS_MAX - 2] = { 0 };
	const char *name = word(&s), *dir = ".";

	if (strncmp(s, "in ", 3) == 0) {
		word(&s);
		dir = word(&s);
	}
	for (int i = 0; i < WORDS_MAX - 3 && *s != '\0'; i++)
		argv[i] = word(&s);
	start(name, dir, argv);
}

static void
do_run(const char *s)
{
	start_program(s, party_run);
}

static void
do_terminal(const char *s)
{
	start_program(s, party_terminal);
}

static void
do_within(const char *s)
{
	hear_within((ms_t)number(&s));
}

static void
do_after(const char *s)
{
	hear_after((ms_t)number(&s));
}

static void
do_wait(const char *s)
{
	hear_pause((ms_t)number(&s));
}

static void
do_close(const char *s)
{
	party_close(party_named(&s));
}

static void
do_reset(const char *s)
{
	party_reset(party_named(&s));
}

static void
do_signal(const char *s)
{
	static const char *const names[] = { [SIGTERM] = "TERM",
		[SIGINT] = "INT",
		[SIGKILL] = "KILL",
		[SIGSTOP] = "STOP",
		[SIGCONT] = "CONT",
		[SIGHUP] = "HUP",
		[SIGUSR1] = "USR1" };
	const struct party *p = party_named(&s);
	int sig = sizeof(names) / sizeof(names[0]) - 1;

	while (sig > 0 && (names[sig] == NULL || strcmp(names[sig], s) != 0))
		sig--;
	if (sig == 0 || p->pid <= 0)
		fail("no such signal, or no program there", NULL, 0);
	kill(p->pid, sig);
}

static void
do_ignore(const char *s)
{
	party_named(&s)->ignored = true;
}

/* That it waits is no complaint: so it is where a machine has much to do. */
static bool
complains(const char *s, size_t n)
{
	static const char waits[] = "Waiting for ";

	while (n >= sizeof(waits) - 1 &&
	    memcmp(s, waits, sizeof(waits) - 1) == 0) {
		const char *end = memchr(s, '\n', n);
		size_t line = end != NULL ? (size_t)(end - s) + 1 : n;

		s += line;
		n -= line;
	}
	return n > 0;
}

static void
do_exit(const char *s)
{
	struct party *p = party_named(&s);
	int status = hear_exit(p);
	char said[12];

	if (snprintf(said, sizeof(said), "%d", status) > 0 &&
	    strcmp(said, word(&s)) != 0)
		fail("the status is", said, strlen(said));
	if (complains(p->complained.came.s, p->complained.came.len) &&
	    !p->ignored)
		fail("it complained", p->complained.came.s,
		    p->complained.came.len);
}

static void
do_set(const char *s)
{
	const char *name = word(&s);

	var_set(name, text(s)->s, text(s)->len);
}

static bool
words_agree(const char *s)
{
	const char *a = word(&s);

	return strcmp(a, word(&s)) == 0;
}

static void
do_alike(const char *s)
{
	if (!words_agree(s))
		fail("they differ", NULL, 0);
}

static void
do_unlike(const char *s)
{
	if (words_agree(s))
		fail("they are alike", NULL, 0);
}

static void
do_make(const char *s)
{
	const char *path = word(&s);

	if (!body_make_file(path, number(&s)))
		fail("cannot write it", path, strlen(path));
}

static void
do_file(const char *s)
{
	const char *path = word(&s);

	if (!body_is_file(path, number(&s)))
		fail("missing, or with other bytes", path, strlen(path));
}

static void
do_gone(const char *s)
{
	const char *path = word(&s);

	if (access(path, F_OK) == 0)
		fail("it is there", path, strlen(path));
}

static void
do_repeat(const char *s)
{
	unsigned long count = number(&s);

	for (unsigned long i = 1; i <= count; i++) {
		char digits[24];
		int n = snprintf(digits, sizeof(digits), "%lu", i);

		var_set("i", digits, (size_t)n);
		statement(s);
	}
}

static void
do_play(const char *s)
{
	const char *file = word(&s);

	var_set("args", text(s)->s, text(s)->len);
	for (char n[] = "1"; *s != '\0' && *n <= '9'; ++*n) {
		const char *arg = word(&s);

		var_set(n, arg, strlen(arg));
	}
	play(file);
}

static const struct {
	const char *verb;
	void (*play)(const char *rest);
} statements[] = {
	{ ">", do_say_line },
	{ ">>", do_say },
	{ "<", do_hear_line },
	{ "<<", do_hear_exactly },
	{ "!", do_hear_complaint },
	{ "accept", do_accept },
	{ "after", do_after },
	{ "alike", do_alike },
	{ "close", do_close },
	{ "drain", do_drain },
	{ "drip", do_drip },
	{ "eof", do_eof },
	{ "exit", do_exit },
	{ "file", do_file },
	{ "give", do_give },
	{ "gone", do_gone },
	{ "ignore", do_ignore },
	{ "listen", do_listen },
	{ "make", do_make },
	{ "play", do_play },
	{ "repeat", do_repeat },
	{ "reset", do_reset },
	{ "run", do_run },
	{ "sent", do_sent },
	{ "set", do_set },
	{ "shows", do_shows },
	{ "shut", do_shut },
	{ "signal", do_signal },
	{ "silent", do_silent },
	{ "take", do_take },
	{ "tcp", do_tcp },
	{ "terminal", do_terminal },
	{ "to", do_to },
	{ "udp", do_udp },
	{ "udp-at", do_udp_at },
	{ "unlike", do_unlike },
	{ "until", do_until },
	{ "until!", do_until_complaint },
	{ "wait", do_wait },
	{ "within", do_within },
};

void
statement(const char *s)
{
	size_t n = strcspn(s, " ");
	const char *rest = s + n + (s[n] == ' ');

	for (size_t i = 0; i < sizeof(statements) / sizeof(statements[0]); i++)
		if (strlen(statements[i].verb) == n &&
		    memcmp(statements[i].verb, s, n) == 0) {
			statements[i].play(rest);
			return;
		}
	fail("no such statement", NULL, 0);
}
