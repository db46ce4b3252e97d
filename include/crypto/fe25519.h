/*
 * fe25519 - integers modulo p = 2^255 - 19 in 5 limbs of 51 bits, in constant
 * time.
 *
 * What fe_mul(), fe_square() and fe_small() give has limbs just above 51 bits;
 * sums and differences are left uncarried.  A product takes factors of up to 54
 * bits a limb: a sum or a difference of two products, or of a product and such
 * a sum.  fe_sub() takes away limbs of at most 53 bits: a product, the sum of
 * two, or 0 less one.
 * Every argument may be the same as another.
 */
#ifndef CRYPTO_FE25519_H
#define CRYPTO_FE25519_H

#include <stdbool.h>
#include <stdint.h>

struct fe {
	uint64_t limb[5];
};

static inline void
fe_add(struct fe *out, const struct fe *a, const struct fe *b)
{
	for (int i = 0; i < 5; i++)
		out->limb[i] = a->limb[i] + b->limb[i];
}

/* 4 p is added first, so that no limb falls below zero. */
static inline void
fe_sub(struct fe *out, const struct fe *a, const struct fe *b)
{
	out->limb[0] = a->limb[0] + 0x1fffffffffffb4 - b->limb[0];
	for (int i = 1; i < 5; i++)
		out->limb[i] = a->limb[i] + 0x1ffffffffffffc - b->limb[i];
}

void fe_mul(struct fe *out, const struct fe *a, const struct fe *b);
void fe_square(struct fe *out, const struct fe *a);
void fe_small(struct fe *out, const struct fe *a, uint32_t b);
void fe_invert(struct fe *out, const struct fe *a); /* of 0: 0 */
void fe_root(struct fe *out, const struct fe *a);   /* a^((p - 5) / 8) */

void fe_load(struct fe *out, const uint8_t in[32]); /* bit 255 is lost */
void fe_store(uint8_t out[32], const struct fe *a); /* below p */

/* With bit 1 the two change places, or a becomes b; with 0 nothing does. */
void fe_swap(struct fe *a, struct fe *b, uint64_t bit);
void fe_pick(struct fe *a, const struct fe *b, uint64_t bit);

#endif
