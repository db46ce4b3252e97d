/* test_curve - the arithmetic below X25519 and Ed25519, and who is refused. */
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "crypto/ed25519.h"
#include "crypto/x25519.h"
#include "test.h"

/* In its place: the table is made again with what is private there. */
#include "../../src/crypto/point.c"
#include "stream.h"

/* The digests here are those of Python's integers and of its cryptography 48
 * over the same inputs. */
static void
field_is_as_elsewhere(void)
{
	struct sha256 all;

	stream_at = 0;
	sha256_begin(&all);
	for (int i = 0; i < 1000; i++) {
		struct fe a, b, r[5], sum, difference;
		uint8_t bytes[32];

		stream(bytes, sizeof(bytes));
		fe_load(&a, bytes);
		stream(bytes, sizeof(bytes));
		fe_load(&b, bytes);
		fe_mul(&r[0], &a, &b);
		fe_add(&sum, &a, &b);
		fe_sub(&difference, &a, &b);
		fe_mul(&r[1], &sum, &difference);
		fe_square(&r[2], &a);
		fe_small(&r[3], &a, 121665);
		fe_invert(&r[4], &a);
		for (int j = 0; j < 5; j++) {
			fe_store(bytes, &r[j]);
			sha256_add(&all, bytes, sizeof(bytes));
		}
	}
	CHECK(digest_is(&all,
		  "f6393f4a7926f457c8f070b2c858de3d96fe72b0cac18fde24bab9a"
		  "a3c1593d7"),
	    "others multiply alike");
}

/* p - 2 to 2^255 - 1 are read and come back below p. */
static void
field_is_reduced(void)
{
	for (unsigned low = 0xeb; low <= 0xff; low++) {
		uint8_t in[32], out[32], want[32] = { 0 };
		struct fe a;

		memset(in, 0xff, sizeof(in));
		in[31] = 0x7f;
		in[0] = (uint8_t)low;
		if (low < 0xed)
			memcpy(want, in, sizeof(in));
		else
			want[0] = (uint8_t)(low - 0xed);
		fe_load(&a, in);
		fe_store(out, &a);
		CHECK(memcmp(out, want, sizeof(out)) == 0, "%02x", low);
	}
}

static void
scalars_are_as_elsewhere(void)
{
	struct sha256 all;

	stream_at = 0;
	sha256_begin(&all);
	for (int i = 0; i < 1000; i++) {
		struct scalar s[3];
		uint8_t bytes[64];

		for (int j = 0; j < 3; j++) {
			stream(bytes, sizeof(bytes));
			scalar_load(&s[j], bytes, sizeof(bytes));
		}
		scalar_muladd(&s[0], &s[0], &s[1], &s[2]);
		scalar_store(bytes, &s[0]);
		sha256_add(&all, bytes, 32);
	}
	CHECK(digest_is(&all,
		  "b4156d62846e46b3dc9b6afd07bf203c7007a34ad39afcc532f5947"
		  "dfc321156"),
	    "others reduce alike");
}

static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12,
	0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };

/* L + low, or a byte of ffs. */
static void
near_order(uint8_t out[32], int low)
{
	memcpy(out, order, sizeof(order));
	out[0] = (uint8_t)(out[0] + low);
}

static void
scalars_are_reduced(void)
{
	for (int low = -10; low <= 10; low++) {
		uint8_t in[32], out[32], want[32] = { 0 };
		struct scalar s;

		near_order(in, low);
		if (low < 0)
			memcpy(want, in, sizeof(want));
		else
			want[0] = (uint8_t)low;
		scalar_load(&s, in, sizeof(in));
		scalar_store(out, &s);
		CHECK(memcmp(out, want, sizeof(out)) == 0, "L + %d", low);
	}
}

static void
base_point(struct point *b)
{
	uint8_t y[32]; /* 4 / 5, and an even x */

	memset(y, 0x66, sizeof(y));
	y[0] = 0x58;
	CHECK(point_load(b, y), "the base point");
}

/* 2^n b */
static struct point
power(const struct point *b, int n)
{
	struct point p = *b;

	while (n-- > 0)
		point_double(&p, &p, true);
	return p;
}

/* The table of point_base.h, made again from the base point. */
static void
table_is_right(void)
{
	struct point b, p, q;

	base_point(&b);
	for (int c = 0; c < 2; c++)
		for (int i = 0; i < 8; i++) {
			struct fe inverse, x, y, t;

			p = power(&b, 128 * c + 96);
			for (int tooth = 0; tooth < 3; tooth++) {
				q = power(&b, 128 * c + 32 * tooth);
				if ((i >> tooth & 1) == 0)
					point_negate(&q);
				point_add(&p, &p, &q);
			}
			fe_invert(&inverse, &p.z);
			fe_mul(&x, &p.x, &inverse);
			fe_mul(&y, &p.y, &inverse);
			fe_mul(&t, &x, &y);
			fe_mul(&t, &t, &d2);
			fe_add(&p.x, &y, &x);
			fe_sub(&p.y, &y, &x);
			CHECK(same(&p.x, &base[c][i].plus), "%d %d", c, i);
			CHECK(same(&p.y, &base[c][i].minus), "%d %d", c, i);
			CHECK(same(&t, &base[c][i].t), "%d %d", c, i);
		}
}

/* Both ways to multiply the base point give the same, at the edges too. */
static void
both_multiply_alike(void)
{
	struct point b, p, q;

	base_point(&b);
	for (int i = 0; i < 300; i++) {
		uint8_t in[32] = { 0 }, one_way[32], other[32];
		struct scalar s;

		if (i < 20)
			in[0] = (uint8_t)i;
		else if (i < 40)
			near_order(in, -(i - 20));
		else if (i < 100)
			in[i % 32] = (uint8_t)(1 << i % 8);
		else
			stream(in, sizeof(in));
		scalar_load(&s, in, sizeof(in));
		point_base(&p, &s);
		point_multiply(&q, &s, &b);
		point_store(one_way, &p);
		point_store(other, &q);
		CHECK(memcmp(one_way, other, sizeof(other)) == 0, "%d", i);
		point_add(&p, &p, &q); /* with its own like: doubled */
		point_double(&q, &q, true);
		point_store(one_way, &p);
		point_store(other, &q);
		CHECK(memcmp(one_way, other, sizeof(other)) == 0, "%d", i);
	}
}

static void
exchanges_are_as_elsewhere(void)
{
	struct sha256 all;
	uint8_t k[32], p[32], out[32];

	stream_at = 0;
	sha256_begin(&all);
	for (int i = 0; i < 300; i++) {
		stream(k, sizeof(k));
		stream(p, sizeof(p));
		x25519(out, k, p);
		sha256_add(&all, out, sizeof(out));
		x25519_public(out, k);
		sha256_add(&all, out, sizeof(out));
	}
	CHECK(digest_is(&all,
		  "7185ce236eb8422c6bd31ada72979e3762ed4cd8a6e827a080e1ef2"
		  "16f21b6d7"),
	    "others agree alike");
}

static void
signatures_are_as_elsewhere(void)
{
	struct sha256 all;
	uint8_t seed[32], text[300], pub[ED25519_KEY], sig[ED25519_SIG];

	stream_at = 0;
	sha256_begin(&all);
	for (size_t n = 0; n < sizeof(text); n++) {
		stream(seed, sizeof(seed));
		stream(text, n);
		ed25519_public(pub, seed);
		ed25519_sign(sig, seed, pub, text, n);
		sha256_add(&all, pub, sizeof(pub));
		sha256_add(&all, sig, sizeof(sig));
		CHECK(ed25519_verify(sig, pub, text, n), "%zu bytes", n);
	}
	CHECK(digest_is(&all,
		  "3bd80226780abe2238e6a2f63f0a7dba9623f025aa10cdcfcb7da2d"
		  "55a168c3c"),
	    "others sign alike");
}

static void
nothing_may_change(void)
{
	uint8_t seed[32], text[50], pub[ED25519_KEY], sig[ED25519_SIG];

	stream(seed, sizeof(seed));
	stream(text, sizeof(text));
	ed25519_public(pub, seed);
	ed25519_sign(sig, seed, pub, text, sizeof(text));
	for (unsigned bit = 0; bit < 8 * ED25519_SIG; bit++) {
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!ed25519_verify(sig, pub, text, sizeof(text)), "%u", bit);
		sig[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (unsigned bit = 0; bit < 8 * ED25519_KEY; bit++) {
		pub[bit / 8] ^= (uint8_t)(1 << bit % 8);
		CHECK(!ed25519_verify(sig, pub, text, sizeof(text)), "%u", bit);
		pub[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	text[20] ^= 1;
	CHECK(!ed25519_verify(sig, pub, text, sizeof(text)), "text");
	text[20] ^= 1;
	CHECK(!ed25519_verify(sig, pub, text, sizeof(text) - 1), "cut");
	CHECK(ed25519_verify(sig, pub, text, sizeof(text)), "unchanged");
}

/* S + L is the same scalar in another writing. */
static void
another_s_is_refused(void)
{
	uint8_t seed[32], pub[ED25519_KEY], sig[ED25519_SIG];
	unsigned sum = 0;

	stream(seed, sizeof(seed));
	ed25519_public(pub, seed);
	ed25519_sign(sig, seed, pub, "x", 1);
	CHECK(ed25519_verify(sig, pub, "x", 1), "as it is");
	for (int i = 0; i < 32; i++) {
		sum = (sum >> 8) + sig[32 + i] + order[i];
		sig[32 + i] = (uint8_t)sum;
	}
	CHECK(!ed25519_verify(sig, pub, "x", 1), "S + L");
}

/*
 * The eight points of small order, whose signatures are good for any text, and
 * all that writes them and others in a second way: y of p or more, a sign for
 * x = 0.  Each is tried as the key of the signature R = neutral, S = 0, which a
 * key of small order verifies for one text of eight at least.
 */
static void
bad_keys_are_refused(void)
{
	static const uint8_t eighth[32] = { 0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2,
		0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0,
		0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38,
		0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05 };
	static const uint8_t sig[ED25519_SIG] = { 1 };
	uint8_t keys[40][32];
	int n = 0;

	memset(keys, 0, sizeof(keys));
	keys[n++][0] = 1; /* neutral */
	n++;              /* y = 0: order 4 */
	memcpy(keys[n++], eighth, 32);
	memset(keys[n], 0xff, 32); /* -y of it: its bytes taken from p */
	for (int i = 0, borrow = 0; i < 32; i++) {
		int digit = (i == 0         ? 0xed :
				    i == 31 ? 0x7f :
					      0xff) -
		    eighth[i] - borrow;

		borrow = digit < 0;
		keys[n][i] = (uint8_t)digit;
	}
	n++;
	for (unsigned low = 0xec; low <= 0xff; low++) { /* -1, and p or more */
		memset(keys[n], 0xff, 32);
		keys[n][0] = (uint8_t)low;
		keys[n++][31] = 0x7f;
	}
	for (int i = 0; i < n; i++)
		for (int sign = 0; sign < 2; sign++) {
			keys[i][31] ^= (uint8_t)(sign << 7);
			for (uint8_t text = 0; text < 64; text++)
				CHECK(!ed25519_verify(sig, keys[i], &text, 1),
				    "key %d, sign %d", i, sign);
		}
}

/* A y of p or more, or a sign where x is 0: another way to write a point. */
static void
points_are_written_one_way(void)
{
	struct point p;
	uint8_t in[32];
	int points = 0;

	for (unsigned low = 0; low < 19; low++)
		for (int sign = 0; sign < 2; sign++) {
			memset(in, 0, sizeof(in));
			in[0] = (uint8_t)low;
			in[31] = (uint8_t)(sign << 7);
			points += point_load(&p, in);
			memset(in, 0xff, sizeof(in));
			in[0] = (uint8_t)(0xed + low); /* p + low */
			in[31] = (uint8_t)(0x7f | sign << 7);
			CHECK(!point_load(&p, in), "p + %u", low);
		}
	CHECK(points > 10, "some of them are points");
	memset(in, 0, sizeof(in));
	in[0] = 1;
	CHECK(point_load(&p, in), "(0, 1)");
	in[31] = 0x80;
	CHECK(!point_load(&p, in), "(-0, 1)");
	memset(in, 0xff, sizeof(in));
	in[0] = 0xec;
	CHECK(!point_load(&p, in), "(-0, -1)");
	in[31] = 0x7f;
	CHECK(point_load(&p, in), "(0, -1)");
}

int
main(void)
{
	field_is_as_elsewhere();
	field_is_reduced();
	scalars_are_as_elsewhere();
	scalars_are_reduced();
	table_is_right();
	both_multiply_alike();
	exchanges_are_as_elsewhere();
	signatures_are_as_elsewhere();
	nothing_may_change();
	another_s_is_refused();
	bad_keys_are_refused();
	points_are_written_one_way();
	return test_done("curve");
}
