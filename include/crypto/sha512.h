/*
 * sha512 - SHA-512 (FIPS 180-4, RFC 6234), which Ed25519 is made with.
 */
#ifndef CRYPTO_SHA512_H
#define CRYPTO_SHA512_H

#include <stddef.h>
#include <stdint.h>

#define SHA512_LEN   64
#define SHA512_BLOCK 128

struct sha512 {
	uint64_t h[8];
	uint64_t len; /* bytes so far: fewer than 2^61 */
	uint8_t block[SHA512_BLOCK];
};

void sha512_begin(struct sha512 *s);
void sha512_add(struct sha512 *s, const void *data, size_t n);
void sha512_end(struct sha512 *s, uint8_t out[SHA512_LEN]);

#endif
