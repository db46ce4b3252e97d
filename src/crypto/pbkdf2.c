#include <string.h>

#include "crypto/hmac.h"
#include "crypto/pbkdf2.h"
#include "crypto/secret.h"
#include "crypto/words.h"

/* Block number i of the output: F of RFC 8018. */
static void
one_block(uint8_t out[SHA256_LEN], const struct hmac *h, const void *salt,
    size_t salt_len, uint32_t i, unsigned rounds)
{
	uint8_t u[PBKDF2_SALT_MAX + 4];

	memcpy(u, salt, salt_len);
	put32be(u + salt_len, i);
	hmac(h, u, u, salt_len + 4);
	memcpy(out, u, SHA256_LEN);
	for (unsigned round = 1; round < rounds; round++) {
		hmac(h, u, u, SHA256_LEN);
		for (int b = 0; b < SHA256_LEN; b++)
			out[b] ^= u[b];
	}
	wipe(u, sizeof(u));
}

void
pbkdf2_sha256(void *out, size_t n, const char *pass, const void *salt,
    size_t salt_len, unsigned rounds)
{
	uint8_t block[SHA256_LEN], *to = out;
	struct hmac h;

	hmac_key(&h, pass, strlen(pass));
	for (uint32_t i = 1; n > 0; i++) {
		size_t take = n < sizeof(block) ? n : sizeof(block);

		one_block(block, &h, salt, salt_len, i, rounds);
		memcpy(to, block, take);
		to += take;
		n -= take;
	}
	wipe(block, sizeof(block));
	wipe(&h, sizeof(h));
}
