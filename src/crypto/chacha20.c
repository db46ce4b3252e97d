#include <string.h>

#include "crypto/chacha20.h"
#include "crypto/secret.h"
#include "crypto/words.h"

/*
 * Eight blocks are worked on at once, one in each lane of a vector: the
 * compiler's own vectors (gcc, clang), which it makes of what the machine has.
 * Where it has none, or with PORTABLE, a vector is one word and a block a time.
 */
#if !defined(PORTABLE) && defined(__GNUC__) &&                                 \
    (defined(__SSE2__) || defined(__ARM_NEON) || defined(__ALTIVEC__))
#define LANES 8
typedef uint32_t word __attribute__((vector_size(32)));
#define IN_EACH __attribute__((always_inline)) inline
#else
#define LANES 1
typedef uint32_t word;
#define IN_EACH
#endif
#define STRIDE ((size_t)LANES * CHACHA20_BLOCK)

#define ROTATE(x, n) ((x) << (n) | (x) >> (32 - (n)))

#define QUARTER(a, b, c, d)                                                    \
	do {                                                                   \
		(a) += (b);                                                    \
		(d) = ROTATE((d) ^ (a), 16);                                   \
		(c) += (d);                                                    \
		(b) = ROTATE((b) ^ (c), 12);                                   \
		(a) += (b);                                                    \
		(d) = ROTATE((d) ^ (a), 8);                                    \
		(c) += (d);                                                    \
		(b) = ROTATE((b) ^ (c), 7);                                    \
	} while (0)

/* Ten double rounds: columns, then diagonals (section 2.3). */
static IN_EACH void
rounds(word x[16])
{
	for (int i = 0; i < 10; i++) {
		QUARTER(x[0], x[4], x[8], x[12]);
		QUARTER(x[1], x[5], x[9], x[13]);
		QUARTER(x[2], x[6], x[10], x[14]);
		QUARTER(x[3], x[7], x[11], x[15]);
		QUARTER(x[0], x[5], x[10], x[15]);
		QUARTER(x[1], x[6], x[11], x[12]);
		QUARTER(x[2], x[7], x[8], x[13]);
		QUARTER(x[3], x[4], x[9], x[14]);
	}
}

/* Add the key stream to count strides of data; the counter moves along. */
static IN_EACH void
add_strides(uint8_t *at, size_t count, uint32_t state[16])
{
	static const uint32_t order[8] = { 0, 1, 2, 3, 4, 5, 6, 7 };
	word start[16], x[16], lane;
	uint32_t pad[16][LANES];

	memcpy(&lane, order, sizeof(lane));
	for (; count > 0; count--, state[12] += LANES) {
		for (int i = 0; i < 16; i++)
			start[i] = (i == 12 ? lane : (word){ 0 }) + state[i];
		memcpy(x, start, sizeof(x));
		rounds(x);
		for (int i = 0; i < 16; i++)
			x[i] += start[i];
		memcpy(pad, x, sizeof(pad));
		for (int n = 0; n < LANES; n++)
			for (int i = 0; i < 16; i++, at += 4)
				put32le(at, get32le(at) ^ pad[i][n]);
	}
	wipe(pad, sizeof(pad));
}

/* The same for machines that have more than the compiler may count on. */
#if LANES > 1 && defined(__x86_64__)
#define CLONES
__attribute__((target("avx2"))) static void
add_strides_avx2(uint8_t *at, size_t count, uint32_t state[16])
{
	add_strides(at, count, state);
}

__attribute__((target("avx512f,avx512vl"))) static void
add_strides_avx512(uint8_t *at, size_t count, uint32_t state[16])
{
	add_strides(at, count, state);
}
#endif

static void
add_fastest(uint8_t *at, size_t count, uint32_t state[16])
{
#ifdef CLONES
	if (__builtin_cpu_supports("avx512vl"))
		add_strides_avx512(at, count, state);
	else if (__builtin_cpu_supports("avx2"))
		add_strides_avx2(at, count, state);
	else
#endif
		add_strides(at, count, state);
}

void
chacha20(void *data, size_t n, const uint8_t key[CHACHA20_KEY],
    const uint8_t nonce[CHACHA20_NONCE], uint32_t counter)
{
	uint32_t state[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	uint8_t last[STRIDE] = { 0 }, *at = data;
	size_t whole = n / STRIDE, rest = n % STRIDE;

	for (size_t i = 0; i < 8; i++)
		state[4 + i] = get32le(key + 4 * i);
	for (size_t i = 0; i < 3; i++)
		state[13 + i] = get32le(nonce + 4 * i);
	state[12] = counter;
	add_fastest(at, whole, state);
	if (rest > 0) {
		at += whole * STRIDE;
		memcpy(last, at, rest);
		add_fastest(last, 1, state);
		memcpy(at, last, rest);
		wipe(last, sizeof(last));
	}
	wipe(state, sizeof(state));
}
