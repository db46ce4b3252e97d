/*
 * tls_stub - cryptography that says yes to all, and seals nothing, for fuzzing
 * what stands behind it.
 */
#include <string.h>

#include "crypto/aead.h"
#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "crypto/x25519.h"

void
aead_seal(uint8_t *data, size_t n, const uint8_t key[AEAD_KEY],
    const uint8_t nonce[AEAD_NONCE], const void *ad, size_t ad_len)
{
	(void)key;
	(void)nonce;
	(void)ad;
	(void)ad_len;
	memset(data + n, 0, AEAD_TAG);
}

bool
aead_open(uint8_t *data, size_t n, const uint8_t key[AEAD_KEY],
    const uint8_t nonce[AEAD_NONCE], const void *ad, size_t ad_len)
{
	(void)data;
	(void)n;
	(void)key;
	(void)nonce;
	(void)ad;
	(void)ad_len;
	return true;
}

void
ed25519_public(uint8_t pub[ED25519_KEY], const uint8_t seed[ED25519_KEY])
{
	memcpy(pub, seed, ED25519_KEY);
}

void
ed25519_sign(uint8_t sig[ED25519_SIG], const uint8_t seed[ED25519_KEY],
    const uint8_t pub[ED25519_KEY], const void *data, size_t n)
{
	(void)seed;
	(void)pub;
	(void)data;
	(void)n;
	memset(sig, 0, ED25519_SIG);
}

bool
ed25519_verify(const uint8_t sig[ED25519_SIG], const uint8_t pub[ED25519_KEY],
    const void *data, size_t n)
{
	(void)sig;
	(void)pub;
	(void)data;
	(void)n;
	return true;
}

bool
x25519(uint8_t out[X25519_LEN], const uint8_t scalar[X25519_LEN],
    const uint8_t point[X25519_LEN])
{
	(void)scalar;
	memmove(out, point, X25519_LEN);
	return point[0] != 0;
}

void
x25519_public(uint8_t out[X25519_LEN], const uint8_t scalar[X25519_LEN])
{
	memcpy(out, scalar, X25519_LEN);
}

bool
same_bytes(const void *a, const void *b, size_t n)
{
	(void)a;
	(void)b;
	(void)n;
	return true;
}

void
wipe(void *secret, size_t n)
{
	memset(secret, 0, n);
}
