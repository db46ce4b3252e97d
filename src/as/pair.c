#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "as/pair.h"
#include "crypto/pbkdf2.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "policy.h"
#include "proto/wire.h"

static void
put_hex(char *out, const unsigned char *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", (unsigned)data[i]);
}

void
pair_make(char pair[PAIR_MAX], const char *pass,
    const unsigned char salt[SALT_LEN], unsigned rounds)
{
	char salt_text[2 * SALT_LEN + 1], text[2 * SHA256_LEN + 1];
	uint8_t digest[SHA256_LEN];

	pbkdf2_sha256(digest, sizeof(digest), pass, salt, SALT_LEN, rounds);
	put_hex(salt_text, salt, SALT_LEN);
	put_hex(text, digest, SHA256_LEN);
	snprintf(
	    pair, PAIR_MAX, "pbkdf2-sha256$%u$%s$%s", rounds, salt_text, text);
}

static bool
get_hex(unsigned char *out, const char *text, size_t n)
{
	if (strspn(text, "0123456789abcdef") < 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char byte[3] = { text[2 * i], text[2 * i + 1], '\0' };

		out[i] = (unsigned char)strtoul(byte, NULL, 16);
	}
	return true;
}

/* Made again with the right password, the pair is the same. */
bool
pair_matches(const char *pair, const char *pass)
{
	static const char scheme[] = "pbkdf2-sha256$";
	const char *text = pair + sizeof(scheme) - 1, *salt_text;
	unsigned char salt[SALT_LEN];
	char again[PAIR_MAX] = "";
	unsigned rounds;

	if (strncmp(pair, scheme, sizeof(scheme) - 1) != 0 ||
	    (salt_text = strchr(text, '$')) == NULL ||
	    !get_hex(salt, salt_text + 1, SALT_LEN))
		return false;
	rounds = wire_number(text);
	if (rounds > KDF_ROUNDS_MAX)
		return false;
	pair_make(again, pass, salt, rounds);
	return strlen(pair) == strlen(again) &&
	    same_bytes(pair, again, strlen(again));
}
