#include <string.h>

#include "crypto/aead.h"
#include "crypto/chacha20.h"
#include "crypto/poly1305.h"
#include "crypto/secret.h"
#include "words.h"

/* The tag over ad and the n bytes of ciphertext (RFC 8439, 2.8). */
static void
authenticate(uint8_t tag[AEAD_TAG], const uint8_t *data, size_t n,
    const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE],
    const void *ad, size_t ad_len)
{
	uint8_t once[64] = { 0 }, lengths[16];
	struct poly1305 p;

	chacha20(once, sizeof(once), key, nonce, 0);
	poly1305_begin(&p, once);
	poly1305_add(&p, ad, ad_len);
	poly1305_add(&p, data, n);
	put64le(lengths, ad_len);
	put64le(lengths + 8, n);
	poly1305_end(&p, lengths, sizeof(lengths), tag);
	wipe(once, sizeof(once));
}

void
aead_seal(uint8_t *data, size_t n, const uint8_t key[AEAD_KEY],
    const uint8_t nonce[AEAD_NONCE], const void *ad, size_t ad_len)
{
	chacha20(data, n, key, nonce, 1);
	authenticate(data + n, data, n, key, nonce, ad, ad_len);
}

bool
aead_open(uint8_t *data, size_t n, const uint8_t key[AEAD_KEY],
    const uint8_t nonce[AEAD_NONCE], const void *ad, size_t ad_len)
{
	uint8_t tag[AEAD_TAG];

	authenticate(tag, data, n, key, nonce, ad, ad_len);
	if (!same_bytes(tag, data + n, sizeof(tag)))
		return false;
	chacha20(data, n, key, nonce, 1);
	return true;
}
