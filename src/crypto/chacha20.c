#include <string.h>

#include "crypto/chacha20.h"
#include "crypto/secret.h"
#include "words.h"

/*
 * Four blocks are worked on at once, one in each lane of a vector: the
 * compiler's own vectors (gcc, clang), which it lowers to what the machine has.
 * With PORTABLE a vector is one word and there is one block.
 */
#ifdef PORTABLE
#define LANES 1
typedef uint32_t word;
#define EACH(x)     (x)
#define COUNT(from) (from)
#else
#define LANES       4
typedef uint32_t word __attribute__((vector_size(16)));
#define EACH(x)     ((word){ (x), (x), (x), (x) })
#define COUNT(from) ((word){ (from), (from) + 1, (from) + 2, (from) + 3 })
#endif

#define BLOCK_LEN 64

#define TURN(x, n) ((x) << (n) | (x) >> (32 - (n)))

#define QUARTER(a, b, c, d)                                                    \
	do {                                                                   \
		(a) += (b);                                                    \
		(d) = TURN((d) ^ (a), 16);                                     \
		(c) += (d);                                                    \
		(b) = TURN((b) ^ (c), 12);                                     \
		(a) += (b);                                                    \
		(d) = TURN((d) ^ (a), 8);                                      \
		(c) += (d);                                                    \
		(b) = TURN((b) ^ (c), 7);                                      \
	} while (0)

static void
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

/* LANES blocks of the key stream from the counter in state on. */
static void
stream(uint8_t out[LANES * BLOCK_LEN], const uint32_t state[16])
{
	word start[16], x[16];
	uint32_t lanes[16][LANES];

	for (int i = 0; i < 16; i++)
		start[i] = i == 12 ? COUNT(state[12]) : EACH(state[i]);
	memcpy(x, start, sizeof(x));
	rounds(x);
	for (int i = 0; i < 16; i++)
		x[i] += start[i];
	memcpy(lanes, x, sizeof(lanes));
	for (size_t lane = 0; lane < LANES; lane++)
		for (size_t i = 0; i < 16; i++, out += 4)
			put32le(out, lanes[i][lane]);
}

/* Eight bytes a turn: compilers do not do so of themselves at -O2. */
static void
add_pad(uint8_t *at, const uint8_t *pad, size_t n)
{
	uint64_t a, b;

	for (; n >= sizeof(a); n -= sizeof(a)) {
		memcpy(&a, at, sizeof(a));
		memcpy(&b, pad, sizeof(b));
		a ^= b;
		memcpy(at, &a, sizeof(a));
		at += sizeof(a);
		pad += sizeof(b);
	}
	while (n-- > 0)
		*at++ ^= *pad++;
}

void
chacha20(void *data, size_t n, const uint8_t key[CHACHA20_KEY],
    const uint8_t nonce[CHACHA20_NONCE], uint32_t counter)
{
	uint32_t state[16] = { 0x61707865, 0x3320646e, 0x79622d32, 0x6b206574 };
	uint8_t pad[LANES * BLOCK_LEN], *at = data;

	for (size_t i = 0; i < 8; i++)
		state[4 + i] = get32le(key + 4 * i);
	for (size_t i = 0; i < 3; i++)
		state[13 + i] = get32le(nonce + 4 * i);
	for (state[12] = counter; n > 0; state[12] += LANES) {
		size_t take = n < sizeof(pad) ? n : sizeof(pad);

		stream(pad, state);
		add_pad(at, pad, take);
		at += take;
		n -= take;
	}
	wipe(pad, sizeof(pad));
	wipe(state, sizeof(state));
}
