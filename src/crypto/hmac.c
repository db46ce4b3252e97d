#include <string.h>

#include "crypto/hmac.h"
#include "crypto/secret.h"

static void
key_half(struct sha256 *s, const uint8_t key[SHA256_BLOCK], uint8_t mask)
{
	uint8_t block[SHA256_BLOCK];

	for (int i = 0; i < SHA256_BLOCK; i++)
		block[i] = key[i] ^ mask;
	sha256_begin(s);
	sha256_add(s, block, sizeof(block));
	wipe(block, sizeof(block));
}

void
hmac_key(struct hmac *h, const void *key, size_t n)
{
	uint8_t block[SHA256_BLOCK] = { 0 };

	if (n > SHA256_BLOCK)
		sha256(block, key, n);
	else
		memcpy(block, key, n);
	key_half(&h->inner, block, 0x36);
	key_half(&h->outer, block, 0x5c);
	wipe(block, sizeof(block));
}

void
hmac(const struct hmac *h, uint8_t out[SHA256_LEN], const void *data, size_t n)
{
	struct sha256 s = h->inner;

	sha256_add(&s, data, n);
	sha256_end(&s, out);
	s = h->outer;
	sha256_add(&s, out, SHA256_LEN);
	sha256_end(&s, out);
	wipe(&s, sizeof(s));
}

void
prf(void *out, size_t n, const void *secret, size_t secret_len,
    const char *label, const void *seed, size_t seed_len)
{
	struct hmac h;
	uint8_t a[SHA256_LEN + PRF_SEED_MAX], block[SHA256_LEN], *to = out;
	size_t len = 0;

	for (; label[len] != '\0'; len++)
		a[SHA256_LEN + len] = (uint8_t)label[len];
	memcpy(a + SHA256_LEN + len, seed, seed_len);
	len += seed_len;
	hmac_key(&h, secret, secret_len);
	hmac(&h, a, a + SHA256_LEN, len); /* A(1) */
	while (n > 0) {
		size_t take = n < SHA256_LEN ? n : SHA256_LEN;

		hmac(&h, block, a, SHA256_LEN + len);
		memcpy(to, block, take);
		hmac(&h, a, a, SHA256_LEN); /* A(i + 1) */
		to += take;
		n -= take;
	}
	wipe(&h, sizeof(h));
	wipe(block, sizeof(block));
	wipe(a, sizeof(a));
}
