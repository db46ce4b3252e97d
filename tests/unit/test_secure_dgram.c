/* Datagrams that are sealed: dgram over associations, both ends in one process.
 */
#include <errno.h>
#include <unistd.h>

#include "net/request.h"
#include "net/socket.h"
#include "secured.h"
#include "test.h"

#define ROUNDS 4000

static struct dgram server_end;
static struct addr at; /* where it is */
static struct tls_ticket ticket;
static struct secure_target target = { .host = "server.test" };
static const struct addr any_self;

static void
wait_for(const struct dgram *a, const struct dgram *b, int ms)
{
	struct ready r = { .woke = 0 };

	ready_begin(&r);
	dgram_watch(a, &r);
	dgram_watch(b, &r);
	ready_by(&r, now_ms() + ms);
	ready_wait(&r);
}

/* The server says back what it hears, in capitals. */
static void
echo(void)
{
	char text[200];
	struct addr from, self;
	ssize_t n;

	while ((n = dgram_receive(
		    &server_end, text, sizeof(text), &from, &self)) >= 0) {
		for (ssize_t i = 0; i < n; i++)
			if (text[i] >= 'a' && text[i] <= 'z')
				text[i] = (char)(text[i] - 32);
		dgram_answer(&server_end, dgram_session(&server_end), &from,
		    &self, text, (size_t)n);
	}
}

static int
dial(struct dgram *d)
{
	return dgram_dial_secure(d, &at, &any_self, &ask.secure, &target);
}

/* A datagram and its answer: how often it had to be sent, 0: no answer. */
static int
talk(struct dgram *d, const char *text, char *heard)
{
	struct addr from, self;

	for (int sent = 1; sent < 6; sent++) {
		ms_t begun = now_ms();

		dgram_send(d, NULL, NULL, text, strlen(text));
		while (now_ms() - begun < 400) {
			ssize_t n;

			wait_for(d, &server_end, 20);
			echo();
			n = dgram_receive(d, heard, 199, &from, &self);
			if (n >= 0) {
				heard[n] = '\0';
				return sent;
			}
			if (n == DGRAM_REFUSED)
				return 0;
		}
		dgram_redial(d);
	}
	return 0;
}

static void
open_server(void)
{
	dgram_close(&server_end);
	CHECK(dgram_open(&server_end, at.port) == 0, "open");
	at = (struct addr){ .ip = 0x7f000001, .port = dgram_port(&server_end) };
	dgram_secure(&server_end, &serve.secure);
}

static void
begin(void)
{
	dgram_close(&server_end);
	parties_set();
	open_server();
}

static size_t
in_use(const struct party *p)
{
	size_t n = 0;

	for (int i = 0; i < ASSOCIATIONS; i++)
		n += p->association[i].end.phase != SECURE_NONE;
	return n;
}

/* The first waits for the handshake and goes then: nothing is asked twice. */
static void
a_question_waits_for_the_handshake(void)
{
	char heard[200];
	struct dgram d;

	begin();
	memset(&ticket, 0, sizeof(ticket));
	target.ticket = &ticket;
	for (int i = 0; i < 3; i++) {
		CHECK(dial(&d) == 0, "dial");
		CHECK(talk(&d, "hello", heard) == 1 && !strcmp(heard, "HELLO"),
		    "%d: %s", i, heard);
		CHECK(talk(&d, "again", heard) == 1 && !strcmp(heard, "AGAIN"),
		    "%d", i);
		CHECK(dgram_peer(&d)->fault == CERT_GOOD, "who it is to be");
		CHECK(!strcmp(serve.saw, "client.test"), "%s", serve.saw);
		dgram_close(&d);
		CHECK(in_use(&ask) == 0, "given back");
		echo();
		CHECK(in_use(&serve) == 0, "forgotten at goodbye");
	}
	CHECK(serve.secure.count.full == 1 && serve.secure.count.resumed == 2,
	    "%lu", serve.secure.count.full);
	CHECK(
	    serve.secure.count.cookies == 3, "%lu", serve.secure.count.cookies);
	target.ticket = NULL;
}

static void
who_is_not_believed_hears_nothing(void)
{
	char heard[200];
	struct dgram d;

	begin();
	ask.verdict = TLS_UNKNOWN_CA;
	CHECK(dial(&d) == 0 && talk(&d, "hello", heard) == 0, "refused");
	CHECK(dgram_why(&d) != NULL, "why");
	dgram_close(&d);
	begin();
	serve.verdict = TLS_ACCESS_DENIED;
	CHECK(dial(&d) == 0 && talk(&d, "hello", heard) == 0, "refused");
	CHECK(dgram_why(&d) != NULL && strstr(dgram_why(&d), "49") != NULL,
	    "%s", dgram_why(&d));
	CHECK(in_use(&serve) == 0, "nobody stays");
	dgram_close(&d);
}

static void
a_person_is_asked(void)
{
	struct addr from, self;
	char heard[200];
	struct dgram d;

	begin();
	ask.verdict = SECURE_ASK;
	CHECK(dial(&d) == 0, "dial");
	dgram_send(&d, NULL, NULL, "hello", 5);
	for (int i = 0; i < ROUNDS && !dgram_asks(&d); i++) {
		wait_for(&d, &server_end, 20);
		echo();
		CHECK(dgram_receive(&d, heard, 199, &from, &self) == DGRAM_NONE,
		    "nothing yet");
	}
	CHECK(dgram_asks(&d) && !strcmp(dgram_peer(&d)->name, "server.test"),
	    "who is it?");
	dgram_believe(&d, true);
	CHECK(talk(&d, "there", heard) == 1 && !strcmp(heard, "HELLO"),
	    "the first one comes first: %s", heard);
	dgram_close(&d);
}

static void
plain_is_as_ever_or_refused(void)
{
	struct addr from, self;
	char heard[200] = "";
	struct dgram d;
	ssize_t n;

	begin();
	CHECK(dgram_dial(&d, &at, &any_self) == 0, "dial");
	CHECK(talk(&d, "hello", heard) == 1 && !strcmp(heard, "HELLO"), "%s",
	    heard);
	CHECK(
	    dgram_session(&server_end) == 0 && dgram_peer(&server_end) == NULL,
	    "plain");
	serve.secure.refuses_plain = true;
	dgram_send(&d, NULL, NULL, "hello", 5);
	wait_for(&server_end, &server_end, 1000);
	CHECK(
	    dgram_receive(&server_end, heard, 199, &from, &self) == DGRAM_NONE,
	    "nothing comes in");
	wait_for(&d, &d, 1000);
	n = dgram_receive(&d, heard, 199, &from, &self);
	CHECK(n == 4 && memcmp(heard, "ERR\n", 4) == 0, "%zd", n);
	dgram_close(&d);
}

/* One that speaks plain text only: the sentence comes within 2 s. */
static void
a_plain_server_is_told(void)
{
	struct addr from, self;
	ms_t begun = now_ms();
	char text[2000];
	struct dgram d;
	ssize_t n = DGRAM_NONE;

	begin();
	server_end.secure = NULL;
	CHECK(dial(&d) == 0, "dial");
	while (n == DGRAM_NONE && now_ms() - begun < 5000) {
		wait_for(&d, &server_end, 50);
		if (dgram_receive(
			&server_end, text, sizeof(text), &from, &self) >= 0)
			dgram_send(&server_end, &from, NULL, "ERR\n", 4);
		n = dgram_receive(&d, text, sizeof(text), &from, &self);
	}
	CHECK(n == DGRAM_REFUSED && now_ms() - begun < 2500, "%zd", n);
	CHECK(dgram_why(&d) != NULL && strstr(dgram_why(&d), "securely"), "%s",
	    dgram_why(&d));
	dgram_close(&d);
}

static void
nobody_listens(void)
{
	char heard[200];
	struct dgram d;

	begin();
	dgram_close(&server_end);
	CHECK(dial(&d) == 0, "dial");
	CHECK(talk(&d, "hello", heard) == 0 && dgram_why(&d) == NULL,
	    "refused: %s", dgram_why(&d));
	open_server();
	CHECK(talk(&d, "hello", heard) == 1, "now somebody does");
	dgram_close(&d);
}

/* The server forgets all, as one that was started anew has. */
static void
a_server_that_has_forgotten_is_met_again(void)
{
	char heard[200];
	struct dgram d;

	begin();
	CHECK(dial(&d) == 0 && talk(&d, "hello", heard) == 1, "hello");
	open_server();
	CHECK(talk(&d, "again", heard) > 1 && !strcmp(heard, "AGAIN"),
	    "after some silence");
	CHECK(talk(&d, "third", heard) == 1, "and then as ever");
	dgram_close(&d);
}

/* The client forgets all, and comes from the same port. */
static void
a_client_that_has_forgotten_is_met_again(void)
{
	struct addr self;
	char heard[200];
	struct dgram d;

	begin();
	CHECK(dial(&d) == 0 && talk(&d, "hello", heard) == 1, "hello");
	self = dgram_self(&d);
	d.secure = NULL; /* so that it says no goodbye */
	dgram_close(&d);
	CHECK(in_use(&serve) == 1, "one is there");
	CHECK(dgram_dial_secure(&d, &at, &self, &ask.secure, &target) == 0 &&
		talk(&d, "again", heard) == 1 && !strcmp(heard, "AGAIN"),
	    "%s", heard);
	CHECK(in_use(&serve) == 1, "the older one has gone");
	dgram_close(&d);
}

/* By its connection id it is found at another address, and answered there. */
static void
an_association_moves(void)
{
	char heard[200];
	struct addr before;
	struct dgram d, other;
	int fd;

	begin();
	CHECK(dial(&d) == 0 && talk(&d, "hello", heard) == 1, "hello");
	before = dgram_self(&d);
	CHECK(dgram_dial(&other, &at, &any_self) == 0, "another port");
	fd = d.fd;
	d.fd = other.fd;
	other.fd = fd;
	CHECK(dgram_self(&d).port != before.port, "moved");
	CHECK(talk(&d, "there", heard) == 1 && !strcmp(heard, "THERE"), "%s",
	    heard);
	CHECK(in_use(&serve) == 1 && serve.secure.count.full == 1, "the same");
	dgram_close(&other);
	dgram_close(&d);
}

/* What a relay could do: repeat what it has seen. */
static void
what_is_repeated_comes_once(void)
{
	uint8_t sealed[200];
	struct addr from, self;
	char heard[200];
	struct dgram d, relay;
	ssize_t n;
	int fd, got = 0;

	begin();
	CHECK(dial(&d) == 0 && talk(&d, "hello", heard) == 1, "hello");
	memset(&relay, 0, sizeof(relay));
	CHECK(dgram_open(&relay, 0) == 0, "relay");
	fd = socket_make(SOCK_DGRAM);
	CHECK(socket_connect(
		  fd, &(struct addr){ 0x7f000001, dgram_port(&relay) }) == 0,
	    "its wire");
	n = d.fd;
	d.fd = fd;
	dgram_send(&d, NULL, NULL, "secret", 6);
	d.fd = (int)n;
	close(fd);
	wait_for(&relay, &relay, 1000);
	n = dgram_receive(&relay, sealed, sizeof(sealed), &from, &self);
	CHECK(n > 20, "%zd", n);
	for (ssize_t i = 0; i + 6 <= n; i++)
		CHECK(memcmp(sealed + i, "secret", 6) != 0, "it is sealed");
	for (int i = 0; i < 10000; i++) {
		dgram_send(&relay, &at, NULL, sealed, (size_t)n);
		if (dgram_receive(&server_end, heard, 199, &from, &self) >= 0)
			got++;
	}
	wait_for(&server_end, &server_end, 100);
	while (dgram_receive(&server_end, heard, 199, &from, &self) >= 0)
		got++;
	CHECK(got == 1, "%d", got);
	for (ssize_t i = 0; i < n; i++) { /* each byte changed */
		sealed[i] ^= 1;
		dgram_send(&relay, &at, NULL, sealed, (size_t)n);
		sealed[i] ^= 1;
	}
	wait_for(&server_end, &server_end, 100);
	while (dgram_receive(&server_end, heard, 199, &from, &self) >= 0)
		got++;
	CHECK(got == 1, "%d", got);
	dgram_close(&relay);
	dgram_close(&d);
}

/* More peers than associations: who was heard longest ago goes. */
static void
the_least_recently_used_goes(void)
{
	enum { FEW = 8 };
	static struct dgram d[FEW + 1];
	char heard[200];

	begin();
	serve.secure.associations = FEW;
	for (int i = 0; i < FEW; i++) {
		CHECK(dial(&d[i]) == 0 && talk(&d[i], "hello", heard) == 1,
		    "%d", i);
		wait_for(&d[i], &d[i], 3);
	}
	CHECK(talk(&d[0], "still", heard) == 1, "the first speaks again");
	CHECK(dial(&d[FEW]) == 0 && talk(&d[FEW], "hello", heard) == 1,
	    "one more");
	CHECK(in_use(&serve) == FEW && serve.secure.count.forgotten == 1, "%zu",
	    in_use(&serve));
	for (int i = 0; i <= FEW; i++)
		if (i != 1)
			CHECK(talk(&d[i], "there", heard) == 1, "%d", i);
	CHECK(talk(&d[1], "there", heard) > 1, "this one begins anew");
	for (int i = 0; i <= FEW; i++)
		dgram_close(&d[i]);
}

/* Hellos from nowhere: no memory, no signature, no long answer. */
static void
a_flood_of_hellos_leaves_nothing(void)
{
	uint8_t hello[2000], answer[2000];
	struct addr from, self;
	struct dgram d, flood, wire;
	size_t out = 0, in = 0;
	ssize_t n;

	begin();
	memset(&wire, 0, sizeof(wire));
	CHECK(dgram_open(&wire, 0) == 0, "wire");
	CHECK(dgram_dial_secure(&d,
		  &(struct addr){ 0x7f000001, dgram_port(&wire) }, &any_self,
		  &ask.secure, &target) == 0,
	    "dial");
	wait_for(&wire, &wire, 1000);
	n = dgram_receive(&wire, hello, sizeof(hello), &from, &self);
	CHECK(n > 50, "%zd", n);
	memset(&flood, 0, sizeof(flood));
	CHECK(dgram_open(&flood, 0) == 0, "flood");
	for (int i = 0; i < 5000; i++) {
		ssize_t got;

		world_random(hello + 27, 32);
		dgram_send(&flood, &at, NULL, hello, (size_t)n);
		out += (size_t)n;
		echo();
		got =
		    dgram_receive(&flood, answer, sizeof(answer), &from, &self);
		CHECK(got < n, "%zd answers %zd", got, n);
		in += got > 0 ? (size_t)got : 0;
	}
	CHECK(in_use(&serve) == 0 && serve.secure.count.full == 0, "no state");
	CHECK(serve.secure.lent == 0, "no memory");
	CHECK(in > 0 && in < out, "%zu for %zu", in, out);
	dgram_close(&flood);
	dgram_close(&wire);
	dgram_close(&d);
}

/* What waits at one end of a wire goes on at the other, but for one of eight.
 */
static void
pass_on(struct dgram *in, struct dgram *out, const struct addr *to,
    struct addr *sender)
{
	uint8_t packet[2100];
	struct addr from, self;
	ssize_t n;

	while ((n = dgram_receive(in, packet, sizeof(packet), &from, &self)) >=
	    0) {
		*sender = from;
		if (world_draw(8) > 0)
			dgram_send(out, to, NULL, packet, (size_t)n);
	}
}

static bool
is_answered_through(struct dgram *wire, struct dgram *back, struct dgram *d)
{
	struct addr from, self, asker = { .ip = 0 };
	ms_t begun = now_ms(), sent = 0;
	char heard[200] = "";

	while (now_ms() - begun < 9000) {
		struct ready r = { .woke = 0 };

		if (now_ms() - sent > 500) {
			dgram_send(d, NULL, NULL, "hello", 5);
			sent = now_ms();
		}
		ready_begin(&r);
		dgram_watch(d, &r);
		dgram_watch(wire, &r);
		dgram_watch(back, &r);
		dgram_watch(&server_end, &r);
		ready_by(&r, now_ms() + 50);
		ready_wait(&r);
		pass_on(wire, back, NULL, &asker);
		echo();
		pass_on(back, wire, &asker, &from);
		if (dgram_receive(d, heard, 199, &from, &self) == 5)
			return memcmp(heard, "HELLO", 5) == 0;
	}
	return false;
}

/* Handshakes through a wire that loses one of eight: each comes about. */
static void
a_lossy_wire_delays(void)
{
	struct dgram d, wire, back;

	begin();
	world_seed(5);
	for (int run = 0; run < 2; run++) {
		memset(&wire, 0, sizeof(wire));
		CHECK(dgram_open(&wire, 0) == 0, "wire");
		CHECK(dgram_dial(&back, &at, &any_self) == 0, "its other end");
		CHECK(dgram_dial_secure(&d,
			  &(struct addr){ 0x7f000001, dgram_port(&wire) },
			  &any_self, &ask.secure, &target) == 0,
		    "dial");
		CHECK(is_answered_through(&wire, &back, &d), "run %d", run);
		dgram_close(&d);
		dgram_close(&wire);
		dgram_close(&back);
	}
}

int
main(void)
{
	world_make();
	a_question_waits_for_the_handshake();
	who_is_not_believed_hears_nothing();
	a_person_is_asked();
	plain_is_as_ever_or_refused();
	a_plain_server_is_told();
	nobody_listens();
	a_server_that_has_forgotten_is_met_again();
	a_client_that_has_forgotten_is_met_again();
	an_association_moves();
	what_is_repeated_comes_once();
	the_least_recently_used_goes();
	a_flood_of_hellos_leaves_nothing();
	a_lossy_wire_delays();
	dgram_close(&server_end);
	return test_done("secure_dgram");
}
