#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "as/session.h"
#include "policy.h"
#include "sys/fd.h"
#include "sys/ready.h"
#include "test.h"

#define LINES 100
#define REPLY 8 /* "RLO ERR\n" */

static struct server as;
static struct session *s;
static int peer;

/* A session whose other end is peer, from START on. */
#define START 1000000

static void
begin(void)
{
	struct addr nobody = { .ip = 0 };
	struct conn c;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		exit(1);
	set_fd_flags(pair[0]);
	set_fd_flags(pair[1]);
	peer = pair[1];
	s = &as.session[0];
	conn_open(&c, pair[0], &nobody, START);
	session_open(s, &c, START);
}

static void
end(void)
{
	if (s->state != FREE)
		session_end(&as, s);
	close(peer);
}

static void
say(const char *text)
{
	if (write(peer, text, strlen(text)) == -1)
		exit(1);
}

/* A round of the server's at that time; false where it would have waited. */
static bool
turn(ms_t now)
{
	struct ready r = { .nfds = 0 };
	bool due;

	ready_begin(&r);
	session_watch(s, &r);
	due = r.deadline <= now;
	ready_by(&r, 0);
	ready_wait(&r);
	if (!due && !conn_readable(&s->conn, &r) &&
	    !conn_writable(&s->conn, &r))
		return false;
	session_step(&as, s, &r, now);
	return true;
}

static int
replies(void)
{
	char text[LINES * REPLY];
	ssize_t n = read(peer, text, sizeof(text));

	return n > 0 ? (int)n / REPLY : 0;
}

static void
who_says_much_at_once_is_served_in_turns(void)
{
	int most = 0, all = 0;

	begin();
	for (int i = 0; i < LINES; i++)
		say("LOG\n");
	while (turn(START)) {
		int n = replies();

		most = n > most ? n : most;
		all += n;
	}
	CHECK(all == LINES, "%d answered", all);
	CHECK(most <= 16, "%d in one turn", most);
	end();
}

static void
each_line_has_a_minute_from_its_first_byte(void)
{
	begin();
	CHECK(!turn(START + 10 * MINUTES), "who says nothing may stay");
	say("LOG");
	turn(START + 10 * MINUTES);
	CHECK(!turn(START + 10 * MINUTES + 59999), "nearly a minute");
	say("\nLOG");
	turn(START + 10 * MINUTES + 59999);
	CHECK(replies() == 1 && s->state == READY, "answered");
	CHECK(!turn(START + 11 * MINUTES + 59998), "the next has its own");
	turn(START + 11 * MINUTES + 59999);
	CHECK(s->state == FREE, "its minute is over");
	end();
}

static void
who_does_not_read_for_a_minute_has_to_go(void)
{
	char much[4096] = "";

	begin();
	while (write(s->conn.fd, much, sizeof(much)) > 0)
		;
	say("LOG\n");
	turn(START);
	CHECK(conn_unsent(&s->conn) == REPLY, "its reply waits");
	CHECK(!turn(START + 59999) && s->state == READY, "nearly a minute");
	turn(START + 60000);
	CHECK(s->state == FREE, "it has gone");
	end();
}

int
main(void)
{
	who_says_much_at_once_is_served_in_turns();
	each_line_has_a_minute_from_its_first_byte();
	who_does_not_read_for_a_minute_has_to_go();
	return test_done("session");
}
