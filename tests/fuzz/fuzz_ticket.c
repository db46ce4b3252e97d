/*
 * A session that comes back from the other side: a ticket to a server, a
 * client's own state to a client.  Nothing is sealed here (tls_stub.c), so what
 * is sealed is what is fuzzed; the first byte says who gets it.
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/tls_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const uint8_t device_key[TLS_DEVICE_KEY] = "sixteen bytes...";

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static void
set(bool datagram)
{
	static bool made;

	if (!made)
		world_make();
	made = true;
	sides_set(datagram);
	now = 1;
}

static void
to_server(const uint8_t *data, size_t n)
{
	struct tls_session *s = &client.ticket.session;

	if (n > TLS_TICKET_MAX)
		return;
	s->suite = 0xcca9;
	s->datagram = client.config.datagram;
	s->until = 1000;
	s->peer.certified = true;
	s->peer.until = WALL + 1;
	memcpy(client.ticket.data, data, n);
	client.ticket.len = (uint16_t)n;
	client.target.ticket = &client.ticket;
}

static void
to_client(const uint8_t *data, size_t n)
{
	if (n == 0 || n > TLS_STATE_MAX)
		return;
	client.self.device_key = device_key;
	server.self.cache = server.cache;
	server.self.cache_count = 1;
	server.cache[0].session.suite = 0xcca9;
	server.cache[0].session.datagram = server.config.datagram;
	server.cache[0].session.until = 1000;
	server.cache[0].session.id_len = 32;
	server.cache[0].state_len = (uint16_t)n;
	memcpy(server.cache[0].state, data, n);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	if (n == 0)
		return 0;
	set(data[0] & 2);
	client.trust.wall = server.trust.wall = data[0] & 4 ? WALL : 0;
	if (data[0] & 1)
		to_server(data + 1, n - 1);
	else
		to_client(data + 1, n - 1);
	if (data[0] & 8)
		sides_share_key();
	sides_meet();
	must(memchr(client.t.peer.name, 0, TLS_NAME_MAX + 1) != NULL);
	must(memchr(server.t.peer.name, 0, TLS_NAME_MAX + 1) != NULL);
	must(client.t.peer.serial_len <= CERT_SERIAL_MAX);
	must(server.t.peer.serial_len <= CERT_SERIAL_MAX);
	must(client.t.peer.fault <= CERT_REVOKED);
	must(server.t.peer.fault <= CERT_MISUSED);
	return 0;
}
