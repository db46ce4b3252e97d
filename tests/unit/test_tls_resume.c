/*
 * Sessions that go on: by id, by ticket, by state that the server keeps for its
 * client; and all that must stop one from going on.
 */
#include <string.h>

#include "../lib/tls_world.h"
#include "test.h"

static const uint8_t device_key[TLS_DEVICE_KEY] = "sixteen bytes...";

static bool
resumed(void)
{
	return client.t.peer.resumed && server.t.peer.resumed;
}

static void
meet(bool want, const char *what)
{
	CHECK(sides_meet(), "%s: %s", what, sides_text());
	CHECK(client.t.peer.resumed == want && server.t.peer.resumed == want,
	    "%s: resumed %d %d", what, client.t.peer.resumed,
	    server.t.peer.resumed);
	CHECK(!tls_handshaking(&client.t) && !tls_handshaking(&server.t), "%s",
	    what);
}

static void
by_ticket(bool datagram)
{
	struct tls_server_keys kept = server_keys;

	sides_set(datagram);
	side_certify(&client, &client_id);
	server.trust.judge = TLS_TRUST_ROOTS;
	server.trust.required = true;
	client.target.ticket = &client.ticket;
	meet(false, "full, ticket");
	CHECK(
	    client.ticket.session.suite != 0 && client.ticket.len > 0, "kept");
	CHECK(sides_talk(3000) && sides_part(), "data");
	meet(true, "ticket");
	CHECK(strcmp(client.t.peer.name, "server.test") == 0 &&
		strcmp(server.t.peer.name, "client.test") == 0 &&
		server.t.peer.certified && client.t.peer.certified,
	    "who they are: %s, %s", client.t.peer.name, server.t.peer.name);
	CHECK(memcmp(server.t.peer.fingerprint, client.t.peer.fingerprint,
		  SHA256_LEN) != 0 &&
		server.t.peer.until == WALL + 900000000 &&
		server.t.peer.serial_len == 16,
	    "all of it");
	CHECK(sides_talk(3000) && sides_part(), "data, resumed");
	tls_renew_keys(&server_keys, world_random);
	meet(true, "a ticket of the previous key");
	tls_renew_keys(&server_keys, world_random);
	meet(false, "of the key before that");
	meet(true, "and its renewal");
	client.ticket.data[40] ^= 1;
	meet(false, "a damaged ticket");
	now += TLS_TICKET_LIFE * 1000 - 1;
	meet(true, "in its last moment");
	now += 10000;
	meet(false, "past its end");
	server_keys = kept;
}

/* The server alone judges the end: a client may have another clock. */
static void
server_judges_the_end(bool datagram)
{
	sides_set(datagram);
	client.target.ticket = &client.ticket;
	meet(false, "full");
	client.ticket.session.until += 1000000000;
	now += TLS_TICKET_LIFE * 1000 + 1;
	meet(false, "a client that does not forget");
}

static void
by_id(bool datagram)
{
	sides_set(datagram);
	server.self.cache = server.cache;
	server.self.cache_count = WORLD_CACHE;
	server.self.keys = NULL;
	client.target.ticket = &client.ticket;
	meet(false, "full, id");
	CHECK(client.ticket.session.id_len == 32 && client.ticket.len == 0,
	    "an id");
	meet(true, "id");
	CHECK(sides_talk(3000) && sides_part(), "data, by id");
	client.ticket.session.id[31] ^= 1;
	meet(false, "another id");
	memset(server.cache, 0, sizeof(server.cache));
	meet(false, "forgotten");
	meet(true, "id again");
	client.ticket.session.master[0] ^= 1;
	sides_begin();
	sides_run();
	CHECK(!client.ready && !server.ready, "another master secret");
}

/* What has changed since the session began is looked at again. */
static void
rechecked(bool datagram)
{
	sides_set(datagram);
	client.target.ticket = &client.ticket;
	client.trust.judge = TLS_TRUST_PIN;
	cert_fingerprint(client.trust.pin, &server_id.cert);
	meet(false, "pinned");
	meet(true, "pinned still");
	client.trust.pin[0] ^= 1;
	sides_begin();
	sides_run();
	CHECK(!client.ready && client.failed && !client.t.peer.resumed,
	    "another pin: %s", sides_text());
	client.trust.judge = TLS_TRUST_ROOTS;
	meet(false, "pinned then, roots now");
	meet(true, "roots");
	client.trust.wall = WALL + 900000001;
	sides_begin();
	sides_run();
	CHECK(!client.ready && !client.t.peer.resumed, "expired since");
}

static void
client_rechecked(bool datagram)
{
	sides_set(datagram);
	client.target.ticket = &client.ticket;
	meet(false, "nobody was asked");
	server.trust.judge = TLS_TRUST_ROOTS;
	server.trust.required = true;
	side_certify(&client, &client_id);
	meet(false, "asked now");
	CHECK(server.t.peer.certified, "and known");
	meet(true, "known");
	server.trust.judge = TLS_TRUST_PIN;
	cert_fingerprint(server.trust.pin, &client_id.cert);
	meet(true, "roots then, pinned now: the same certificate");
	server.trust.pin[5] ^= 1;
	sides_begin();
	sides_run();
	CHECK(!server.ready && !server.t.peer.resumed, "another pin");
}

static void
by_shared_key(bool datagram)
{
	sides_set(datagram);
	sides_share_key();
	client.target.ticket = &client.ticket;
	meet(false, "psk");
	meet(true, "psk, resumed");
	CHECK(
	    server.t.peer.shared && strcmp(server.t.peer.name, "device-7") == 0,
	    "who it is");
	psk_gone = true;
	sides_begin();
	sides_run();
	CHECK(!server.ready && !server.t.peer.resumed,
	    "the key is no longer good: %s", sides_text());
}

/* A session of TLS is none of DTLS, nor the other way round. */
static void
other_framing(bool datagram)
{
	static struct tls_ticket ticket;

	sides_set(datagram);
	client.target.ticket = &client.ticket;
	meet(false, "full");
	ticket = client.ticket;
	sides_set(!datagram);
	client.target.ticket = &client.ticket;
	client.ticket = ticket;
	meet(false, "another framing");
	client.ticket = ticket;
	client.ticket.session.datagram = !datagram;
	meet(false, "a client that does not look");
}

/* The client keeps nothing but its key (IoT: state kept by the other side). */
static void
set_device(bool datagram)
{
	sides_set(datagram);
	server.self.cache = server.cache;
	server.self.cache_count = WORLD_CACHE;
	client.self.device_key = device_key;
	side_certify(&client, &client_id);
	server.trust.judge = TLS_TRUST_ROOTS;
}

static void
by_state(bool datagram)
{
	struct tls_cached before;

	set_device(datagram);
	meet(false, "full, client state");
	CHECK(sides_talk(3000) && sides_part(), "data");
	memset(&client.ticket, 0, sizeof(client.ticket));
	for (int i = 0; i < WORLD_CACHE; i++)
		if (server.cache[i].state_len > 0)
			before = server.cache[i];
	meet(true, "client state");
	CHECK(strcmp(client.t.peer.name, "server.test") == 0 &&
		strcmp(server.t.peer.name, "client.test") == 0,
	    "who they are");
	CHECK(sides_talk(3000) && sides_part(), "data, by state");
	for (int i = 0; i < WORLD_CACHE; i++)
		if (server.cache[i].state_len > 0)
			CHECK(memcmp(before.state, server.cache[i].state,
				  before.state_len) != 0 &&
				before.session.until ==
				    server.cache[i].session.until,
			    "renewed, with the same end");
	meet(true, "client state, renewed");
	now += TLS_TICKET_LIFE * 1000 + 1;
	meet(false, "past its end");
	client.trust.wall += TLS_TICKET_LIFE - 1;
	meet(true, "in its last second");
}

static struct tls_cached *
kept_state(void)
{
	for (int i = 0; i < WORLD_CACHE; i++)
		if (server.cache[i].state_len > 0)
			return &server.cache[i];
	return NULL;
}

static void
state_refused(bool datagram)
{
	static const uint8_t other_key[TLS_DEVICE_KEY] = "another key.....";
	struct tls_cached *slot;

	set_device(datagram);
	meet(false, "full, client state");
	slot = kept_state();
	CHECK(slot != NULL, "kept");
	if (slot == NULL)
		return;
	slot->state[100] ^= 1;
	sides_begin();
	sides_run();
	CHECK(!client.ready && client.failed &&
		client.t.alert == TLS_DECRYPT_ERROR,
	    "a changed state: %s", sides_text());
	slot->state[100] ^= 1;
	client.trust.wall += TLS_TICKET_LIFE;
	sides_begin();
	sides_run();
	CHECK(!client.ready && client.failed, "too old a state");
	client.trust.wall = WALL;
	client.trust.judge = TLS_TRUST_PIN;
	sides_begin();
	sides_run();
	CHECK(!client.ready && client.failed, "another pin");
	client.trust.judge = TLS_TRUST_ROOTS;
	client.self.device_key = other_key;
	meet(false, "another device");
	client.self.device_key = NULL;
	client.target.ticket = &client.ticket;
	meet(false, "not a device at all");
	server.self.cache = NULL;
	client.self.device_key = device_key;
	meet(false, "a server that keeps no state");
}

/* Nobody takes a device's slot by offering its id. */
static void
slot_is_kept(bool datagram)
{
	static struct holder other;
	struct cert_plan plan = { .name = "other.test",
		.class = CERT_PERSON,
		.from = WALL - 1000,
		.until = WALL + 100000,
		.path = -1 };

	set_device(datagram);
	meet(false, "full, client state");
	server.cache[0].session.until = 0;
	holder_make(&other, &plan, &root);
	holder_chain(&other, NULL);
	kept_state()->session.until = now + 1000000;
	kept_state()->session.master[7] ^= 1; /* so that it is not resumed */
	server.trust.judge = TLS_TRUST_PIN;   /* nor by the server */
	cert_fingerprint(server.trust.pin, &other.cert);
	side_certify(&client, &other);
	meet(false, "somebody else with the same id");
	CHECK(strcmp(kept_state()->session.peer.name, "client.test") == 0,
	    "%s has it", kept_state()->session.peer.name);
}

/* A loss of what is said last is mended. */
static void
over_losses(void)
{
	now = 1;
	for (unsigned i = 0; i < 60; i++) {
		world_seed(500 + i);
		if (i % 2)
			set_device(true);
		else
			sides_set(true);
		client.target.ticket = &client.ticket;
		meet(false, "full");
		loss = 30;
		repeat = 20;
		shuffle = 30;
		sides_begin();
		sides_run();
		loss = repeat = shuffle = 0;
		CHECK(client.ready && server.ready && resumed(), "%u: %s", i,
		    sides_text());
	}
}

int
main(void)
{
	world_make();
	now = 1;
	for (int datagram = 0; datagram < 2; datagram++) {
		by_ticket(datagram);
		server_judges_the_end(datagram);
		by_id(datagram);
		other_framing(datagram);
		rechecked(datagram);
		client_rechecked(datagram);
		by_shared_key(datagram);
		by_state(datagram);
		state_refused(datagram);
		slot_is_kept(datagram);
	}
	over_losses();
	return test_done("tls_resume");
}
