/*
 * aead - the AEAD ChaCha20-Poly1305 (RFC 8439, section 2.8), in place.
 *
 * A nonce must never be used twice with one key.  ad is what is authenticated
 * beside the data and not enciphered; NULL with a length of 0 is fine.  n is
 * below 2^38 - 64.
 */
#ifndef CRYPTO_AEAD_H
#define CRYPTO_AEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AEAD_KEY   32
#define AEAD_NONCE 12
#define AEAD_TAG   16

/* n bytes of plain text become n bytes of cipher text and, behind them, a tag:
 * data has room for n + AEAD_TAG bytes. */
void aead_seal(uint8_t *data, size_t n, const uint8_t key[AEAD_KEY],
    const uint8_t nonce[AEAD_NONCE], const void *ad, size_t ad_len);

/* The way back: n bytes of cipher text, the tag behind them not counted.  False
 * when anything was changed: data is then as it was, and nothing of it is to
 * be believed. */
bool aead_open(uint8_t *data, size_t n, const uint8_t key[AEAD_KEY],
    const uint8_t nonce[AEAD_NONCE], const void *ad, size_t ad_len);

#endif
