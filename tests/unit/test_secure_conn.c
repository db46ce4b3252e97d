/* Connections that are sealed: conn over TLS, both ends in one process. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/listener.h"
#include "net/signals.h"
#include "net/socket.h"
#include "secured.h"
#include "test.h"

#define ROUNDS 20000 /* of a loop that has to end */

static struct listener port;
static struct conn near_end, far_end; /* the client's, the server's */
static struct tls_ticket ticket;
static struct secure_target target = { .host = "server.test" };
static ms_t skew; /* how far the tests' time is ahead */

static void
dial(void)
{
	struct addr at = { .ip = 0x7f000001, .port = listener_port(&port) };

	memset(&far_end, 0, sizeof(far_end));
	conn_dial_secure(&near_end, &at, &ask.secure, &target, now_ms() + skew);
}

/* One round of both ends: 0 or what conn_connect() says. */
static int
turn(int near_wants, int far_wants)
{
	struct ready r = { .woke = now_ms() + skew };
	int connected = CONN_LATER;

	ready_begin(&r);
	if (far_end.state == CONN_NONE)
		listener_watch(&port, &r);
	conn_watch(&near_end, &r, near_wants);
	conn_watch(&far_end, &r, far_wants);
	ready_by(&r, now_ms() + 20);
	ready_wait(&r);
	r.woke += skew;
	if (far_end.state == CONN_NONE && listener_readable(&port, &r))
		listener_accept(&port, &far_end, r.woke);
	if (near_end.state == CONN_CONNECTING || near_end.state == CONN_JUDGING)
		connected = conn_connect(&near_end, &r);
	if (conn_readable(&far_end, &r) && (far_wants & CONN_IN) &&
	    !conn_fill(&far_end, r.woke))
		return CONN_LOST;
	if (conn_writable(&far_end, &r))
		conn_flush(&far_end, r.woke);
	if (conn_readable(&near_end, &r) && (near_wants & CONN_IN) &&
	    !conn_fill(&near_end, r.woke))
		return CONN_LOST;
	if (conn_writable(&near_end, &r))
		conn_flush(&near_end, r.woke);
	return connected;
}

static int
meet(void)
{
	int result = CONN_LATER;

	dial();
	for (int i = 0; i < ROUNDS && result == CONN_LATER; i++)
		result = turn(CONN_IN, CONN_IN);
	return result;
}

static void
part(void)
{
	conn_close(&near_end);
	conn_close(&far_end);
	for (int i = 0; i < SLOTS; i++)
		CHECK(ask.slot[i].end.phase == SECURE_NONE &&
			serve.slot[i].end.phase == SECURE_NONE,
		    "slot %d is free again", i);
}

static bool
arrives(struct conn *c, struct msg *m, enum wire_result want)
{
	enum wire_result took = WIRE_MORE;

	for (int i = 0; i < ROUNDS && took == WIRE_MORE; i++) {
		turn(CONN_IN, CONN_IN);
		took = conn_take(c, m);
	}
	return took == want;
}

static const struct msg lst = {
	.type = MSG_LST, .uid = "12345", .tid = "1234"
};
static const struct msg rls = { .type = MSG_RLS, .status = ST_INV };

static void
messages_go_both_ways(const char *how)
{
	struct msg m;

	CHECK(conn_put(&near_end, &lst), "%s", how);
	CHECK(arrives(&far_end, &m, WIRE_OK) && m.type == MSG_LST, "%s", how);
	CHECK(conn_put(&far_end, &rls), "%s", how);
	CHECK(arrives(&near_end, &m, WIRE_OK) && m.type == MSG_RLS, "%s", how);
}

static void
a_handshake_is_full_then_resumed(void)
{
	parties_set();
	memset(&ticket, 0, sizeof(ticket));
	target.ticket = &ticket;
	for (int i = 0; i < 3; i++) {
		CHECK(meet() == 1, "%d: %s", i, conn_why(&near_end));
		messages_go_both_ways("both");
		CHECK(conn_peer(&near_end) != NULL &&
			conn_peer(&near_end)->fault == CERT_GOOD,
		    "the server is who it is to be");
		CHECK(strcmp(conn_peer(&far_end)->name, "client.test") == 0,
		    "and the client");
		CHECK(conn_peer(&far_end)->resumed == (i > 0), "%d", i);
		part();
	}
	CHECK(ask.judged == 3 && serve.judged == 3, "%d", ask.judged);
	CHECK(serve.secure.count.full == 1 && serve.secure.count.resumed == 2,
	    "%lu", serve.secure.count.full);
	target.ticket = NULL;
}

static void
nothing_is_said_to_who_is_not_believed(void)
{
	struct msg m;

	parties_set();
	ask.verdict = TLS_UNKNOWN_CA;
	CHECK(meet() == CONN_LOST && conn_why(&near_end) != NULL, "lost");
	CHECK(conn_peer(&near_end) == NULL, "nobody");
	part();
	parties_set();
	serve.verdict = TLS_ACCESS_DENIED;
	meet();
	for (int i = 0; i < 50; i++)
		turn(CONN_IN, CONN_IN);
	CHECK(near_end.error != 0 && conn_why(&near_end) != NULL &&
		strstr(conn_why(&near_end), "49") != NULL,
	    "%s", conn_why(&near_end));
	CHECK(conn_take(&far_end, &m) == WIRE_MORE, "nothing came in");
	part();
}

static void
a_person_is_asked(void)
{
	for (int yes = 0; yes < 2; yes++) {
		int result = CONN_LATER;

		parties_set();
		ask.verdict = SECURE_ASK;
		dial();
		for (int i = 0; i < ROUNDS && near_end.state != CONN_JUDGING;
		     i++)
			turn(CONN_IN, CONN_IN);
		CHECK(near_end.state == CONN_JUDGING &&
			strcmp(conn_peer(&near_end)->name, "server.test") == 0,
		    "who is it?");
		CHECK(turn(CONN_IN, CONN_IN) == CONN_LATER, "it waits");
		conn_believe(&near_end, yes);
		for (int i = 0; i < ROUNDS && result == CONN_LATER; i++)
			result = turn(CONN_IN, CONN_IN);
		CHECK(result == (yes ? 1 : CONN_LOST), "%d", result);
		if (yes)
			messages_go_both_ways("believed");
		part();
	}
}

static void
a_pinned_certificate_is_this_one(void)
{
	parties_set();
	target.pinned = true;
	cert_fingerprint(target.pin, &server_id.cert);
	CHECK(meet() == 1 && ask.judged == 0, "the judge is not asked");
	part();
	target.pin[5] ^= 1;
	CHECK(meet() == CONN_LOST, "another one");
	part();
	target.pinned = false;
}

/* The end under the keys is an end; a FIN is not. */
static void
a_cut_is_told_from_an_end(void)
{
	struct msg m;

	parties_set();
	CHECK(meet() == 1, "meet");
	conn_close(&near_end);
	for (int i = 0; i < 100 && !far_end.ended; i++)
		CHECK(turn(0, CONN_IN) != CONN_LOST, "not lost");
	CHECK(far_end.ended && far_end.error == 0, "ended");
	CHECK(conn_take(&far_end, &m) == WIRE_MORE, "nothing more");
	part();
	CHECK(meet() == 1, "meet");
	shutdown(near_end.fd, SHUT_WR);
	for (int i = 0; i < 100 && far_end.error == 0; i++)
		turn(0, CONN_IN);
	CHECK(!far_end.ended && far_end.error == ECONNRESET, "cut: %d",
	    far_end.error);
	part();
}

static void
who_has_said_goodbye_can_be_answered(void)
{
	struct ready r = { .woke = now_ms() };
	struct msg m;

	parties_set();
	CHECK(meet() == 1, "meet");
	conn_put(&near_end, &lst);
	conn_flush(&near_end, r.woke);
	sealed_goodbye(&near_end, r.woke);
	CHECK(arrives(&far_end, &m, WIRE_OK), "the request");
	for (int i = 0; i < 100 && !far_end.ended; i++)
		turn(0, CONN_IN);
	CHECK(far_end.ended && conn_put(&far_end, &rls) &&
		conn_flush(&far_end, r.woke),
	    "answered");
	CHECK(arrives(&near_end, &m, WIRE_OK) && m.type == MSG_RLS, "heard");
	part();
}

/* Bytes of one side's choice, in pieces of all sizes, and back: the same. */
static void
much_data_arrives_as_it_left(void)
{
	enum { MUCH = 3000000, PIECE = 262144 };
	static char data[PIECE], back[PIECE];
	size_t out = 0, in = 0;
	bool same = true;

	parties_set();
	CHECK(meet() == 1, "meet");
	conn_put(&far_end, &rls);
	for (int i = 0; i < ROUNDS && in < MUCH; i++) {
		struct ready r = { .woke = now_ms() };
		size_t n = i % 3 == 0 ? 1 : i % 3 == 1 ? 5000 : PIECE;
		ssize_t moved;

		ready_begin(&r);
		conn_watch(&far_end, &r, out < MUCH ? CONN_OUT : 0);
		conn_watch(&near_end, &r, CONN_IN);
		CHECK(ready_wait(&r) == 0, "wait");
		if (n > MUCH - out)
			n = MUCH - out;
		for (size_t k = 0; k < n; k++)
			data[k] = (char)((out + k) * 7 >> 3);
		if (conn_writable(&far_end, &r) && n > 0) {
			moved = conn_write(&far_end, data, n, r.woke);
			CHECK(moved != CONN_LOST, "lost");
			out += moved > 0 ? (size_t)moved : 0;
		} else if (conn_writable(&far_end, &r))
			conn_flush(&far_end, r.woke);
		if (!conn_readable(&near_end, &r))
			continue;
		if (in == 0) {
			struct msg m;

			conn_fill(&near_end, r.woke);
			conn_take(&near_end, &m);
		}
		moved = conn_read(
		    &near_end, back, i % 2 == 0 ? sizeof(back) : 777, r.woke);
		CHECK(moved != CONN_LOST && moved != CONN_ENDED, "read");
		for (ssize_t k = 0; k < moved; k++)
			same = same &&
			    back[k] == (char)((in + (size_t)k) * 7 >> 3);
		in += moved > 0 ? (size_t)moved : 0;
	}
	CHECK(in == MUCH && same, "%zu of %d", in, MUCH);
	CHECK(conn_unsent(&far_end) == 0, "all has left");
	part();
}

/* select() is silent while decrypted bytes wait: the round is immediate. */
static void
what_is_decrypted_is_not_waited_for(void)
{
	static char many[4000];
	struct ready r = { .woke = 0 };
	ms_t before;
	char one[10];

	parties_set();
	CHECK(meet() == 1, "meet");
	memset(many, 'x', sizeof(many));
	CHECK(conn_write(&far_end, many, sizeof(many), now_ms()) ==
		(ssize_t)sizeof(many),
	    "one record");
	for (int i = 0; i < 400; i++) {
		before = now_ms();
		ready_begin(&r);
		ready_by(&r, before + 5000);
		conn_watch(&near_end, &r, CONN_IN);
		ready_wait(&r);
		CHECK(r.woke - before < 4000 && conn_readable(&near_end, &r),
		    "%d: after %ld ms", i, (long)(r.woke - before));
		CHECK(conn_read(&near_end, one, sizeof(one), r.woke) == 10,
		    "%d", i);
	}
	CHECK(conn_read(&near_end, one, 1, r.woke) == CONN_LATER, "no more");
	ready_begin(&r);
	ready_by(&r, r.woke + 30);
	before = now_ms();
	conn_watch(&near_end, &r, CONN_IN);
	ready_wait(&r);
	CHECK(r.woke - before >= 25 && !conn_readable(&near_end, &r), "quiet");
	part();
}

/* The server's side alone, with a peer that says bytes. */
static int
raw(void)
{
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in in = addr_to_system(
	    &(struct addr){ .ip = 0x7f000001, .port = listener_port(&port) });

	CHECK(connect(fd, (struct sockaddr *)&in, sizeof(in)) == 0, "connect");
	memset(&far_end, 0, sizeof(far_end));
	memset(&near_end, 0, sizeof(near_end));
	near_end.fd = -1;
	for (int i = 0; i < 100 && far_end.state == CONN_NONE; i++)
		turn(0, CONN_IN);
	return fd;
}

static void
the_first_byte_tells(void)
{
	static const char request[] = "LST 12345 1234\n";
	struct msg m;
	int fd;

	parties_set();
	fd = raw();
	CHECK(send(fd, request, 1, 0) == 1, "a byte");
	turn(0, CONN_IN);
	CHECK(far_end.slot == NULL, "it is plain");
	CHECK(send(fd, request + 1, sizeof(request) - 2, 0) > 0, "the rest");
	CHECK(arrives(&far_end, &m, WIRE_OK) && m.type == MSG_LST, "served");
	close(fd);
	part();
	serve.secure.refuses_plain = true;
	fd = raw();
	CHECK(send(fd, request, sizeof(request) - 1, 0) > 0, "plain");
	CHECK(arrives(&far_end, &m, WIRE_BAD) && m.type == MSG_UNKNOWN &&
		m.uid[0] == '\0',
	    "unread");
	CHECK(conn_put(&far_end, &(struct msg){ .type = MSG_ERR }) &&
		conn_flush(&far_end, now_ms()),
	    "ERR");
	{
		char heard[8] = "";

		CHECK(recv(fd, heard, 7, 0) == 4 && strcmp(heard, "ERR\n") == 0,
		    "ERR in plain: %s", heard);
	}
	CHECK(serve.secure.count.plain_refused == 1, "counted");
	close(fd);
	part();
}

static void
what_is_no_handshake_ends(void)
{
	static const char *const said[] = { "\x16\x03\x01\x00\x05hello",
		"\x17\x03\x03\x00\x01x", "\x16\x03\x03\xff\xff\x01",
		"\x14\x03\x03\x00\x01\x01", "\x15\x03\x03\x00\x02\x02\x28" };
	static const size_t len[] = { 10, 6, 6, 6, 7 };

	parties_set();
	for (size_t i = 0; i < LEN(said); i++) {
		int fd = raw(), lost = 0;

		CHECK(send(fd, said[i], len[i], 0) == (ssize_t)len[i], "say");
		if (i == 2)
			for (int k = 0; k < 70; k++)
				send(fd, "\xff\xff\xff\xff\xff\xff\xff\xff", 8,
				    MSG_NOSIGNAL);
		for (int k = 0; k < 100 && lost == 0; k++)
			lost = turn(0, CONN_IN) == CONN_LOST;
		CHECK(lost, "%zu", i);
		CHECK(conn_why(&far_end) != NULL, "%zu", i);
		close(fd);
		part();
	}
}

static void
half_a_handshake_has_its_time(void)
{
	int fd, lost = 0;

	parties_set();
	fd = raw();
	CHECK(send(fd, "\x16\x03\x01", 3, 0) == 3, "say");
	for (int i = 0; i < 10; i++)
		CHECK(turn(0, CONN_IN) != CONN_LOST, "not yet");
	CHECK(conn_deadline(&far_end) <= now_ms() + HANDSHAKE_TIME, "due");
	skew = HANDSHAKE_TIME + 1;
	lost = turn(0, CONN_IN) == CONN_LOST;
	skew = 0;
	CHECK(lost && far_end.error == ETIMEDOUT, "%d", far_end.error);
	close(fd);
	part();
}

/* Five handshakes, four memories: the fifth waits, then the oldest goes. */
static void
memories_are_shared(void)
{
	struct conn c[HANDSHAKES + 1];
	int fd[HANDSHAKES + 1];
	struct ready r = { .woke = 0 };

	parties_set();
	for (int i = 0; i <= HANDSHAKES; i++) {
		fd[i] = raw();
		CHECK(send(fd[i], "\x16\x03\x01", 3, 0) == 3, "say");
		turn(0, CONN_IN);
		c[i] = far_end;
	}
	r.woke = now_ms();
	CHECK(c[HANDSHAKES].slot->end.phase == SECURE_WAITING, "it waits");
	CHECK(c[0].slot->end.phase == SECURE_HANDSHAKING, "the first is at it");
	conn_fill(&c[HANDSHAKES], r.woke + HANDSHAKE_SHARE + 1);
	CHECK(c[HANDSHAKES].slot->end.phase == SECURE_HANDSHAKING, "its turn");
	CHECK(conn_readable(&c[0], &r) && !conn_fill(&c[0], r.woke),
	    "the first gives way");
	for (int i = 0; i <= HANDSHAKES; i++) {
		conn_close(&c[i]);
		close(fd[i]);
	}
}

/* A peer that is plain: what stands in the place of a ServerHello. */
static void
a_plain_server_is_told(void)
{
	static const char *const said[] = { "ERR\n", "" };

	for (size_t i = 0; i < LEN(said); i++) {
		int result = CONN_LATER;

		parties_set();
		port.secure = NULL;
		dial();
		for (int k = 0; k < 200 && result == CONN_LATER; k++) {
			result = turn(CONN_IN, 0);
			if (far_end.state == CONN_OPEN && k > 3) {
				send(far_end.fd, said[i], strlen(said[i]), 0);
				shutdown(far_end.fd, SHUT_WR);
			}
		}
		CHECK(result == CONN_LOST && conn_why(&near_end) != NULL &&
			strstr(conn_why(&near_end), "securely") != NULL,
		    "%s: %s", said[i], conn_why(&near_end));
		port.secure = &serve.secure;
		part();
	}
}

/* Whatever is changed on the way is not handed on. */
static void
what_was_changed_is_not_handed_on(void)
{
	struct msg m;
	int pair[2];
	char bytes[200];
	ssize_t n;

	parties_set();
	CHECK(meet() == 1, "meet");
	CHECK(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0, "pair");
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	fcntl(pair[1], F_SETFL, O_NONBLOCK);
	close(near_end.fd);
	near_end.fd = pair[0]; /* what it says from now on we can see */
	conn_put(&near_end, &lst);
	CHECK(conn_flush(&near_end, now_ms()), "say");
	n = read(pair[1], bytes, sizeof(bytes));
	CHECK(n > 15, "%zd", n);
	for (ssize_t i = 0; i < n; i++)
		CHECK(
		    memcmp(bytes + i, "12345", 5) != 0 || i > n - 5, "sealed");
	close(far_end.fd);
	far_end.fd = pair[1];
	bytes[n - 3] ^= 1;
	CHECK(write(pair[0], bytes, (size_t)n) == n, "changed");
	CHECK(!conn_fill(&far_end, now_ms()) &&
		conn_take(&far_end, &m) == WIRE_MORE,
	    "nothing of it");
	CHECK(strstr(conn_why(&far_end), "changed") != NULL, "%s",
	    conn_why(&far_end));
	part();
}

int
main(void)
{
	signal(SIGPIPE, SIG_IGN);
	world_make();
	CHECK(listener_open(&port, 0) == 0, "listen");
	port.secure = &serve.secure;
	a_handshake_is_full_then_resumed();
	nothing_is_said_to_who_is_not_believed();
	a_person_is_asked();
	a_pinned_certificate_is_this_one();
	a_cut_is_told_from_an_end();
	who_has_said_goodbye_can_be_answered();
	much_data_arrives_as_it_left();
	what_is_decrypted_is_not_waited_for();
	the_first_byte_tells();
	what_is_no_handshake_ends();
	half_a_handshake_has_its_time();
	memories_are_shared();
	a_plain_server_is_told();
	what_was_changed_is_not_handed_on();
	listener_close(&port);
	return test_done("secure_conn");
}
