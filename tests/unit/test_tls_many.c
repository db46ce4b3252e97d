/*
 * A socket of datagrams as a server has it: many associations, one buffer in
 * and one out for all of them, and memory for two handshakes at a time.  Who
 * comes when both are taken is not heard, and asks again.
 */
#include <string.h>

#include "../lib/tls_world.h"
#include "test.h"

enum { MANY = 6, POOL = 2, WORDS = 20 };

static struct side clients[MANY];
static struct tls_cid cids[MANY];

static struct slot {
	struct tls t;
	bool used, ready;
} slots[MANY];
static struct tls_handshake pool[POOL];
static uint8_t in[2048], out[1200];
static int refused, most;

static struct tls_handshake *
lend(void)
{
	int taken = 0;
	struct tls_handshake *free = NULL;

	for (int i = 0; i < POOL; i++) {
		bool lent = false;

		for (int j = 0; j < MANY; j++)
			lent |= slots[j].used && slots[j].t.hs == &pool[i];
		taken += lent;
		if (!lent)
			free = &pool[i];
	}
	if (taken + (free != NULL) > most)
		most = taken + (free != NULL);
	return free;
}

/* All that the association says goes to its client, and its echoes. */
static void
serve(int i, size_t n)
{
	struct slot *s = &slots[i];
	uint8_t word[64];
	enum tls_event event;
	const void *from;

	for (; (event = tls_input(&s->t, n, now)) != TLS_MORE; n = 0) {
		if (event == TLS_READY)
			s->ready = true;
		else if (event != TLS_DATA)
			break;
		else if ((n = tls_read(&s->t, word, sizeof(word))) > 0 &&
		    tls_write(&s->t, word, n) == n &&
		    (from = tls_output(&s->t, &n)) != NULL) {
			side_hears(&clients[i], from, n);
			tls_sent(&s->t, n);
		}
	}
	while ((from = tls_output(&s->t, &n)) != NULL) {
		side_hears(&clients[i], from, n);
		tls_sent(&s->t, n);
	}
}

static bool
begin(int i, const uint8_t *data, size_t n)
{
	struct tls_memory m = { in, out, sizeof(in), sizeof(out), lend() };
	struct tls_datagram d = { &i, sizeof(i), data, n };
	struct tls_config config = server.config;
	struct tls_answer answer;

	switch (tls_greet(&server.self, &d, &answer)) {
	case TLS_GREET_ANSWER:
		side_hears(&clients[i], answer.data, answer.len);
		return false;
	case TLS_GREET_START:
		break;
	case TLS_GREET_DROP:
		return false;
	}
	if (m.handshake == NULL) {
		refused++;
		return false;
	}
	config.cid = &cids[i];
	tls_start(&slots[i].t, &config, &m, now);
	slots[i].used = true;
	return true;
}

/* From address i; found by its connection id where it has one. */
static void
arrive(int i, const uint8_t *data, size_t n)
{
	const uint8_t *cid = tls_find_cid(data, n, cids[0].len);
	size_t room;

	for (int j = 0; j < MANY && cid != NULL; j++)
		CHECK((memcmp(cid, cids[j].id, cids[j].len) == 0) == (i == j),
		    "%d is found as %d", i, j);
	if (!slots[i].used && !begin(i, data, n))
		return;
	if (tls_room(&slots[i].t, &room) == NULL || n > room)
		return;
	memcpy(in, data, n);
	serve(i, n);
}

static bool
turn(void)
{
	static uint8_t data[2048];
	bool moved = false;
	size_t n;

	for (int i = 0; i < MANY; i++) {
		if ((n = side_says(&clients[i], data, sizeof(data))) == 0)
			continue;
		moved = true;
		if (world_draw(100) >= loss)
			arrive(i, data, n);
	}
	return moved;
}

static void
wait_for_due(void)
{
	now += 250;
	for (int i = 0; i < MANY; i++) {
		side_events(&clients[i], 0);
		if (slots[i].used)
			serve(i, 0);
	}
}

static bool
all_ready(void)
{
	for (int i = 0; i < MANY; i++)
		if (!clients[i].ready || !slots[i].ready)
			return false;
	return true;
}

static void
start(void)
{
	sides_set(true);
	memset(slots, 0, sizeof(slots));
	refused = 0;
	for (int i = 0; i < MANY; i++) {
		clients[i] = client;
		clients[i].config.self = &clients[i].self;
		clients[i].config.trust = &clients[i].trust;
		clients[i].config.target = &clients[i].target;
		clients[i].config.cid = &clients[i].cid;
		cids[i].len = 4;
		world_random(cids[i].id, sizeof(cids[i].id));
		side_start(&clients[i]);
	}
}

static void
meet_all(unsigned lost)
{
	start();
	loss = lost;
	for (int i = 0; i < 5000 && !all_ready(); i++)
		if (!turn())
			wait_for_due();
	CHECK(all_ready(), "%u lost of 100", lost);
	CHECK(refused > 0 && most == POOL, "%d had to wait, %d at once",
	    refused, most);
	loss = 0;
	while (turn())
		;
	for (int i = 0; i < MANY; i++)
		CHECK(!tls_handshaking(&slots[i].t), "%d", i);
}

/* Each says its own, in turns, and hears no other's. */
static void
talk_all(void)
{
	for (int i = 0; i < MANY; i++)
		clients[i].got = 0;
	for (int w = 0; w < WORDS; w++) {
		for (int i = 0; i < MANY; i++) {
			uint8_t c = (uint8_t)('a' + i);

			CHECK(tls_write(&clients[i].t, &c, 1) == 1, "%d", i);
		}
		while (turn())
			;
	}
	for (int i = 0; i < MANY; i++) {
		CHECK(clients[i].got == WORDS, "%d: %zu", i, clients[i].got);
		for (int w = 0; w < WORDS; w++)
			CHECK(clients[i].heard[w] == 'a' + i, "%d: %c", i,
			    clients[i].heard[w]);
	}
}

int
main(void)
{
	world_make();
	now = 1;
	meet_all(0);
	talk_all();
	meet_all(20);
	talk_all();
	printf("  %d associations: %zu bytes each, %zu for all\n", MANY,
	    sizeof(struct tls), sizeof(pool) + sizeof(in) + sizeof(out));
	return test_done("tls_many");
}
