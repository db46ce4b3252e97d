/*
 * x25519 - Diffie-Hellman over Curve25519 (RFC 7748), in a time that does not
 * depend on the scalar or the point.
 */
#ifndef CRYPTO_X25519_H
#define CRYPTO_X25519_H

#include <stdbool.h>
#include <stdint.h>

#define X25519_LEN 32 /* of scalars, points and shared secrets alike */

/*
 * The shared secret of a secret scalar, 32 random bytes as they are, and the
 * peer's point.  False: it is zero, the peer's point is one of the few bad ones
 * (section 6.1), and the exchange is to be given up.  out may be an input.
 */
bool x25519(uint8_t out[X25519_LEN], const uint8_t scalar[X25519_LEN],
    const uint8_t point[X25519_LEN]);

/* The point that a peer is told, from the same scalar. */
void x25519_public(uint8_t out[X25519_LEN], const uint8_t scalar[X25519_LEN]);

#endif
