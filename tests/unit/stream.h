/*
 * stream - inputs that look random and are the same everywhere: SHA-256 of 0,
 * 1, 2, ... as 8 bytes, least significant first.  digest_is() compares what was
 * made of them with what other implementations make of them.
 */
#ifndef STREAM_H
#define STREAM_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "crypto/sha256.h"

static uint64_t stream_at; /* 0 begins anew */

static inline void
stream(void *out, size_t n)
{
	uint8_t *to = out, counter[8], block[SHA256_LEN];

	while (n > 0) {
		size_t take = n < sizeof(block) ? n : sizeof(block);

		for (int i = 0; i < 8; i++)
			counter[i] = (uint8_t)(stream_at >> (8 * i));
		stream_at++;
		sha256(block, counter, sizeof(counter));
		memcpy(to, block, take);
		to += take;
		n -= take;
	}
}

static inline bool
digest_is(struct sha256 *s, const char *hex)
{
	uint8_t out[SHA256_LEN];
	char text[2 * SHA256_LEN + 1];

	sha256_end(s, out);
	for (size_t i = 0; i < sizeof(out); i++)
		snprintf(text + 2 * i, 3, "%02x", (unsigned)out[i]);
	return strcmp(text, hex) == 0;
}

#endif
