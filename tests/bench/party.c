#include "party.h"

#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include "bench.h"
#include "sys/random.h"

#define PATIENT    (20 * 1000) /* ms for anything that is waited for */
#define AGAIN      500         /* ms until a request is sent once more */
#define HANDSHAKES 8

static const struct keys_owner owner = { CERT_PERSON, "bench" };

/* As the program user judges; who dials a device is the AS. */
static int
judge(void *context, const struct tls_peer *peer, const struct addr *at,
    const struct secure_target *target)
{
	struct party *p = context;

	(void)at;
	if (target == NULL)
		return 0;
	return (int)keys_alert(
	    keys_judge(&p->keys, peer, KEYS_A_SERVER, target->place));
}

static void
refresh(void *context)
{
	struct party *p = context;

	keys_refresh(&p->keys);
}

void
party_open(struct party *p, const char *dir, const struct party_room *room)
{
	struct secure *s = &p->secure;
	const char *why;

	random_open();
	why = keys_open(&p->keys, dir, &owner);
	if (why != NULL)
		die("%s", why);
	s->self = &p->keys.self;
	s->trust = &p->keys.trust;
	s->judge = judge;
	s->refresh = refresh;
	s->context = p;
	s->slots = room->connections;
	s->record = room->record;
	s->associations = room->associations;
	s->handshakes = HANDSHAKES;
	s->slot = shared(sizeof(*s->slot) * (s->slots + 1));
	s->room = shared(SECURE_BUFFERS(s->record) * (s->slots + 1));
	s->association =
	    shared(sizeof(*s->association) * (s->associations + 1));
	s->handshake = shared(sizeof(*s->handshake) * HANDSHAKES);
	secure_open(s, now_ms());
}

static struct secure_target
target_of(char place[SECURE_PLACE_MAX], int port)
{
	snprintf(place, SECURE_PLACE_MAX, "%s:%d", LOCAL, port);
	return (struct secure_target){ .host = LOCAL, .place = place };
}

static void
await(const struct conn *c, const struct dgram *d, struct ready *r, ms_t until)
{
	ready_begin(r);
	if (c != NULL)
		conn_watch(c, r, CONN_IN);
	if (d != NULL)
		dgram_watch(d, r);
	ready_by(r, until);
	if (ready_wait(r) == -1)
		die("select");
}

void
party_dial(struct conn *c, struct party *p, int port)
{
	struct addr peer = addr_parse(LOCAL, (uint16_t)port);
	static char place[SECURE_PLACE_MAX];
	struct secure_target target = target_of(place, port);
	struct ready r = { 0 };
	ms_t until = now_ms() + PATIENT;
	int state;

	memset(c, 0, sizeof(*c));
	if (p == NULL)
		conn_dial(c, &peer, now_ms());
	else
		conn_dial_secure(c, &peer, &p->secure, &target, now_ms());
	do {
		await(c, NULL, &r, until);
		state = conn_connect(c, &r);
	} while (state == CONN_LATER && r.woke < until);
	if (state != 1)
		die("port %d: %s", port,
		    conn_why(c) == NULL ? "no connection" : conn_why(c));
}

void
party_dial_dgram(struct dgram *d, struct party *p, int port)
{
	struct addr peer = addr_parse(LOCAL, (uint16_t)port);
	struct addr self = { 0 };
	static char place[SECURE_PLACE_MAX];
	struct secure_target target = target_of(place, port);

	memset(d, 0, sizeof(*d));
	if ((p == NULL ? dgram_dial(d, &peer, &self) :
			 dgram_dial_secure(
			     d, &peer, &self, &p->secure, &target)) == -1)
		die("no socket for datagrams");
}

void
party_serve(struct dgram *d, struct party *p, int port)
{
	memset(d, 0, sizeof(*d));
	if (dgram_open(d, (uint16_t)port) == -1)
		die("no socket for datagrams");
	dgram_buffer(d, 1 << 20);
	if (p != NULL)
		dgram_secure(d, &p->secure);
}

void
party_say(struct conn *c, const void *data, size_t n)
{
	struct ready r = { 0 };
	ms_t until = now_ms() + PATIENT;
	const char *at = data;

	while (n > 0 || conn_unsent(c) > 0) {
		ssize_t sent = conn_write(c, at, n, now_ms());

		if (sent == CONN_LOST || now_ms() > until)
			die("a connection was lost");
		if (sent > 0) {
			at += sent;
			n -= (size_t)sent;
		}
		if (n > 0 && sent == CONN_LATER) {
			ready_begin(&r);
			conn_watch(c, &r, CONN_OUT);
			ready_by(&r, until);
			ready_wait(&r);
		}
	}
}

void
party_ask(struct conn *c, const char *request, struct msg *reply)
{
	struct ready r = { 0 };
	ms_t until = now_ms() + PATIENT;

	party_say(c, request, strlen(request));
	while (conn_take(c, reply) != WIRE_OK) {
		await(c, NULL, &r, until);
		if (r.woke >= until || c->ended ||
		    (conn_readable(c, &r) && !conn_fill(c, r.woke)))
			die("no reply to: %.9s", request);
	}
}

int
party_hear(struct dgram *d, struct msg *m, struct addr *from)
{
	char text[WIRE_TEXT_MAX * 2];
	struct addr self;
	ssize_t n;

	while ((n = dgram_receive(d, text, sizeof(text), from, &self)) >= 0)
		if (wire_parse_datagram(text, (size_t)n, m) == WIRE_OK)
			return 1;
	if (n == DGRAM_REFUSED)
		die("datagrams: %s",
		    dgram_why(d) == NULL ? "nobody listens" : dgram_why(d));
	return 0;
}

void
party_ask_dgram(struct dgram *d, const char *request, struct msg *reply)
{
	ms_t until = now_ms() + PATIENT, again = 0;
	struct ready r = { 0 };
	struct addr from;

	while (party_hear(d, reply, &from) == 0) {
		if (now_ms() >= until)
			die("no reply to: %.9s", request);
		if (now_ms() >= again) {
			dgram_send(d, NULL, NULL, request, strlen(request));
			again = now_ms() + AGAIN;
		}
		await(NULL, d, &r, again);
	}
}
