/*
 * Buffers of any size: what a side can take is told to the other (RFC 8449, RFC
 * 6066 section 4) and kept to; handshakes do not need the room of a record.
 */
#include <string.h>

#include "../lib/tls_world.h"
#include "test.h"

/* What a session of an AS is given, and a side that moves files. */
enum { AS_IN = TLS_OVER + 2048, AS_OUT = TLS_OVER + 2048 };

_Static_assert(AS_IN + AS_OUT <= 5 * 1024, "a session of an AS");
_Static_assert(TLS_OVER + TLS_PLAIN_MAX + 4096 <= 21 * 1024, "a stream");
_Static_assert(sizeof(struct tls) < 1024, "and its machine");

/* Records as they come out of a stream: none is longer than this. */
static size_t longest, left;
static uint8_t head[5];
static size_t have;

static void
look(const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (left > 0) {
			left--;
			continue;
		}
		head[have++] = data[i];
		if (have < sizeof(head))
			continue;
		have = 0;
		left = (size_t)head[3] << 8 | head[4];
		if (left > longest)
			longest = left;
	}
}

static bool
move(struct side *from, struct side *to, bool looked)
{
	static uint8_t data[20000];
	size_t n, room;
	const void *out = tls_output(&from->t, &n);
	void *in = tls_room(&to->t, &room);

	if (out == NULL || in == NULL)
		return false;
	if (n > room)
		n = room;
	memcpy(data, out, n);
	tls_sent(&from->t, n);
	if (looked)
		look(data, n);
	memcpy(in, data, n);
	side_events(to, n);
	return true;
}

/* What the client can take is what the longest record of the server has. */
static void
server_keeps_to(size_t in_size, size_t want)
{
	static uint8_t text[40000];
	size_t sent = 0;
	bool moved;

	client.in_size = in_size;
	longest = left = have = 0;
	side_start(&client);
	side_start(&server);
	do {
		moved = move(&client, &server, false);
		moved |= move(&server, &client, true);
		if (server.ready && sent < sizeof(text))
			sent += tls_write(
			    &server.t, text + sent, sizeof(text) - sent);
	} while (moved || sent < sizeof(text));
	CHECK(client.ready && client.got == sizeof(text), "%zu: %zu, %s",
	    in_size, client.got, sides_text());
	CHECK(longest <= want + AEAD_TAG && longest + 5 <= in_size &&
		(want > 4000 || longest == want + AEAD_TAG),
	    "%zu: the longest has %zu, not %zu", in_size, longest, want);
}

static void
streams(void)
{
	static const size_t sizes[] = { TLS_DATA_MIN, 100, 512, 1000, 2048,
		3000, 4096, 9000, TLS_PLAIN_MAX };

	for (size_t i = 0; i < LEN(sizes); i++) {
		sides_set(false);
		side_certify(&client, &client_id);
		server.trust.judge = TLS_TRUST_ROOTS;
		server_keeps_to(TLS_OVER + sizes[i], sizes[i]);
		client.target.ticket = &client.ticket;
		server_keeps_to(TLS_OVER + sizes[i], sizes[i]);
		server_keeps_to(TLS_OVER + sizes[i], sizes[i]);
		CHECK(client.t.peer.resumed, "resumed with %zu", sizes[i]);
	}
}

/* Both small: a session of an AS, chains and all. */
static void
both_small(void)
{
	sides_set(false);
	side_certify(&client, &client_id);
	server.trust.judge = TLS_TRUST_ROOTS;
	client.in_size = server.in_size = AS_IN;
	client.out_size = server.out_size = AS_OUT;
	CHECK(sides_meet(), "%s", sides_text());
	CHECK(sides_talk(50000) && sides_part(), "%s", sides_text());
	client.in_size = server.in_size = TLS_OVER + TLS_DATA_MIN;
	client.out_size = server.out_size = 512;
	CHECK(sides_meet(), "%s", sides_text());
	CHECK(sides_talk(5000) && sides_part(), "%s", sides_text());
}

/*
 * A client of another make knows max_fragment_length alone: our own hello with
 * record_size_limit made unknown.
 */
static void
fragment_length(void)
{
	static uint8_t data[2000];
	size_t n, at;

	sides_set(false);
	client.in_size = TLS_OVER + 1500;
	side_start(&client);
	side_start(&server);
	n = side_says(&client, data, sizeof(data));
	for (at = 0; at + 6 <= n; at++)
		if (memcmp(data + at, "\0\034\0\002\005\334", 6) == 0)
			break;
	CHECK(at + 6 <= n, "record_size_limit of 1500 is asked for");
	CHECK(memcmp(data + at + 6, "\0\001\0\001\002", 5) == 0,
	    "and a max_fragment_length of 1024");
	data[at] = 0xfa;
	side_hears(&server, data, n);
	CHECK(server.t.limit == 1024, "%u", server.t.limit);
	n = side_says(&server, data, sizeof(data));
	side_hears(&client, data, n);
	CHECK(client.t.limit == 1024 && !client.failed, "%u", client.t.limit);
}

/* One that does not keep to it is told so, and nothing is overrun. */
static void
too_long_a_record(void)
{
	static uint8_t text[4096];

	sides_set(false);
	server.in_size = AS_IN;
	CHECK(sides_meet(), "%s", sides_text());
	CHECK(client.t.limit == 16384, "it was not told: %u", client.t.limit);
	CHECK(tls_write(&client.t, text, sizeof(text)) > 2048, "written");
	sides_run();
	CHECK(server.failed && server.t.alert == TLS_RECORD_OVERFLOW &&
		client.failed && client.t.said,
	    "%s", sides_text());
	sides_set(false);
	server.in_size = AS_IN;
	CHECK(sides_meet(), "%s", sides_text());
	CHECK(tls_write(&client.t, text, 2048) == 2048, "written");
	sides_run();
	CHECK(server.got == 2048, "the longest: %zu", server.got);
}

static void
datagrams(void)
{
	static const size_t sizes[] = { 1370, 1371, 2018 };

	for (size_t i = 0; i < LEN(sizes); i++) {
		sides_set(true);
		client.in_size = sizes[i] + TLS_DATAGRAM_OVER;
		server.out_size = 1400;
		CHECK(sides_meet(), "%zu: %s", sizes[i], sides_text());
		CHECK(server.t.limit == sizes[i], "%u", server.t.limit);
		CHECK(sides_talk(4000), "%zu: %zu, %zu", sizes[i], client.got,
		    server.got);
		CHECK(tls_datagram_max(&server.t) <= sizes[i], "%zu",
		    tls_datagram_max(&server.t));
	}
}

int
main(void)
{
	world_make();
	now = 1;
	streams();
	both_small();
	fragment_length();
	too_long_a_record();
	datagrams();
	printf("  beside it: a stream %d bytes, one of an AS %d\n",
	    TLS_OVER + TLS_PLAIN_MAX + 4096, AS_IN + AS_OUT);
	return test_done("tls_limits");
}
