/*
 * Associations as a server keeps them: cookies before any of its memory,
 * connection ids and a peer that moves, and one that begins anew from an
 * address that has an association already.
 */
#include <string.h>

#include "../lib/tls_world.h"
#include "test.h"

static uint8_t data[2048], hello[2048];
static size_t n, hello_len;

static struct tls_answer answer;

static enum tls_greet
greet(const char *address, const uint8_t *from, size_t len)
{
	struct tls_datagram d = { address, strlen(address), from, len };
	enum tls_greet g = tls_greet(&server.self, &d, &answer);

	CHECK((answer.len > 0) == (g == TLS_GREET_ANSWER) && answer.len <= len,
	    "%zu bytes for %zu", answer.len, len);
	return g;
}

/* The hello that has the cookie for address "here" stands in hello. */
static void
get_cookie(void)
{

	side_start(&client);
	n = side_says(&client, data, sizeof(data));
	CHECK(greet("here", data, n) == TLS_GREET_ANSWER, "first");
	side_hears(&client, answer.data, answer.len);
	hello_len = side_says(&client, hello, sizeof(hello));
	CHECK(hello_len == n + SHA256_LEN, "%zu, %zu", hello_len, n);
}

static void
cookies(void)
{
	struct tls_server_keys kept = server_keys;

	sides_set(true);
	get_cookie();
	CHECK(greet("here", hello, hello_len) == TLS_GREET_START, "good");
	CHECK(greet("there", hello, hello_len) == TLS_GREET_ANSWER,
	    "from another address");
	for (size_t i = 0; i < hello_len; i++) {
		enum tls_greet g;

		hello[i] ^= 1;
		g = greet("here", hello, hello_len);
		/* The head's version and number, and the extensions, are not
		 * in it: of these only the first flight tells. */
		CHECK(g != TLS_GREET_START || (i >= 1 && i < 11) ||
			(i >= 17 && i < 19) || i > 100,
		    "byte %zu", i);
		hello[i] ^= 1;
		CHECK(
		    greet("here", hello, i) == TLS_GREET_DROP, "cut at %zu", i);
	}
	tls_renew_keys(&server_keys, world_random);
	CHECK(greet("here", hello, hello_len) == TLS_GREET_START,
	    "the previous key");
	tls_renew_keys(&server_keys, world_random);
	CHECK(greet("here", hello, hello_len) == TLS_GREET_ANSWER,
	    "the key before that");
	side_hears(&client, answer.data, answer.len);
	hello_len = side_says(&client, hello, sizeof(hello));
	CHECK(greet("here", hello, hello_len) == TLS_GREET_START,
	    "a client that takes another cookie");
	server_keys = kept;
}

/* All that both say, until they say nothing; each datagram through f first. */
static void
exchange(void (*look)(const struct side *from))
{
	bool moved = true;

	while (moved) {
		moved = false;
		while ((n = side_says(&client, data, sizeof(data))) > 0) {
			if (look != NULL)
				look(&client);
			side_hears(&server, data, n);
			moved = true;
		}
		while ((n = side_says(&server, data, sizeof(data))) > 0) {
			if (look != NULL)
				look(&server);
			side_hears(&client, data, n);
			moved = true;
		}
	}
}

static void
meet(void)
{
	side_start(&client);
	side_start(&server);
	exchange(NULL);
	CHECK(client.ready && server.ready, "%s", sides_text());
}

static void
give_cids(uint8_t server_len, uint8_t client_len)
{
	sides_set(true);
	server.config.cid = &server.cid;
	client.config.cid = &client.cid;
	server.cid.len = server_len;
	client.cid.len = client_len;
	world_random(server.cid.id, sizeof(server.cid.id));
	world_random(client.cid.id, sizeof(client.cid.id));
}

/* The sealed records have the id that their receiver has asked for. */
static void
look_at_cid(const struct side *from)
{
	const struct side *to = from == &client ? &server : &client;
	bool sealed = data[3] + data[4] > 0;
	const uint8_t *cid = tls_find_cid(data, n, to->cid.len);

	if (!sealed)
		return;
	CHECK((data[0] == 25) == (to->cid.len > 0), "type %u", data[0]);
	CHECK((cid != NULL) == (to->cid.len > 0), "an id");
	CHECK(cid == NULL || memcmp(cid, to->cid.id, to->cid.len) == 0, "his");
}

static void
cids_of(uint8_t server_len, uint8_t client_len)
{
	give_cids(server_len, client_len);
	meet();
	for (int i = 0; i < 3; i++) {
		CHECK(tls_write(&client.t, "to the server", 13) == 13, "up");
		CHECK(tls_write(&server.t, "to the client", 13) == 13, "down");
		exchange(look_at_cid);
	}
	CHECK(client.got == 39 && server.got == 39, "%zu, %zu", client.got,
	    server.got);
	tls_close(&client.t, TLS_CLOSE_NOTIFY);
	exchange(look_at_cid);
	CHECK(server.ended, "%s", sides_text());
}

static void
cids(void)
{
	cids_of(8, 0);
	cids_of(0, 8);
	cids_of(4, TLS_CID_MAX);
	cids_of(0, 0);
	give_cids(8, 0);
	client.config.cid = NULL;
	meet();
	CHECK(tls_write(&client.t, "x", 1) == 1, "a client that knows none");
	n = side_says(&client, data, sizeof(data));
	CHECK(data[0] == 23 && side_hears(&server, data, n) && server.got == 1,
	    "type %u", data[0]);
	give_cids(8, 0);
	server.config.cid = NULL;
	meet();
	CHECK(tls_write(&client.t, "x", 1) == 1, "a server that knows none");
	n = side_says(&client, data, sizeof(data));
	CHECK(data[0] == 23 && side_hears(&server, data, n) && server.got == 1,
	    "type %u", data[0]);
}

/*
 * A record put together from the text of RFC 9146, sections 4 and 5.3, with the
 * client's keys: the server takes it, and none that differs in anything.
 */
static size_t
make_record(uint8_t *out, uint64_t seq, const char *text, size_t zeros)
{
	size_t len = strlen(text), inner = len + 1 + zeros;
	struct writer w = writer_of(out, 200);
	uint8_t ad[64], nonce[AEAD_NONCE];
	struct writer a = writer_of(ad, sizeof(ad));

	put_int(&w, 25, 1);
	put_int(&w, 0xfefd, 2);
	put_int(&w, 1, 2);
	put_int(&w, 0, 2);
	put_int(&w, (uint32_t)seq, 4);
	put_bytes(&w, server.cid.id, server.cid.len);
	put_int(&w, (uint32_t)(inner + AEAD_TAG), 2);
	put_bytes(&w, text, len);
	put_int(&w, 23, 1);
	for (size_t i = 0; i < zeros; i++)
		put_int(&w, 0, 1);

	for (int i = 0; i < 8; i++)
		put_int(&a, 0xff, 1); /* seq_num_placeholder */
	put_int(&a, 25, 1);
	put_int(&a, server.cid.len, 1);
	put_int(&a, 25, 1);
	put_int(&a, 0xfefd, 2);
	put_int(&a, 1, 2);
	put_int(&a, 0, 2);
	put_int(&a, (uint32_t)seq, 4);
	put_bytes(&a, server.cid.id, server.cid.len);
	put_int(&a, (uint32_t)inner, 2);

	memcpy(nonce, client.t.tx.iv, sizeof(nonce));
	nonce[5] ^= 1;
	for (int i = 0; i < 4; i++)
		nonce[8 + i] ^= (uint8_t)(seq >> (24 - 8 * i));
	aead_seal(
	    out + w.len - inner, inner, client.t.tx.key, nonce, ad, a.len);
	return w.len + AEAD_TAG;
}

static void
records_of_the_rfc(void)
{
	uint8_t copy[200];

	give_cids(6, 0);
	meet();
	n = make_record(data, 1000, "text", 0);
	memcpy(copy, data, n);
	for (size_t i = 0; i < n; i++) {
		memcpy(data, copy, n);
		data[i] ^= 0x40;
		side_hears(&server, data, n);
		CHECK(!server.t.heard && server.got == 0, "byte %zu", i);
	}
	side_hears(&server, copy, n);
	CHECK(server.got == 4 && memcmp(server.heard, "text", 4) == 0 &&
		server.t.heard && server.t.newest,
	    "%zu", server.got);
	n = make_record(data, 1001, "padded", 30);
	side_hears(&server, data, n);
	CHECK(server.got == 10 && memcmp(server.heard + 4, "padded", 6) == 0,
	    "%zu", server.got);
	n = make_record(data, 999, "old", 0);
	side_hears(&server, data, n);
	CHECK(server.got == 13 && server.t.heard && !server.t.newest,
	    "older, and no reason to move");
	n = make_record(data, 2000, "bare", 0);
	data[0] = 23; /* the same seal under a head of the other kind */
	memmove(data + 11, data + 11 + 6, n - 11 - 6);
	side_hears(&server, data, n - 6);
	CHECK(server.got == 13 && !server.t.heard, "without its id");
}

/*
 * A device whose address changes: found by its id, moved by what is authentic
 * and newest, and by nothing else.
 */
static void
a_peer_moves(void)
{
	const uint8_t *cid;
	const char *address = "home", *from = "elsewhere";
	uint8_t old[200];
	size_t old_len;

	give_cids(8, 0);
	meet();
	tls_write(&client.t, "1", 1);
	old_len = side_says(&client, old, sizeof(old));
	tls_write(&client.t, "2", 1);
	n = side_says(&client, data, sizeof(data));
	cid = tls_find_cid(data, n, 8);
	CHECK(cid != NULL && memcmp(cid, server.cid.id, 8) == 0, "found");
	data[n - 1] ^= 1;
	side_hears(&server, data, n);
	CHECK(!server.t.newest, "forged");
	data[n - 1] ^= 1;
	side_hears(&server, data, n);
	if (server.t.newest)
		address = from;
	CHECK(address == from && server.got == 1, "moved");
	side_hears(&server, old, old_len);
	CHECK(server.got == 2 && !server.t.newest, "late, from the old place");
	side_hears(&server, data, n);
	CHECK(server.got == 2 && !server.t.newest && !server.t.heard,
	    "replayed from a third place");
}

/*
 * The server's side of one address: an association that lives, and another that
 * may take its place.
 */
static struct tls candidate;
static struct tls_handshake candidate_handshake;
static bool replaced;

static void
start_candidate(void)
{
	struct tls_memory m = { server.in, server.out, server.in_size,
		server.out_size, &candidate_handshake };

	tls_start(&candidate, &server.config, &m, now);
}

static bool
candidate_hears(size_t len)
{
	enum tls_event event;
	size_t room;

	if (tls_room(&candidate, &room) == NULL || len > room)
		return false;
	while ((event = tls_input(&candidate, len, now)) == TLS_READY ||
	    event == TLS_DATA) {
		uint8_t c;

		len = 0;
		if (event == TLS_READY)
			replaced = true;
		else
			tls_read(&candidate, &c, 1);
	}
	return true;
}

/* As a program would: the one that lives hears first, in the same buffer. */
static void
address_hears(const uint8_t *from, size_t len, struct side *peer)
{
	const uint8_t *out;
	struct tls_datagram d = { "here", 4, from, len };

	side_hears(&server, from, len);
	if (server.t.heard)
		return;
	if (candidate.hs == NULL) {
		enum tls_greet g = tls_greet(&server.self, &d, &answer);

		if (g == TLS_GREET_ANSWER)
			side_hears(peer, answer.data, answer.len);
		if (g != TLS_GREET_START)
			return;
		start_candidate();
	}
	memcpy(server.in, from, len);
	candidate_hears(len);
	while ((out = tls_output(&candidate, &len)) != NULL) {
		memcpy(data, out, len);
		tls_sent(&candidate, len);
		side_hears(peer, data, len);
	}
}

static void
says_to_address(struct side *peer)
{
	uint8_t said[2048];
	size_t len;

	while ((len = side_says(peer, said, sizeof(said))) > 0)
		address_hears(said, len, peer);
}

/* A new hello from an address that has an association: forged, then true. */
static void
begins_anew(void)
{
	static struct side again;

	sides_set(true);
	memset(&candidate, 0, sizeof(candidate));
	replaced = false;
	meet();
	again = client;
	again.config.self = &again.self;
	again.config.trust = &again.trust;
	again.config.target = &again.target;
	side_start(&again);
	n = side_says(&again, data, sizeof(data)); /* and nothing more of it */
	address_hears(data, n, &client);
	CHECK(tls_write(&client.t, "still here", 10) == 10, "written");
	says_to_address(&client);
	CHECK(server.got == 10 && !replaced && !client.failed,
	    "a forged hello changes nothing: %zu, %s", server.got,
	    sides_text());
	side_start(&again);
	n = side_says(&again, data, sizeof(data));
	address_hears(data, n, &again);
	CHECK(tls_write(&client.t, "and here", 8) == 8, "written");
	says_to_address(&client);
	CHECK(server.got == 18 && !replaced, "halfway: %zu", server.got);
	for (int i = 0; i < 4; i++)
		says_to_address(&again);
	CHECK(again.ready && replaced, "proven: %d %d", again.t.state,
	    candidate.state);
	CHECK(tls_write(&client.t, "until now", 9) == 9, "written");
	says_to_address(&client);
	CHECK(server.got == 27, "the old one was heard to the end");
}

/* What was secret is gone when we stop, and nothing goes on. */
static void
stops(void)
{
	uint8_t key[AEAD_KEY];
	const uint8_t *at = (const uint8_t *)&client.t;
	size_t room;

	sides_set(true);
	meet();
	memcpy(key, client.t.tx.key, sizeof(key));
	tls_stop(&client.t);
	for (size_t i = 0; i + sizeof(key) <= sizeof(client.t); i++)
		CHECK(memcmp(at + i, key, sizeof(key)) != 0, "at %zu", i);
	CHECK(tls_write(&client.t, "x", 1) == 0 &&
		tls_output(&client.t, &room) == NULL &&
		tls_room(&client.t, &room) == NULL &&
		tls_input(&client.t, 0, now) == TLS_FAILED &&
		tls_due(&client.t) == 0,
	    "over");
	side_start(&client);
	side_start(&server);
	tls_stop(&client.t);
	for (size_t i = 0; i < sizeof(client.handshake); i++)
		CHECK(
		    ((const uint8_t *)&client.handshake)[i] == 0, "at %zu", i);
	tls_close(&client.t, TLS_CLOSE_NOTIFY);
	CHECK(tls_output(&client.t, &room) == NULL, "nothing is said");
}

int
main(void)
{
	world_make();
	now = 1;
	cookies();
	cids();
	records_of_the_rfc();
	a_peer_moves();
	begins_anew();
	stops();
	return test_done("tls_assoc");
}
