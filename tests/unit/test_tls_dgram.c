/*
 * What only datagrams have: noise from anywhere, cookies, what comes too early
 * or twice, connection ids, numbers that end, an association that begins anew.
 */
#include <string.h>

#include "../lib/tls_world.h"
#include "test.h"

_Static_assert(sizeof(struct tls) <= 1024, "an association at rest");

enum { MOST = 64 };

/* Datagrams that have been said and not yet heard. */
static struct pile {
	uint8_t data[MOST][2048];
	size_t len[MOST], count;
} up, down;

static void
collect(struct side *from, struct pile *p)
{
	while (p->count < MOST &&
	    (p->len[p->count] =
		    side_says(from, p->data[p->count], sizeof(p->data[0]))) > 0)
		p->count++;
}

static void
hear_all(struct side *to, struct pile *p)
{
	for (size_t i = 0; i < p->count; i++)
		side_hears(to, p->data[i], p->len[i]);
	p->count = 0;
}

static void
exchange(void)
{
	do {
		collect(&client, &up);
		hear_all(&server, &up);
		collect(&server, &down);
		hear_all(&client, &down);
	} while (up.count + down.count > 0);
}

/* Started, with no cookie, and nothing said yet. */
static void
begin(void)
{
	up.count = down.count = 0;
	side_start(&client);
	side_start(&server);
	server.started = true;
}

static void
meet(void)
{
	begin();
	for (int i = 0; i < 6; i++)
		exchange();
	CHECK(client.ready && server.ready, "%s", sides_text());
}

/* Things that anybody can send, before there are keys. */
static size_t
make_noise(unsigned i, uint8_t *out)
{
	static const struct {
		uint8_t type, epoch, n, data[24];
	} noise[] = { { 21, 0, 2, { 2, 40 } }, /* handshake_failure */
		{ 21, 0, 2, { 2, 80 } }, { 21, 0, 2, { 1, 0 } },
		{ 21, 0, 1, { 2 } }, { 21, 0, 5, { 2, 40, 0, 0, 0 } },
		{ 22, 0, 0, { 0 } }, { 22, 0, 3, { 1, 0, 0 } },
		{ 22, 0, 12, { 14, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
		{ 22, 0, 12, { 14, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 } },
		{ 22, 0, 12, { 14, 0, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0 } },
		{ 22, 0, 13, { 2, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 9 } },
		{ 22, 0, 13, { 2, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 9 } },
		{ 22, 0, 13, { 16, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0, 1, 9 } },
		{ 22, 0, 13, { 16, 0, 0, 9, 0, 1, 0, 0, 0, 0, 0, 1, 9 } },
		{ 22, 0, 13, { 11, 0, 0, 9, 0, 1, 0, 0, 0, 0, 0, 1, 9 } },
		{ 22, 0, 12, { 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0 } },
		{ 22, 0, 12, { 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 } },
		{ 20, 0, 1, { 1 } }, { 20, 0, 2, { 7, 7 } },
		{ 23, 0, 5, { 'h', 'e', 'l', 'l', 'o' } }, { 23, 1, 20, { 9 } },
		{ 22, 1, 24, { 20 } }, { 25, 0, 4, { 1 } },
		{ 25, 1, 20, { 1 } }, { 99, 0, 2, { 1 } },
		{ 22, 7, 12, { 1 } } };
	struct writer w = writer_of(out, 64);

	i %= LEN(noise);
	put_int(&w, noise[i].type, 1);
	put_int(&w, 0xfefd, 2);
	put_int(&w, noise[i].epoch, 2);
	put_int(&w, 0, 2);
	put_int(&w, 900 + i, 4);
	put_int(&w, noise[i].n, 2);
	put_bytes(&w, noise[i].data, noise[i].n);
	return w.len;
}

/* Each kind of noise before each datagram of a handshake, both ways. */
static void
hears_noise(bool resuming)
{
	uint8_t data[64];

	for (unsigned i = 0; i < 26; i++) {
		sides_set(true);
		side_certify(&client, &client_id);
		server.trust.judge = TLS_TRUST_ROOTS;
		client.target.ticket = &client.ticket;
		if (resuming)
			meet();
		begin();
		for (int round = 0; round < 12; round++) {
			struct pile *p = round % 2 ? &down : &up;
			struct side *to = round % 2 ? &client : &server;

			collect(round % 2 ? &server : &client, p);
			side_hears(to, data, make_noise(i, data));
			hear_all(to, p);
			if (up.count + down.count == 0 && round > 8)
				now += 5000;
			side_events(&client, 0);
			side_events(&server, 0);
		}
		CHECK(client.ready && server.ready, "noise %u: %s", i,
		    sides_text());
		CHECK(client.t.peer.resumed == resuming, "noise %u", i);
		CHECK(tls_write(&client.t, "x", 1) == 1, "noise %u", i);
	}
}

/* An alert that is anybody's is told when nothing better comes. */
static void
notes_an_alert(void)
{
	uint8_t data[64];

	sides_set(true);
	begin();
	collect(&client, &up);
	side_hears(&client, data, make_noise(0, data));
	CHECK(!client.failed && client.t.said && client.t.alert == 40,
	    "noted: %s", sides_text());
	for (int i = 0; i < 20 && !client.failed; i++) {
		CHECK(tls_due(&client.t) > now, "there is a time to wait for");
		now = tls_due(&client.t);
		side_events(&client, 0);
		collect(&client, &up);
	}
	CHECK(client.failed && client.t.alert == 40 && up.count == 8,
	    "%zu sent, %s", up.count, sides_text());
	begin();
	for (int i = 0; i < 20 && !client.failed; i++) {
		now = tls_due(&client.t);
		side_events(&client, 0);
		collect(&client, &up);
	}
	CHECK(client.failed && client.t.alert == TLS_TIMED_OUT, "%s",
	    sides_text());
}

/* Data that overtakes the handshake's end is told after it. */
static void
keeps_early_data(bool resuming)
{
	struct side *first = resuming ? &client : &server;
	struct side *second = resuming ? &server : &client;
	struct pile *p = resuming ? &up : &down;

	sides_set(true);
	client.target.ticket = &client.ticket;
	meet();
	if (!resuming)
		memset(&client.ticket, 0, sizeof(client.ticket));
	begin();
	while (!first->ready) {
		collect(&client, &up);
		if (!first->ready)
			hear_all(&server, &up);
		collect(&server, &down);
		if (!first->ready)
			hear_all(&client, &down);
	}
	collect(first, p);
	for (int i = 0; i < 3; i++) {
		CHECK(tls_write(&first->t, "early", 5) == 5, "written");
		collect(first, p);
	}
	second->got = 0;
	for (size_t i = p->count; i-- > 1;)
		side_hears(second, p->data[i], p->len[i]);
	CHECK(!second->ready && second->got == 0, "nothing before its time");
	side_hears(second, p->data[0], p->len[0]);
	CHECK(second->ready && second->got == 15 &&
		memcmp(second->heard, "earlyearlyearly", 15) == 0,
	    "%zu bytes, %s", second->got, sides_text());
	CHECK(!tls_handshaking(&second->t), "and its memory is given back");
	side_hears(second, p->data[2], p->len[2]);
	CHECK(second->got == 15, "not twice");
}

/* Each datagram once more, at once and after many others. */
static void
takes_nothing_twice(void)
{
	static struct pile all;

	sides_set(true);
	meet();
	all.count = 0;
	for (int i = 0; i < 60; i++) {
		uint8_t c = (uint8_t)i;

		tls_write(&client.t, &c, 1);
		collect(&client, &all);
	}
	for (size_t i = 0; i < all.count; i++)
		side_hears(&server, all.data[i], all.len[i]);
	CHECK(server.got == 60, "%zu", server.got);
	for (size_t i = 0; i < all.count; i++) {
		side_hears(&server, all.data[i], all.len[i]);
		CHECK(!server.t.heard && !server.t.newest, "repeated");
	}
	CHECK(server.got == 60, "%zu", server.got);
	for (int i = 0; i < 70; i++) {
		tls_write(&client.t, "y", 1);
		up.count = 0;
		collect(&client, &up);
		hear_all(&server, &up);
	}
	for (size_t i = 0; i < all.count; i++)
		side_hears(&server, all.data[i], all.len[i]);
	CHECK(server.got == 130, "%zu: below the window", server.got);
}

/* The last flight is sent again when it is asked for, not for ever. */
static void
keeps_the_last_flight(void)
{
	static struct pile flight;
	int answered = 0;

	sides_set(true);
	client.target.ticket = &client.ticket;
	begin();
	collect(&client, &up);
	hear_all(&server, &up);
	collect(&server, &down);
	hear_all(&client, &down);
	flight.count = 0;
	collect(&client, &flight);
	for (size_t i = 0; i < flight.count; i++)
		side_hears(&server, flight.data[i], flight.len[i]);
	collect(&server, &down);
	CHECK(server.ready && down.count == 1 && !tls_handshaking(&server.t),
	    "answered, and its memory given back");
	down.count = 0; /* lost */
	for (int i = 0; i < 20; i++) {
		now += 60000;
		flight.count = 0;
		client.t.due = now;
		client.t.tries = 1; /* a client that does not give up */
		side_events(&client, 0);
		collect(&client, &flight);
		for (size_t j = 0; j < flight.count; j++)
			side_hears(&server, flight.data[j], flight.len[j]);
		down.count = 0;
		collect(&server, &down);
		answered += down.count > 0;
		if (i == 3) {
			hear_all(&client, &down);
			CHECK(client.ready && client.ticket.len > 0,
			    "it is whole: %s", sides_text());
			CHECK(sides_talk(100), "and they talk");
			break;
		}
	}
	CHECK(answered == 4, "%d", answered);
}

/* A client that asks for ever is answered so many times. */
static void
answers_a_bounded_number(void)
{
	static struct pile flight;
	int answered = 0;

	sides_set(true);
	begin();
	collect(&client, &up);
	hear_all(&server, &up);
	collect(&server, &down);
	hear_all(&client, &down);
	for (int i = 0; i < 20; i++) {
		flight.count = 0;
		now += 100000;
		client.t.due = now;
		client.t.tries = 1;
		side_events(&client, 0);
		collect(&client, &flight);
		for (size_t j = 0; j < flight.count; j++)
			side_hears(&server, flight.data[j], flight.len[j]);
		down.count = 0;
		collect(&server, &down);
		answered += down.count > 0;
	}
	CHECK(server.ready && answered == 8, "%d", answered);
}

/* Record numbers end; what is left of them says so. */
static void
runs_out(void)
{
	sides_set(true);
	meet();
	server.t.rx_seq[1] = client.t.tx_seq[1] = ((uint64_t)1 << 48) - 20;
	server.t.rx_window = 0;
	for (int i = 0; i < 3; i++) {
		CHECK(tls_write(&client.t, "x", 1) == 1, "the last ones");
		exchange();
	}
	CHECK(server.got == 3, "%zu heard", server.got);
	CHECK(tls_write(&client.t, "x", 1) == 0, "no more");
	exchange();
	CHECK(client.t.alert == TLS_EXHAUSTED && !client.t.said, "%s",
	    sides_text());
	CHECK(server.failed && server.t.alert == TLS_INTERNAL_ERROR &&
		server.t.said,
	    "%s", sides_text());
	for (int i = 0; i < 40; i++) {
		tls_write(&client.t, "x", 1);
		collect(&client, &up);
	}
	CHECK(client.t.tx_seq[1] < (uint64_t)1 << 48, "never past the end");
	up.count = 0;
}

static enum tls_greet
greet(const struct pile *p)
{
	struct tls_datagram d = { "a", 1, p->data[0], p->len[0] };
	struct tls_answer answer;

	return tls_greet(&server.self, &d, &answer);
}

/* A hello under numbers near their end would leave us none. */
static void
refuses_high_numbers(void)
{
	sides_set(true);
	begin();
	collect(&client, &up);
	CHECK(greet(&up) == TLS_GREET_ANSWER, "as it is");
	up.data[0][5] = 0xff;
	CHECK(greet(&up) == TLS_GREET_DROP, "a high record number");
	side_hears(&server, up.data[0], up.len[0]);
	up.data[0][5] = 0;
	up.data[0][17] = 0xff;
	CHECK(greet(&up) == TLS_GREET_DROP, "a high message number");
	side_hears(&server, up.data[0], up.len[0]);
	CHECK(server.t.state == 0 && !server.failed, "%s", sides_text());
	up.data[0][17] = 0;
	hear_all(&server, &up);
	CHECK(server.t.state != 0, "%s", sides_text());
}

int
main(void)
{
	world_make();
	now = 1;
	hears_noise(false);
	hears_noise(true);
	notes_an_alert();
	keeps_early_data(false);
	keeps_early_data(true);
	takes_nothing_twice();
	keeps_the_last_flight();
	answers_a_bounded_number();
	runs_out();
	refuses_high_numbers();
	printf("  an association at rest: %zu bytes\n", sizeof(struct tls));
	return test_done("tls_dgram");
}
