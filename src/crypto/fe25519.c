#include <stddef.h>

#include "crypto/fe25519.h"
#include "crypto/wide.h"
#include "crypto/words.h"

#define MASK 0x7ffffffffffff /* 51 bits */

/* What is above a limb's 51 bits goes to the next; times 19 where it is above
 * 2^255.  Once round, and into limb 1. */
static inline void
carry(struct fe *out, struct wide r0, struct wide r1, struct wide r2,
    struct wide r3, struct wide r4)
{
	uint64_t low;

	r1 = wide_add64(r1, wide_shift(r0, 51));
	r2 = wide_add64(r2, wide_shift(r1, 51));
	r3 = wide_add64(r3, wide_shift(r2, 51));
	r4 = wide_add64(r4, wide_shift(r3, 51));
	low = (wide_low(r0) & MASK) + wide_shift(r4, 51) * 19;
	out->limb[0] = low & MASK;
	out->limb[1] = (wide_low(r1) & MASK) + (low >> 51);
	out->limb[2] = wide_low(r2) & MASK;
	out->limb[3] = wide_low(r3) & MASK;
	out->limb[4] = wide_low(r4) & MASK;
}

static inline struct wide
sum3(struct wide a, struct wide b, struct wide c)
{
	return wide_add(wide_add(a, b), c);
}

static inline struct wide
sum5(struct wide a, struct wide b, struct wide c, struct wide d, struct wide e)
{
	return wide_add(sum3(a, b, c), wide_add(d, e));
}

#define X wide_mul

void
fe_mul(struct fe *out, const struct fe *a, const struct fe *b)
{
	const uint64_t *f = a->limb, *g = b->limb;
	uint64_t f0 = f[0], f1 = f[1], f2 = f[2], f3 = f[3], f4 = f[4];
	uint64_t g0 = g[0], g1 = g[1], g2 = g[2], g3 = g[3], g4 = g[4];
	uint64_t h1 = 19 * g1, h2 = 19 * g2, h3 = 19 * g3, h4 = 19 * g4;

	carry(out, sum5(X(f0, g0), X(f1, h4), X(f2, h3), X(f3, h2), X(f4, h1)),
	    sum5(X(f0, g1), X(f1, g0), X(f2, h4), X(f3, h3), X(f4, h2)),
	    sum5(X(f0, g2), X(f1, g1), X(f2, g0), X(f3, h4), X(f4, h3)),
	    sum5(X(f0, g3), X(f1, g2), X(f2, g1), X(f3, g0), X(f4, h4)),
	    sum5(X(f0, g4), X(f1, g3), X(f2, g2), X(f3, g1), X(f4, g0)));
}

void
fe_square(struct fe *out, const struct fe *a)
{
	const uint64_t *f = a->limb;
	uint64_t f0 = f[0], f1 = f[1], f2 = f[2], f3 = f[3], f4 = f[4];
	uint64_t d0 = 2 * f0, d1 = 2 * f1, d2 = 2 * f2, d3 = 2 * f3;
	uint64_t h3 = 19 * f3, h4 = 19 * f4;

	carry(out, sum3(X(f0, f0), X(d1, h4), X(d2, h3)),
	    sum3(X(d0, f1), X(d2, h4), X(f3, h3)),
	    sum3(X(d0, f2), X(f1, f1), X(d3, h4)),
	    sum3(X(d0, f3), X(d1, f2), X(f4, h4)),
	    sum3(X(d0, f4), X(d1, f3), X(f2, f2)));
}

void
fe_small(struct fe *out, const struct fe *a, uint32_t b)
{
	const uint64_t *f = a->limb;

	carry(out, X(f[0], b), X(f[1], b), X(f[2], b), X(f[3], b), X(f[4], b));
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
