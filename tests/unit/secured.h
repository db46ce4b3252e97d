/*
 * secured - a client's and a server's struct secure, with the certificates of
 * tests/lib/tls_world.h, for the tests of src/net that seal.
 */
#ifndef SECURED_H
#define SECURED_H

#include <stdio.h>
#include <string.h>

#include "../lib/tls_world.h"
#include "net/sealed.h"
#include "policy.h"

#define SLOTS        8
#define ASSOCIATIONS 64
#define HANDSHAKES   4

struct party {
	struct tls_self self;
	struct tls_trust trust;
	struct secure secure;
	struct secure_slot slot[SLOTS];
	uint8_t room[SLOTS][SECURE_BUFFERS(SECURE_BULK)];
	struct association association[ASSOCIATIONS];
	struct secure_handshake handshake[HANDSHAKES];
	int verdict, judged; /* what its judge says, and how often it did */
	char saw[TLS_NAME_MAX + 1];
};

static struct party ask, serve; /* a client and a server */

static inline int
party_judge(void *context, const struct tls_peer *peer, const struct addr *at,
    const struct secure_target *target)
{
	struct party *p = context;

	(void)at;
	(void)target;
	p->judged++;
	snprintf(p->saw, sizeof(p->saw), "%s", peer->name);
	return p->verdict;
}

static inline void
party_set(struct party *p, const struct holder *h, size_t record)
{
	secure_close(&p->secure);
	memset(p, 0, sizeof(*p));
	p->self.random = world_random;
	tls_set_identity(&p->self, h->chain, h->chain_len, h->seed);
	p->trust.judge = TLS_TRUST_ANY;
	p->trust.roots = roots;
	p->trust.root_count = 1;
	p->trust.wall = WALL;
	p->secure = (struct secure){ .self = &p->self,
		.trust = &p->trust,
		.judge = party_judge,
		.context = p,
		.slot = p->slot,
		.room = p->room[0],
		.slots = SLOTS,
		.record = record,
		.association = p->association,
		.associations = ASSOCIATIONS,
		.handshake = p->handshake,
		.handshakes = HANDSHAKES };
	secure_open(&p->secure, now_ms());
}

static inline void
parties_set(void)
{
	party_set(&ask, &client_id, SECURE_BULK);
	party_set(&serve, &server_id, SECURE_BULK);
}

#endif
