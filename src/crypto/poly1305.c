#include <string.h>

#include "crypto/poly1305.h"
#include "crypto/secret.h"
#include "crypto/wide.h"
#include "crypto/words.h"

/*
 * Numbers modulo 2^130 - 5 in words of 64 bits: h has two and a few bits more.
 * The key's clamp (section 2.5.1) makes this cheap: r has 124 bits, and its
 * upper word is a multiple of 4, so that with 2^130 = 5 the products of two
 * upper words, worth 2^128, come down by r / 4 * 5, a whole number.
 */
void
poly1305_begin(struct poly1305 *p, const uint8_t key[POLY1305_KEY])
{
	memset(p->h, 0, sizeof(p->h));
	p->r[0] = get64le(key) & 0x0ffffffc0fffffff;
	p->r[1] = get64le(key + 8) & 0x0ffffffc0ffffffc;
	p->pad[0] = get64le(key + 16);
	p->pad[1] = get64le(key + 24);
}

/* h += n */
static inline void
add(uint64_t h[3], uint64_t n0, uint64_t n1, uint64_t n2)
{
	h[2] += carry_add(&h[1], carry_add(&h[0], n0)) + n2;
	h[2] += carry_add(&h[1], n1);
}

/* h *= r; what stands above 2^130 is taken off and comes back times 5. */
static inline void
multiply(uint64_t h[3], const uint64_t r[2])
{
	uint64_t r1_5 = r[1] + (r[1] >> 2), over;
	struct wide d0 = wide_add(wide_mul(h[0], r[0]), wide_mul(h[1], r1_5));
	struct wide d1 = wide_add(wide_mul(h[0], r[1]), wide_mul(h[1], r[0]));

	d1 = wide_add64(wide_add64(d1, h[2] * r1_5), wide_shift(d0, 64));
	h[0] = wide_low(d0);
	h[1] = wide_low(d1);
	h[2] = h[2] * r[0] + wide_shift(d1, 64);
	over = (h[2] >> 2) + (h[2] & ~(uint64_t)3);
	h[2] &= 3;
	add(h, over, 0, 0);
}

/* h = (h + block) * r for each of the blocks, whose 2^128 is set. */
static void
blocks(struct poly1305 *p, const uint8_t *at, size_t count)
{
	uint64_t h[3] = { p->h[0], p->h[1], p->h[2] };
	uint64_t r[2] = { p->r[0], p->r[1] };

	for (; count > 0; count--, at += 16) {
		add(h, get64le(at), get64le(at + 8), 1);
		multiply(h, r);
	}
	memcpy(p->h, h, sizeof(h));
}

void
poly1305_add(struct poly1305 *p, const void *data, size_t n)
{
	const uint8_t *at = data;
	uint8_t last[16] = { 0 };

	blocks(p, at, n / 16);
	if (n % 16 > 0) {
		memcpy(last, at + n - n % 16, n % 16);
		blocks(p, last, 1);
	}
}

/* h becomes h - p where that is not below zero. */
static void
reduce(uint64_t h[3])
{
	uint64_t g[3] = { h[0], h[1], h[2] }, keep;

	add(g, 5, 0, 0);
	keep = (g[2] >> 2) - 1; /* all ones: h + 5 is below 2^130 */
	for (int i = 0; i < 2; i++)
		h[i] = (h[i] & keep) | (g[i] & ~keep);
}

void
poly1305_end(
    struct poly1305 *p, const void *data, size_t n, uint8_t tag[POLY1305_TAG])
{
	const uint8_t *at = data;
	uint8_t last[16] = { 0 };

	blocks(p, at, n / 16);
	if (n % 16 > 0) {
		memcpy(last, at + n - n % 16, n % 16);
		last[n % 16] = 1;
		add(p->h, get64le(last), get64le(last + 8), 0);
		multiply(p->h, p->r);
	}
	reduce(p->h);
	add(p->h, p->pad[0], p->pad[1], 0);
	put64le(tag, p->h[0]);
	put64le(tag + 8, p->h[1]);
	wipe(p, sizeof(*p));
}
