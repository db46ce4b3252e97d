#include <stdio.h>
#include <string.h>

#include "crypto/ed25519.h"
#include "tls_world.h"

struct holder root, middle, server_id, client_id;
struct cert_root roots[1];
struct tls_server_keys server_keys;
struct tls_psk psk = { "device-7", 8, (const uint8_t *)"0123456789abcdef", 16 };
bool psk_gone;

struct side client, server;
int64_t now;
unsigned loss, repeat, shuffle;
size_t step_max = 100000;

static uint64_t state = 1;

void
world_seed(uint64_t seed)
{
	state = seed;
}

/* splitmix64: fit for nothing but tests that can be run again */
void
world_random(void *out, size_t n)
{
	uint8_t *at = out;

	for (size_t i = 0; i < n; i++) {
		uint64_t z = state += 0x9e3779b97f4a7c15;

		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
		z = (z ^ z >> 27) * 0x94d049bb133111eb;
		at[i] = (uint8_t)(z ^ z >> 31);
	}
}

unsigned
world_draw(unsigned n)
{
	uint32_t x;

	world_random(&x, sizeof(x));
	return x % n;
}

void
holder_make(struct holder *h, struct cert_plan *plan, const struct holder *by)
{
	world_random(h->seed, sizeof(h->seed));
	world_random(plan->serial, sizeof(plan->serial));
	ed25519_public(h->pub, h->seed);
	plan->key = h->pub;
	h->len = cert_issue(h->der, sizeof(h->der), plan,
	    by != NULL ? &by->cert : NULL, by != NULL ? by->seed : h->seed);
	cert_read(&h->cert, h->der, h->len);
}

void
holder_chain(struct holder *h, const struct holder *above)
{
	struct writer w = writer_of(h->chain, sizeof(h->chain));

	put_int(&w, (uint32_t)h->len, 3);
	put_bytes(&w, h->der, h->len);
	if (above != NULL) {
		put_int(&w, (uint32_t)above->len, 3);
		put_bytes(&w, above->der, above->len);
	}
	h->chain_len = w.len;
}

void
world_make(void)
{
	struct cert_plan plan = {
		.from = WALL - 100000000, .until = WALL + 900000000, .path = -1
	};

	plan.class = CERT_AUTHORITY;
	plan.name = "Root";
	holder_make(&root, &plan, NULL);
	plan.name = "Middle";
	holder_make(&middle, &plan, &root);
	plan.class = CERT_PROGRAM;
	plan.name = "server.test";
	holder_make(&server_id, &plan, &middle);
	plan.class = CERT_PERSON;
	plan.name = "client.test";
	holder_make(&client_id, &plan, &root);
	holder_chain(&server_id, &middle);
	holder_chain(&client_id, NULL);
	roots[0].der = root.der;
	roots[0].len = root.len;
	tls_renew_keys(&server_keys, world_random);
	tls_renew_keys(&server_keys, world_random);
}

static size_t
find_psk(void *context, const void *identity, size_t n,
    uint8_t key[TLS_PSK_MAX], char name[TLS_NAME_MAX + 1])
{
	(void)context;
	(void)name;
	if (psk_gone || n != psk.identity_len ||
	    memcmp(identity, psk.identity, n) != 0)
		return 0;
	memcpy(key, psk.key, psk.key_len);
	return psk.key_len;
}

void
side_certify(struct side *s, const struct holder *h)
{
	tls_set_identity(&s->self, h->chain, h->chain_len, h->seed);
}

static void
side_set(struct side *s, bool datagram)
{
	memset(s, 0, sizeof(*s));
	s->self.random = world_random;
	s->trust.roots = roots;
	s->trust.root_count = 1;
	s->trust.wall = WALL;
	s->config.datagram = datagram;
	s->config.self = &s->self;
	s->config.trust = &s->trust;
	s->in_size = datagram ? 2048 : sizeof(s->in);
	s->out_size = datagram ? 1200 : sizeof(s->out);
}

void
sides_set(bool datagram)
{
	psk_gone = false;
	side_set(&client, datagram);
	client.trust.judge = TLS_TRUST_ROOTS;
	client.target.name = "server.test";
	client.config.target = &client.target;
	side_set(&server, datagram);
	server.self.keys = &server_keys;
	side_certify(&server, &server_id);
}

void
sides_share_key(void)
{
	server.self.find_psk = find_psk;
	client.target.psk = &psk;
	client.trust.judge = TLS_TRUST_NONE;
}

void
side_start(struct side *s)
{
	struct tls_memory m = { s->in, s->out, s->in_size, s->out_size,
		&s->handshake };

	s->ready = s->ended = s->failed = false;
	s->got = s->bytes = s->packets = s->longest = 0;
	s->sum = 0;
	tls_start(&s->t, &s->config, &m, now);
}

static void
keep_heard(struct side *s, const uint8_t *data, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (s->got + i < sizeof(s->heard))
			s->heard[s->got + i] = data[i];
		s->sum = s->sum * 31 + data[i];
	}
	s->got += n;
}

void
side_events(struct side *s, size_t n)
{
	static uint8_t buf[20000];
	enum tls_event event;

	for (; (event = tls_input(&s->t, n, now)) != TLS_MORE; n = 0) {
		s->ready |= event == TLS_READY;
		s->ended |= event == TLS_ENDED;
		s->failed |= event == TLS_FAILED;
		if (event == TLS_ENDED || event == TLS_FAILED)
			return;
		if (event == TLS_DATA)
			keep_heard(s, buf, tls_read(&s->t, buf, sizeof(buf)));
	}
}

bool
side_hears(struct side *s, const void *data, size_t n)
{
	size_t room;
	void *in = tls_room(&s->t, &room);

	if (in == NULL || n > room)
		return false;
	memcpy(in, data, n);
	side_events(s, n);
	return true;
}

size_t
side_says(struct side *s, uint8_t *out, size_t size)
{
	size_t n;
	const void *from = tls_output(&s->t, &n);

	if (from == NULL)
		return 0;
	if (n > size)
		n = size;
	memcpy(out, from, n);
	tls_sent(&s->t, n);
	s->bytes += n;
	s->packets++;
	if (n > s->longest)
		s->longest = n;
	return n;
}

/* The wire of datagrams: [0] to the server, [1] to the client. */
enum { WIRE = 64 };

static struct wire {
	uint8_t data[WIRE][2048];
	size_t len[WIRE], count;
} wires[2];

static void
lay(struct wire *w, const void *data, size_t n)
{
	if (w->count == WIRE || world_draw(100) < loss)
		return;
	memcpy(w->data[w->count], data, n);
	w->len[w->count++] = n;
}

static bool
drain(struct side *from, struct wire *w)
{
	uint8_t data[2048];
	size_t n;
	bool any = false;

	while ((n = side_says(from, data, sizeof(data))) > 0) {
		lay(w, data, n);
		if (world_draw(100) < repeat)
			lay(w, data, n);
		any = true;
	}
	return any;
}

static void
arrive(struct side *to, const void *data, size_t n, struct wire *back)
{
	struct tls_datagram d = { "addr", 4, data, n };
	struct tls_answer answer;

	if (to == &server && !server.started) {
		enum tls_greet g = tls_greet(&server.self, &d, &answer);

		if (g == TLS_GREET_ANSWER) {
			lay(back, answer.data, answer.len);
			server.bytes += answer.len;
			server.packets++;
		}
		if (g != TLS_GREET_START)
			return;
		server.started = true;
	}
	side_hears(to, data, n);
}

static bool
deliver(struct wire *w, struct side *to, struct wire *back)
{
	uint8_t data[2048];
	size_t i = 0, n;

	if (w->count == 0)
		return false;
	if (world_draw(100) < shuffle)
		i = world_draw((unsigned)w->count);
	n = w->len[i];
	memcpy(data, w->data[i], n);
	for (w->count--; i < w->count; i++) {
		memcpy(w->data[i], w->data[i + 1], w->len[i + 1]);
		w->len[i] = w->len[i + 1];
	}
	arrive(to, data, n, back);
	return true;
}

static bool
pump(struct side *from, struct side *to)
{
	size_t n, room;
	const void *out = tls_output(&from->t, &n);
	void *in = tls_room(&to->t, &room);

	if (out == NULL || in == NULL)
		return false;
	if (n > room)
		n = room;
	if (n > step_max)
		n = step_max;
	memcpy(in, out, n);
	tls_sent(&from->t, n);
	from->bytes += n;
	from->packets++;
	side_events(to, n);
	return true;
}

void
sides_begin(void)
{
	memset(wires, 0, sizeof(wires));
	server.started = !server.config.datagram || server.self.keys == NULL;
	side_start(&client);
	side_start(&server);
}

/* The nearer of the two times that something is due; false: none is. */
static bool
wait_for_due(void)
{
	int64_t c = tls_due(&client.t), s = tls_due(&server.t);
	int64_t due = c == 0 || (s > 0 && s < c) ? s : c;

	if (due == 0)
		return false;
	if (due > now)
		now = due;
	side_events(&client, 0);
	side_events(&server, 0);
	return true;
}

bool
sides_turn(void)
{
	bool moved;

	if (!client.config.datagram) {
		moved = pump(&client, &server);
		return pump(&server, &client) || moved;
	}
	moved = drain(&client, &wires[0]);
	moved |= drain(&server, &wires[1]);
	moved |= deliver(&wires[0], &server, &wires[1]);
	moved |= deliver(&wires[1], &client, &wires[0]);
	return moved || wait_for_due();
}

void
sides_run(void)
{
	for (int i = 0; i < 100000 && sides_turn(); i++)
		;
}

bool
sides_meet(void)
{
	sides_begin();
	sides_run();
	return client.ready && server.ready;
}

static size_t
write_some(struct side *s, const uint8_t *data, size_t n)
{
	size_t most = tls_datagram_max(&s->t);

	return tls_write(
	    &s->t, data, s->config.datagram && n > most ? most : n);
}

bool
sides_talk(size_t n)
{
	static uint8_t payload[200000];
	size_t up = 0, down = 0;
	uint32_t sum = 0;

	world_random(payload, n);
	client.got = server.got = 0;
	client.sum = server.sum = 0;
	for (int i = 0; i < 1000000 && (up < n || down < n); i++) {
		up += write_some(&client, payload + up, n - up);
		down += write_some(&server, payload + down, n - down);
		sides_turn();
	}
	sides_run();
	for (size_t i = 0; i < n; i++)
		sum = sum * 31 + payload[i];
	return client.got == n && server.got == n && client.sum == sum &&
	    server.sum == sum;
}

bool
sides_part(void)
{
	tls_close(&client.t, TLS_CLOSE_NOTIFY);
	sides_run();
	tls_close(&server.t, TLS_CLOSE_NOTIFY);
	sides_run();
	return client.ended && server.ended;
}

const char *
sides_text(void)
{
	static char text[100];

	snprintf(text, sizeof(text),
	    "client %d alert %d, server %d alert %d, at %lld", client.t.state,
	    client.t.alert, server.t.state, server.t.alert, (long long)now);
	return text;
}
