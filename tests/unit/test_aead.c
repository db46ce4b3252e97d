/* test_aead - ChaCha20-Poly1305 at every length, and whatever is changed. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "crypto/aead.h"
#include "crypto/poly1305.h"
#include "crypto/secret.h"
#include "test.h"

/* In its place: all that it has beside chacha20() is tested as well. */
#include "../../src/crypto/chacha20.c"
#include "stream.h"

#define LONGEST 16384

static uint8_t key[AEAD_KEY], nonce[AEAD_NONCE], ad[64];
static uint8_t plain[LONGEST], sealed[LONGEST + AEAD_TAG];
static uint8_t data[LONGEST + AEAD_TAG];

/* What the RFC says, a block at a time and by itself (sections 2.4 and 2.8). */
static void
seal_slowly(uint8_t *out, size_t n, size_t ad_len)
{
	uint8_t once[CHACHA20_BLOCK] = { 0 }, lengths[16] = { 0 };
	struct poly1305 p;

	chacha20(once, POLY1305_KEY, key, nonce, 0);
	for (size_t at = 0; at < n; at += CHACHA20_BLOCK)
		chacha20(out + at,
		    n - at < CHACHA20_BLOCK ? n - at : CHACHA20_BLOCK, key,
		    nonce, (uint32_t)(1 + at / CHACHA20_BLOCK));
	poly1305_begin(&p, once);
	poly1305_add(&p, ad, ad_len);
	poly1305_add(&p, out, n);
	put64le(lengths, ad_len);
	put64le(lengths + 8, n);
	poly1305_end(&p, lengths, sizeof(lengths), out + n);
}

static void
one_length(size_t n, struct sha256 *all)
{
	size_t ad_len = n % 40;

	stream(key, sizeof(key));
	stream(nonce, sizeof(nonce));
	stream(ad, ad_len);
	stream(plain, n);
	memcpy(sealed, plain, n);
	memcpy(data, plain, n);
	seal_slowly(sealed, n, ad_len);
	aead_seal(data, n, key, nonce, ad, ad_len);
	CHECK(memcmp(data, sealed, n + AEAD_TAG) == 0, "%zu bytes", n);
	sha256_add(all, data, n + AEAD_TAG);
	CHECK(aead_open(data, n, key, nonce, ad, ad_len) &&
		memcmp(data, plain, n) == 0,
	    "%zu bytes and back", n);
}

/* The digest is that of Python's cryptography 48 over the same inputs. */
static void
every_length(void)
{
	static const size_t longer[] = { 1000, 1023, 1024, 1025, 4095, 4096,
		4097, LONGEST };
	struct sha256 all;

	stream_at = 0;
	sha256_begin(&all);
	for (size_t n = 0; n <= 600; n++)
		one_length(n, &all);
	for (size_t i = 0; i < LEN(longer); i++)
		one_length(longer[i], &all);
	CHECK(digest_is(&all,
		  "4d90954679e34167ee42ee4a4e3172d68307ddbcd332f0bc6f9ab69"
		  "a62a5e397"),
	    "others seal alike");
}

/* Opened with one bit changed in *byte: refused, and data is as it was. */
static void
flip(uint8_t *byte, int bit, size_t n, size_t ad_len, const char *where)
{
	*byte ^= (uint8_t)(1 << bit);
	memcpy(sealed, data, n + AEAD_TAG);
	CHECK(
	    !aead_open(data, n, key, nonce, ad, ad_len), "%s of %zu", where, n);
	CHECK(memcmp(sealed, data, n + AEAD_TAG) == 0, "%s of %zu", where, n);
	*byte ^= (uint8_t)(1 << bit);
}

static void
nothing_may_change(void)
{
	static const size_t lengths[] = { 0, 1, 15, 16, 17, 63, 64, 65, 447,
		448, 449, 512, 1000 };
	const size_t ad_len = 13;

	for (size_t i = 0; i < LEN(lengths); i++) {
		size_t n = lengths[i];

		stream(data, n);
		aead_seal(data, n, key, nonce, ad, ad_len);
		for (size_t at = 0; at < n + AEAD_TAG; at++)
			flip(data + at, at % 8, n, ad_len, "data");
		for (int bit = 0; bit < 8 * AEAD_TAG; bit++)
			flip(data + n + bit / 8, bit % 8, n, ad_len, "tag");
		for (size_t at = 0; at < ad_len; at++)
			flip(ad + at, 7, n, ad_len, "additional data");
		for (size_t at = 0; at < AEAD_NONCE; at++)
			flip(nonce + at, 0, n, ad_len, "nonce");
		for (size_t at = 0; at < AEAD_KEY; at++)
			flip(key + at, 3, n, ad_len, "key");
		CHECK(!aead_open(data, n, key, nonce, ad, ad_len - 1),
		    "additional data cut");
		CHECK(n == 0 || !aead_open(data + 1, n - 1, key, nonce, ad, 13),
		    "data cut");
		CHECK(aead_open(data, n, key, nonce, ad, ad_len), "unchanged");
	}
}

typedef void strides(uint8_t *, size_t, uint32_t[16]);

/* Each clone against what a single block gives, up to the last counters. */
static void
clone_is_right(strides *add, const char *name)
{
	for (unsigned i = 0; i < 50; i++) {
		uint32_t state[16] = { 0x61707865, 0x3320646e, 0x79622d32,
			0x6b206574 };
		size_t n = 3 * STRIDE;

		stream(key, sizeof(key));
		stream(nonce, sizeof(nonce));
		for (unsigned j = 0; j < 8; j++)
			state[4 + j] = get32le(key + 4 * j);
		for (unsigned j = 0; j < 3; j++)
			state[13 + j] = get32le(nonce + 4 * j);
		state[12] = i % 2 == 0 ? i : (uint32_t)(0 - n / CHACHA20_BLOCK);
		stream(plain, n);
		memcpy(data, plain, n);
		for (size_t at = 0; at < n; at += CHACHA20_BLOCK)
			chacha20(plain + at, CHACHA20_BLOCK, key, nonce,
			    state[12] + (uint32_t)(at / CHACHA20_BLOCK));
		add(data, 3, state);
		CHECK(memcmp(data, plain, n) == 0, "%s", name);
	}
}

static void
every_clone_is_right(void)
{
	clone_is_right(add_strides, "as the compiler likes");
#ifdef CLONES
	if (__builtin_cpu_supports("avx2"))
		clone_is_right(add_strides_avx2, "AVX2");
	else
		printf("aead: skipped: this machine has no AVX2\n");
	if (__builtin_cpu_supports("avx512vl"))
		clone_is_right(add_strides_avx512, "AVX-512");
	else
		printf("aead: skipped: this machine has no AVX-512\n");
#else
	printf("aead: %d lanes, no clones\n", LANES);
#endif
}

static void
bytes_are_the_same_or_not(void)
{
	uint8_t a[70], b[70];

	stream(a, sizeof(a));
	for (size_t n = 0; n <= sizeof(a); n++) {
		memcpy(b, a, sizeof(b));
		CHECK(same_bytes(a, b, n), "%zu", n);
		for (size_t at = 0; at < sizeof(b); at++) {
			b[at] ^= (uint8_t)(1 << at % 8);
			CHECK(
			    same_bytes(a, b, n) == (at >= n), "%zu %zu", n, at);
			b[at] ^= (uint8_t)(1 << at % 8);
		}
	}
	memset(b, 0, sizeof(b));
	a[2] = a[63] = 1;
	wipe(a + 3, 60);
	CHECK(memcmp(a + 3, b, 60) == 0 && a[2] == 1 && a[63] == 1, "wiped");
}

int
main(void)
{
	every_length();
	nothing_may_change();
	every_clone_is_right();
	bytes_are_the_same_or_not();
	return test_done("aead");
}
