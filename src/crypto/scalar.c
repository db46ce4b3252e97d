#include "crypto/scalar.h"
#include "crypto/secret.h"
#include "crypto/words.h"

static const uint32_t order[8] = { 0x5cf5d3ed, 0x5812631a, 0xa2f79cd6,
	0x14def9de, 0, 0, 0, 0x10000000 };

/* Take order off a value of 9 words; what is left of the ninth is given. */
static uint32_t
subtract(uint32_t out[8], const uint32_t value[9], uint64_t times)
{
	uint64_t product = 0, differ = 0;

	for (int i = 0; i < 8; i++) {
		product = (product >> 32) + times * order[i];
		differ = (uint64_t)value[i] - (uint32_t)product - differ;
		out[i] = (uint32_t)differ;
		differ >>= 63; /* 1: borrowed */
	}
	return value[8] - (uint32_t)(product >> 32) - (uint32_t)differ;
}

/*
 * r = r 2^32 + word, reduced.  r 2^32 / 2^252 is the quotient or, as L is a
 * little more than 2^252, one too many; then the rest is negative and gets L
 * back.  A quotient has at most 33 bits and is 2^32 at most.
 */
static void
shift_in(uint32_t r[8], uint32_t word)
{
	uint32_t value[9] = { word, r[0], r[1], r[2], r[3], r[4], r[5], r[6],
		r[7] };
	uint64_t quotient = (uint64_t)r[7] << 4 | r[6] >> 28, sum = 0;
	uint32_t negative = subtract(r, value, quotient);

	for (int i = 0; i < 8; i++) {
		sum = (sum >> 32) + r[i] + (order[i] & negative);
		r[i] = (uint32_t)sum;
	}
}

void
scalar_load(struct scalar *out, const uint8_t *in, size_t n)
{
	*out = (struct scalar){ { 0 } };
	while (n > 0)
		shift_in(out->word, get32le(in + (n -= 4)));
}

void
scalar_store(uint8_t out[32], const struct scalar *a)
{
	for (size_t i = 0; i < 8; i++)
		put32le(out + 4 * i, a->word[i]);
}

void
scalar_muladd(struct scalar *out, const struct scalar *a,
    const struct scalar *b, const struct scalar *c)
{
	uint32_t t[16] = { 0 };

	for (int i = 0; i < 8; i++)
		t[i] = c->word[i];
	for (int i = 0; i < 8; i++) {
		uint64_t sum = 0;

		for (int j = 0; j < 8; j++) {
			sum = (sum >> 32) + t[i + j] +
			    (uint64_t)a->word[i] * b->word[j];
			t[i + j] = (uint32_t)sum;
		}
		t[i + 8] = (uint32_t)(sum >> 32);
	}
	*out = (struct scalar){ { 0 } };
	for (int i = 15; i >= 0; i--)
		shift_in(out->word, t[i]);
	wipe(t, sizeof(t));
}
