#include <string.h>

#include "crypto/sha256.h"
#include "crypto/words.h"

static const uint32_t k[64] = { 0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5,
	0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98, 0x12835b01,
	0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
	0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa,
	0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7,
	0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138,
	0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
	0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624,
	0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5,
	0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f,
	0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
	0xc67178f2 };

static uint32_t
rotate(uint32_t x, int n)
{
	return x >> n | x << (32 - n);
}

/* The message schedule of one block (FIPS 180-4, 6.2.2, step 1). */
static void
schedule(uint32_t w[64], const uint8_t *block)
{
	for (size_t i = 0; i < 16; i++)
		w[i] = get32be(block + 4 * i);
	for (int i = 16; i < 64; i++) {
		uint32_t a = w[i - 15], b = w[i - 2];

		w[i] = w[i - 16] + w[i - 7] +
		    (rotate(a, 7) ^ rotate(a, 18) ^ a >> 3) +
		    (rotate(b, 17) ^ rotate(b, 19) ^ b >> 10);
	}
}

/*
 * One step of the 64.  The eight words change places from step to step, so the
 * caller passes them turned by one instead of moving them: 3 times as fast.
 */
#define STEP(a, b, c, d, e, f, g, h, i)                                        \
	do {                                                                   \
		(h) += k[i] + w[i] + ((g) ^ ((e) & ((f) ^ (g)))) +             \
		    (rotate(e, 6) ^ rotate(e, 11) ^ rotate(e, 25));            \
		(d) += (h);                                                    \
		(h) += (rotate(a, 2) ^ rotate(a, 13) ^ rotate(a, 22)) +        \
		    (((a) & ((b) | (c))) | ((b) & (c)));                       \
	} while (0)

static void
compress(uint32_t state[8], const uint8_t *block)
{
	uint32_t w[64] = { 0 };
	uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
	uint32_t e = state[4], f = state[5], g = state[6], h = state[7];

	schedule(w, block);
	for (int i = 0; i < 64; i += 8) {
		STEP(a, b, c, d, e, f, g, h, i);
		STEP(h, a, b, c, d, e, f, g, i + 1);
		STEP(g, h, a, b, c, d, e, f, i + 2);
		STEP(f, g, h, a, b, c, d, e, i + 3);
		STEP(e, f, g, h, a, b, c, d, i + 4);
		STEP(d, e, f, g, h, a, b, c, i + 5);
		STEP(c, d, e, f, g, h, a, b, i + 6);
		STEP(b, c, d, e, f, g, h, a, i + 7);
	}
	state[0] += a;
	state[1] += b;
	state[2] += c;
	state[3] += d;
	state[4] += e;
	state[5] += f;
	state[6] += g;
	state[7] += h;
}

void
sha256_begin(struct sha256 *s)
{
	static const uint32_t start[8] = { 0x6a09e667, 0xbb67ae85, 0x3c6ef372,
		0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19 };

	memcpy(s->h, start, sizeof(s->h));
	s->len = 0;
}

void
sha256_add(struct sha256 *s, const void *data, size_t n)
{
	const uint8_t *at = data;

	while (n > 0) {
		size_t used = s->len % SHA256_BLOCK;
		size_t take = n < SHA256_BLOCK - used ? n : SHA256_BLOCK - used;

		memcpy(s->block + used, at, take);
		s->len += take;
		at += take;
		n -= take;
		if (used + take == SHA256_BLOCK)
			compress(s->h, s->block);
	}
}

void
sha256_end(struct sha256 *s, uint8_t out[SHA256_LEN])
{
	static const uint8_t pad[SHA256_BLOCK] = { 0x80 };
	uint64_t bits = s->len * 8;
	uint8_t tail[8];

	put32be(tail, (uint32_t)(bits >> 32));
	put32be(tail + 4, (uint32_t)bits);
	sha256_add(s, pad,
	    1 + (SHA256_BLOCK + 55 - s->len % SHA256_BLOCK) % SHA256_BLOCK);
	sha256_add(s, tail, sizeof(tail));
	for (size_t i = 0; i < 8; i++)
		put32be(out + 4 * i, s->h[i]);
}

void
sha256(uint8_t out[SHA256_LEN], const void *data, size_t n)
{
	struct sha256 s;

	sha256_begin(&s);
	sha256_add(&s, data, n);
	sha256_end(&s, out);
}
