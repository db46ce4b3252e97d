/*
 * crypto - how fast the primitives are, a second of a processor, beside
 *openssl's in the same minute where it is installed:
 *
 *	crypto [ROUNDS]
 *
 * Ours and openssl's take turns; the medians are printed, and ours divided by
 * openssl's.  "plain C" is openssl told to use nothing beyond x86-64
 * (OPENSSL_ia32cap=0), which is nearest to what a C compiler has to do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "bench.h"
#include "crypto/aead.h"
#include "crypto/ed25519.h"
#include "crypto/pbkdf2.h"
#include "crypto/sha256.h"
#include "crypto/x25519.h"

#define ROUNDS_MAX 99
#define OURS       0.3 /* seconds a turn; openssl's are a second */
#define SPEED      "openssl speed -mr -seconds 1 "
#define AEAD(n)    SPEED "-evp chacha20-poly1305 -bytes " n
#define NO_ERRORS  " 2>/dev/null"

static uint8_t data[16384 + AEAD_TAG], key[32] = { 1 }, nonce[12];
static uint8_t pub[32], peer[32], out[64], sig[64];
static const char text[100];

static void
seal_64(void)
{
	aead_seal(data, 64, key, nonce, "13 bytes more", 13);
}

static void
seal_1024(void)
{
	aead_seal(data, 1024, key, nonce, "13 bytes more", 13);
}

static void
seal_16384(void)
{
	aead_seal(data, 16384, key, nonce, "13 bytes more", 13);
}

static void
hash(void)
{
	sha256(out, data, 16384);
}

static void
slow_hash(void)
{
	pbkdf2_sha256(out, 32, "password", "16 bytes of salt", 16, 1000);
}

static void
make_public(void)
{
	x25519_public(out, key);
}

static void
agree(void)
{
	if (!x25519(out, key, peer))
		die("x25519");
}

static void
sign(void)
{
	ed25519_sign(out, key, pub, text, sizeof(text));
}

static void
verify(void)
{
	if (!ed25519_verify(sig, pub, text, sizeof(text)))
		die("ed25519");
}

/*
 * What is measured, what one call counts for, and the command of openssl: its
 * figure stands in a field of the line that begins with a mark.
 */
static const struct row {
	const char *name, *unit;
	void (*run)(void);
	double each;
	const char *command, *mark;
	int field;
} rows[] = {
	{ "seal 64 bytes", "MB/s", seal_64, 64e-6, AEAD("64"), "+F:", 3 },
	{ "seal 1 KiB", "MB/s", seal_1024, 1024e-6, AEAD("1024"), "+F:", 3 },
	{ "seal 16 KiB", "MB/s", seal_16384, 16384e-6, AEAD("16384"),
	    "+F:", 3 },
	{ "  plain C", "MB/s", seal_16384, 16384e-6,
	    "OPENSSL_ia32cap=0 " AEAD("16384"), "+F:", 3 },
	{ "sha256 16 KiB", "MB/s", hash, 16384e-6,
	    "OPENSSL_ia32cap=0 " SPEED "-evp sha256 -bytes 16384", "+F:", 3 },
	{ "pbkdf2, 1000 rounds", "/s", slow_hash, 1, NULL, NULL, 0 },
	{ "x25519, public", "/s", make_public, 1, NULL, NULL, 0 },
	{ "x25519, shared", "/s", agree, 1, SPEED "ecdhx25519", "+F5:", 3 },
	{ "ed25519, sign", "/s", sign, 1, SPEED "ed25519", "+F6:", 4 },
	{ "ed25519, verify", "/s", verify, 1, SPEED "ed25519", "+F6:", 5 },
};

static double
processor_time(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static double
ours(const struct row *r)
{
	double began = processor_time(), took;
	int n = 0;

	do {
		for (int i = 0; i < 10; i++, n++)
			r->run();
		took = processor_time() - began;
	} while (took < OURS);
	return n * r->each / took;
}

/* The number in one of the fields that colons part, the first being 0. */
static double
field(const char *line, int n)
{
	while (n-- > 0 && line != NULL)
		line = strchr(line + 1, ':');
	return line != NULL ? strtod(line + 1, NULL) : 0;
}

/* 0: it is not installed, or says nothing of the kind. */
static double
theirs(const struct row *r)
{
	char line[200], command[200];
	double value = 0;
	FILE *p;

	if (r->command == NULL)
		return 0;
	snprintf(command, sizeof(command), "%s" NO_ERRORS, r->command);
	p = popen(command, "r");
	if (p == NULL)
		die("openssl");
	while (fgets(line, sizeof(line), p) != NULL)
		if (strncmp(line, r->mark, strlen(r->mark)) == 0)
			value = field(line, r->field);
	pclose(p);
	return r->each < 1 ? value * 1e-6 : value; /* bytes */
}

static void
measure(const struct row *r, int rounds)
{
	double a[ROUNDS_MAX], b[ROUNDS_MAX];
	size_t n = (size_t)rounds;

	for (size_t i = 0; i < n; i++) {
		a[i] = ours(r);
		b[i] = theirs(r);
	}
	sort_doubles(a, n);
	sort_doubles(b, n);
	printf("%-20s %9.0f %-4s", r->name, a[n / 2], r->unit);
	if (b[n / 2] > 0)
		printf(" %9.0f %6.2f", b[n / 2], a[n / 2] / b[n / 2]);
	printf("\n");
	fflush(stdout);
}

int
main(int argc, char **argv)
{
	int rounds = argc > 1 ? atoi(argv[1]) : 3;

	if (rounds < 1 || rounds > ROUNDS_MAX) {
		fprintf(
		    stderr, "usage: crypto [ROUNDS]   (1 to %d)\n", ROUNDS_MAX);
		return 2;
	}
	fill_random(data, sizeof(data), 1);
	x25519_public(peer, data);
	ed25519_public(pub, key);
	ed25519_sign(sig, key, pub, text, sizeof(text));
	if (system("openssl version" NO_ERRORS) != 0)
		printf("openssl is not installed: ours alone\n");
	printf("%-20s %9s %-4s %9s %6s\n", "", "ours", "", "openssl", "ratio");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		measure(&rows[i], rounds);
	return 0;
}
