/*
 * sha256 - SHA-256 (FIPS 180-4, RFC 6234), whole or in pieces.
 *
 * A struct sha256 is plain data: a copy of it goes on by itself, which is how
 * the hash of a transcript is taken while the transcript goes on.
 */
#ifndef CRYPTO_SHA256_H
#define CRYPTO_SHA256_H

#include <stddef.h>
#include <stdint.h>

#define SHA256_LEN   32
#define SHA256_BLOCK 64

struct sha256 {
	uint32_t h[8];
	uint64_t len; /* bytes so far */
	uint8_t block[SHA256_BLOCK];
};

void sha256_begin(struct sha256 *s);
void sha256_add(struct sha256 *s, const void *data, size_t n);
void sha256_end(struct sha256 *s, uint8_t out[SHA256_LEN]);

/* The three in one.  out may lie inside data. */
void sha256(uint8_t out[SHA256_LEN], const void *data, size_t n);

#endif
