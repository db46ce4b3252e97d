/*
 * wide - sums of products of 64-bit words, in 128 bits: the compiler's own
 * where it has them (64-bit machines), two words elsewhere.
 *
 * No sum of ours reaches 2^128.
 */
#ifndef CRYPTO_WIDE_H
#define CRYPTO_WIDE_H

#include <stdint.h>

#if defined(__SIZEOF_INT128__) && !defined(PORTABLE)

struct wide {
	__extension__ unsigned __int128 sum;
};

static inline struct wide
wide_mul(uint64_t a, uint64_t b)
{
	struct wide w = { a };

	w.sum *= b;
	return w;
}

static inline struct wide
wide_add(struct wide a, struct wide b)
{
	a.sum += b.sum;
	return a;
}

static inline struct wide
wide_add64(struct wide a, uint64_t b)
{
	a.sum += b;
	return a;
}

static inline uint64_t
wide_low(struct wide a)
{
	return (uint64_t)a.sum;
}

/* a / 2^n, which must fit; n is 1 to 64 */
static inline uint64_t
wide_shift(struct wide a, int n)
{
	return (uint64_t)(a.sum >> n);
}

/* *sum += n; 1 when that went over 2^64 */
static inline uint64_t
carry_add(uint64_t *sum, uint64_t n)
{
	*sum += n;
	return *sum < n;
}

#else

/* Without a comparison, of which compilers make a branch where a word has fewer
 * than 64 bits. */
static inline uint64_t
carry_add(uint64_t *sum, uint64_t n)
{
	uint64_t before = *sum;

	*sum += n;
	return ((before & n) | ((before | n) & ~*sum)) >> 63;
}

struct wide {
	uint64_t low, high;
};

static inline struct wide
wide_add64(struct wide a, uint64_t b)
{
	a.high += carry_add(&a.low, b);
	return a;
}

static inline struct wide
wide_add(struct wide a, struct wide b)
{
	a.high += b.high;
	return wide_add64(a, b.low);
}

static inline struct wide
wide_mul(uint64_t a, uint64_t b)
{
	uint64_t a0 = (uint32_t)a, a1 = a >> 32;
	uint64_t b0 = (uint32_t)b, b1 = b >> 32;
	uint64_t t = a0 * b0, u = a1 * b0 + (t >> 32);
	uint64_t v = a0 * b1 + (uint32_t)u;
	struct wide w = { v << 32 | (uint32_t)t,
		a1 * b1 + (u >> 32) + (v >> 32) };

	return w;
}

static inline uint64_t
wide_low(struct wide a)
{
	return a.low;
}

static inline uint64_t
wide_shift(struct wide a, int n)
{
	return n == 64 ? a.high : a.low >> n | a.high << (64 - n);
}

#endif
#endif
