/*
 * tls - what a handshake costs: CPU of both sides, bytes and packets, for the
 * machine of src/tls; tls.sh beside this file puts OpenSSL next to it.
 *
 *	tls [ROUNDS]	one row a kind of handshake
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../lib/tls_world.h"

static double client_time, server_time;

static double
cpu(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

/* All that one has to say, each side's time for itself. */
static bool
carry(struct side *from, struct side *to, double *from_time, double *to_time)
{
	static uint8_t data[sizeof(client.in)];
	double at = cpu(), then;
	size_t n = side_says(from, data, sizeof(data));

	then = cpu();
	*from_time += then - at;
	if (n == 0)
		return false;
	side_hears(to, data, n);
	*to_time += cpu() - then;
	return true;
}

static void
handshakes(const char *what, int rounds)
{
	bool moved;

	client_time = server_time = 0;
	for (int i = 0; i < rounds; i++) {
		double at = cpu(), then;

		side_start(&client);
		then = cpu();
		client_time += then - at;
		side_start(&server);
		server_time += cpu() - then;
		do {
			moved =
			    carry(&client, &server, &client_time, &server_time);
			moved |=
			    carry(&server, &client, &server_time, &client_time);
		} while (moved);
		if (!client.ready || !server.ready)
			exit(1);
	}
	printf("%-26s client %6.1f us, server %6.1f us CPU; %4zu bytes in %zu, "
	       "%4zu in %zu%s\n",
	    what, client_time / rounds * 1e6, server_time / rounds * 1e6,
	    client.bytes, client.packets, server.bytes, server.packets,
	    client.t.peer.resumed ? ", resumed" : "");
}

static void
all(bool datagram, int rounds)
{
	static const uint8_t device_key[TLS_DEVICE_KEY] = "sixteen bytes...";

	printf("%s\n", datagram ? "datagrams" : "stream");
	sides_set(datagram);
	handshakes("full, chain of 2 and root", rounds);
	client.trust.judge = TLS_TRUST_PIN;
	cert_fingerprint(client.trust.pin, &server_id.cert);
	handshakes("full, pinned", rounds);
	sides_set(datagram);
	side_certify(&client, &client_id);
	server.trust.judge = TLS_TRUST_ROOTS;
	handshakes("full, both certified", rounds);
	sides_set(datagram);
	client.target.ticket = &client.ticket;
	handshakes("full, and a ticket", 1);
	handshakes("resumed, ticket", rounds);
	sides_set(datagram);
	client.target.ticket = &client.ticket;
	server.self.keys = NULL;
	server.self.cache = server.cache;
	server.self.cache_count = WORLD_CACHE;
	handshakes("full, and an id", 1);
	handshakes("resumed, session id", rounds);
	client.target.ticket = NULL;
	client.self.device_key = device_key;
	handshakes("full, and a state", 1);
	handshakes("resumed, client state", rounds);
	sides_set(datagram);
	sides_share_key();
	handshakes("pre-shared key", rounds);
}

int
main(int argc, char *argv[])
{
	int rounds = argc > 1 ? atoi(argv[1]) : 500;

	world_make();
	now = 1;
	all(false, rounds);
	all(true, rounds);
	printf("struct tls %zu, handshake %zu, ticket %zu, cached %zu bytes\n",
	    sizeof(struct tls), sizeof(struct tls_handshake),
	    sizeof(struct tls_ticket), sizeof(struct tls_cached));
	return 0;
}
