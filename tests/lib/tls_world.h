/*
 * tls_world - what the tests of src/tls share: keys and certificates made on
 * the spot from a random source that repeats, and a client and a server in one
 * process, over a wire that can lose, repeat and reorder; time is the test's
 * own.
 */
#ifndef TLS_WORLD_H
#define TLS_WORLD_H

#include "tls/pem.h"
#include "tls/tls.h"

#define WALL        INT64_C(1800000000) /* what the tests take for today */
#define WORLD_CACHE 4

struct holder {
	uint8_t seed[ED25519_KEY], pub[ED25519_KEY];
	uint8_t der[CERT_MAX], chain[2 * CERT_MAX];
	size_t len, chain_len;
	struct cert cert;
};

extern struct holder root, middle, server_id, client_id;
extern struct cert_root roots[1];
extern struct tls_server_keys server_keys;
extern struct tls_psk psk; /* device-7 */
extern bool psk_gone;      /* the server does not know it any more */

void world_random(void *out, size_t n);
void world_seed(uint64_t seed);
unsigned world_draw(unsigned n); /* 0 to n - 1 */
void world_make(void);

/* A certificate that by has signed; NULL: its own holder. */
void holder_make(
    struct holder *h, struct cert_plan *plan, const struct holder *by);
void holder_chain(struct holder *h, const struct holder *above);

struct side {
	struct tls_self self;
	struct tls_trust trust;
	struct tls_target target;
	struct tls_ticket ticket;
	struct tls_cached cache[WORLD_CACHE];
	struct tls_cid cid;
	struct tls_config config;
	size_t in_size, out_size;

	struct tls t;
	struct tls_handshake handshake;
	uint8_t in[TLS_OVER + TLS_PLAIN_MAX], out[4096];

	bool started; /* a server over datagrams: past the cookie */
	bool ready, ended, failed;
	size_t got;   /* bytes of data */
	uint32_t sum; /* over them */
	uint8_t heard[64];
	size_t bytes, packets; /* sent */
	size_t longest;        /* of them */
};

extern struct side client, server;
extern int64_t now;
extern unsigned loss, repeat, shuffle; /* of 100 */
extern size_t step_max;                /* bytes moved at once over a stream */

/* Both as they usually are: a chain at the server, roots at the client. */
void sides_set(bool datagram);
void side_certify(struct side *s, const struct holder *h);
void sides_share_key(void); /* the pre-shared key alone */

void side_start(struct side *s);
void side_events(struct side *s, size_t n);

/* A datagram, or bytes of a stream, come in; false: there was no room. */
bool side_hears(struct side *s, const void *data, size_t n);

/* Start both, and let them do what they can do by themselves. */
void sides_begin(void);
bool sides_turn(void); /* one step; false: nothing moves any more */
void sides_run(void);
bool sides_meet(void); /* begin, run: are both ready? */

/* n bytes each way: true when they came as they were. */
bool sides_talk(size_t n);
bool sides_part(void); /* goodbye from both */

/* Where both are, for what a failed check says. */
const char *sides_text(void);

/* What a side has to send, out of its wire; 0: nothing. */
size_t side_says(struct side *s, uint8_t *out, size_t size);

#endif
