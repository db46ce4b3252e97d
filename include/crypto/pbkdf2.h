/*
 * pbkdf2 - slow hashes of passwords: PBKDF2 with HMAC-SHA-256 (RFC 8018,
 * section 5.2).
 */
#ifndef CRYPTO_PBKDF2_H
#define CRYPTO_PBKDF2_H

#include <stddef.h>
#include <stdint.h>

#define PBKDF2_SALT_MAX 64

/*
 * n bytes made of a password and a salt of at most PBKDF2_SALT_MAX bytes; 0
 * rounds count as 1.  Each 32 bytes of output cost all the rounds.
 */
void pbkdf2_sha256(void *out, size_t n, const char *pass, const void *salt,
    size_t salt_len, unsigned rounds);

#endif
