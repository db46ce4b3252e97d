/*
 * A client and a server of ours: every kind of handshake over a stream and
 * over datagrams, whole and in pieces, over a wire that loses, repeats and
 * reorders; who must not get in, and what each says then.
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/tls_world.h"
#include "test.h"

static const char *framing;

static void
meet(const char *what)
{
	CHECK(sides_meet(), "%s %s: %s", framing, what, sides_text());
	CHECK(!tls_handshaking(&client.t) && !tls_handshaking(&server.t),
	    "%s %s", framing, what);
}

/* What a handshake has cost, once for the log. */
static void
tell(const char *what)
{
	printf("  %-9s %-26s client %4zu bytes in %zu, server %4zu in %zu\n",
	    framing, what, client.bytes, client.packets, server.bytes,
	    server.packets);
}

static void
talk(size_t n, const char *what)
{
	CHECK(sides_talk(n), "%s %s: %zu, %zu of %zu, %s", framing, what,
	    client.got, server.got, n, sides_text());
	CHECK(sides_part(), "%s %s: %s", framing, what, sides_text());
}

static bool
named(const struct side *s, const char *name)
{
	return strcmp(s->t.peer.name, name) == 0;
}

static void
certified(size_t n, bool loud)
{
	meet("full");
	if (loud)
		tell("full");
	CHECK(client.t.peer.certified && named(&client, "server.test"), "%s",
	    client.t.peer.name);
	CHECK(client.t.peer.serves && client.t.peer.serial_len == 16 &&
		client.t.peer.until == WALL + 900000000,
	    "what the certificate says");
	CHECK(!server.t.peer.certified, "nobody was asked");
	talk(n, "data");
	side_certify(&client, &client_id);
	server.trust.judge = TLS_TRUST_ROOTS;
	server.trust.required = true;
	meet("both certified");
	if (loud)
		tell("both certified");
	CHECK(server.t.peer.certified && named(&server, "client.test") &&
		!server.t.peer.serves,
	    "%s", server.t.peer.name);
	talk(n, "data, both certified");
}

static void
shared(size_t n, bool loud)
{
	sides_share_key();
	meet("pre-shared key");
	if (loud)
		tell("pre-shared key");
	CHECK(server.t.peer.shared && client.t.peer.shared &&
		named(&server, "device-7"),
	    "%s", server.t.peer.name);
	talk(n, "data, pre-shared key");
}

static void
handshakes(bool datagram, size_t n, bool loud)
{
	framing = datagram ? "datagrams" : "stream";
	sides_set(datagram);
	certified(n, loud);
	sides_set(datagram);
	shared(n, loud);
}

static void
refused(int alert, const char *what)
{
	sides_begin();
	sides_run();
	CHECK(!server.ready && !client.ready && client.failed && server.failed,
	    "%s %s: %s", framing, what, sides_text());
	CHECK((int)client.t.alert == alert && (int)server.t.alert == alert &&
		client.t.said != server.t.said,
	    "%s %s: %s", framing, what, sides_text());
}

/* Who must not get in does not, and both know why. */
static void
certificates_refused(bool datagram)
{
	struct cert_root other = { client_id.der, client_id.len };

	sides_set(datagram);
	client.target.name = "other.test";
	refused(TLS_CERTIFICATE_UNKNOWN, "another name");
	sides_set(datagram);
	client.trust.roots = &other;
	refused(TLS_UNKNOWN_CA, "another root");
	sides_set(datagram);
	client.trust.wall = WALL + 1000000000;
	refused(TLS_CERTIFICATE_EXPIRED, "expired");
	sides_set(datagram);
	client.trust.judge = TLS_TRUST_PIN;
	refused(TLS_BAD_CERTIFICATE, "another pin");
	cert_fingerprint(client.trust.pin, &server_id.cert);
	meet("pinned");
	CHECK(client.t.peer.fault == CERT_FOREIGN, "no root was asked");
	sides_set(datagram);
	side_certify(&server, &client_id);
	refused(TLS_CERTIFICATE_UNKNOWN, "a person's certificate serves");
	sides_set(datagram);
	client.trust.judge = TLS_TRUST_ANY;
	client.trust.roots = &other;
	meet("any");
	CHECK(client.t.peer.fault == CERT_FOREIGN, "%d", client.t.peer.fault);
}

static void
clients_refused(bool datagram)
{
	sides_set(datagram);
	server.trust.judge = TLS_TRUST_ROOTS;
	server.trust.required = true;
	refused(TLS_HANDSHAKE_FAILURE, "no client certificate");
	server.trust.required = false;
	meet("client certificate declined");
	sides_set(datagram);
	memcpy(server.self.seed, client_id.seed, 32);
	memcpy(server.self.public, client_id.pub, 32);
	refused(TLS_DECRYPT_ERROR, "a server without its key");
	sides_set(datagram);
	server.trust.judge = TLS_TRUST_ROOTS;
	side_certify(&client, &client_id);
	memcpy(client.self.seed, server_id.seed, 32);
	memcpy(client.self.public, server_id.pub, 32);
	refused(TLS_DECRYPT_ERROR, "a client without its key");
	sides_set(datagram);
	sides_share_key();
	client.trust.judge = TLS_TRUST_ROOTS;
	server.self.chain = NULL;
	client.target.psk = NULL;
	refused(TLS_HANDSHAKE_FAILURE, "nothing in common");
}

/* An unknown identity is answered as a wrong key is, to the byte. */
static void
keys_refused(bool datagram)
{
	struct tls_psk wrong = { "device-7", 8, (const uint8_t *)"xx", 2 };
	struct tls_psk nobody = { "device-8", 8, (const uint8_t *)"xx", 2 };
	size_t bytes[2], packets[2];
	enum tls_alert alerts[2];

	for (int i = 0; i < 2; i++) {
		sides_set(datagram);
		sides_share_key();
		client.target.psk = i == 0 ? &wrong : &nobody;
		sides_begin();
		sides_run();
		CHECK(!server.ready && !client.ready && client.failed, "%s",
		    sides_text());
		bytes[i] = server.bytes;
		packets[i] = server.packets;
		alerts[i] = client.t.alert;
	}
	CHECK(bytes[0] == bytes[1] && packets[0] == packets[1] &&
		alerts[0] == alerts[1],
	    "%zu %zu bytes, alerts %d %d", bytes[0], bytes[1], alerts[0],
	    alerts[1]);
}

/* Our own certificate: what cannot be shown is refused at the start. */
static void
own_certificates(void)
{
	static uint8_t chain[4 * CERT_MAX];
	struct tls_self self = { .random = world_random };
	const uint8_t *good = server_id.chain;
	size_t n = server_id.chain_len;

	CHECK(tls_set_identity(&self, good, n, server_id.seed), "good");
	CHECK(!tls_set_identity(&self, good, n, client_id.seed), "a wrong key");
	CHECK(self.chain == NULL, "none is left");
	CHECK(!tls_set_identity(&self, good, 0, server_id.seed), "nothing");
	CHECK(!tls_set_identity(&self, good, n - 1, server_id.seed), "cut");
	memcpy(chain, good, n);
	memcpy(chain + n, good, n);
	CHECK(!tls_set_identity(&self, chain, 2 * n, server_id.seed), "four");
	chain[server_id.len + 3 + 10] ^= 0xff;
	CHECK(!tls_set_identity(&self, chain, n, server_id.seed), "damaged");
	memset(chain, 0, 9);
	CHECK(!tls_set_identity(&self, chain, n, server_id.seed), "zeros");
}

/* A chain that the script cannot hold. */
static void
too_long_a_chain(void)
{
	static uint8_t chain[9000];

	sides_set(false);
	memcpy(chain, server_id.chain, server_id.chain_len);
	server.self.chain = chain;
	server.self.chain_len = sizeof(chain);
	framing = "stream";
	refused(TLS_INTERNAL_ERROR, "too long a chain");
}

static void
lossy(unsigned i)
{
	world_seed(i + 1000);
	sides_set(true);
	side_certify(&client, &client_id);
	server.trust.judge = TLS_TRUST_ROOTS;
	client.out_size = server.out_size = i % 2 ? 1200 : 256 + i;
	loss = i % 4 * 10;
	repeat = i % 3 * 20;
	shuffle = i % 5 * 20;
	now = 1;
	CHECK(sides_meet(), "%u, loss %u: %s", i, loss, sides_text());
	loss = shuffle = 0;
	CHECK(sides_talk(3000), "%u: client %zu, server %zu", i, client.got,
	    server.got);
	repeat = 0;
}

int
main(int argc, char *argv[])
{
	unsigned rounds = argc > 1 ? (unsigned)strtoul(argv[1], NULL, 10) : 100;

	world_make();
	now = 1;
	handshakes(false, 150000, true);
	step_max = 1;
	handshakes(false, 3000, false);
	step_max = 100000;
	handshakes(true, 20000, true);
	repeat = 100;
	handshakes(true, 20000, false);
	repeat = 0;
	own_certificates();
	too_long_a_chain();
	for (int datagram = 0; datagram < 2; datagram++) {
		framing = datagram ? "datagrams" : "stream";
		certificates_refused(datagram);
		clients_refused(datagram);
		keys_refused(datagram);
	}
	for (unsigned i = 0; i < rounds; i++)
		lossy(i);
	printf("  struct tls %zu, handshake %zu, ticket %zu, cached %zu\n",
	    sizeof(struct tls), sizeof(struct tls_handshake),
	    sizeof(struct tls_ticket), sizeof(struct tls_cached));
	return test_done("tls_loop");
}
