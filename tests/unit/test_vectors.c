/*
 * test_vectors - what others publish of the primitives: lines of files.
 *
 *	test_vectors [FILE...]		- is standard input
 *
 * Each line is a kind, a name and fields; the files say how they are written.
 */
#include <ctype.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/aead.h"
#include "crypto/chacha20.h"
#include "crypto/ed25519.h"
#include "crypto/hmac.h"
#include "crypto/pbkdf2.h"
#include "crypto/poly1305.h"
#include "crypto/sha256.h"
#include "crypto/sha512.h"
#include "crypto/x25519.h"
#include "test.h"

#define FIELDS     8
#define FIELD_MAX  1000100
#define WORDS_MAX  (FIELDS + 3)
#define LINE_ROOM  8192
#define SPLIT_EACH 37 /* bytes at a time, where hashes are fed in pieces */

static uint8_t f[FIELDS][FIELD_MAX]; /* a line's fields, ... */
static size_t len[FIELDS];           /* ... their lengths, ... */
static bool given[FIELDS];           /* ... and whether they say anything */
static bool valid;                   /* the line says so */

static bool
is(const uint8_t *got, int i)
{
	return memcmp(got, f[i], len[i]) == 0;
}

static unsigned
number(int i)
{
	return (unsigned)strtoul((const char *)f[i], NULL, 10);
}

/* Whole and in pieces alike. */
static bool
run_sha256(void)
{
	uint8_t out[SHA256_LEN], again[SHA256_LEN];
	struct sha256 s;

	sha256(out, f[0], len[0]);
	sha256_begin(&s);
	for (size_t at = 0; at < len[0]; at += SPLIT_EACH)
		sha256_add(&s, f[0] + at,
		    len[0] - at < SPLIT_EACH ? len[0] - at : SPLIT_EACH);
	sha256_end(&s, again);
	return is(out, 1) && memcmp(out, again, sizeof(out)) == 0;
}

static bool
run_sha512(void)
{
	uint8_t out[SHA512_LEN], again[SHA512_LEN];
	struct sha512 s;

	sha512_begin(&s);
	sha512_add(&s, f[0], len[0]);
	sha512_end(&s, out);
	sha512_begin(&s);
	for (size_t at = 0; at < len[0]; at += SPLIT_EACH)
		sha512_add(&s, f[0] + at,
		    len[0] - at < SPLIT_EACH ? len[0] - at : SPLIT_EACH);
	sha512_end(&s, again);
	return is(out, 1) && memcmp(out, again, sizeof(out)) == 0;
}

static bool
run_hmac(void)
{
	uint8_t out[SHA256_LEN];
	struct hmac h;

	hmac_key(&h, f[0], len[0]);
	hmac(&h, out, f[1], len[1]);
	return is(out, 2);
}

static bool
run_pbkdf2(void)
{
	uint8_t out[64];

	pbkdf2_sha256(out, len[3], (const char *)f[0], f[1], len[1], number(2));
	return is(out, 3);
}

static bool
run_prf(void)
{
	uint8_t out[128];

	prf(out, len[3], f[0], len[0], (const char *)f[1], f[2], len[2]);
	return is(out, 3);
}

static bool
run_chacha20(void)
{
	chacha20(f[3], len[3], f[0], f[1], number(2));
	return is(f[3], 4);
}

static bool
run_poly1305(void)
{
	uint8_t tag[POLY1305_TAG], again[POLY1305_TAG];
	struct poly1305 p;
	size_t whole = len[1] / 32 * 16; /* in two pieces as well */

	poly1305_begin(&p, f[0]);
	poly1305_end(&p, f[1], len[1], tag);
	poly1305_begin(&p, f[0]);
	poly1305_add(&p, f[1], whole);
	poly1305_end(&p, f[1] + whole, len[1] - whole, again);
	return is(tag, 2) && is(again, 2);
}

/* Key, nonce, additional data, plain text, cipher text, tag. */
static bool
run_aead(void)
{
	static uint8_t data[FIELD_MAX + AEAD_TAG];
	size_t n = given[3] ? len[3] : len[4];

	if (len[1] != AEAD_NONCE || len[5] != AEAD_TAG)
		return false; /* there is no way to ask for it */
	if (given[3]) {
		memcpy(data, f[3], n);
		aead_seal(data, n, f[0], f[1], f[2], len[2]);
		if (!is(data + n, 5) || (given[4] && !is(data, 4)))
			return false;
	} else {
		memcpy(data, f[4], n);
		memcpy(data + n, f[5], AEAD_TAG);
	}
	return aead_open(data, n, f[0], f[1], f[2], len[2]) &&
	    (!given[3] || is(data, 3));
}

/* The result as it is told, and false where it is zero. */
static bool
run_x25519(void)
{
	static const uint8_t zero[X25519_LEN];
	uint8_t out[X25519_LEN], base[X25519_LEN] = { 9 };
	bool good = x25519(out, f[0], f[1]);

	CHECK(good == !is(zero, 2), "zero is told");
	if (memcmp(f[1], base, sizeof(base)) == 0) {
		x25519_public(base, f[0]);
		return is(out, 2) && is(base, 2);
	}
	return is(out, 2);
}

static bool
run_iterate(void)
{
	uint8_t k[X25519_LEN] = { 9 }, u[X25519_LEN] = { 9 };
	uint8_t out[X25519_LEN];

	for (unsigned i = number(0); i > 0; i--) {
		if (!x25519(out, k, u))
			return false;
		memcpy(u, k, sizeof(u));
		memcpy(k, out, sizeof(k));
	}
	return is(k, 1);
}

/* Public key, message, signature. */
static bool
run_verify(void)
{
	return len[2] == ED25519_SIG &&
	    ed25519_verify(f[2], f[0], f[1], len[1]);
}

/* Seed, public key, message, signature. */
static bool
run_sign(void)
{
	uint8_t pub[ED25519_KEY], sig[ED25519_SIG];

	ed25519_public(pub, f[0]);
	ed25519_sign(sig, f[0], pub, f[2], len[2]);
	return is(pub, 1) && is(sig, 3) &&
	    ed25519_verify(sig, pub, f[2], len[2]);
}

static const struct kind {
	const char *name;
	int fields;
	bool (*run)(void);
	bool told; /* a line ends in valid, acceptable or invalid */
} kinds[] = {
	{ "sha256", 2, run_sha256, false },
	{ "sha512", 2, run_sha512, false },
	{ "hmac", 3, run_hmac, false },
	{ "pbkdf2", 4, run_pbkdf2, false },
	{ "prf", 4, run_prf, false },
	{ "chacha20", 5, run_chacha20, false },
	{ "poly1305", 3, run_poly1305, false },
	{ "aead", 6, run_aead, true },
	{ "x25519", 3, run_x25519, true },
	{ "iterate", 2, run_iterate, false },
	{ "sign", 4, run_sign, false },
	{ "a", 6, run_aead, true }, /* Wycheproof's */
	{ "x", 3, run_x25519, true },
	{ "e", 3, run_verify, true },
};
static unsigned long ran[LEN(kinds)];

static size_t
from_hex(uint8_t *out, const char *in)
{
	size_t n = 0;
	unsigned x;

	for (; sscanf(in, "%2x", &x) == 1; in += 2)
		out[n++] = (uint8_t)x;
	return n;
}

static size_t
from_base64(uint8_t *out, const char *in)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklm"
				     "nopqrstuvwxyz0123456789+/";
	unsigned bits = 0, value = 0;
	size_t n = 0;

	for (; *in != '\0'; in++) {
		value = value << 6 | (unsigned)(strchr(digits, *in) - digits);
		bits += 6;
		if (bits >= 8)
			out[n++] = (uint8_t)(value >> (bits -= 8));
	}
	return n;
}

static size_t
from_text(uint8_t *out, const char *in)
{
	size_t n = strlen(in);

	for (size_t i = 0; i < n; i++)
		out[i] = in[i] == '_' ? ' ' : (uint8_t)in[i];
	return n;
}

static void
read_field(int i, const char *word, bool base64)
{
	size_t times = 1, n;
	const char *star = strchr(word, '*');

	if (strcmp(word, "=") == 0)
		return;
	given[i] = strcmp(word, "*") != 0;
	if (given[i] && star != NULL) {
		times = strtoul(word, NULL, 10);
		word = star + 1;
	}
	if (word[0] == '\'')
		n = from_text(f[i], word + 1);
	else if (word[0] == '-' || !given[i])
		n = 0;
	else
		n = base64 ? from_base64(f[i], word) : from_hex(f[i], word);
	for (size_t t = 1; t < times; t++)
		memcpy(f[i] + t * n, f[i], n);
	len[i] = times * n;
	f[i][len[i]] = '\0';
}

/* Numbers stay as they are written. */
static bool
is_number(const struct kind *kind, int i)
{
	return (kind->run == run_pbkdf2 && i == 2) ||
	    (kind->run == run_chacha20 && i == 2) ||
	    (kind->run == run_iterate && i == 0);
}

static const struct kind *
find_kind(char *name)
{
	name[0] = (char)tolower((unsigned char)name[0]);
	for (size_t i = 0; i < LEN(kinds); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

static void
run_line(char *line)
{
	char *word[WORDS_MAX], *rest = line;
	int n = 0;
	bool base64 = isupper((unsigned char)line[0]), good;
	const struct kind *kind;

	while (
	    n < WORDS_MAX && (word[n] = strtok_r(rest, " \n", &rest)) != NULL)
		n++;
	if (n == 0 || word[0][0] == '#')
		return;
	kind = find_kind(word[0]);
	CHECK(kind != NULL && n >= 2 + kind->fields + kind->told, "%s: what?",
	    word[0]);
	if (kind == NULL || n < 2 + kind->fields + kind->told)
		return;
	for (int i = 0; i < kind->fields; i++)
		if (is_number(kind, i))
			memcpy(f[i], word[2 + i], strlen(word[2 + i]) + 1);
		else
			read_field(i, word[2 + i], base64);
	valid = !kind->told || strcmp(word[2 + kind->fields], "invalid") != 0;
	good = kind->run();
	ran[kind - kinds]++;
	CHECK(good == valid, "%s %s is %s", word[0], word[1],
	    good ? "taken" : "refused");
}

static void
run_file(const char *name)
{
	static char line[LINE_ROOM];
	FILE *file = strcmp(name, "-") == 0 ? stdin : fopen(name, "r");

	CHECK(file != NULL, "%s cannot be read", name);
	if (file == NULL)
		return;
	while (fgets(line, sizeof(line), file) != NULL) {
		CHECK(strchr(line, '\n') != NULL, "a line is too long");
		run_line(line);
	}
	if (file != stdin)
		fclose(file);
}

int
main(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		run_file(argv[i]);
	if (argc < 2) {
		run_file("tests/unit/vectors.txt");
		run_file("tests/unit/wycheproof.txt");
		for (size_t i = 0; i < LEN(kinds); i++)
			CHECK(ran[i] > 0, "no line of %s", kinds[i].name);
	}
	printf("vectors:");
	for (size_t i = 0; i < LEN(kinds); i++)
		if (ran[i] > 0)
			printf(" %s %lu", kinds[i].name, ran[i]);
	printf("\n");
	return test_done("vectors");
}
