/*
 * words - integers out of bytes and into them: of 32 and 64 bits, the least
 * significant byte first (le) or last (be).  Compilers make one access of each.
 */
#ifndef CRYPTO_WORDS_H
#define CRYPTO_WORDS_H

#include <stdint.h>

static inline uint32_t
get32le(const uint8_t *at)
{
	return (uint32_t)at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 |
	    (uint32_t)at[3] << 24;
}

static inline uint64_t
get64le(const uint8_t *at)
{
	return get32le(at) | (uint64_t)get32le(at + 4) << 32;
}

static inline uint32_t
get32be(const uint8_t *at)
{
	return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 |
	    (uint32_t)at[2] << 8 | (uint32_t)at[3];
}

static inline uint64_t
get64be(const uint8_t *at)
{
	return (uint64_t)get32be(at) << 32 | get32be(at + 4);
}

static inline void
put32le(uint8_t *at, uint32_t x)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(x >> (8 * i));
}

static inline void
put64le(uint8_t *at, uint64_t x)
{
	for (int i = 0; i < 8; i++)
		at[i] = (uint8_t)(x >> (8 * i));
}

static inline void
put32be(uint8_t *at, uint32_t x)
{
	for (int i = 0; i < 4; i++)
		at[i] = (uint8_t)(x >> (24 - 8 * i));
}

static inline void
put64be(uint8_t *at, uint64_t x)
{
	put32be(at, (uint32_t)(x >> 32));
	put32be(at + 4, (uint32_t)x);
}

#endif
