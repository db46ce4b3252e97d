/*
 * What the peer sends, to both roles over both framings.  The first byte says
 * which machine, then come a stream's bytes, or datagrams, each after its
 * length in two.
 *
 * The machine's randomness is the same each time, so that a connection that was
 * recorded is understood to its end, and what is made of it gets as far as its
 * first change allows: cc -DRECORD makes a program that writes the corpus.  It
 * holds for as long as our own side says the same; fuzz_tls_open.c looks behind
 * the cryptography.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../lib/tls_world.h"

enum {
	SERVER = 1,
	DATAGRAM = 2,
	PSK = 4,
	BOTH = 8,    /* certificates of both */
	RESUME = 16, /* by a ticket, or where SMALL by the client's state */
	SMALL = 32,  /* buffers; over datagrams connection ids */
	MODES = 64
};

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const uint8_t device_key[TLS_DEVICE_KEY] = "sixteen bytes...";
static struct tls_ticket ticket; /* of a session to resume */
static struct tls_cached cached[WORLD_CACHE];

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
configure(unsigned mode)
{
	static bool made;

	if (!made) {
		world_seed(1);
		world_make();
	}
	made = true;
	sides_set(mode & DATAGRAM);
	now = 1;
	if (mode & PSK)
		sides_share_key();
	if (mode & BOTH) {
		side_certify(&client, &client_id);
		server.trust.judge = TLS_TRUST_ROOTS;
	}
	if (mode & SMALL && mode & DATAGRAM) {
		client.config.cid = server.config.cid = &server.cid;
		server.cid.len = 4;
	} else if (mode & SMALL) {
		client.in_size = server.in_size = TLS_OVER + 600;
	}
	if (mode & RESUME && mode & SMALL) {
		client.self.device_key = device_key;
		server.self.cache = server.cache;
		server.self.cache_count = WORLD_CACHE;
		memcpy(server.cache, cached, sizeof(cached));
	} else if (mode & RESUME) {
		client.target.ticket = &client.ticket;
		client.ticket = ticket;
	}
}

/* What there is to resume, from a handshake of our own. */
static void
prepare(unsigned mode)
{
	memset(&ticket, 0, sizeof(ticket));
	memset(cached, 0, sizeof(cached));
	configure(mode);
	if (!(mode & RESUME))
		return;
	world_seed(5);
	sides_meet();
	ticket = client.ticket;
	memcpy(cached, server.cache, sizeof(cached));
	configure(mode);
}

static void
is_sound(const struct side *s)
{
	const struct tls *t = &s->t;
	const struct tls_handshake *hs = t->hs;

	must(t->in_at <= t->in_len && t->in_len <= t->in_size);
	must(t->out_at <= t->out_len && t->out_len <= t->out_size);
	must(t->flight_at <= t->flight_to && t->flight_from <= t->flight_to);
	must(hs == NULL || hs->script_len + hs->script_have <= TLS_SCRIPT);
	must(
	    hs == NULL ? t->flight_to <= TLS_LAST : hs->early_len <= TLS_EARLY);
	must(memchr(t->peer.name, 0, sizeof(t->peer.name)) != NULL);
	must(!s->ready || t->peer.certified || t->peer.shared ||
	    s->config.target == NULL);
}

/* Nothing of the caller's comes out before the peer has proven itself. */
static void
hear(struct side *s, size_t n)
{
	static uint8_t out[sizeof(client.in)];
	size_t got = s->got, k;
	bool ready = s->ready;

	side_events(s, n);
	must(s->got == got || s->ready);
	if (s->ready && !ready)
		tls_write(&s->t, "hello", 5);
	is_sound(s);
	while ((k = side_says(s, out, sizeof(out))) > 0)
		is_sound(s);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct reader r = reader_of(data, n);
	unsigned mode = read_int(&r, 1) % MODES;
	struct side *s = mode & SERVER ? &server : &client;
	struct tls_answer answer;
	size_t room;

	prepare(mode);
	world_seed(7);
	side_start(s);
	hear(s, 0);
	if (mode & DATAGRAM && n > 3) {
		struct tls_datagram d = { "address", 7, data + 3, n - 3 };

		tls_greet(&server.self, &d, &answer);
	}
	while (r.left > 0) {
		size_t take = mode & DATAGRAM ? read_int(&r, 2) : r.left;
		void *in = tls_room(&s->t, &room);

		if (in == NULL || r.bad || r.left == 0)
			break;
		if (take > r.left)
			take = r.left;
		if (take > room)
			take = room;
		memcpy(in, read_bytes(&r, take), take);
		hear(s, take);
		now += 400;
	}
	tls_close(&s->t, TLS_CLOSE_NOTIFY);
	hear(s, 0);
	tls_stop(&s->t);
	return 0;
}

#ifdef RECORD
static uint8_t record[1 << 16];
static size_t recorded;

static void
random_peer(void *out, size_t n)
{
	static uint8_t x;

	memset(out, ++x, n);
}

/* All that one side has to say, and whether it was anything. */
static bool
carry(struct side *from, struct side *to, bool keep)
{
	static uint8_t data[sizeof(client.in)];
	bool any = false;
	size_t n;

	while ((n = side_says(from, data, sizeof(data))) > 0) {
		if (keep && from->config.datagram) {
			record[recorded++] = (uint8_t)(n >> 8);
			record[recorded++] = (uint8_t)n;
		}
		if (keep) {
			memcpy(record + recorded, data, n);
			recorded += n;
		}
		for (size_t at = 0, part; at < n; at += part) {
			part = from->config.datagram || n - at < 200 ? n - at :
								       200;
			side_hears(to, data + at, part);
		}
		any = true;
	}
	return any;
}

/* Our own side says here what it says when it is fuzzed. */
static void
record_mode(unsigned mode)
{
	struct side *us = mode & SERVER ? &server : &client;
	struct side *them = mode & SERVER ? &client : &server;
	bool moved = true;

	prepare(mode);
	them->self.random = random_peer;
	world_seed(7);
	record[0] = (uint8_t)mode;
	recorded = 1;
	side_start(us);
	side_start(them);
	for (int i = 0; moved; i++) {
		moved = carry(us, them, false);
		if (us->ready)
			tls_write(&us->t, "hello", i < 6 ? 5 : 0);
		if (them->ready && i < 8)
			moved |= tls_write(&them->t, "hello", 5) > 0;
		else if (them->ready)
			tls_close(&them->t, TLS_CLOSE_NOTIFY);
		moved |= carry(them, us, true);
	}
	printf("mode %02x: state %d, %zu bytes\n", mode, us->t.state, recorded);
}

int
main(int argc, char *argv[])
{
	for (unsigned mode = 0; argc > 1 && mode < MODES; mode++) {
		char path[200];
		FILE *f;

		record_mode(mode);
		snprintf(path, sizeof(path), "%s/%02x", argv[1], mode);
		f = fopen(path, "wb");
		if (f == NULL || fwrite(record, 1, recorded, f) != recorded)
			return 1;
		fclose(f);
	}
	return 0;
}
#endif
