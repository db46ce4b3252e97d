#include <string.h>

#include "crypto/aead.h"
#include "crypto/chacha20.h"
#include "crypto/poly1305.h"
#include "crypto/secret.h"
#include "crypto/words.h"

/*
 * Block 0 of the key stream makes the authenticator's key, the data begins with
 * block 1.  One call makes both: the head takes the key and the first seven
 * blocks of data, which is all where the data is short.
 */
#define HEAD (8 * CHACHA20_BLOCK)

/* How many bytes of data are in the head, with the key stream added. */
static size_t
begin(uint8_t head[HEAD], const uint8_t *data, size_t n,
    const uint8_t key[AEAD_KEY], const uint8_t nonce[AEAD_NONCE])
{
	size_t first = n < HEAD - CHACHA20_BLOCK ? n : HEAD - CHACHA20_BLOCK;

	memset(head, 0, CHACHA20_BLOCK);
	memcpy(head + CHACHA20_BLOCK, data, first);
	chacha20(head, CHACHA20_BLOCK + first, key, nonce, 0);
	return first;
}

/* The tag over ad and the n bytes of cipher text, with the key in head. */
static void
authenticate(uint8_t tag[AEAD_TAG], const uint8_t head[HEAD],
    const uint8_t *data, size_t n, const void *ad, size_t ad_len)
{
	uint8_t lengths[16];
	struct poly1305 p;

	poly1305_begin(&p, head);
	poly1305_add(&p, ad, ad_len);
	poly1305_add(&p, data, n);
	put64le(lengths, ad_len);
	put64le(lengths + 8, n);
	poly1305_end(&p, lengths, sizeof(lengths), tag);
}

void
aead_seal(uint8_t *data, size_t n, const uint8_t key[AEAD_KEY],
    const uint8_t nonce[AEAD_NONCE], const void *ad, size_t ad_len)
{
	uint8_t head[HEAD];
	size_t first = begin(head, data, n, key, nonce);

	memcpy(data, head + CHACHA20_BLOCK, first);
	chacha20(data + first, n - first, key, nonce, 8);
	authenticate(data + n, head, data, n, ad, ad_len);
	wipe(head, sizeof(head));
}

bool
aead_open(uint8_t *data, size_t n, const uint8_t key[AEAD_KEY],
    const uint8_t nonce[AEAD_NONCE], const void *ad, size_t ad_len)
{
	uint8_t head[HEAD], tag[AEAD_TAG];
	size_t first = begin(head, data, n, key, nonce);
	bool good;

	authenticate(tag, head, data, n, ad, ad_len);
	good = same_bytes(tag, data + n, sizeof(tag));
	if (good) {
		memcpy(data, head + CHACHA20_BLOCK, first);
		chacha20(data + first, n - first, key, nonce, 8);
	}
	wipe(head, sizeof(head));
	wipe(tag, sizeof(tag)); /* what a forger would have needed */
	return good;
}
