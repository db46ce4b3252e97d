/*
 * pbkdf2 - slow hashes of passwords: PBKDF2 (RFC 8018) with HMAC-SHA256
 * (RFC 2104, FIPS 180-4).
 */
#ifndef PBKDF2_H
#define PBKDF2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DIGEST_LEN 32

void sha256(uint8_t out[DIGEST_LEN], const void *data, size_t n);
void hmac_sha256(uint8_t out[DIGEST_LEN], const void *key, size_t key_len,
    const void *data, size_t n);

/* The first block of output, which is all that we need; salt_len <= 64. */
void pbkdf2_sha256(uint8_t out[DIGEST_LEN], const char *pass, const void *salt,
    size_t salt_len, unsigned rounds);

/* As memcmp() == 0, in a time that does not tell where they differ. */
bool same_digest(const uint8_t *a, const uint8_t *b, size_t n);

#endif
