/*
 * hmac - HMAC-SHA-256 (RFC 2104, RFC 4231), and the PRF that TLS 1.2 makes of
 * it (RFC 5246, section 5).
 */
#ifndef CRYPTO_HMAC_H
#define CRYPTO_HMAC_H

#include <stddef.h>
#include <stdint.h>

#include "crypto/sha256.h"

/*
 * A key that is worked in: both hashes have taken their first block.  Good for
 * any number of messages; it is as secret as the key, so wipe() it.
 */
struct hmac {
	struct sha256 inner, outer;
};

/* A key of any length. */
void hmac_key(struct hmac *h, const void *key, size_t n);

/* out may lie inside data. */
void hmac(
    const struct hmac *h, uint8_t out[SHA256_LEN], const void *data, size_t n);

/*
 * n bytes of PRF(secret, label, seed).  label and seed together have at most
 * PRF_SEED_MAX bytes, which is the caller's to see to: the profile's longest
 * are "key expansion" and two randoms, 77 bytes.
 */
#define PRF_SEED_MAX 96

void prf(void *out, size_t n, const void *secret, size_t secret_len,
    const char *label, const void *seed, size_t seed_len);

#endif
