/*
 * peer - one side of TLS or DTLS over a socket, for talks with other people's:
 *
 *	peer certs DIR               keys and certificates of our making, as PEM
 *	peer port                    a port that is free
 *	peer server|client PORT [option value]...
 *
 *	-u 1 datagrams  -c chain.pem -k key.pem  -r root.pem  -n name  -any 1
 *	-psk identity:key  -require 1  -N connections  -b bytes to send
 *	-noticket 1  -cache 1  -in bytes of a record  -mute 1 no answer comes
 *	-new 1 nothing is resumed  -quiet 1
 *
 * A server says on which port, sends back what comes and ends after one line in
 * its last connection; a client says a line, waits for as much and goes, N
 * times in a row, resuming if it can.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "peer.h"

enum { PATIENCE = 20000 }; /* ms, for a machine that is busy */

static struct tls t;
static struct tls_handshake handshake;
static uint8_t in[TLS_OVER + TLS_PLAIN_MAX], out[TLS_OVER + 4096];
static struct tls_self self;
static struct tls_trust trust;
static struct tls_target target;
static struct tls_ticket ticket;
static struct tls_cached cache[16];
static struct tls_server_keys keys;
static struct tls_psk psk;
static struct tls_config config = { false, &self, &trust, NULL, NULL };
static struct cert_root root;
static uint8_t chain[8192], root_der[4096];
static size_t in_size;
static int connections = 1;
static size_t bytes = 6;
static bool mute, quiet;
static struct sockaddr_in other;

static size_t said, heard;
static bool ready, over;
static char held[1 << 17];
static size_t held_len;

int64_t
peer_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000 + 1;
}

void
peer_random(void *to, size_t n)
{
	int fd = open("/dev/urandom", O_RDONLY);

	if (read(fd, to, n) != (ssize_t)n)
		abort();
	close(fd);
}

static const char *
slurp(const char *path)
{
	static char text[20000];
	FILE *f = fopen(path, "r");
	size_t n;

	if (f == NULL) {
		perror(path);
		exit(2);
	}
	n = fread(text, 1, sizeof(text) - 1, f);
	fclose(f);
	text[n] = '\0';
	return text;
}

static size_t
find_psk(void *context, const void *identity, size_t n,
    uint8_t key[TLS_PSK_MAX], char name[TLS_NAME_MAX + 1])
{
	(void)context;
	(void)name;
	if (n != psk.identity_len || memcmp(identity, psk.identity, n) != 0)
		return 0;
	memcpy(key, psk.key, psk.key_len);
	return psk.key_len;
}

static void
set_psk(char *value)
{
	char *colon = strchr(value, ':');

	psk.identity = value;
	psk.identity_len = (size_t)(colon - value);
	psk.key = (const uint8_t *)colon + 1;
	psk.key_len = strlen(colon + 1);
	self.find_psk = find_psk;
	target.psk = &psk;
}

static void
set_key(const char *path)
{
	const char *text = slurp(path);
	uint8_t der[256], seed[ED25519_KEY];
	size_t n = pem_read(der, sizeof(der), &text, "PRIVATE KEY");

	if (!pkcs8_read(seed, der, n) ||
	    !tls_set_identity(&self, chain, self.chain_len, seed)) {
		fprintf(stderr, "%s: no key of this certificate\n", path);
		exit(2);
	}
}

static void
set_root(const char *path)
{
	const char *text = slurp(path);

	root.der = root_der;
	root.len = pem_read(root_der, sizeof(root_der), &text, "CERTIFICATE");
	trust.roots = &root;
	trust.root_count = 1;
	trust.judge = TLS_TRUST_ROOTS;
}

static void
option(const char *name, char *value)
{
	if (strcmp(name, "-u") == 0)
		config.datagram = true;
	else if (strcmp(name, "-c") == 0)
		self.chain_len = pem_chain(chain, sizeof(chain), slurp(value));
	else if (strcmp(name, "-k") == 0)
		set_key(value);
	else if (strcmp(name, "-r") == 0)
		set_root(value);
	else if (strcmp(name, "-any") == 0)
		trust.judge = TLS_TRUST_ANY;
	else if (strcmp(name, "-n") == 0)
		target.name = value;
	else if (strcmp(name, "-psk") == 0)
		set_psk(value);
	else if (strcmp(name, "-require") == 0)
		trust.required = true;
	else if (strcmp(name, "-N") == 0)
		connections = (int)strtol(value, NULL, 10);
	else if (strcmp(name, "-b") == 0)
		bytes = strtoul(value, NULL, 10);
	else if (strcmp(name, "-in") == 0)
		in_size = strtoul(value, NULL, 10);
	else if (strcmp(name, "-mute") == 0)
		mute = true;
	else if (strcmp(name, "-new") == 0)
		target.ticket = NULL;
	else if (strcmp(name, "-quiet") == 0)
		quiet = true;
	else if (strcmp(name, "-noticket") == 0)
		self.keys = NULL;
	else if (strcmp(name, "-cache") == 0)
		self.cache = cache, self.cache_count = 16;
	else
		exit(2);
}

static void
start(void)
{
	struct tls_memory m = { in, out, sizeof(in), sizeof(out), &handshake };

	if (config.datagram) {
		m.in_size = 2048;
		m.out_size = 1200;
	}
	if (in_size > 0)
		m.in_size = in_size;
	said = heard = held_len = 0;
	ready = over = false;
	tls_start(&t, &config, &m, peer_now());
}

static void
flush(int fd)
{
	bool to = config.datagram && config.target == NULL;
	const void *from;
	size_t n;

	while ((from = tls_output(&t, &n)) != NULL) {
		ssize_t k = to ? sendto(fd, from, n, 0,
				     (struct sockaddr *)&other, sizeof(other)) :
				 send(fd, from, n, MSG_NOSIGNAL);

		if (k < 0 && config.datagram)
			k = (ssize_t)n; /* lost */
		if (k < 0)
			return;
		tls_sent(&t, (size_t)k);
	}
}

static void
say_ready(void)
{
	if (quiet)
		return;
	printf("READY suite %04x%s%s%s peer '%s' limit %u\n", t.suite,
	    t.peer.resumed ? " RESUMED" : "",
	    t.peer.certified ? " certified" : "", t.peer.shared ? " psk" : "",
	    t.peer.name, t.limit);
	fflush(stdout);
}

static void
events(size_t n)
{
	enum tls_event event;

	for (; (event = tls_input(&t, n, peer_now())) != TLS_MORE; n = 0) {
		if (event == TLS_READY) {
			say_ready();
			ready = true;
		} else if (event == TLS_DATA) {
			size_t k = tls_read(
			    &t, held + held_len, sizeof(held) - held_len);

			heard += k;
			held_len += config.target == NULL ? k : 0;
		} else {
			over = true;
			return;
		}
	}
}

/* A client's lines of 64 bytes, the last one shorter. */
static void
speak(void)
{
	char text[1024];
	size_t n = bytes - said;

	if (n > sizeof(text))
		n = sizeof(text);
	memset(text, 'x', n);
	for (size_t i = 0; i < n; i++)
		if ((said + i + 1) % 64 == 0 || said + i + 1 == bytes)
			text[i] = '\n';
	if (n > 0)
		said += tls_write(&t, text, n);
}

/* True: that was all, and goodbye is said. */
static bool
send_back(bool last)
{
	size_t n = held_len;
	bool line = last && memchr(held, '\n', n) != NULL;

	if (config.datagram && n > 1024)
		n = 1024;
	n = tls_write(&t, held, n);
	memmove(held, held + n, held_len - n);
	held_len -= n;
	if (!line || held_len > 0 || heard < bytes)
		return false;
	tls_close(&t, TLS_CLOSE_NOTIFY);
	return true;
}

/* The next input, a timer, or the end; false: nothing came in time. */
static bool
wait_and_receive(int fd)
{
	size_t room, n;
	void *to = tls_room(&t, &room);
	short want = tls_output(&t, &n) != NULL ? POLLIN | POLLOUT : POLLIN;
	struct pollfd p = { fd, want, 0 };
	int64_t wait = tls_due(&t) > 0 ? tls_due(&t) - peer_now() : PATIENCE;
	ssize_t got;

	if (to == NULL)
		return false;
	if (poll(&p, 1, wait > 0 ? (int)wait : 0) <= 0) {
		/* An alert that was noted, and nothing better since. */
		bool give_up = !ready && t.said;

		events(0);
		return tls_due(&t) > 0 && !over && !give_up;
	}
	if (!(p.revents & ~POLLOUT))
		return true;
	got = recv(fd, to, room, 0);
	if (got > 0)
		events((size_t)got);
	else if (got == 0 || (!config.datagram && errno != EAGAIN))
		return false;
	return true;
}

/* One connection to its end; 0 when it ended as it should. */
static int
talk(int fd, bool last)
{
	bool client = config.target != NULL, closed = false;

	fcntl(fd, F_SETFL, O_NONBLOCK);
	while (!over) {
		flush(fd);
		if (ready && client)
			speak();
		else if (ready && send_back(last) && config.datagram)
			break;
		flush(fd);
		if (ready && client && said >= bytes &&
		    (heard >= bytes || mute) && !closed) {
			tls_close(&t, TLS_CLOSE_NOTIFY);
			flush(fd);
			closed = true;
			if (config.datagram || mute)
				break;
		}
		if (!wait_and_receive(fd))
			break;
	}
	tls_close(&t, TLS_CLOSE_NOTIFY);
	flush(fd);
	if (!quiet)
		printf("%s, alert %d %s; %zu bytes heard\n",
		    ready ? "ENDED" : "FAILED", t.alert,
		    t.said ? "theirs" : "ours", heard);
	fflush(stdout);
	return !ready || heard < (mute ? 0 : 1);
}

/* Datagrams until one is a hello whose address is real: it is in t then. */
static void
greet(int fd)
{
	uint8_t data[2048];
	struct tls_datagram d = { &other, sizeof(other), data, 0 };
	struct tls_answer answer;
	socklen_t len = sizeof(other);
	size_t room;
	ssize_t n;

	for (;;) {
		n = recvfrom(
		    fd, data, sizeof(data), 0, (struct sockaddr *)&other, &len);
		if (n < 0 && errno != EAGAIN)
			exit(2);
		d.len = n > 0 ? (size_t)n : 0;
		switch (tls_greet(&self, &d, &answer)) {
		case TLS_GREET_ANSWER:
			sendto(fd, answer.data, answer.len, 0,
			    (struct sockaddr *)&other, sizeof(other));
			break;
		case TLS_GREET_START:
			start();
			memcpy(tls_room(&t, &room), data, (size_t)n);
			events((size_t)n);
			return;
		case TLS_GREET_DROP:
			break;
		}
	}
}

static int
bind_port(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	socklen_t len = sizeof(a);
	int one = 1;
	int fd = socket(AF_INET, config.datagram ? SOCK_DGRAM : SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    getsockname(fd, (struct sockaddr *)&a, &len) != 0)
		exit(2);
	printf("PORT %d\n", ntohs(a.sin_port));
	return fd;
}

static int
serve(int port)
{
	int fd = bind_port(port), bad = 0;

	if (!config.datagram)
		listen(fd, 5);
	fflush(stdout);
	for (int i = 1; i <= connections; i++) {
		if (config.datagram) {
			fcntl(fd, F_SETFL, 0);
			greet(fd);
			bad += talk(fd, i == connections);
		} else {
			int c = accept(fd, NULL, NULL);

			start();
			bad += talk(c, i == connections);
			close(c);
		}
	}
	return bad;
}

/* A server that is not there yet is waited for. */
static int
dial(int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };
	int64_t until = peer_now() + PATIENCE;

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	while (peer_now() < until) {
		int fd = socket(
		    AF_INET, config.datagram ? SOCK_DGRAM : SOCK_STREAM, 0);

		if (connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0)
			return fd;
		close(fd);
		poll(NULL, 0, 20);
	}
	perror("connect");
	exit(2);
}

static int
call(int port)
{
	int bad = 0;

	for (int i = 1; i <= connections; i++) {
		int fd = dial(port);

		start();
		bad += talk(fd, true);
		close(fd);
	}
	return bad;
}

int
main(int argc, char *argv[])
{
	if (argc == 3 && strcmp(argv[1], "certs") == 0)
		return peer_certs(argv[2]);
	if (argc == 2 && strcmp(argv[1], "port") == 0) {
		bind_port(0);
		return 0;
	}
	if (argc < 3)
		return 2;
	self.random = peer_random;
	self.keys = &keys;
	tls_renew_keys(&keys, peer_random);
	trust.wall = time(NULL);
	target.ticket = &ticket;
	if (strcmp(argv[1], "client") == 0)
		config.target = &target;
	for (int i = 3; i + 1 < argc; i += 2)
		option(argv[i], argv[i + 1]);
	return config.target == NULL ? serve(atoi(argv[2])) :
				       call(atoi(argv[2]));
}
