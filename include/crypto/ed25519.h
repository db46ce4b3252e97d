/*
 * ed25519 - signatures: pure Ed25519 (RFC 8032, section 5.1).
 *
 * Making keys and signatures takes a time that does not depend on the secret;
 * verifying, where all is public, takes the time that it likes.
 */
#ifndef CRYPTO_ED25519_H
#define CRYPTO_ED25519_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ED25519_KEY                                                            \
	32 /* the secret seed, 32 random bytes, and the public key */
#define ED25519_SIG 64

void ed25519_public(uint8_t pub[ED25519_KEY], const uint8_t seed[ED25519_KEY]);

/*
 * pub is ed25519_public() of this seed and comes from nowhere else: a signature
 * made with somebody's choice of pub would give the secret key away.  data is
 * read twice and may not overlap sig.
 */
void ed25519_sign(uint8_t sig[ED25519_SIG], const uint8_t seed[ED25519_KEY],
    const uint8_t pub[ED25519_KEY], const void *data, size_t n);

/*
 * True when sig is the signature of data by pub's owner.  Refused as well: a
 * second way to write S, a point or a key (not below L or p), and keys that are
 * no point of the curve or of small order, whose signatures bind nobody.
 */
bool ed25519_verify(const uint8_t sig[ED25519_SIG],
    const uint8_t pub[ED25519_KEY], const void *data, size_t n);

#endif
