#include <string.h>

#include "crypto/ed25519.h"
#include "crypto/secret.h"
#include "crypto/sha512.h"
#include "fe25519.h"

/* A point of the curve: x = X / Z, y = Y / Z, x y = T / Z (RFC 8032, 5.1.4). */
struct point {
	struct fe x, y, z, t;
};

/* d of the curve, and its double */
static const struct fe d2 = { { 0x69b9426b2f159, 0x35050762add7a,
    0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff } };
static const struct fe d = { { 0x34dca135978a3, 0x1a8283b156ebd,
    0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff } };
static const struct fe root_of_minus_1 = { { 0x61b274a0ea0b0, 0xd5a5fc8f189d,
    0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d } };
static const struct point zero = { { { 0 } }, { { 1 } }, { { 1 } }, { { 0 } } };
static const struct point base = {
	{ { 0x62d608f25d51a, 0x412a4b4f6592a, 0x75b7171a4b31d, 0x1ff60527118fe,
	    0x216936d3cd6e5 } },
	{ { 0x6666666666658, 0x4cccccccccccc, 0x1999999999999, 0x3333333333333,
	    0x6666666666666 } },
	{ { 1 } },
	{ { 0x68ab3a5b7dda3, 0xeea2a5eadbb, 0x2af8df483c27e, 0x332b375274732,
	    0x67875f0fd78b7 } },
};
static const uint8_t order[32] = { 0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12,
	0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, [31] = 0x10 };

/* What addition and doubling end with. */
static void
join(struct point *out, const struct fe *e, const struct fe *f,
    const struct fe *g, const struct fe *h)
{
	fe_mul(&out->x, e, f);
	fe_mul(&out->y, g, h);
	fe_mul(&out->t, e, h);
	fe_mul(&out->z, f, g);
}

/* Good for any two points, equal or zero ones too. */
static void
point_add(struct point *out, const struct point *p, const struct point *q)
{
	struct fe a, b, c, e, f, g, h, u, v;

	fe_sub(&u, &p->y, &p->x);
	fe_sub(&v, &q->y, &q->x);
	fe_mul(&a, &u, &v);
	fe_add(&u, &p->y, &p->x);
	fe_add(&v, &q->y, &q->x);
	fe_mul(&b, &u, &v);
	fe_mul(&c, &p->t, &q->t);
	fe_mul(&c, &c, &d2);
	fe_mul(&u, &p->z, &q->z);
	fe_add(&u, &u, &u);
	fe_sub(&e, &b, &a);
	fe_sub(&f, &u, &c);
	fe_add(&g, &u, &c);
	fe_add(&h, &b, &a);
	join(out, &e, &f, &g, &h);
}

static void
point_double(struct point *out, const struct point *p)
{
	struct fe a, b, c, e, f, g, h, u;

	fe_square(&a, &p->x);
	fe_square(&b, &p->y);
	fe_square(&c, &p->z);
	fe_add(&c, &c, &c);
	fe_add(&h, &a, &b);
	fe_add(&u, &p->x, &p->y);
	fe_square(&u, &u);
	fe_sub(&e, &h, &u);
	fe_sub(&g, &a, &b);
	fe_add(&f, &c, &g);
	join(out, &e, &f, &g, &h);
}

static void
multiples(struct point table[16], const struct point *p)
{
	table[0] = zero;
	for (int i = 1; i < 16; i++)
		point_add(&table[i], &table[i - 1], p);
}

/* table[n]; every entry is read. */
static void
choose(struct point *out, const struct point table[16], unsigned n)
{
	*out = table[0];
	for (unsigned i = 1; i < 16; i++) {
		uint64_t same = ((i ^ n) - 1) >> 31;

		fe_pick(&out->x, &table[i].x, same);
		fe_pick(&out->y, &table[i].y, same);
		fe_pick(&out->z, &table[i].z, same);
		fe_pick(&out->t, &table[i].t, same);
	}
}

static unsigned
nibble(const uint8_t scalar[32], int i)
{
	return scalar[i / 2] >> (i % 2 * 4) & 15;
}

/* Four bits a turn, the highest first. */
static void
multiply_base(struct point *out, const uint8_t scalar[32])
{
	struct point table[16], p;

	multiples(table, &base);
	*out = zero;
	for (int i = 63; i >= 0; i--) {
		for (int j = 0; j < 4; j++)
			point_double(out, out);
		choose(&p, table, nibble(scalar, i));
		point_add(out, out, &p);
	}
	wipe(&p, sizeof(p));
}

/* s base + k p, for public values */
static void
multiply_both(struct point *out, const uint8_t s[32], const uint8_t k[32],
    const struct point *p)
{
	struct point bases[16], points[16];

	multiples(bases, &base);
	multiples(points, p);
	*out = zero;
	for (int i = 63; i >= 0; i--) {
		for (int j = 0; j < 4; j++)
			point_double(out, out);
		if (nibble(s, i) != 0)
			point_add(out, out, &bases[nibble(s, i)]);
		if (nibble(k, i) != 0)
			point_add(out, out, &points[nibble(k, i)]);
	}
}

static void
point_store(uint8_t out[32], const struct point *p)
{
	struct fe x, y, inverse;
	uint8_t sign[32];

	fe_invert(&inverse, &p->z);
	fe_mul(&x, &p->x, &inverse);
	fe_mul(&y, &p->y, &inverse);
	fe_store(out, &y);
	fe_store(sign, &x);
	out[31] |= (uint8_t)(sign[0] << 7);
}

static bool
fe_same(const struct fe *a, const struct fe *b)
{
	uint8_t p[32], q[32];

	fe_store(p, a);
	fe_store(q, b);
	return memcmp(p, q, sizeof(p)) == 0;
}

/* x of the point whose y is known: sqrt((y^2 - 1) / (d y^2 + 1)), if any. */
static bool
find_x(struct fe *x, const struct fe *y)
{
	struct fe u, v, t, check;

	fe_square(&t, y);
	fe_sub(&u, &t, &zero.y);
	fe_mul(&v, &t, &d);
	fe_add(&v, &v, &zero.y);
	fe_square(&t, &v);
	fe_mul(&t, &t, &v); /* v^3 */
	fe_mul(x, &u, &t);
	fe_square(&t, &t);
	fe_mul(&t, &t, &v); /* v^7 */
	fe_mul(&t, &t, &u);
	fe_root(&t, &t);
	fe_mul(x, x, &t); /* u v^3 (u v^7)^((p - 5) / 8) */
	fe_square(&check, x);
	fe_mul(&check, &check, &v);
	if (fe_same(&check, &u))
		return true;
	fe_mul(x, x, &root_of_minus_1);
	fe_square(&check, x);
	fe_mul(&check, &check, &v);
	return fe_same(&check, &u);
}

/* The negative of the point that is written in: only that is ever needed. */
static bool
load_negative(struct point *p, const uint8_t in[32])
{
	uint8_t bytes[32];

	fe_load(&p->y, in);
	fe_store(bytes, &p->y);
	bytes[31] |= in[31] & 0x80;
	if (memcmp(bytes, in, sizeof(bytes)) != 0) /* y was p or more */
		return false;
	if (!find_x(&p->x, &p->y))
		return false;
	fe_store(bytes, &p->x);
	if (fe_same(&p->x, &zero.x) && in[31] >> 7 != 0)
		return false;
	if ((bytes[0] & 1) == in[31] >> 7)
		fe_sub(&p->x, &zero.x, &p->x);
	p->z = zero.z;
	fe_mul(&p->t, &p->x, &p->y);
	return true;
}

/* x, of 64 digits to the base 256 that may be over or below it, modulo L. */
static void
scalar_reduce(uint8_t out[32], int64_t x[64])
{
	int64_t carry;

	for (int i = 63; i >= 32; i--) {
		int j;

		carry = 0;
		for (j = i - 32; j < i - 12; j++) {
			x[j] += carry - 16 * x[i] * order[j - (i - 32)];
			carry = (x[j] + 128) >> 8;
			x[j] -= carry * 256;
		}
		x[j] += carry;
		x[i] = 0;
	}
	carry = 0;
	for (int j = 0; j < 32; j++) {
		x[j] += carry - (x[31] >> 4) * order[j];
		carry = x[j] >> 8;
		x[j] &= 255;
	}
	for (int j = 0; j < 32; j++)
		x[j] -= carry * order[j];
	for (int i = 0; i < 32; i++) {
		x[i + 1] += x[i] >> 8;
		out[i] = (uint8_t)(x[i] & 255);
	}
}

/* SHA-512 of up to three parts, modulo L. */
static void
hash_scalar(uint8_t out[32], const uint8_t a[32], const uint8_t b[32],
    const void *data, size_t n)
{
	struct sha512 s;
	uint8_t hash[SHA512_LEN];
	int64_t x[64];

	sha512_begin(&s);
	sha512_add(&s, a, 32);
	if (b != NULL)
		sha512_add(&s, b, 32);
	sha512_add(&s, data, n);
	sha512_end(&s, hash);
	for (int i = 0; i < 64; i++)
		x[i] = hash[i];
	scalar_reduce(out, x);
	wipe(&s, sizeof(s));
	wipe(hash, sizeof(hash));
	wipe(x, sizeof(x));
}

/* The secret scalar, and what nonces are made from. */
static void
expand(uint8_t key[64], const uint8_t seed[32])
{
	struct sha512 s;

	sha512_begin(&s);
	sha512_add(&s, seed, 32);
	sha512_end(&s, key);
	key[0] &= 248;
	key[31] = (key[31] & 127) | 64;
	wipe(&s, sizeof(s));
}

void
ed25519_public(uint8_t pub[ED25519_KEY], const uint8_t seed[ED25519_KEY])
{
	uint8_t key[64];
	struct point p;

	expand(key, seed);
	multiply_base(&p, key);
	point_store(pub, &p);
	wipe(key, sizeof(key));
}

void
ed25519_sign(uint8_t sig[ED25519_SIG], const uint8_t seed[ED25519_KEY],
    const uint8_t pub[ED25519_KEY], const void *data, size_t n)
{
	uint8_t key[64], r[32], k[32];
	int64_t x[64] = { 0 };
	struct point p;

	expand(key, seed);
	hash_scalar(r, key + 32, NULL, data, n);
	multiply_base(&p, r);
	point_store(sig, &p);
	hash_scalar(k, sig, pub, data, n);
	for (int i = 0; i < 32; i++)
		x[i] = r[i];
	for (int i = 0; i < 32; i++)
		for (int j = 0; j < 32; j++)
			x[i + j] += (int64_t)k[i] * key[j];
	scalar_reduce(sig + 32, x);
	wipe(key, sizeof(key));
	wipe(r, sizeof(r));
	wipe(x, sizeof(x));
	wipe(&p, sizeof(p));
}

/* Is s below L? Another s would be a second signature of the same message. */
static bool
scalar_good(const uint8_t s[32])
{
	for (int i = 31; i >= 0; i--)
		if (s[i] != order[i])
			return s[i] < order[i];
	return false;
}

bool
ed25519_verify(const uint8_t sig[ED25519_SIG], const uint8_t pub[ED25519_KEY],
    const void *data, size_t n)
{
	struct point p, sum;
	uint8_t k[32], r[32];

	if (!scalar_good(sig + 32) || !load_negative(&p, pub))
		return false;
	hash_scalar(k, sig, pub, data, n);
	multiply_both(&sum, sig + 32, k, &p);
	point_store(r, &sum);
	return memcmp(r, sig, sizeof(r)) == 0;
}
