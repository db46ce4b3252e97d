/*
 * point - points of the curve of Ed25519 (RFC 8032, section 5.1):
 * -x^2 + y^2 = 1 + d x^2 y^2 modulo 2^255 - 19.
 */
#ifndef CRYPTO_POINT_H
#define CRYPTO_POINT_H

#include <stdbool.h>
#include <stdint.h>

#include "crypto/fe25519.h"
#include "crypto/scalar.h"

/* x = X / Z, y = Y / Z, x y = T / Z */
struct point {
	struct fe x, y, z, t;
};

/* s times the base point, in constant time. */
void point_base(struct point *out, const struct scalar *s);

/* s p, where both are public: time tells them. */
void point_multiply(
    struct point *out, const struct scalar *s, const struct point *p);

void point_add(struct point *out, const struct point *p, const struct point *q);
void point_negate(struct point *p);

/* Does p vanish when it is added to itself some times, at most eight? */
bool point_small_order(const struct point *p);

/* False: in is no point, or one written in another way than point_store()'s. */
bool point_load(struct point *p, const uint8_t in[32]);
void point_store(uint8_t out[32], const struct point *p);

#endif
