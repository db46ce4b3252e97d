#include <string.h>

#include "crypto/fe25519.h"
#include "crypto/point.h"
#include "crypto/secret.h"
#include "crypto/x25519.h"

struct ladder {
	struct fe x2, z2, x3, z3;
};

/* One step of the Montgomery ladder (RFC 7748, 5), with its names. */
static void
step(struct ladder *l, const struct fe *x1)
{
	struct fe a, aa, b, bb, e, c, d, da, cb;

	fe_add(&a, &l->x2, &l->z2);
	fe_square(&aa, &a);
	fe_sub(&b, &l->x2, &l->z2);
	fe_square(&bb, &b);
	fe_sub(&e, &aa, &bb);
	fe_add(&c, &l->x3, &l->z3);
	fe_sub(&d, &l->x3, &l->z3);
	fe_mul(&da, &d, &a);
	fe_mul(&cb, &c, &b);
	fe_add(&c, &da, &cb);
	fe_square(&l->x3, &c);
	fe_sub(&d, &da, &cb);
	fe_square(&d, &d);
	fe_mul(&l->z3, x1, &d);
	fe_mul(&l->x2, &aa, &bb);
	fe_small(&d, &e, 121665);
	fe_add(&d, &aa, &d);
	fe_mul(&l->z2, &e, &d);
}

static void
clamp(uint8_t k[X25519_LEN], const uint8_t scalar[X25519_LEN])
{
	memcpy(k, scalar, X25519_LEN);
	k[0] &= 248;
	k[31] = (k[31] & 127) | 64;
}

bool
x25519(uint8_t out[X25519_LEN], const uint8_t scalar[X25519_LEN],
    const uint8_t point[X25519_LEN])
{
	static const uint8_t zero[X25519_LEN];
	struct ladder l = { { { 1 } }, { { 0 } }, { { 0 } }, { { 1 } } };
	struct fe x1;
	uint8_t k[X25519_LEN];
	uint64_t swap = 0;

	clamp(k, scalar);
	fe_load(&x1, point);
	l.x3 = x1;
	for (int i = 254; i >= 0; i--) {
		uint64_t bit = k[i / 8] >> (i % 8) & 1;

		swap ^= bit;
		fe_swap(&l.x2, &l.x3, swap);
		fe_swap(&l.z2, &l.z3, swap);
		swap = bit;
		step(&l, &x1);
	}
	fe_swap(&l.x2, &l.x3, swap);
	fe_swap(&l.z2, &l.z3, swap);
	fe_invert(&l.z2, &l.z2);
	fe_mul(&l.x2, &l.x2, &l.z2);
	fe_store(out, &l.x2);
	wipe(&l, sizeof(l));
	wipe(k, sizeof(k));
	return !same_bytes(out, zero, sizeof(zero));
}

/*
 * The base point's multiples are had faster on the curve of Ed25519, which is
 * the same in other coordinates: u = (1 + y) / (1 - y) (RFC 7748, section 4.1).
 */
void
x25519_public(uint8_t out[X25519_LEN], const uint8_t scalar[X25519_LEN])
{
	uint8_t k[X25519_LEN];
	struct scalar s;
	struct point p;

	clamp(k, scalar);
	scalar_load(&s, k, sizeof(k));
	point_base(&p, &s);
	fe_add(&p.x, &p.z, &p.y);
	fe_sub(&p.z, &p.z, &p.y);
	fe_invert(&p.z, &p.z);
	fe_mul(&p.x, &p.x, &p.z);
	fe_store(out, &p.x);
	wipe(k, sizeof(k));
	wipe(&s, sizeof(s));
	wipe(&p, sizeof(p));
}
