#include <string.h>

#include "crypto/hmac.h"
#include "crypto/pbkdf2.h"
#include "crypto/secret.h"
#include "test.h"

static const char *
hex(const uint8_t *digest)
{
	static char text[2 * SHA256_LEN + 1];

	for (int i = 0; i < SHA256_LEN; i++)
		snprintf(text + 2 * i, 3, "%02x", (unsigned)digest[i]);
	return text;
}

/* FIPS 180-4's examples, and a block's edge from both sides. */
static const struct {
	const char *text;
	const char *digest;
} hashes[] = {
	{ "",
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852"
	    "b855" },
	{ "abc",
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f2"
	    "0015ad" },
	{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
	    "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06"
	    "c1" },
};

static void
one_hmac(uint8_t out[SHA256_LEN], const void *key, size_t key_len,
    const void *data, size_t n)
{
	struct hmac h;

	hmac_key(&h, key, key_len);
	hmac(&h, out, data, n);
}

/* RFC 4231, cases 1, 2 and 6 (a key longer than a block). */
static void
hmac_gives_the_published_digests(void)
{
	uint8_t out[SHA256_LEN], key[131];

	memset(key, 0x0b, 20);
	one_hmac(out, key, 20, "Hi There", 8);
	CHECK(strcmp(hex(out),
		  "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833d"
		  "a726e9376c2e32cff7") == 0,
	    "%s", hex(out));
	one_hmac(out, "Jefe", 4, "what do ya want for nothing?", 28);
	CHECK(strcmp(hex(out),
		  "5bdcc146bf60754e6a042426089575c75a003f089d2739"
		  "839dec58b964ec3843") == 0,
	    "%s", hex(out));
	memset(key, 0xaa, 131);
	one_hmac(out, key, 131,
	    "Test Using Larger Than Block-Size Key - Hash Key First", 54);
	CHECK(strcmp(hex(out),
		  "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5"
		  "140546040f0ee37f54") == 0,
	    "%s", hex(out));
}

/* RFC 7914 (section 11) and the vectors in wide use for SHA-256. */
static const struct {
	const char *pass, *salt;
	unsigned rounds;
	const char *digest;
} keys[] = {
	{ "passwd", "salt", 1,
	    "55ac046e56e3089fec1691c22544b605f94185216dde"
	    "0465e68b9d57c20dacbc" },
	{ "password", "salt", 1,
	    "120fb6cffcf8b32c43e7225256c4f837a86548c92c"
	    "cc35480805987cb70be17b" },
	{ "password", "salt", 2,
	    "ae4d0c95af6b46d32d0adff928f06dd02a303f8ef3"
	    "c251dfd6e2d85a95474c43" },
	{ "password", "salt", 4096,
	    "c5e478d59288c841aa530db6845c4c8d962893a0"
	    "01ce4e11a4963873aa98134a" },
	{ "passwordPASSWORDpassword", "saltSALTsaltSALTsaltSALTsaltSALTsalt",
	    4096,
	    "348c89dbcbd32b2f32d814b8116e84cf2b17347ebc1800181c4e2a1f"
	    "b8dd53e1" },
};

int
main(void)
{
	uint8_t out[SHA256_LEN];

	for (size_t i = 0; i < LEN(hashes); i++) {
		sha256(out, hashes[i].text, strlen(hashes[i].text));
		CHECK(strcmp(hex(out), hashes[i].digest) == 0, "%s",
		    hashes[i].text);
	}
	hmac_gives_the_published_digests();
	for (size_t i = 0; i < LEN(keys); i++) {
		pbkdf2_sha256(out, sizeof(out), keys[i].pass, keys[i].salt,
		    strlen(keys[i].salt), keys[i].rounds);
		CHECK(strcmp(hex(out), keys[i].digest) == 0, "%s %u: %s",
		    keys[i].pass, keys[i].rounds, hex(out));
	}
	CHECK(same_bytes(out, out, SHA256_LEN), "itself");
	CHECK(!same_bytes(out, out + 1, SHA256_LEN - 1), "another");
	return test_done("pbkdf2");
}
