#include <stddef.h>

#include "fe25519.h"
#include "words.h"

__extension__ typedef unsigned __int128 wide;

#define MASK 0x7ffffffffffff /* 51 bits */

/* Carry the sums of products into out: once round, and into limb 1. */
static void
carry(struct fe *out, wide r[5])
{
	for (int i = 0; i < 4; i++) {
		r[i + 1] += (uint64_t)(r[i] >> 51);
		out->limb[i] = (uint64_t)r[i] & MASK;
	}
	out->limb[4] = (uint64_t)r[4] & MASK;
	out->limb[0] += (uint64_t)(r[4] >> 51) * 19;
	out->limb[1] += out->limb[0] >> 51;
	out->limb[0] &= MASK;
}

#define X(x, y) ((wide)(x) * (y))

void
fe_mul(struct fe *out, const struct fe *a, const struct fe *b)
{
	const uint64_t *f = a->limb, *g = b->limb;
	uint64_t g1 = 19 * g[1], g2 = 19 * g[2], g3 = 19 * g[3], g4 = 19 * g[4];
	wide r[5];

	r[0] = X(f[0], g[0]) + X(f[1], g4) + X(f[2], g3) + X(f[3], g2) +
	    X(f[4], g1);
	r[1] = X(f[0], g[1]) + X(f[1], g[0]) + X(f[2], g4) + X(f[3], g3) +
	    X(f[4], g2);
	r[2] = X(f[0], g[2]) + X(f[1], g[1]) + X(f[2], g[0]) + X(f[3], g4) +
	    X(f[4], g3);
	r[3] = X(f[0], g[3]) + X(f[1], g[2]) + X(f[2], g[1]) + X(f[3], g[0]) +
	    X(f[4], g4);
	r[4] = X(f[0], g[4]) + X(f[1], g[3]) + X(f[2], g[2]) + X(f[3], g[1]) +
	    X(f[4], g[0]);
	carry(out, r);
}

void
fe_square(struct fe *out, const struct fe *a)
{
	const uint64_t *f = a->limb;
	uint64_t f0 = 2 * f[0], f1 = 2 * f[1], f3 = 19 * f[3], f4 = 19 * f[4];
	wide r[5];

	r[0] = X(f[0], f[0]) + X(f1, f4) + X(2 * f[2], f3);
	r[1] = X(f0, f[1]) + X(2 * f[2], f4) + X(f[3], f3);
	r[2] = X(f0, f[2]) + X(f[1], f[1]) + X(2 * f[3], f4);
	r[3] = X(f0, f[3]) + X(f1, f[2]) + X(f[4], f4);
	r[4] = X(f0, f[4]) + X(f1, f[3]) + X(f[2], f[2]);
	carry(out, r);
}

void
fe_small(struct fe *out, const struct fe *a, uint32_t b)
{
	wide r[5];

	for (int i = 0; i < 5; i++)
		r[i] = X(a->limb[i], b);
	carry(out, r);
}

static void
squares(struct fe *out, const struct fe *a, int n)
{
	fe_square(out, a);
	while (--n > 0)
		fe_square(out, out);
}

/* a^(2^250 - 1) and, by the way, a^11: what both powers below begin with. */
static void
power(struct fe *out, struct fe *eleven, const struct fe *a)
{
	struct fe t, u, v;

	fe_square(&t, a);       /* 2 */
	squares(&u, &t, 2);     /* 8 */
	fe_mul(&u, &u, a);      /* 9 */
	fe_mul(eleven, &t, &u); /* 11 */
	fe_square(&t, eleven);  /* 22 */
	fe_mul(&u, &t, &u);     /* 2^5 - 1 */
	squares(&t, &u, 5);
	fe_mul(&u, &t, &u); /* 2^10 - 1 */
	squares(&t, &u, 10);
	fe_mul(&v, &t, &u); /* 2^20 - 1 */
	squares(&t, &v, 20);
	fe_mul(&t, &t, &v); /* 2^40 - 1 */
	squares(&t, &t, 10);
	fe_mul(&u, &t, &u); /* 2^50 - 1 */
	squares(&t, &u, 50);
	fe_mul(&v, &t, &u); /* 2^100 - 1 */
	squares(&t, &v, 100);
	fe_mul(&t, &t, &v); /* 2^200 - 1 */
	squares(&t, &t, 50);
	fe_mul(out, &t, &u);
}

/* a^(p - 2), p - 2 being (2^250 - 1) 2^5 + 11 */
void
fe_invert(struct fe *out, const struct fe *a)
{
	struct fe t, eleven;

	power(&t, &eleven, a);
	squares(&t, &t, 5);
	fe_mul(out, &t, &eleven);
}

/* (p - 5) / 8 is (2^250 - 1) 2^2 + 1 */
void
fe_root(struct fe *out, const struct fe *a)
{
	struct fe t, eleven;

	power(&t, &eleven, a);
	squares(&t, &t, 2);
	fe_mul(out, &t, a);
}

void
fe_load(struct fe *out, const uint8_t in[32])
{
	out->limb[0] = get64le(in) & MASK;
	out->limb[1] = get64le(in + 6) >> 3 & MASK;
	out->limb[2] = get64le(in + 12) >> 6 & MASK;
	out->limb[3] = get64le(in + 19) >> 1 & MASK;
	out->limb[4] = get64le(in + 24) >> 12 & MASK;
}

/* Carry once round. */
static void
settle(uint64_t limb[5])
{
	for (int i = 0; i < 4; i++) {
		limb[i + 1] += limb[i] >> 51;
		limb[i] &= MASK;
	}
	limb[0] += 19 * (limb[4] >> 51);
	limb[4] &= MASK;
}

void
fe_store(uint8_t out[32], const struct fe *a)
{
	struct fe t = *a;
	uint64_t over = 19, *limb = t.limb;

	settle(limb);
	settle(limb);
	for (int i = 0; i < 5; i++) /* 1 when t is p or more */
		over = (limb[i] + over) >> 51;
	limb[0] += 19 * over;
	for (int i = 0; i < 4; i++) {
		limb[i + 1] += limb[i] >> 51;
		limb[i] &= MASK;
	}
	limb[4] &= MASK;
	for (size_t i = 0; i < 32; i++) {
		size_t bit = 8 * i, n = bit / 51, at = bit % 51;
		uint64_t byte = limb[n] >> at;

		if (at > 43 && n < 4)
			byte |= limb[n + 1] << (51 - at);
		out[i] = (uint8_t)byte;
	}
}

void
fe_swap(struct fe *a, struct fe *b, uint64_t bit)
{
	uint64_t mask = 0 - bit;

	for (int i = 0; i < 5; i++) {
		uint64_t differ = (a->limb[i] ^ b->limb[i]) & mask;

		a->limb[i] ^= differ;
		b->limb[i] ^= differ;
	}
}

void
fe_pick(struct fe *a, const struct fe *b, uint64_t bit)
{
	uint64_t mask = 0 - bit;

	for (int i = 0; i < 5; i++)
		a->limb[i] ^= (a->limb[i] ^ b->limb[i]) & mask;
}
