#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
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

static void
every_event_is_one_line_in_its_form(void)
{
	static const struct {
		void (*call)(void);
		int status;
		const char *text; /* "12:34:56 " before it with skip */
		size_t skip;
	} calls[] = {
		{ inform, 0, "3 users\n", 0 },
		{ request, 0, "LOG 12345\n", 9 },
		{ warn, 0,
		    "AS: beware\nAS: cannot open x: No such file or directory"
		    "\nAS: errno is kept\n",
		    0 },
		{ die, 1, "AS: cannot listen: Permission denied\n", 0 },
		{ die_plainly, 1, "AS: bad option\n", 0 },
		{ follow, 0, "TCP 10.1.2.3:4567 LOG 12345 -> RLO OK\n", 9 },
	};

	for (size_t i = 0; i < LEN(calls); i++) {
		char out[512];
		int status = printed(calls[i].call, out, sizeof(out));

		CHECK(status == calls[i].status, "%d: %s", status, out);
		CHECK(strlen(out) > calls[i].skip &&
			strcmp(out + calls[i].skip, calls[i].text) == 0,
		    "%s", out);
	}
}

int
main(void)
{
	what_is_not_printable_is_shown_in_hex();
	an_escape_is_cut_to_its_room_and_never_in_its_middle();
	every_event_is_one_line_in_its_form();
	return test_done("log");
}
