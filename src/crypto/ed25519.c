#include <string.h>

#include "crypto/ed25519.h"
#include "crypto/point.h"
#include "crypto/secret.h"
#include "crypto/sha512.h"

/* SHA-512 of two or three parts, modulo L. */
static void
hash(struct scalar *out, const uint8_t a[32], const uint8_t *b,
    const void *data, size_t n)
{
	struct sha512 s;
	uint8_t digest[SHA512_LEN];

	sha512_begin(&s);
	sha512_add(&s, a, 32);
	if (b != NULL)
		sha512_add(&s, b, 32);
	sha512_add(&s, data, n);
	sha512_end(&s, digest);
	scalar_load(out, digest, sizeof(digest));
	wipe(&s, sizeof(s));
	wipe(digest, sizeof(digest));
}

/* The secret scalar and what nonces are made from (section 5.1.5). */
static void
expand(struct scalar *secret, uint8_t prefix[32], const uint8_t seed[32])
{
	struct sha512 s;
	uint8_t key[SHA512_LEN];

	sha512_begin(&s);
	sha512_add(&s, seed, ED25519_KEY);
	sha512_end(&s, key);
	key[0] &= 248;
	key[31] = (key[31] & 127) | 64;
	scalar_load(secret, key, 32);
	memcpy(prefix, key + 32, 32);
	wipe(&s, sizeof(s));
	wipe(key, sizeof(key));
}

/* s times the base point, written out. */
static void
store_base(uint8_t out[32], const struct scalar *s)
{
	struct point p;

	point_base(&p, s);
	point_store(out, &p);
	wipe(&p, sizeof(p));
}

void
ed25519_public(uint8_t pub[ED25519_KEY], const uint8_t seed[ED25519_KEY])
{
	struct scalar secret;
	uint8_t prefix[32];

	expand(&secret, prefix, seed);
	store_base(pub, &secret);
	wipe(&secret, sizeof(secret));
	wipe(prefix, sizeof(prefix));
}

void
ed25519_sign(uint8_t sig[ED25519_SIG], const uint8_t seed[ED25519_KEY],
    const uint8_t pub[ED25519_KEY], const void *data, size_t n)
{
	struct scalar secret, r, k;
	uint8_t prefix[32];

	expand(&secret, prefix, seed);
	hash(&r, prefix, NULL, data, n);
	store_base(sig, &r);
	hash(&k, sig, pub, data, n);
	scalar_muladd(&k, &k, &secret, &r);
	scalar_store(sig + 32, &k);
	wipe(&secret, sizeof(secret));
	wipe(prefix, sizeof(prefix));
	wipe(&r, sizeof(r));
}

bool
ed25519_verify(const uint8_t sig[ED25519_SIG], const uint8_t pub[ED25519_KEY],
    const void *data, size_t n)
{
	struct scalar s, k;
	struct point p, q;
	uint8_t again[32];

	scalar_load(&s, sig + 32, 32);
	scalar_store(again, &s);
	if (memcmp(again, sig + 32, sizeof(again)) != 0) /* L or more */
		return false;
	if (!point_load(&p, pub) || point_small_order(&p))
		return false;
	hash(&k, sig, pub, data, n);
	point_negate(&p);
	point_multiply(&q, &k, &p);
	point_base(&p, &s);
	point_add(&p, &p, &q); /* s B - k A, which is to be R */
	point_store(again, &p);
	return memcmp(again, sig, sizeof(again)) == 0;
}
