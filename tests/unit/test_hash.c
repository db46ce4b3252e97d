/* test_hash - the hashes and what is made of them, at every length. */
#include <stdint.h>
#include <string.h>

#include "crypto/hmac.h"
#include "crypto/pbkdf2.h"
#include "crypto/sha512.h"
#include "stream.h"
#include "test.h"

/* The digests are those of Python's hashlib and hmac over the same inputs. */
static struct sha256 all;
static uint8_t data[400], key[200], out[200];

static void
begin(void)
{
	stream_at = 0;
	sha256_begin(&all);
}

static void
sha256_at_every_length(void)
{
	begin();
	for (size_t n = 0; n < sizeof(data); n++) {
		struct sha256 s;

		stream(data, n);
		for (size_t cut = 0; cut <= n; cut += 1 + n / 7) {
			sha256_begin(&s);
			sha256_add(&s, data, cut);
			sha256_add(&s, data + cut, n - cut);
			sha256_end(&s, out + 32);
			sha256(out, data, n);
			CHECK(
			    memcmp(out, out + 32, 32) == 0, "%zu %zu", n, cut);
		}
		sha256_add(&all, out, 32);
	}
	CHECK(digest_is(&all,
		  "034dec4ee7f306b4e332da8e7a53d75bbfb7e872176c0608ebb526b"
		  "e95ecbd66"),
	    "others hash alike");
}

static void
sha512_at_every_length(void)
{
	begin();
	for (size_t n = 0; n < sizeof(data); n++) {
		struct sha512 s;

		stream(data, n);
		sha512_begin(&s);
		sha512_add(&s, data, n / 3);
		sha512_add(&s, data + n / 3, n - n / 3);
		sha512_end(&s, out);
		sha256_add(&all, out, SHA512_LEN);
	}
	CHECK(digest_is(&all,
		  "817a1deb872a6729b9a77897a47d062550a07d7abeeb21511275f4d"
		  "e8ff5ceb9"),
	    "others hash alike");
}

static void
hmac_at_every_length(void)
{
	begin();
	for (size_t n = 0; n < sizeof(key); n++) {
		struct hmac h;

		stream(key, n);
		stream(data, n / 2);
		hmac_key(&h, key, n);
		hmac(&h, out, data, n / 2);
		sha256_add(&all, out, SHA256_LEN);
		hmac(&h, data, data, n / 2); /* again, and over its message */
		CHECK(memcmp(out, data, SHA256_LEN) == 0, "%zu", n);
	}
	CHECK(digest_is(&all,
		  "636cd85fefe8aef7b7a0ba09169a8ad8b5f69b90cd845565771eaff"
		  "56c75560e"),
	    "others authenticate alike");
}

static void
keys_of_every_length(void)
{
	begin();
	for (size_t n = 0; n < sizeof(out); n++) {
		stream(key, 48);
		stream(data, n % 78);
		prf(out, n, key, 48, "key expansion", data, n % 78);
		sha256_add(&all, out, n);
	}
	CHECK(digest_is(&all,
		  "887e710d61d8264a5afd314574067b0cd5b5ba85ddb767771d0bdd1"
		  "17c9ce9e2"),
	    "others expand alike");
	begin();
	for (size_t n = 1; n < 130; n++) {
		char pass[130] = "";

		memset(pass, 'x', n);
		stream(data, n % 65);
		pbkdf2_sha256(
		    out, n, pass, data, n % 65, (unsigned)(n % 5 + 1));
		sha256_add(&all, out, n);
	}
	CHECK(digest_is(&all,
		  "4589b4bfac9e17360085dec94c98f5f51e88d6ccf51fd267a42b6d4"
		  "b9fd71e3a"),
	    "others stretch alike");
	pbkdf2_sha256(out, 32, "x", "salt", 4, 0);
	pbkdf2_sha256(out + 32, 32, "x", "salt", 4, 1);
	CHECK(memcmp(out, out + 32, 32) == 0, "no round is one");
}

/* A length of 2^40 bytes, said to have been hashed. */
static void
long_messages_are_counted(void)
{
	static const uint8_t want256[] = { 0x62, 0x2a, 0xd5, 0x1a, 0x32, 0x33,
		0x4b, 0xd2 },
			     want512[] = { 0xe0, 0xb6, 0x34, 0x69, 0x38, 0xc5,
				     0xac, 0xb1 };
	struct sha512 s;

	sha256_begin(&all);
	all.len = (uint64_t)1 << 40;
	sha256_end(&all, out);
	CHECK(memcmp(out, want256, sizeof(want256)) == 0, "SHA-256");
	sha512_begin(&s);
	s.len = (uint64_t)1 << 40;
	sha512_end(&s, out);
	CHECK(memcmp(out, want512, sizeof(want512)) == 0, "SHA-512");
}

int
main(void)
{
	sha256_at_every_length();
	sha512_at_every_length();
	hmac_at_every_length();
	keys_of_every_length();
	long_messages_are_counted();
	return test_done("hash");
}
