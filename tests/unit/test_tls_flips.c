/*
 * Each byte of a whole connection is changed, one at a time, and each stream is
 * cut at each byte: nothing but what was sent may ever come out, and no cut may
 * look like an end.
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/tls_world.h"
#include "test.h"

enum { SAY = 40 };

static uint8_t words[SAY];
static struct side *sides[2] = { &client, &server };
static size_t sent[2]; /* bytes that have gone this way */

/* What is done to the wire: which way, where, how; cut: nothing comes after. */
static int way;
static size_t place;
static uint8_t mask;
static bool cut;

static size_t
change(int from, uint8_t *data, size_t n)
{
	size_t at = sent[from];

	sent[from] += n;
	if (way != from || place >= at + n)
		return n;
	if (cut)
		return place > at ? place - at : 0;
	if (place >= at)
		data[place - at] ^= mask;
	return n;
}

static bool
move(int from)
{
	static uint8_t data[sizeof(client.in)];
	size_t n = side_says(sides[from], data, sizeof(data));
	bool moved = n > 0;

	n = moved ? change(from, data, n) : 0;
	if (n > 0)
		side_hears(sides[1 - from], data, n);
	return moved;
}

static bool
wait_for_due(void)
{
	int64_t a = tls_due(&client.t), b = tls_due(&server.t);

	if (a == 0 && b == 0)
		return false;
	now = a == 0 || (b > 0 && b < a) ? b : a;
	side_events(&client, 0);
	side_events(&server, 0);
	return true;
}

static void
speak(struct side *s, bool *said)
{
	if (s->ready && !*said)
		*said = tls_write(&s->t, words, SAY) == SAY;
	else if (*said && s->got >= SAY)
		tls_close(&s->t, TLS_CLOSE_NOTIFY);
}

static struct tls_ticket fresh;

static void
run(void)
{
	bool said[2] = { false, false }, moved;

	client.ticket = fresh;
	world_seed(99);
	now = 1;
	sent[0] = sent[1] = 0;
	side_start(&client);
	side_start(&server);
	for (int i = 0; i < 1000; i++) {
		moved = move(0);
		moved |= move(1);
		speak(&client, &said[0]);
		speak(&server, &said[1]);
		if (!moved && !wait_for_due())
			break;
	}
}

static int failed, stalled, unharmed, wrong, early_ends;

static bool
true_so_far(const struct side *s)
{
	return s->got <= SAY && memcmp(s->heard, words, s->got) == 0;
}

static void
count(void)
{
	if (!true_so_far(&client) || !true_so_far(&server))
		wrong++;
	else if (client.failed || server.failed)
		failed++;
	else if (client.got == SAY && server.got == SAY && client.ended &&
	    server.ended)
		unharmed++;
	else
		stalled++;
	early_ends += cut && sides[1 - way]->ended;
}

static void
each_byte(const size_t len[2], size_t step)
{
	static const uint8_t masks[] = { 0x01, 0x80, 0xff };

	failed = stalled = unharmed = wrong = early_ends = 0;
	for (way = 0; way < 2; way++)
		for (place = 0; place < len[way]; place += step) {
			mask = masks[place % sizeof(masks)];
			run();
			count();
		}
}

static void
all(const char *what, size_t step)
{
	size_t len[2];

	way = -1;
	run();
	CHECK(true_so_far(&client) && true_so_far(&server) &&
		client.got == SAY && server.got == SAY && client.ended &&
		server.ended,
	    "%s: %s", what, sides_text());
	memcpy(len, sent, sizeof(len));
	each_byte(len, step);
	CHECK(wrong == 0, "%s: %d wrong", what, wrong);
	/* The minor version of a first record says nothing (RFC 5246, E.1). */
	CHECK(client.config.datagram || unharmed <= 2, "%s: %d unharmed", what,
	    unharmed);
	printf("  %-22s %d failed, %d stalled, %d unharmed", what, failed,
	    stalled, unharmed);
	if (client.config.datagram) {
		printf("\n");
		return;
	}
	cut = true;
	each_byte(len, step);
	cut = false;
	CHECK(wrong == 0 && early_ends == 0 && unharmed == 0,
	    "%s: cuts: %d wrong, %d early ends", what, wrong, early_ends);
	printf("; cuts: %d failed, %d stalled\n", failed, stalled);
}

static void
both_framings(bool datagram, size_t step)
{
	memset(&fresh, 0, sizeof(fresh));
	sides_set(datagram);
	side_certify(&client, &client_id);
	server.trust.judge = TLS_TRUST_ROOTS;
	all(datagram ? "datagrams, both" : "stream, both", step);
	sides_set(datagram);
	sides_share_key();
	all(datagram ? "datagrams, psk" : "stream, psk", step);
	sides_set(datagram);
	client.target.ticket = &client.ticket;
	way = -1;
	run();
	fresh = client.ticket;
	all(datagram ? "datagrams, resumed" : "stream, resumed", step);
}

int
main(int argc, char *argv[])
{
	size_t step = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;

	world_make();
	world_random(words, sizeof(words));
	both_framings(false, step);
	both_framings(true, step);
	return test_done("tls_flips");
}
