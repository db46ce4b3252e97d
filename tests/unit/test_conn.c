#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/conn.h"
#include "net/listener.h"
#include "net/signals.h"
#include "policy.h"
#include "test.h"

#define START 1000000

static int peer; /* the other end, non-blocking too */

static struct conn
meet(void)
{
	struct addr nobody = { .ip = 0 };
	struct conn c;
	int pair[2];

	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "pair");
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	fcntl(pair[1], F_SETFL, O_NONBLOCK);
	peer = pair[1];
	conn_open(&c, pair[0], &nobody, START);
	return c;
}

static void
part(struct conn *c)
{
	conn_close(c);
	conn_close(c);
	if (peer != -1)
		close(peer);
}

static void
say(const char *text, size_t n)
{
	CHECK(write(peer, text, n) == (ssize_t)n, "write %zu bytes", n);
}

static void
a_message_may_come_in_any_two_parts(void)
{
	static const char text[] = "LOG 12345 abcd1234\nREQ 12345 1234 L\n";
	size_t n = strlen(text);

	for (size_t cut = 0; cut <= n; cut++) {
		struct conn c = meet();
		struct msg m[2];
		int got = 0;

		for (int half = 0; half < 2; half++) {
			say(half == 0 ? text : text + cut,
			    half == 0 ? cut : n - cut);
			CHECK(conn_fill(&c, START), "cut at %zu", cut);
			while (got < 2 && conn_take(&c, &m[got]) == WIRE_OK)
				got++;
		}
		CHECK(got == 2 && m[0].type == MSG_LOG && m[1].type == MSG_REQ,
		    "cut at %zu: %d", cut, got);
		CHECK(c.in.len == 0 && !c.ended, "cut at %zu", cut);
		part(&c);
	}
}

static void
only_bytes_that_move_count_as_a_move(void)
{
	struct conn c = meet();
	char byte;

	CHECK(conn_fill(&c, START + 1) && c.last_progress == START,
	    "nothing came");
	CHECK(conn_read(&c, &byte, 1, START + 1) == CONN_LATER, "later");
	say("x", 1);
	CHECK(conn_fill(&c, START + 2) && c.last_progress == START + 2, "came");
	CHECK(conn_write(&c, "y", 1, START + 3) == 1 &&
		c.last_progress == START + 3,
	    "went");
	CHECK(read(peer, &byte, 1) == 1 && byte == 'y', "y");
	part(&c);
}

static void
what_the_end_cuts_short_is_malformed(void)
{
	static const struct {
		const char *text;
		enum wire_result want;
		enum msg_type type;
	} rows[] = {
		{ "", WIRE_MORE, MSG_UNKNOWN },
		{ "LST 12345 1234\n", WIRE_OK, MSG_LST },
		{ "LST 12345 1234", WIRE_BAD, MSG_LST },
		{ "LST 12345", WIRE_BAD, MSG_LST },
		{ "LS", WIRE_BAD, MSG_UNKNOWN },
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		struct conn c = meet();
		struct msg m;

		say(rows[i].text, strlen(rows[i].text));
		shutdown(peer, SHUT_WR);
		for (int k = 0; k < 3; k++)
			CHECK(conn_fill(&c, START), "fill");
		CHECK(c.ended, "the end is seen");
		CHECK(
		    conn_take(&c, &m) == rows[i].want && m.type == rows[i].type,
		    "%s", rows[i].text);
		CHECK(conn_take(&c, &m) == WIRE_MORE && c.in.len == 0,
		    "nothing is left");
		part(&c);
	}
}

/* The buffer's room is never passed, and what does not fit waits outside. */
static void
more_than_the_buffer_holds_waits(void)
{
	static char much[3 * WIRE_HEAD_MAX];
	struct conn c = meet();
	struct msg m;

	memset(much, 'x', sizeof(much));
	say(much, sizeof(much));
	for (int i = 0; i < 5; i++)
		CHECK(conn_fill(&c, START) && c.in.len == WIRE_HEAD_MAX, "%zu",
		    c.in.len);
	CHECK(!c.ended, "a full buffer is no end");
	CHECK(conn_take(&c, &m) == WIRE_LONG && c.in.len == 0, "long");
	part(&c);
}

static void
a_slow_reader_gets_everything_in_order(void)
{
	struct msg reply = { .type = MSG_RLS, .status = ST_EOF };
	struct conn c = meet();
	char text[4096];
	size_t put = 0, got = 0;
	int room = 1;
	ssize_t n;

	setsockopt(c.fd, SOL_SOCKET, SO_SNDBUF, &room, sizeof(room));
	for (int i = 0; i < 20000 && got < 80000; i++) {
		while (conn_put(&c, &reply))
			put += 8;
		CHECK(c.out.len <= WIRE_HEAD_MAX, "%zu", c.out.len);
		CHECK(conn_flush(&c, START), "flush");
		if (i % 7 != 0)
			continue;
		while ((n = read(peer, text, sizeof(text))) > 0)
			for (ssize_t k = 0; k < n; k++, got++)
				if (text[k] != "RLS EOF\n"[got % 8])
					CHECK(false, "byte %zu", got);
	}
	CHECK(got >= 80000 && put >= got, "%zu of %zu", got, put);
	part(&c);
}

static void
what_cannot_be_said_or_has_no_room_is_not_put(void)
{
	struct msg bad = { .type = MSG_REG }, good = { .type = MSG_ERR };
	struct conn c = meet();
	size_t n = 0;

	CHECK(!conn_put(&c, &bad) && c.out.len == 0, "a REG of nobody");
	while (conn_put(&c, &good))
		CHECK(c.out.len == ++n * 4, "%zu", c.out.len);
	CHECK(c.out.len <= sizeof(c.out.data) && n >= 150, "%zu", n);
	CHECK(memcmp(c.out.data + c.out.len - 4, "ERR\n", 4) == 0, "whole");
	part(&c);
}

static void
a_lost_peer_is_told(void)
{
	struct msg m = { .type = MSG_ERR };
	struct conn c = meet();

	close(peer);
	peer = -1;
	conn_put(&c, &m);
	CHECK(!conn_flush(&c, START), "EPIPE");
	CHECK(c.error == EPIPE && conn_unsent(&c) == 0, "nothing is kept");
	CHECK(!conn_fill(&c, START) && !c.ended, "nor is that an end in order");
	part(&c);
}

/* A stream in which the n-th byte tells n, in writes that do not fit. */
static char
byte_at(size_t n)
{
	return (char)(n * 7 + n / 256);
}

static void
what_is_accepted_is_sent_once_in_order(void)
{
	static char data[50000], text[65536];
	struct msg head = { .type = MSG_ERR };
	struct conn c = meet();
	size_t given = 0, got = 0, kept = 0;
	int size = 1;
	ssize_t n;

	setsockopt(c.fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
	CHECK(conn_put(&c, &head), "a head");
	while (given < 1000000) {
		for (size_t i = 0; i < sizeof(data); i++)
			data[i] = byte_at(given + i);
		n = conn_write(&c, data, 1 + given % sizeof(data), START);
		memset(data, 'x', sizeof(data)); /* it is conn's own copy */
		CHECK(n == CONN_LATER || n > 0, "%zd", n);
		if (n > 0)
			given += (size_t)n;
		CHECK(conn_unsent(&c) <= WIRE_HEAD_MAX, "it keeps a little");
		kept += conn_unsent(&c) > 0;
		n = read(peer, text, (size_t)rand() % sizeof(text));
		for (ssize_t i = 0; i < n; i++, got++)
			if (text[i] !=
			    (got < 4 ? "ERR\n"[got] : byte_at(got - 4)))
				CHECK(false, "byte %zu", got);
	}
	while (conn_unsent(&c) > 0 || got < given + 4) {
		CHECK(conn_flush(&c, START), "flush");
		n = read(peer, text, sizeof(text));
		for (ssize_t i = 0; i < n; i++, got++)
			if (text[i] != byte_at(got - 4))
				CHECK(false, "byte %zu", got);
	}
	CHECK(got == given + 4 && kept > 0, "%zu, kept %zu", got, kept);
	part(&c);
}

/* What came behind a head is the first that is read as data. */
static void
data_begins_in_the_buffer(void)
{
	struct conn c = meet();
	struct msg m;
	char text[32];

	say("UPL 12345 1234 a.txt 8 abcd", 27);
	CHECK(conn_fill(&c, START) && conn_take(&c, &m) == WIRE_OK, "head");
	CHECK(conn_untaken(&c) == 4, "its data");
	CHECK(conn_read(&c, text, 2, START) == 2, "less than there is");
	say("efgh", 4);
	CHECK(conn_read(&c, text, sizeof(text), START) == 6 &&
		memcmp(text, "cdefgh", 6) == 0,
	    "buffer and connection");
	shutdown(peer, SHUT_WR);
	CHECK(conn_read(&c, text, sizeof(text), START) == CONN_ENDED &&
		c.ended &&
		conn_read(&c, text, sizeof(text), START) == CONN_ENDED,
	    "the end");
	part(&c);
}

/* A reset is no end, also where it is asked about twice. */
static void
a_cut_is_told_from_an_end(void)
{
	struct listener l;
	struct conn c, ours;
	struct linger hard = { .l_onoff = 1 };
	struct ready r = { .nfds = 0 };
	struct addr at;
	char text[8];

	CHECK(listener_open(&l, 0) == 0, "listener");
	at = addr_parse("127.0.0.1", listener_port(&l));
	conn_dial(&ours, &at, now_ms());
	ready_begin(&r);
	listener_watch(&l, &r);
	ready_wait(&r);
	CHECK(listener_accept(&l, &c, now_ms()), "accepted");
	setsockopt(ours.fd, SOL_SOCKET, SO_LINGER, &hard, sizeof(hard));
	conn_close(&ours);
	ready_begin(&r);
	conn_watch(&c, &r, CONN_IN);
	ready_wait(&r);
	CHECK(conn_readable(&c, &r), "something came");
	for (int i = 0; i < 3; i++)
		CHECK(conn_read(&c, text, sizeof(text), START) == CONN_LOST &&
			c.error == ECONNRESET && !c.ended,
		    "%d", i);
	conn_close(&c);
	listener_close(&l);
}

/* Nothing to do, nothing to wait for; what is kept has its time. */
static void
it_declares_what_it_waits_for(void)
{
	struct msg m = { .type = MSG_ERR };
	struct ready r = { .nfds = 0 };
	struct conn c = meet(), none = { .state = CONN_NONE };

	ready_begin(&r);
	conn_watch(&none, &r, CONN_IN | CONN_OUT);
	conn_watch(&c, &r, 0);
	CHECK(r.nfds == 0 && r.deadline == NEVER, "nothing");
	CHECK(conn_deadline(&c) == NEVER, "no deadline");
	conn_put(&c, &m);
	conn_watch(&c, &r, 0);
	CHECK(r.nfds > 0 && r.deadline == START + STALL_TIME, "to be sent");
	CHECK(conn_flush(&c, START + 5) && conn_deadline(&c) == NEVER, "sent");
	shutdown(peer, SHUT_WR);
	CHECK(conn_fill(&c, START) && c.ended, "the end");
	ready_begin(&r);
	conn_watch(&c, &r, CONN_IN);
	CHECK(r.nfds == 0, "an end is not waited for again");
	part(&c);
}

/* Times after START at which conn_linger() is asked, and its answer. */
static void
a_parting_is_bounded(void)
{
	static char chatter[100];
	char byte;
	struct conn c = meet();
	ms_t at;

	CHECK(!conn_linger(&c, START), "linger_since");
	CHECK(conn_deadline(&c) == START + LINGER_FIRST && !c.shut,
	    "the peer may close first");
	CHECK(
	    !conn_linger(&c, START + LINGER_FIRST) && read(peer, &byte, 1) == 0,
	    "our side is shut down");
	CHECK(conn_deadline(&c) == START + LINGER_IDLE, "idle bound");
	CHECK(!conn_linger(&c, START + LINGER_IDLE - 1), "not yet");
	say(chatter, sizeof(chatter));
	for (at = START + LINGER_IDLE - 1; at < START + LINGER_TIME;
	     at += 1000) {
		say(chatter, sizeof(chatter));
		CHECK(!conn_linger(&c, at), "at %ld", (long)at);
	}
	CHECK(conn_linger(&c, START + LINGER_TIME), "30 s are over");
	part(&c);
	c = meet();
	conn_linger(&c, START);
	CHECK(conn_linger(&c, START + LINGER_IDLE), "silent for 5 s");
	part(&c);
}

static void
a_parting_ends_with_the_peer(void)
{
	struct conn c = meet();

	say("unwanted", 8);
	CHECK(!conn_linger(&c, START), "linger_since");
	shutdown(peer, SHUT_WR);
	CHECK(!conn_linger(&c, START), "unwanted");
	CHECK(conn_linger(&c, START), "it has left");
	CHECK(!c.shut, "closing is enough");
	part(&c);
}

static void
a_reply_is_delivered_before_the_parting(void)
{
	struct msg m = { .type = MSG_ERR };
	char text[16];
	struct conn c = meet();

	conn_put(&c, &m);
	CHECK(!conn_linger(&c, START) && c.linger_since == 0,
	    "not before the reply is out");
	CHECK(conn_deadline(&c) == START + STALL_TIME, "its bound");
	CHECK(conn_linger(&c, START + STALL_TIME), "nobody reads it");
	CHECK(conn_flush(&c, START + 1) && c.out.len == 0, "flush");
	CHECK(!conn_linger(&c, START + 1) && c.linger_since == START + 1,
	    "linger_since");
	conn_linger(&c, START + 1 + LINGER_FIRST);
	CHECK(read(peer, text, sizeof(text)) == 4 &&
		memcmp(text, "ERR\n", 4) == 0 &&
		read(peer, text, sizeof(text)) == 0,
	    "the reply, then the end");
	part(&c);
}

int
main(void)
{
	static const int none[1];

	CHECK(signals_open(none, 0) == 0, "SIGPIPE is ignored");
	a_message_may_come_in_any_two_parts();
	only_bytes_that_move_count_as_a_move();
	what_the_end_cuts_short_is_malformed();
	more_than_the_buffer_holds_waits();
	a_slow_reader_gets_everything_in_order();
	what_cannot_be_said_or_has_no_room_is_not_put();
	a_lost_peer_is_told();
	what_is_accepted_is_sent_once_in_order();
	data_begins_in_the_buffer();
	a_cut_is_told_from_an_end();
	it_declares_what_it_waits_for();
	a_parting_is_bounded();
	a_parting_ends_with_the_peer();
	a_reply_is_delivered_before_the_parting();
	return test_done("conn");
}
