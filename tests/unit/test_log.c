#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "net/trace.h"
#include "sys/log.h"
#include "test.h"

static const struct {
	const char *in;
	size_t n;
	const char *out;
} rows[] = {
	{ "", 0, "" },
	{ "plain text.", 11, "plain text." },
	{ " ~", 2, " ~" },
	{ "a\nb\r\t", 5, "a\\x0ab\\x0d\\x09" },
	{ "\0\x1b[31m\a", 7, "\\x00\\x1b[31m\\x07" },
	{ "\x7f\x80\xff", 3, "\\x7f\\x80\\xff" },
	{ "back\\slash", 10, "back\\x5cslash" },
};

static void
what_is_not_printable_is_shown_in_hex(void)
{
	char out[64];

	for (size_t i = 0; i < LEN(rows); i++)
		CHECK(strcmp(escape(out, sizeof(out), rows[i].in, rows[i].n),
			  rows[i].out) == 0,
		    "%s", out);
	for (int c = 0; c < 256; c++) {
		char byte = (char)c;

		escape(out, sizeof(out), &byte, 1);
		for (const char *s = out; *s != '\0'; s++)
			CHECK(*s >= ' ' && *s <= '~', "byte %d", c);
	}
}

static void
an_escape_is_cut_to_its_room_and_never_in_its_middle(void)
{
	static char big[10000];

	memset(big, 27, sizeof(big));
	for (size_t room = 1; room < 50; room++) {
		char out[64];

		memset(out, '#', sizeof(out));
		escape(out, room, big, sizeof(big));
		CHECK(memchr(out, '\0', room) != NULL && out[room] == '#',
		    "room %zu", room);
		CHECK(strlen(out) % 4 == 0, "%s", out);
	}
}

/* What a child that calls this prints to stdout and stderr; its exit status. */
static int
printed(void (*call)(void), char *out, size_t room)
{
	int ends[2], status;
	size_t len = 0;
	ssize_t n;
	pid_t child;

	fflush(stdout);
	CHECK(pipe(ends) == 0, "pipe");
	child = fork();
	if (child == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		call();
		_exit(0);
	}
	close(ends[1]);
	while (len < room - 1 &&
	    (n = read(ends[0], out + len, room - 1 - len)) > 0)
		len += (size_t)n;
	out[len] = '\0';
	close(ends[0]);
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
inform(void)
{
	log_open("AS", false);
	log_info("%d users", 3);
	log_request("nobody asked for this");
}

static void
request(void)
{
	log_open("AS", true);
	log_request("LOG 12345");
}

static void
warn(void)
{
	log_open("AS", false);
	log_warn("beware");
	errno = ENOENT;
	log_error("cannot open %s", "x");
	log_warn(errno == ENOENT ? "errno is kept" : "errno is lost");
}

/* It is the next day somewhere east of here. */
static void
midnight(void)
{
	log_open("AS", true);
	setenv("TZ", "AAA12", 1);
	tzset();
	log_request("one");
	setenv("TZ", "BBB-13", 1);
	tzset();
	log_request("two");
	log_request("three");
}

static void
full(void)
{
	int fd = open("/dev/full", O_WRONLY);

	dup2(fd, STDOUT_FILENO);
	log_open("AS", false);
	log_info("one");
	log_info("two");
	_exit(log_lost() ? 3 : 0);
}

static void
unread(void)
{
	int ends[2];

	signal(SIGPIPE, SIG_IGN);
	CHECK(pipe(ends) == 0, "pipe");
	dup2(ends[1], STDOUT_FILENO);
	log_open("AS", false);
	close(ends[0]);
	close(ends[1]);
	log_info("one");
	_exit(log_lost() ? 3 : 0);
}

static void
die(void)
{
	log_open("AS", false);
	errno = EACCES;
	fatal("cannot listen");
}

static void
die_plainly(void)
{
	log_open("AS", false);
	fatalx("bad %s", "option");
}

static void
follow(void)
{
	struct msg req = {
		.type = MSG_LOG, .uid = "12345", .pass = "SeCreT12"
	};
	struct msg reply = { .type = MSG_RLO, .status = ST_OK };
	struct addr peer;

	log_open("AS", true);
	peer = addr_parse("10.1.2.3", 4567);
	trace("TCP", &peer, &req, WIRE_OK, &reply);
	log_open("AS", false);
	trace("TCP", &peer, &req, WIRE_OK, &reply);
}

/* Dates and times become "at ", where they have their form. */
static void
hide_times(char *text)
{
	static const char *const forms[] = { "9999-99-99 99:99:99 ",
		"99:99:99 " };

	for (; *text != '\0'; text++)
		for (size_t f = 0; f < LEN(forms); f++) {
			size_t n = 0;

			while (forms[f][n] != '\0' &&
			    (forms[f][n] == '9' ?
				    text[n] >= '0' && text[n] <= '9' :
				    text[n] == forms[f][n]))
				n++;
			if (forms[f][n] == '\0') {
				memcpy(text, "at ", 3);
				memmove(
				    text + 3, text + n, strlen(text + n) + 1);
			}
		}
}

static void
every_event_is_one_line_in_its_form(void)
{
	static const struct {
		void (*call)(void);
		int status;
		const char *text;
	} calls[] = {
		{ inform, 0, "3 users\n" },
		{ request, 0, "at LOG 12345\n" },
		{ warn, 0,
		    "AS: at beware\n"
		    "AS: at cannot open x: No such file or directory\n"
		    "AS: at errno is kept\n" },
		{ full, 3,
		    "AS: at cannot write to the standard output: "
		    "No space left on device\n" },
		{ unread, 0, "" },
		{ die, 1, "AS: cannot listen: Permission denied\n" },
		{ die_plainly, 1, "AS: bad option\n" },
		{ follow, 0, "at TCP 10.1.2.3:4567 LOG 12345 -> RLO OK\n" },
	};

	for (size_t i = 0; i < LEN(calls); i++) {
		char out[512];
		int status = printed(calls[i].call, out, sizeof(out));

		CHECK(status == calls[i].status, "%d: %s", status, out);
		hide_times(out);
		CHECK(strcmp(out, calls[i].text) == 0, "%s", out);
	}
}

static void
a_new_day_is_told_once(void)
{
	char out[512], first[16], date[16];

	printed(midnight, out, sizeof(out));
	CHECK(sscanf(out, "%15s one %15s", first, date) == 2 &&
		strlen(date) == 10 && date[4] == '-' && date[7] == '-',
	    "%s", out);
	hide_times(out);
	CHECK(strncmp(out, "at one\n", 7) == 0 &&
		strcmp(out + 7 + 10, "\nat two\nat three\n") == 0,
	    "%s", out);
}

int
main(void)
{
	what_is_not_printable_is_shown_in_hex();
	an_escape_is_cut_to_its_room_and_never_in_its_middle();
	every_event_is_one_line_in_its_form();
	a_new_day_is_told_once();
	return test_done("log");
}
