#include <string.h>

#include "crypto/poly1305.h"
#include "crypto/secret.h"
#include "words.h"

/* In limbs of 44, 44 and 42 bits: their products fit 128 bits with room. */
__extension__ typedef unsigned __int128 wide;

#define M44 0xfffffffffffu
#define M42 0x3ffffffffffu

static void
split(uint64_t to[3], uint64_t low, uint64_t high)
{
	to[0] = low & M44;
	to[1] = (low >> 44 | high << 20) & M44;
	to[2] = high >> 24;
}

void
poly1305_begin(struct poly1305 *p, const uint8_t key[POLY1305_KEY])
{
	split(p->r, get64le(key) & 0x0ffffffc0fffffff,
	    get64le(key + 8) & 0x0ffffffc0ffffffc);
	memset(p->h, 0, sizeof(p->h));
	p->pad[0] = get64le(key + 16);
	p->pad[1] = get64le(key + 24);
}

/* h = (h + block) * r; top is the bit above the block's 128. */
static void
step(struct poly1305 *p, const uint8_t *at, uint64_t top)
{
	uint64_t r0 = p->r[0], r1 = p->r[1], r2 = p->r[2], m[3];
	uint64_t s1 = r1 * 20, s2 = r2 * 20; /* 2^132 is 4 * 5 */
	wide d0, d1, d2;

	split(m, get64le(at), get64le(at + 8));
	m[0] += p->h[0];
	m[1] += p->h[1];
	m[2] += p->h[2] + top;
	d0 = (wide)m[0] * r0 + (wide)m[1] * s2 + (wide)m[2] * s1;
	d1 = (wide)m[0] * r1 + (wide)m[1] * r0 + (wide)m[2] * s2;
	d2 = (wide)m[0] * r2 + (wide)m[1] * r1 + (wide)m[2] * r0;
	d1 += (uint64_t)(d0 >> 44);
	d2 += (uint64_t)(d1 >> 44);
	p->h[0] = ((uint64_t)d0 & M44) + (uint64_t)(d2 >> 42) * 5;
	p->h[1] = ((uint64_t)d1 & M44) + (p->h[0] >> 44);
	p->h[2] = (uint64_t)d2 & M42;
	p->h[0] &= M44;
}

void
poly1305_add(struct poly1305 *p, const void *data, size_t n)
{
	const uint8_t *at = data;
	uint8_t last[16] = { 0 };

	for (; n >= 16; n -= 16, at += 16)
		step(p, at, (uint64_t)1 << 40);
	if (n > 0) {
		memcpy(last, at, n);
		step(p, last, (uint64_t)1 << 40);
	}
}

static void
carry(uint64_t h[3])
{
	h[1] += h[0] >> 44;
	h[0] &= M44;
	h[2] += h[1] >> 44;
	h[1] &= M44;
	h[0] += (h[2] >> 42) * 5;
	h[2] &= M42;
}

/* h or h - p, whichever is in 0..p-1, without a branch. */
static void
reduce(uint64_t h[3])
{
	uint64_t g[3], keep;

	carry(h);
	carry(h);
	carry(h);
	g[0] = h[0] + 5;
	g[1] = h[1] + (g[0] >> 44);
	g[2] = h[2] + (g[1] >> 44) - ((uint64_t)1 << 42);
	keep = 0 - (g[2] >> 63); /* all ones: h was below p */
	for (int i = 0; i < 3; i++)
		h[i] = (h[i] & keep) | (g[i] & (i < 2 ? M44 : M42) & ~keep);
}

void
poly1305_end(
    struct poly1305 *p, const void *data, size_t n, uint8_t tag[POLY1305_TAG])
{
	size_t whole = n - n % 16;
	uint8_t last[16] = { 0 };
	uint64_t low, high, sum;

	poly1305_add(p, data, whole);
	if (n > whole) {
		memcpy(last, (const uint8_t *)data + whole, n - whole);
		last[n - whole] = 1;
		step(p, last, 0);
	}
	reduce(p->h);
	low = p->h[0] | p->h[1] << 44;
	high = p->h[1] >> 20 | p->h[2] << 24;
	sum = low + p->pad[0];
	put64le(tag, sum);
	put64le(tag + 8, high + p->pad[1] + (sum < low));
	wipe(p, sizeof(*p));
}
