#include <string.h>

#include "crypto/point.h"
#include "crypto/secret.h"

/* What is added: y + x, y - x and 2 d x y of a point whose Z is 1. */
struct addend {
	struct fe plus, minus, t;
};

#include "crypto/point_base.h"

/* d of the curve, and its double */
static const struct fe d = { { 0x34dca135978a3, 0x1a8283b156ebd,
    0x5e7a26001c029, 0x739c663a03cbb, 0x52036cee2b6ff } };
static const struct fe d2 = { { 0x69b9426b2f159, 0x35050762add7a,
    0x3cf44c0038052, 0x6738cc7407977, 0x2406d9dc56dff } };
static const struct fe root_of_minus_1 = { { 0x61b274a0ea0b0, 0xd5a5fc8f189d,
    0x7ef5e9cbd0c60, 0x78595a6804c9e, 0x2b8324804fc1d } };
static const struct fe zero, one = { { 1 } };
static const struct point neutral = { { { 0 } }, { { 1 } }, { { 1 } },
	{ { 0 } } };

/* What addition and doubling end with; only an addition needs a point's t. */
static void
join(struct point *out, const struct fe *e, const struct fe *f,
    const struct fe *g, const struct fe *h, bool with_t)
{
	fe_mul(&out->x, e, f);
	fe_mul(&out->y, g, h);
	fe_mul(&out->z, f, g);
	if (with_t)
		fe_mul(&out->t, e, h);
}

/* p + q.  Where q's Z is not 1, z is its double, and q's members are times Z.
 * Good for any two points, equal or neutral ones too (section 5.1.4). */
static void
add(struct point *out, const struct point *p, const struct addend *q,
    const struct fe *z)
{
	struct fe a, b, c, e, f, g, h;

	fe_sub(&a, &p->y, &p->x);
	fe_mul(&a, &a, &q->minus);
	fe_add(&b, &p->y, &p->x);
	fe_mul(&b, &b, &q->plus);
	fe_mul(&c, &p->t, &q->t);
	if (z != NULL)
		fe_mul(&h, &p->z, z);
	else
		fe_add(&h, &p->z, &p->z);
	fe_sub(&e, &b, &a);
	fe_sub(&f, &h, &c);
	fe_add(&g, &h, &c);
	fe_add(&h, &b, &a);
	join(out, &e, &f, &g, &h, true);
}

static void
point_double(struct point *out, const struct point *p, bool with_t)
{
	struct fe a, b, e, f, g, h;

	fe_square(&a, &p->x);
	fe_square(&b, &p->y);
	fe_square(&f, &p->z);
	fe_add(&f, &f, &f);
	fe_add(&h, &a, &b);
	fe_add(&e, &p->x, &p->y);
	fe_square(&e, &e);
	fe_sub(&e, &h, &e);
	fe_sub(&g, &a, &b);
	fe_add(&f, &f, &g);
	join(out, &e, &f, &g, &h, with_t);
}

/* p as an addend, and the double of its Z. */
static void
prepare(struct addend *q, struct fe *z, const struct point *p)
{
	fe_add(&q->plus, &p->y, &p->x);
	fe_sub(&q->minus, &p->y, &p->x);
	fe_mul(&q->t, &p->t, &d2);
	fe_add(z, &p->z, &p->z);
}

void
point_add(struct point *out, const struct point *p, const struct point *q)
{
	struct addend a;
	struct fe z;

	prepare(&a, &z, q);
	add(out, p, &a, &z);
}

/* -(x, y) is (-x, y). */
static void
negate(struct addend *q, uint64_t bit)
{
	struct fe t;

	fe_swap(&q->plus, &q->minus, bit);
	fe_sub(&t, &zero, &q->t);
	fe_pick(&q->t, &t, bit);
}

void
point_negate(struct point *p)
{
	fe_sub(&p->x, &zero, &p->x);
	fe_sub(&p->t, &zero, &p->t);
}

/* table[i]; every entry is read. */
static void
choose(struct addend *out, const struct addend table[8], uint32_t i)
{
	*out = table[0];
	for (uint32_t n = 1; n < 8; n++) {
		uint64_t same = ((n ^ i) - 1) >> 31;

		fe_pick(&out->plus, &table[n].plus, same);
		fe_pick(&out->minus, &table[n].minus, same);
		fe_pick(&out->t, &table[n].t, same);
	}
}

/*
 * A comb (Lim and Lee 1994; its signs are Hamburg's, 2012).  s is the sum of
 * +2^i or -2^i for all i below 256: + where h = (s + 2^256 - 1) / 2 modulo L
 * has bit i.  The bits n of h's eight words make two digits of four signs, a
 * comb's teeth each; the table has all the sums of a comb whose last sign is +.
 */
void
point_base(struct point *out, const struct scalar *s)
{
	static const struct scalar half = { { 0x2e7ae9f7, 0x2c09318d,
	    0x517bce6b, 0x0a6f7cef, 0, 0, 0, 0x08000000 } };
	static const struct scalar offset = { { 0x46cc4a8e, 0x6b7618ba,
	    0x39bee7b8, 0x6377adfa, 0xffffffff, 0xffffffff, 0xffffffff,
	    0x07ffffff } };
	struct scalar h;
	struct addend q;

	scalar_muladd(&h, s, &half, &offset);
	*out = neutral;
	for (unsigned n = 32; n-- > 0;) {
		point_double(out, out, true);
		for (unsigned comb = 0; comb < 2; comb++) {
			uint32_t digit = 0, minus;

			for (unsigned tooth = 0; tooth < 4; tooth++)
				digit |= (h.word[4 * comb + tooth] >> n & 1)
				    << tooth;
			minus = 1 - (digit >> 3);
			choose(&q, base[comb], (digit ^ (0 - minus)) & 7);
			negate(&q, minus);
			add(out, out, &q, NULL);
		}
	}
	wipe(&h, sizeof(h));
	wipe(&q, sizeof(q));
}

/* s in digits that are 0 or odd, -15 to 15, with four 0s behind each other. */
static void
digits_of(int digit[256], const struct scalar *s)
{
	uint32_t carry = 0;

	memset(digit, 0, 256 * sizeof(digit[0]));
	for (unsigned i = 0; i < 256; i++) {
		uint32_t value = carry;

		if (scalar_bit(s, i) == carry)
			continue;
		for (unsigned j = 0; j < 5 && i + j < 256; j++)
			value += scalar_bit(s, i + j) << j;
		carry = value >> 4;
		digit[i] = (int)value - 32 * (int)carry;
		i += 4;
	}
}

void
point_multiply(struct point *out, const struct scalar *s, const struct point *p)
{
	struct addend odd[8], q;
	struct point twice, multiple = *p;
	struct fe z[8];
	int digit[256];

	digits_of(digit, s);
	point_double(&twice, p, true);
	for (int i = 0; i < 8; i++) { /* p, 3 p, ... 15 p */
		prepare(&odd[i], &z[i], &multiple);
		if (i < 7)
			add(&multiple, &twice, &odd[i], &z[i]);
	}
	*out = neutral;
	for (int i = 255; i >= 0; i--) {
		int n = digit[i] < 0 ? -digit[i] : digit[i];

		point_double(out, out, n != 0 || i == 0);
		if (n == 0)
			continue;
		q = odd[n / 2];
		negate(&q, digit[i] < 0);
		add(out, out, &q, &z[n / 2]);
	}
}

static bool
same(const struct fe *a, const struct fe *b)
{
	uint8_t p[32], q[32];

	fe_store(p, a);
	fe_store(q, b);
	return memcmp(p, q, sizeof(p)) == 0;
}

/* Times eight it is neutral; (0, -1), the other point with x = 0, is nobody's
 * eightfold. */
bool
point_small_order(const struct point *p)
{
	struct point q;

	point_double(&q, p, false);
	point_double(&q, &q, false);
	point_double(&q, &q, false);
	return same(&q.x, &zero);
}

/* x of the point whose y is known: sqrt((y^2 - 1) / (d y^2 + 1)), if any. */
static bool
find_x(struct fe *x, const struct fe *y)
{
	struct fe u, v, t, check;

	fe_square(&t, y);
	fe_sub(&u, &t, &one);
	fe_mul(&v, &t, &d);
	fe_add(&v, &v, &one);
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
	if (same(&check, &u))
		return true;
	fe_mul(x, x, &root_of_minus_1);
	fe_square(&check, x);
	fe_mul(&check, &check, &v);
	return same(&check, &u);
}

bool
point_load(struct point *p, const uint8_t in[32])
{
	uint8_t bytes[32];

	fe_load(&p->y, in);
	if (!find_x(&p->x, &p->y))
		return false;
	p->z = one;
	fe_store(bytes, &p->x);
	if ((bytes[0] & 1) != in[31] >> 7)
		fe_sub(&p->x, &zero, &p->x);
	fe_mul(&p->t, &p->x, &p->y);
	point_store(bytes, p); /* y was p or more, or x = 0 had a sign */
	return memcmp(bytes, in, sizeof(bytes)) == 0;
}

void
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
