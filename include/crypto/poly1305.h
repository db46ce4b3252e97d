/*
 * poly1305 - the one-time authenticator Poly1305 (RFC 8439, section 2.5): a key
 * is good for one message.
 */
#ifndef CRYPTO_POLY1305_H
#define CRYPTO_POLY1305_H

#include <stddef.h>
#include <stdint.h>

#define POLY1305_KEY 32
#define POLY1305_TAG 16

struct poly1305 {
	uint64_t h[3];   /* the sum so far */
	uint64_t r[3];   /* what it is multiplied with, a block */
	uint64_t pad[2]; /* what is added at the end */
};

void poly1305_begin(struct poly1305 *p, const uint8_t key[POLY1305_KEY]);

/*
 * A part of the message.  One that is not of whole 16-byte blocks is filled up
 * with zeros, as the AEAD wants it (section 2.8).
 */
void poly1305_add(struct poly1305 *p, const void *data, size_t n);

/* The last part, of any length and not filled up; then the tag.  Wipes p. */
void poly1305_end(
    struct poly1305 *p, const void *data, size_t n, uint8_t tag[POLY1305_TAG]);

#endif
