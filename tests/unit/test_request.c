#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/request.h"
#include "policy.h"
#include "test.h"

#define START 1000000

static struct dgram server, client;
static const struct addr any;
static const char vlc[] = "VLC 12345 4321 R a.txt\n";

static struct msg
request(void)
{
	size_t used;
	struct msg m;

	wire_parse(vlc, strlen(vlc), &used, &m);
	return m;
}

/* A server on the loopback, and a dgram of ours that is dialled to it. */
static void
meet(void)
{
	struct addr addr;

	CHECK(dgram_open(&server, 0) == 0, "server");
	addr = addr_parse("127.0.0.1", dgram_port(&server));
	CHECK(dgram_dial(&client, &addr, &any) == 0, "client");
}

static void
part(void)
{
	dgram_close(&server);
	dgram_close(&client);
}

/* How many copies of the request have come; all must be the same bytes. */
static int
arrived(void)
{
	char text[256];
	ssize_t n;
	int copies = 0;

	while ((n = recv(server.fd, text, sizeof(text), 0)) >= 0) {
		CHECK(n == (ssize_t)strlen(vlc) &&
			memcmp(text, vlc, (size_t)n) == 0,
		    "%.*s", (int)n, text);
		copies++;
	}
	return copies;
}

static void
a_request_is_sent_again_until_its_time_is_over(void)
{
	static const struct {
		ms_t at;
		int copies; /* that come at this time */
		enum request_state state;
	} rows[] = {
		{ 0, 0, REQUEST_WAITING },
		{ 499, 0, REQUEST_WAITING },
		{ 500, 1, REQUEST_WAITING },
		{ 500, 0, REQUEST_WAITING },
		{ 1499, 0, REQUEST_WAITING },
		{ 1500, 1, REQUEST_WAITING },
		{ 3499, 0, REQUEST_WAITING },
		{ 3500, 1, REQUEST_WAITING },
		{ 5499, 0, REQUEST_WAITING },
		{ 5500, 1, REQUEST_WAITING },
		{ 7999, 0, REQUEST_WAITING },
		{ 8000, 0, REQUEST_FAILED },
		{ 8001, 0, REQUEST_NONE },
	};
	struct msg m = request();
	struct request c;

	meet();
	CHECK(
	    request_start(&c, &client, &m, START) == REQUEST_WAITING, "start");
	CHECK(arrived() == 1, "the first copy");
	for (size_t i = 0; i < LEN(rows); i++) {
		CHECK(request_step(&c, &client, START + rows[i].at) ==
			rows[i].state,
		    "at %ld", (long)rows[i].at);
		CHECK(arrived() == rows[i].copies, "at %ld", (long)rows[i].at);
	}
	part();
}

static void
its_deadline_is_watched_while_it_lasts(void)
{
	struct msg m = request();
	struct ready r = { .nfds = 0 };
	struct request none = { .len = 0 }, c;

	meet();
	ready_begin(&r);
	request_watch(&none, &r);
	CHECK(r.deadline == NEVER, "no call");
	CHECK(request_step(&none, &client, START) == REQUEST_NONE, "no call");
	request_start(&c, &client, &m, START);
	request_watch(&c, &r);
	CHECK(r.deadline == START + 500, "%ld", (long)r.deadline);
	request_end(&c);
	request_end(&c);
	ready_begin(&r);
	request_watch(&c, &r);
	CHECK(r.deadline == NEVER, "ended");
	CHECK(request_step(&c, &client, START + 500) == REQUEST_NONE, "ended");
	CHECK(arrived() == 1, "nothing is sent after its end");
	part();
}

static void
what_cannot_be_said_is_not_sent(void)
{
	struct msg m = { .type = MSG_VLC };
	struct request c;

	meet();
	CHECK(
	    request_start(&c, &client, &m, START) == REQUEST_FAILED, "no UID");
	CHECK(
	    request_step(&c, &client, START + 500) == REQUEST_NONE, "no call");
	CHECK(arrived() == 0, "sent");
	part();
}

static void
a_closed_port_is_told_at_once(void)
{
	struct ready r = { .nfds = 0 };
	struct msg m = request();
	struct request c;

	meet();
	dgram_close(&server);
	CHECK(
	    request_start(&c, &client, &m, START) == REQUEST_WAITING, "start");
	ready_begin(&r);
	dgram_watch(&client, &r);
	ready_by(&r, now_ms() + 5000);
	ready_wait(&r);
	CHECK(dgram_readable(&client, &r), "the refusal has come");
	CHECK(request_receive(&client, &m) == DGRAM_REFUSED, "nobody listens");
	CHECK(request_receive(&client, &m) == DGRAM_NONE, "told once");
	dgram_close(&client);
}

/* A refusal of the first copy must not swallow the second one. */
static void
a_resend_leaves_though_the_last_one_was_refused(void)
{
	struct ready r = { .nfds = 0 };
	struct msg m = request();
	struct request c;
	uint16_t port;

	meet();
	port = dgram_port(&server);
	dgram_close(&server);
	request_start(&c, &client, &m, START);
	ready_begin(&r);
	dgram_watch(&client, &r);
	ready_by(&r, now_ms() + 5000);
	ready_wait(&r);
	CHECK(dgram_open(&server, port) == 0, "the port is open again");
	CHECK(request_step(&c, &client, START + 500) == REQUEST_WAITING,
	    "resend");
	CHECK(arrived() == 1, "it has left");
	part();
}

static void
say(const char *text, size_t n)
{
	struct addr addr = addr_parse("127.0.0.1", dgram_port(&client));

	CHECK(dgram_send(&server, &addr, NULL, text, n), "send");
}

static void
what_is_no_message_is_passed_over(void)
{
	static char big[2000];
	struct msg m;

	meet();
	CHECK(request_receive(&client, &m) == DGRAM_NONE, "nothing has come");
	say("", 0);
	say("hello\n", 6);
	say("RVC 12345\n", 10);
	memset(big, 'R', sizeof(big));
	say(big, sizeof(big));
	say("RVC 12345 OK", 12);
	say("RVC 54321 NOK\n\0junk", 19);
	CHECK(request_receive(&client, &m) == 1 && m.type == MSG_RVC &&
		strcmp(m.uid, "12345") == 0 && m.status == ST_OK,
	    "the first message");
	CHECK(request_receive(&client, &m) == 1 &&
		strcmp(m.uid, "54321") == 0 && m.status == ST_NOK,
	    "the second");
	CHECK(request_receive(&client, &m) == DGRAM_NONE, "no more");
	part();
}

static void
strangers_are_not_heard(void)
{
	struct addr addr;
	struct msg m;
	struct dgram stranger;

	meet();
	addr = addr_parse("127.0.0.1", dgram_port(&client));
	CHECK(dgram_dial(&stranger, &addr, &any) == 0, "dial");
	dgram_send(&stranger, NULL, NULL, "RVC 12345 OK\n", 13);
	say("RVC 54321 NOK\n", 14);
	CHECK(request_receive(&client, &m) == 1 && strcmp(m.uid, "54321") == 0,
	    "%s", m.uid);
	CHECK(request_receive(&client, &m) == DGRAM_NONE, "the stranger");
	dgram_close(&stranger);
	part();
}

int
main(void)
{
	a_request_is_sent_again_until_its_time_is_over();
	its_deadline_is_watched_while_it_lasts();
	what_cannot_be_said_is_not_sent();
	a_closed_port_is_told_at_once();
	a_resend_leaves_though_the_last_one_was_refused();
	what_is_no_message_is_passed_over();
	strangers_are_not_heard();
	return test_done("call");
}
