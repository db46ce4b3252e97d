/*
 * test_openssl - the same from openssl, where it is installed, of inputs that
 * are others in every run.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "crypto/chacha20.h"
#include "crypto/ed25519.h"
#include "crypto/hmac.h"
#include "crypto/pbkdf2.h"
#include "crypto/poly1305.h"
#include "crypto/sha512.h"
#include "crypto/x25519.h"
#include "stream.h"
#include "test.h"

#define TURNS 4

static uint8_t key[32], in[3000], ours[3000], theirs[3000];
static size_t n; /* bytes of in, which are in the file in as well */

static bool openssl(const char *format, ...)
    __attribute__((__format__(__printf__, 1, 2)));

static bool
openssl(const char *format, ...)
{
	char command[2000];
	int len = snprintf(command, sizeof(command), "openssl ");
	va_list args;

	va_start(args, format);
	vsnprintf(
	    command + len, sizeof(command) - (size_t)len - 20, format, args);
	va_end(args);
	strcat(command, " >said 2>&1");
	return system(command) == 0;
}

static const char *
hex(const void *data, size_t len)
{
	static char text[4][200];
	static int next;
	char *to = text[next = (next + 1) % 4];

	to[0] = '\0';
	for (size_t i = 0; i < len; i++)
		snprintf(to + 2 * i, 3, "%02x",
		    (unsigned)((const uint8_t *)data)[i]);
	return to;
}

static void
put(const char *name, const void *a, size_t a_len, const void *b, size_t b_len)
{
	FILE *f = fopen(name, "w");

	CHECK(f != NULL && fwrite(a, 1, a_len, f) == a_len &&
		fwrite(b, 1, b_len, f) == b_len && fclose(f) == 0,
	    "%s", name);
}

static void
same(const char *what, bool ran, const void *want, size_t len)
{
	FILE *f = fopen("out", "r");
	size_t got = f != NULL ? fread(theirs, 1, sizeof(theirs), f) : 0;

	CHECK(ran && got == len && memcmp(theirs, want, len) == 0,
	    "%s of %zu bytes, key %s", what, n, hex(key, sizeof(key)));
	if (f != NULL)
		fclose(f);
	unlink("out");
}

/* An Ed25519 (112) or X25519 (110) key as DER (RFC 8410). */
static void
put_key(const char *name, uint8_t kind, const uint8_t *secret)
{
	uint8_t der[16] = { 0x30, 46, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 101, kind,
		4, 34, 4, 32 };

	put(name, der, sizeof(der), secret, 32);
}

static void
put_public(const char *name, uint8_t kind, const uint8_t *pub)
{
	uint8_t der[12] = { 0x30, 42, 0x30, 5, 6, 3, 0x2b, 101, kind, 3, 33,
		0 };

	put(name, der, sizeof(der), pub, 32);
}

static void
hashes(void)
{
	struct sha512 s;
	struct hmac h;

	sha256(ours, in, n);
	same("sha256", openssl("dgst -sha256 -binary -out out in"), ours, 32);
	sha512_begin(&s);
	sha512_add(&s, in, n);
	sha512_end(&s, ours);
	same("sha512", openssl("dgst -sha512 -binary -out out in"), ours, 64);
	hmac_key(&h, key, sizeof(key));
	hmac(&h, ours, in, n);
	same("hmac",
	    openssl("mac -digest SHA256 -macopt hexkey:%s -binary -in in -out "
		    "out HMAC",
		hex(key, 32)),
	    ours, 32);
	prf(ours, 104, key, 32, "key expansion", in, 64);
	same("prf",
	    openssl("kdf -keylen 104 -kdfopt digest:SHA256 -kdfopt hexsecret:%s"
		    " -kdfopt hexseed:%s%s -binary -out out TLS1-PRF",
		hex(key, 32), hex("key expansion", 13), hex(in, 64)),
	    ours, 104);
	pbkdf2_sha256(ours, 64, "abcd1234", in, 16, 1000);
	same("pbkdf2",
	    openssl("kdf -keylen 64 -kdfopt digest:SHA256 -kdfopt pass:abcd1234"
		    " -kdfopt hexsalt:%s -kdfopt iter:1000 -binary -out out "
		    "PBKDF2",
		hex(in, 16)),
	    ours, 64);
}

static void
ciphers(void)
{
	struct poly1305 p;
	uint8_t iv[16] = { 7 };

	memcpy(iv + 4, in + 20, CHACHA20_NONCE);
	memcpy(ours, in, n);
	chacha20(ours, n, key, iv + 4, 7);
	same("chacha20",
	    openssl("enc -chacha20 -K %s -iv %s -in in -out out", hex(key, 32),
		hex(iv, 16)),
	    ours, n);
	poly1305_begin(&p, key);
	poly1305_end(&p, in, n, ours);
	same("poly1305",
	    openssl("mac -macopt hexkey:%s -binary -in in -out out POLY1305",
		hex(key, 32)),
	    ours, 16);
}

static void
curves(void)
{
	uint8_t pub[32], peer[32];

	ed25519_public(pub, key);
	ed25519_sign(ours, key, pub, in, n);
	put_key("key", 112, key);
	put_public("pub", 112, pub);
	same("signature",
	    openssl("pkeyutl -sign -keyform DER -inkey key -rawin -in in "
		    "-out out"),
	    ours, 64);
	put("sig", ours, 64, "", 0);
	CHECK(openssl("pkeyutl -verify -pubin -keyform DER -inkey pub -rawin "
		      "-in in -sigfile sig"),
	    "key %s", hex(key, 32));
	x25519_public(peer, in);
	CHECK(x25519(ours, key, peer), "key %s", hex(key, 32));
	put_key("key", 110, key);
	put_public("pub", 110, peer);
	same("x25519",
	    openssl("pkeyutl -derive -keyform DER -inkey key -peerform DER "
		    "-peerkey pub -out out"),
	    ours, 32);
}

int
main(void)
{
	char dir[] = "/tmp/test_openssl.XXXXXX";
	FILE *random = fopen("/dev/urandom", "r");

	if (random == NULL ||
	    fread(&stream_at, sizeof(stream_at), 1, random) != 1 ||
	    mkdtemp(dir) == NULL || chdir(dir) == -1) {
		perror(dir);
		return 1;
	}
	fclose(random);
	if (system("openssl version 2>/dev/null | grep -q 'OpenSSL [3-9]'") !=
	    0) {
		printf("openssl: skipped: OpenSSL 3 is not installed\n");
		return rmdir(dir);
	}
	for (int i = 0; i < TURNS; i++) {
		stream(key, sizeof(key));
		stream(in, sizeof(in));
		n = 100 + (in[0] | (size_t)in[1] << 8) % (sizeof(in) - 100);
		put("in", in, n, "", 0);
		hashes();
		ciphers();
		curves();
	}
	return test_done("openssl") |
	    (system("rm -f in out key pub sig said") != 0) | rmdir(dir);
}
