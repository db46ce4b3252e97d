/*
 * secret - that secrets decide no branch and no address, under valgrind.
 *
 *	valgrind -q secret [leak]
 *
 * What is secret is marked as undefined; valgrind then tells each jump and each
 * address that depends on it (as in A. Langley's ctgrind).  What a protocol
 * tells anyway is marked as defined again: results, and whether a tag is right.
 * Exits 1 when anything was told, 2 where it cannot be.  With leak a comparison
 * that stops at the first difference is tried: it must be told.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef __has_include
#if __has_include(<valgrind/memcheck.h>)
#include <valgrind/memcheck.h>
#endif
#endif

#include "crypto/aead.h"
#include "crypto/ed25519.h"
#include "crypto/hmac.h"
#include "crypto/sha512.h"
#include "crypto/x25519.h"

/* In its place: whether two tags are the same is no secret, what they are is.
 */
#define same_bytes same_secrets
#include "../../src/crypto/secret.c"
#undef same_bytes

#ifdef VALGRIND_COUNT_ERRORS

#define SECRET(x) ((void)VALGRIND_MAKE_MEM_UNDEFINED(&(x), sizeof(x)))
#define PUBLIC(x) ((void)VALGRIND_MAKE_MEM_DEFINED(&(x), sizeof(x)))

static uint8_t seed[32], key[32], data[1000 + AEAD_TAG], out[64], pub[32];
static const uint8_t peer[32] = { 9, 1 }, nonce[12] = { 1 };

bool same_bytes(const void *a, const void *b, size_t n);

bool
same_bytes(const void *a, const void *b, size_t n)
{
	bool same = same_secrets(a, b, n);

	PUBLIC(same);
	return same;
}

static void
exchange(void)
{
	bool good = x25519(out, key, peer);

	PUBLIC(good);
	PUBLIC(out);
	x25519_public(out, key);
}

static void
sign(void)
{
	PUBLIC(seed);
	ed25519_public(pub, seed);
	SECRET(seed);
	ed25519_public(out, seed);
	ed25519_sign(out, seed, pub, "message", 7);
	PUBLIC(out);
	if (!ed25519_verify(out, pub, "message", 7))
		printf("secret: a signature is wrong\n");
}

static void
seal(void)
{
	static const size_t lengths[] = { 0, 1, 64, 250, 448, 512, 1000 };

	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		size_t n = lengths[i];

		SECRET(data);
		aead_seal(data, n, key, nonce, "ad", 2);
		if (!aead_open(data, n, key, nonce, "ad", 2))
			printf("secret: %zu bytes are not opened\n", n);
		data[n] ^= 1;
		if (aead_open(data, n, key, nonce, "ad", 2))
			printf("secret: a forgery of %zu bytes is\n", n);
	}
}

static void
hash(void)
{
	struct sha512 s;
	struct hmac h;

	sha512_begin(&s);
	sha512_add(&s, data, sizeof(data));
	sha512_end(&s, out);
	hmac_key(&h, key, sizeof(key));
	hmac(&h, out, data, sizeof(data));
	prf(data, 100, key, sizeof(key), "key expansion", pub, sizeof(pub));
}

static void
compare(void)
{
	volatile bool same = same_secrets(key, seed, sizeof(key));

	(void)same;
}

/* What none of ours does. */
static void
leak(void)
{
	volatile unsigned i = 0;

	while (i < sizeof(key) && key[i] == seed[i])
		i++;
}

int
main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*run)(void);
	} ours[] = { { "x25519", exchange }, { "ed25519", sign },
		{ "aead", seal }, { "hashes", hash }, { "compare", compare },
		{ "leak", leak } };
	bool leaky = argc > 1 && strcmp(argv[1], "leak") == 0;
	int told = (int)VALGRIND_COUNT_ERRORS, before = told; /* libc's */

	if (RUNNING_ON_VALGRIND == 0) {
		fprintf(stderr, "secret: this is run by valgrind\n");
		return 2;
	}
	for (size_t i = leaky ? 5 : 0; i < (leaky ? 6 : 5); i++) {
		SECRET(seed);
		SECRET(key);
		SECRET(data);
		ours[i].run();
		PUBLIC(out);
		if ((int)VALGRIND_COUNT_ERRORS > told)
			printf("secret: %s tells\n", ours[i].name);
		told = (int)VALGRIND_COUNT_ERRORS;
	}
	return told > before;
}

#else

int
main(void)
{
	fprintf(stderr, "secret: valgrind/memcheck.h is not installed\n");
	return 2;
}

#endif
