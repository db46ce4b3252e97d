/*
 * What a peer must not say: messages before the keys changed on their way, one
 * thing at a time, and the alert that each is refused with.
 */
#include <string.h>

#include "../lib/tls_world.h"
#include "test.h"
#include "tls/machine.h"

enum { TO_SERVER, TO_CLIENT };
enum kind { PLAIN, WITH_KEY, WITH_TICKET };

/* The bytes that are looked for become the others, as many. */
static const struct edit {
	const char *what;
	int way;
	enum kind kind;
	enum tls_alert alert;
	size_t n;
	const char *from, *to;
} edits[] = {
	{ "no extended master secret", TO_SERVER, PLAIN, TLS_HANDSHAKE_FAILURE,
	    4, "\000\027\000\000", "\372\372\000\000" },
	{ "no renegotiation_info", TO_SERVER, PLAIN, TLS_HANDSHAKE_FAILURE, 5,
	    "\377\001\000\001\000", "\372\372\000\001\000" },
	{ "something to renegotiate", TO_SERVER, PLAIN, TLS_DECODE_ERROR, 5,
	    "\377\001\000\001\000", "\377\001\000\001\001" },
	{ "an extension twice", TO_SERVER, WITH_TICKET, TLS_ILLEGAL_PARAMETER,
	    4, "\000\043\000\000", "\000\027\000\000" },
	{ "no X25519", TO_SERVER, PLAIN, TLS_HANDSHAKE_FAILURE, 8,
	    "\000\012\000\004\000\002\000\035",
	    "\000\012\000\004\000\002\000\027" },
	{ "no Ed25519", TO_SERVER, PLAIN, TLS_HANDSHAKE_FAILURE, 8,
	    "\000\015\000\004\000\002\010\007",
	    "\000\015\000\004\000\002\004\003" },
	{ "no suite of ours", TO_SERVER, PLAIN, TLS_HANDSHAKE_FAILURE, 4,
	    "\000\002\314\251", "\000\002\300\053" },
	{ "compression alone", TO_SERVER, PLAIN, TLS_ILLEGAL_PARAMETER, 6,
	    "\000\002\314\251\001\000", "\000\002\314\251\001\001" },
	{ "no uncompressed points", TO_SERVER, PLAIN, TLS_ILLEGAL_PARAMETER, 6,
	    "\000\013\000\002\001\000", "\000\013\000\002\001\001" },
	{ "extensions that are too long", TO_SERVER, PLAIN, TLS_DECODE_ERROR, 4,
	    "\000\013\000\002", "\000\013\377\002" },
	{ "no extended master secret", TO_CLIENT, PLAIN, TLS_HANDSHAKE_FAILURE,
	    9, "\377\001\000\001\000\000\027\000\000",
	    "\377\001\000\001\000\000\000\000\000" },
	{ "no renegotiation_info", TO_CLIENT, PLAIN, TLS_HANDSHAKE_FAILURE, 9,
	    "\377\001\000\001\000\000\027\000\000",
	    "\000\000\000\001\000\000\027\000\000" },
	{ "a suite that was not offered", TO_CLIENT, PLAIN,
	    TLS_ILLEGAL_PARAMETER, 3, "\314\251\000", "\300\053\000" },
	{ "the other suite, that was not offered", TO_CLIENT, PLAIN,
	    TLS_ILLEGAL_PARAMETER, 3, "\314\251\000", "\314\254\000" },
	{ "compression", TO_CLIENT, PLAIN, TLS_ILLEGAL_PARAMETER, 3,
	    "\314\251\000", "\314\251\001" },
	{ "an extension that was not offered", TO_CLIENT, PLAIN,
	    TLS_UNSUPPORTED_EXTENSION, 6, "\000\013\000\002\001\000",
	    "\000\066\000\002\001\000" },
	{ "an extension that nobody knows", TO_CLIENT, PLAIN,
	    TLS_UNSUPPORTED_EXTENSION, 6, "\000\013\000\002\001\000",
	    "\372\372\000\002\001\000" },
	{ "groups, from a server", TO_CLIENT, PLAIN, TLS_UNSUPPORTED_EXTENSION,
	    6, "\000\013\000\002\001\000", "\000\012\000\002\000\000" },
	{ "a ticket that was not asked for", TO_CLIENT, PLAIN,
	    TLS_UNSUPPORTED_EXTENSION, 4, "\000\027\000\000",
	    "\000\043\000\000" },
	{ "another group", TO_CLIENT, WITH_KEY, TLS_ILLEGAL_PARAMETER, 4,
	    "\003\000\035\040", "\003\000\027\040" },
	{ "explicit parameters", TO_CLIENT, WITH_KEY, TLS_ILLEGAL_PARAMETER, 4,
	    "\003\000\035\040", "\001\000\035\040" },
};

static size_t
find(const uint8_t *data, size_t n, const void *what, size_t len)
{
	for (size_t i = 0; i + len <= n; i++)
		if (memcmp(data + i, what, len) == 0)
			return i;
	return n;
}

static void
set(bool datagram, enum kind kind)
{
	sides_set(datagram);
	if (kind == WITH_KEY)
		sides_share_key();
	if (kind == WITH_TICKET)
		client.target.ticket = &client.ticket;
	side_start(&client);
	side_start(&server);
}

static void
edit(const struct edit *e, bool datagram)
{
	static uint8_t data[4096];
	struct side *to = e->way == TO_SERVER ? &server : &client;
	size_t n, at;

	set(datagram, e->kind);
	n = side_says(&client, data, sizeof(data));
	if (e->way == TO_CLIENT) {
		side_hears(&server, data, n);
		n = side_says(&server, data, sizeof(data));
	}
	at = find(data, n, e->from, e->n);
	CHECK(at < n, "%s: it is there", e->what);
	if (at == n)
		return;
	memcpy(data + at, e->to, e->n);
	side_hears(to, data, n);
	if (datagram && e->alert == TLS_DECODE_ERROR)
		CHECK(!to->failed && tls_output(&to->t, &n) == NULL,
		    "%s: dropped, %s", e->what, sides_text());
	else
		CHECK(to->failed && to->t.alert == e->alert && !to->t.said,
		    "%s, way %d, datagram %d: %s", e->what, e->way, datagram,
		    sides_text());
}

/* Older and newer versions: newer ones of a client are answered with ours. */
static void
versions(bool datagram)
{
	static const uint16_t old[2] = { 0x0302, 0xfeff };
	static const uint16_t new[2] = { 0x0304, 0xfefc };
	static uint8_t data[4096];
	size_t at = datagram ? 25 : 9, n;

	for (int i = 0; i < 3; i++) {
		uint16_t v = i == 0 ? old[datagram] : new[datagram];
		struct side *to = i < 2 ? &server : &client;

		set(datagram, PLAIN);
		n = side_says(&client, data, sizeof(data));
		if (i == 2) {
			side_hears(&server, data, n);
			n = side_says(&server, data, sizeof(data));
		}
		data[at] = (uint8_t)(v >> 8);
		data[at + 1] = (uint8_t)v;
		side_hears(to, data, n);
		CHECK(to->failed == (i != 1), "%d: %s", i, sides_text());
		CHECK(i == 1 || to->t.alert == TLS_PROTOCOL_VERSION, "%d: %s",
		    i, sides_text());
		if (i > 0)
			continue;
		set(datagram, PLAIN);
		n = side_says(&client, data, sizeof(data));
		side_hears(&server, data, n);
		n = side_says(&server, data, sizeof(data));
		data[at] = (uint8_t)(v >> 8);
		data[at + 1] = (uint8_t)v;
		side_hears(&client, data, n);
		CHECK(client.failed && client.t.alert == TLS_PROTOCOL_VERSION,
		    "a server's: %s", sides_text());
	}
}

/* Points whose shared secret is zero (RFC 7748, 6.1), from either side. */
static void
bad_points(bool datagram)
{
	static uint8_t data[4096];
	size_t n, at;

	set(datagram, WITH_KEY);
	n = side_says(&client, data, sizeof(data));
	side_hears(&server, data, n);
	n = side_says(&server, data, sizeof(data));
	at = find(data, n, "\003\000\035\040", 4);
	CHECK(at < n, "it is there");
	memset(data + at + 4, 0, X25519_LEN);
	side_hears(&client, data, n);
	CHECK(client.failed && client.t.alert == TLS_ILLEGAL_PARAMETER,
	    "a server's: %s", sides_text());
	set(datagram, WITH_KEY);
	n = side_says(&client, data, sizeof(data));
	side_hears(&server, data, n);
	n = side_says(&server, data, sizeof(data));
	side_hears(&client, data, n);
	n = side_says(&client, data, sizeof(data));
	at = find(data, n, "device-7", 8);
	CHECK(at < n && data[at + 8] == X25519_LEN, "it is there");
	memset(data + at + 9, 0, X25519_LEN);
	side_hears(&server, data, n);
	CHECK(server.failed && server.t.alert == TLS_ILLEGAL_PARAMETER,
	    "a client's: %s", sides_text());
}

/* A session goes on with its own suite alone. */
static void
another_suite(bool datagram)
{
	static uint8_t data[4096];
	size_t n, at;

	sides_set(datagram);
	client.target.ticket = &client.ticket;
	CHECK(sides_meet(), "%s", sides_text());
	sides_share_key();
	client.trust.judge = TLS_TRUST_ROOTS;
	side_start(&client);
	side_start(&server);
	n = side_says(&client, data, sizeof(data));
	side_hears(&server, data, n);
	n = side_says(&server, data, sizeof(data));
	at = find(data, n, "\314\251\000", 3);
	CHECK(at < n && server.t.peer.resumed, "resumed");
	data[at + 1] = 0254;
	side_hears(&client, data, n);
	CHECK(client.failed && client.t.alert == TLS_ILLEGAL_PARAMETER, "%s",
	    sides_text());
}

/* Messages and records where they have no place. */
static void
out_of_place(void)
{
	static const struct {
		const char *what;
		size_t n;
		const char *data;
		enum tls_alert alert;
	} records[] = {
		{ "data before the keys", 7, "\027\003\003\000\002hi",
		    TLS_UNEXPECTED_MESSAGE },
		{ "a change before the keys", 6, "\024\003\003\000\001\001",
		    TLS_UNEXPECTED_MESSAGE },
		{ "Finished before the keys", 21,
		    "\026\003\003\000\020\024\000\000\014012345678901",
		    TLS_UNEXPECTED_MESSAGE },
		{ "an unknown type", 6, "\143\003\003\000\001\001",
		    TLS_UNEXPECTED_MESSAGE },
		{ "type 25 over a stream", 6, "\031\003\003\000\001\001",
		    TLS_UNEXPECTED_MESSAGE },
		{ "an empty message", 5, "\026\003\003\000\000",
		    TLS_UNEXPECTED_MESSAGE },
		{ "SSL 2", 5, "\200\056\001\003\003", TLS_PROTOCOL_VERSION },
		{ "HTTP", 5, "GET /", TLS_PROTOCOL_VERSION },
		{ "too long a record", 5, "\027\003\003\377\377",
		    TLS_RECORD_OVERFLOW },
		{ "an alert of three bytes", 8, "\025\003\003\000\003\002\050x",
		    TLS_DECODE_ERROR },
	};

	for (size_t i = 0; i < LEN(records); i++) {
		set(false, PLAIN);
		side_hears(&server, records[i].data, records[i].n);
		CHECK(server.failed && server.t.alert == records[i].alert,
		    "%s: %s", records[i].what, sides_text());
		set(false, PLAIN);
		side_hears(&client, records[i].data, records[i].n);
		CHECK(client.failed && client.t.alert == records[i].alert,
		    "%s: %s", records[i].what, sides_text());
	}
	set(false, PLAIN);
	side_hears(&client, "\025\003\003\000\002\001\000", 7);
	CHECK(client.failed && !client.ended && client.t.said,
	    "close_notify before the end of the handshake: %s", sides_text());
}

/* Messages of a handshake when there is one already: none begins anew. */
static void
renegotiation(bool datagram)
{
	static const uint8_t request[12] = { HELLO_REQUEST };
	static const uint8_t hello[12] = { CLIENT_HELLO };
	size_t n = datagram ? 12 : 4;

	sides_set(datagram);
	CHECK(sides_meet(), "%s", sides_text());
	record_put(&server.t, 1, HANDSHAKE, request, n);
	sides_run();
	CHECK(!client.failed && !server.failed && sides_talk(100),
	    "a request is passed over: %s", sides_text());
	record_put(&client.t, 1, HANDSHAKE, hello, n);
	sides_run();
	CHECK(datagram ? !server.failed && sides_talk(100) :
			 server.failed &&
		    server.t.alert == TLS_HANDSHAKE_FAILURE && client.failed,
	    "a hello is refused: %s", sides_text());
}

/* What stands behind Finished in its record belongs to nothing. */
static void
behind_finished(void)
{
	static const uint8_t more[4] = { HELLO_REQUEST };
	static uint8_t data[4096];
	size_t n;

	sides_set(false);
	side_start(&client);
	side_start(&server);
	n = side_says(&client, data, sizeof(data));
	side_hears(&server, data, n);
	n = side_says(&server, data, sizeof(data));
	side_hears(&client, data, n);
	memcpy(client.handshake.script + client.t.flight_to, more, 4);
	client.t.flight_to += 4;
	n = side_says(&client, data, sizeof(data));
	side_hears(&server, data, n);
	CHECK(server.failed && server.t.alert == TLS_UNEXPECTED_MESSAGE, "%s",
	    sides_text());
}

/* The caller's own judgement, told as an alert; nothing is left of secrets. */
static void
judged_by_the_caller(bool datagram)
{
	size_t n;

	sides_set(datagram);
	CHECK(sides_meet(), "%s", sides_text());
	tls_close(&client.t, TLS_BAD_CERTIFICATE);
	sides_run();
	CHECK(server.failed && server.t.said &&
		server.t.alert == TLS_BAD_CERTIFICATE,
	    "%s", sides_text());
	CHECK(tls_input(&client.t, 0, now) == TLS_FAILED && !client.t.said &&
		client.t.alert == TLS_BAD_CERTIFICATE,
	    "%s", sides_text());
	CHECK(tls_write(&client.t, "x", 1) == 0, "and nothing more");
	tls_stop(&client.t);
	tls_stop(&client.t);
	for (n = 0; n < client.in_size && !datagram; n++)
		if (client.in[n] != 0)
			break;
	CHECK(datagram || n == client.in_size, "a record's rest at %zu", n);
}

int
main(void)
{
	world_make();
	now = 1;
	for (int datagram = 0; datagram < 2; datagram++) {
		for (size_t i = 0; i < LEN(edits); i++)
			edit(&edits[i], datagram);
		versions(datagram);
		bad_points(datagram);
		another_suite(datagram);
		renegotiation(datagram);
		judged_by_the_caller(datagram);
	}
	behind_finished();
	out_of_place();
	return test_done("tls_strict");
}
