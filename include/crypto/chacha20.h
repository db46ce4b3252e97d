/*
 * chacha20 - the stream cipher ChaCha20 (RFC 8439, sections 2.3 and 2.4).
 *
 * Several blocks are worked on at once where the compiler has vectors; the
 * result is the same to the bit.
 */
#ifndef CRYPTO_CHACHA20_H
#define CRYPTO_CHACHA20_H

#include <stddef.h>
#include <stdint.h>

#define CHACHA20_KEY   32
#define CHACHA20_NONCE 12
#define CHACHA20_BLOCK 64

/*
 * Add the key stream, from the block of that counter on, to n bytes of data:
 * enciphers and deciphers.  The counter must not pass 2^32 - 1 on the way.
 */
void chacha20(void *data, size_t n, const uint8_t key[CHACHA20_KEY],
    const uint8_t nonce[CHACHA20_NONCE], uint32_t counter);

#endif
