/*
 * scalar - integers modulo L = 2^252 + 27742317777372353535851937790883648493,
 * the order of Ed25519's base point (RFC 8032, section 5.1), in constant time.
 */
#ifndef CRYPTO_SCALAR_H
#define CRYPTO_SCALAR_H

#include <stddef.h>
#include <stdint.h>

struct scalar {
	uint32_t word[8]; /* least significant first; below L */
};

/* n bytes, a multiple of 4, least significant first and of any value. */
void scalar_load(struct scalar *out, const uint8_t *in, size_t n);
void scalar_store(uint8_t out[32], const struct scalar *a);

/* out = a b + c.  out may be any of them. */
void scalar_muladd(struct scalar *out, const struct scalar *a,
    const struct scalar *b, const struct scalar *c);

static inline uint32_t
scalar_bit(const struct scalar *a, unsigned i)
{
	return a->word[i / 32] >> (i % 32) & 1;
}

#endif
