#include <string.h>

#include "tls/cert.h"
#include "tls/der.h"

static const uint8_t ed25519[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };
static const uint8_t common_name[] = { 0x55, 0x04, 0x03 };
static const uint8_t server_auth[] = { 0x2b, 6, 1, 5, 5, 7, 3, 1 };
static const uint8_t client_auth[] = { 0x2b, 6, 1, 5, 5, 7, 3, 2 };
static const uint8_t any_purpose[] = { 0x55, 0x1d, 0x25, 0x00 };

#define IS(r, bytes) reader_is(r, bytes, sizeof(bytes))

/* A BIT STRING of n whole bytes. */
static const uint8_t *
read_bits(struct reader *r, size_t n)
{
	struct reader bits = der_read(r, DER_BITS);

	if (read_int(&bits, 1) != 0 || bits.left != n)
		r->bad = true;
	return r->bad ? NULL : bits.at;
}

static bool
read_algorithm(struct reader *r)
{
	struct reader algorithm = der_read(r, DER_SEQUENCE);

	return IS(&algorithm, ed25519);
}

static bool
read_boolean(struct reader *r)
{
	struct reader v = der_optional(r, DER_BOOLEAN);

	return read_int(&v, 1) != 0;
}

static bool
take_constraints(struct cert *c, struct reader *r)
{
	struct reader list = der_read(r, DER_SEQUENCE), v;

	c->ca = read_boolean(&list);
	if (der_peek(&list) == DER_INTEGER) {
		v = der_read(&list, DER_INTEGER);
		c->path = (int)read_int(&v, 1);
		if (!read_done(&v) || c->path > 127 || !c->ca)
			return false;
	}
	return read_done(&list);
}

static bool
take_usage(struct cert *c, struct reader *r)
{
	struct reader bits = der_read(r, DER_BITS);
	uint32_t unused = read_int(&bits, 1), first = read_int(&bits, 1);

	c->signs = first & 0x80;
	c->signs_certs = first & 0x04;
	return !bits.bad && unused < 8;
}

static bool
take_purposes(struct cert *c, struct reader *r)
{
	struct reader list = der_read(r, DER_SEQUENCE);

	c->serves = c->asks = false;
	while (list.left > 0 && !list.bad) {
		struct reader oid = der_read(&list, DER_OID);
		bool any = IS(&oid, any_purpose);

		c->serves |= any || IS(&oid, server_auth);
		c->asks |= any || IS(&oid, client_auth);
	}
	return read_done(&list);
}

static bool
take_names(struct cert *c, struct reader *r)
{
	c->names = der_read(r, DER_SEQUENCE);
	return !r->bad;
}

/* Subtrees with a minimum or maximum are not for us (RFC 5280, 4.2.1.10). */
static bool
check_subtrees(struct reader list)
{
	while (list.left > 0 && !list.bad) {
		struct reader one = der_read(&list, DER_SEQUENCE);

		der_read(&one, der_peek(&one));
		if (!read_done(&one))
			return false;
	}
	return !list.bad;
}

static bool
take_subtrees(struct cert *c, struct reader *r)
{
	struct reader list = der_read(r, DER_SEQUENCE);

	c->permitted = der_optional(&list, DER_CONSTRUCTED | 0);
	c->excluded = der_optional(&list, DER_CONSTRUCTED | 1);
	return read_done(&list) && check_subtrees(c->permitted) &&
	    check_subtrees(c->excluded);
}

/* 2.5.29.n: those that we know; any other must not be critical. */
static const struct extension {
	uint8_t n;
	bool (*take)(struct cert *c, struct reader *value);
} extensions[] = {
	{ 15, take_usage },
	{ 17, take_names },
	{ 19, take_constraints },
	{ 30, take_subtrees },
	{ 37, take_purposes },
};

/* The same one twice is refused, known to us or not (RFC 5280, 4.2). */
static bool
is_repeated(const struct reader *oid, struct reader before)
{
	while (before.left > 0) {
		struct reader one = der_read(&before, DER_SEQUENCE);
		struct reader other = der_read(&one, DER_OID);

		if (reader_is(oid, other.at, other.left))
			return true;
	}
	return false;
}

static bool
take_extension(struct cert *c, struct reader *list, struct reader before)
{
	struct reader one = der_read(list, DER_SEQUENCE);
	struct reader oid = der_read(&one, DER_OID);
	bool critical = read_boolean(&one);
	struct reader v = der_read(&one, DER_OCTETS);

	if (!read_done(&one) || is_repeated(&oid, before))
		return false;
	for (size_t i = 0; i < sizeof(extensions) / sizeof(*extensions); i++) {
		const uint8_t known[] = { 0x55, 0x1d, extensions[i].n };

		if (IS(&oid, known))
			return extensions[i].take(c, &v) && read_done(&v);
	}
	return !critical;
}

static bool
take_extensions(struct cert *c, struct reader *tbs)
{
	struct reader outer = der_read(tbs, DER_CONSTRUCTED | 3);
	struct reader list = der_read(&outer, DER_SEQUENCE), all = list;

	while (list.left > 0 && !list.bad) {
		size_t before = all.left - list.left;

		if (!take_extension(c, &list, reader_of(all.at, before)))
			return false;
	}
	return read_done(&list) && read_done(&outer);
}

/* TBSCertificate, version 3 (RFC 5280, 4.1). */
static bool
take_tbs(struct cert *c, struct reader *tbs)
{
	struct reader v = der_read(tbs, DER_CONSTRUCTED | 0), validity, info;

	v = der_read(&v, DER_INTEGER);
	if (read_int(&v, 1) != 2 || !read_done(&v))
		return false;
	c->serial = der_read(tbs, DER_INTEGER);
	if (c->serial.left == 0 || !read_algorithm(tbs))
		return false;
	c->issuer = der_whole(tbs, DER_SEQUENCE);
	validity = der_read(tbs, DER_SEQUENCE);
	c->from = der_read_time(&validity);
	c->until = der_read_time(&validity);
	c->subject = der_whole(tbs, DER_SEQUENCE);
	info = der_read(tbs, DER_SEQUENCE);
	if (!read_algorithm(&info))
		return false;
	c->key = read_bits(&info, ED25519_KEY);
	if (!read_done(&validity) || c->key == NULL || tbs->bad)
		return false;
	if (der_peek(tbs) == (DER_CONSTRUCTED | 3) && !take_extensions(c, tbs))
		return false;
	return read_done(tbs);
}

bool
cert_read(struct cert *c, const void *der, size_t n)
{
	struct reader r = reader_of(der, n), body, tbs;

	memset(c, 0, sizeof(*c));
	c->path = -1;
	c->signs = c->signs_certs = c->serves = c->asks = true;
	c->all = reader_of(der, n);
	body = der_read(&r, DER_SEQUENCE);
	c->signed_part = der_whole(&body, DER_SEQUENCE);
	tbs = c->signed_part;
	tbs = der_read(&tbs, DER_SEQUENCE);
	if (body.bad || !take_tbs(c, &tbs) || !read_algorithm(&body))
		return false;
	c->signature = read_bits(&body, ED25519_SIG);
	return read_done(&body) && read_done(&r);
}

void
cert_fingerprint(uint8_t out[SHA256_LEN], const struct cert *c)
{
	sha256(out, c->all.at, c->all.left);
}

void
cert_name(char out[CERT_NAME_MAX + 1], const struct cert *c)
{
	struct reader r = c->subject, list = der_read(&r, DER_SEQUENCE);

	out[0] = '\0';
	while (list.left > 0 && !list.bad) {
		struct reader set = der_read(&list, DER_SET);
		struct reader pair = der_read(&set, DER_SEQUENCE);
		struct reader type = der_read(&pair, DER_OID);
		struct reader value = der_read(&pair, der_peek(&pair));

		if (!IS(&type, common_name) || value.bad || value.left == 0 ||
		    value.left > CERT_NAME_MAX ||
		    memchr(value.at, 0, value.left) != NULL)
			continue;
		memcpy(out, value.at, value.left);
		out[value.left] = '\0';
	}
}

static bool
signed_by(const struct cert *c, const struct cert *by)
{
	return reader_is(&c->issuer, by->subject.at, by->subject.left) &&
	    ed25519_verify(
		c->signature, by->key, c->signed_part.at, c->signed_part.left);
}

static bool
in_time(const struct cert *c, int64_t now)
{
	return now == 0 || (c->from <= now && now <= c->until);
}

/* May by, with count certificates below it, stand above them? */
static enum cert_fault
check_authority(const struct cert *by, const struct cert *below, int count)
{
	if (!by->ca || !by->signs_certs ||
	    (by->path >= 0 && count - 1 > by->path))
		return CERT_BROKEN;
	if (!signed_by(&below[count - 1], by))
		return CERT_BROKEN;
	for (int i = 0; i < count; i++)
		if (!cert_permits(by, &below[i]))
			return CERT_MISUSED;
	return CERT_GOOD;
}

static bool
is_revoked(const struct cert *c, const struct cert_check *check)
{
	return check->revoked != NULL && check->revoked(check->context, c);
}

/* Is there a root that is the last of these itself, or has signed it? */
static enum cert_fault
find_root(const struct cert *c, int count, const struct cert_check *check)
{
	const struct cert *top = &c[count - 1];
	enum cert_fault best = CERT_FOREIGN;

	for (size_t i = 0; i < check->count && best != CERT_GOOD; i++) {
		const struct cert_root *r = &check->roots[i];
		enum cert_fault fault;
		struct cert root;

		if (!cert_read(&root, r->der, r->len))
			continue;
		fault = reader_is(&top->all, r->der, r->len) ?
		    CERT_GOOD :
		    check_authority(&root, c, count);
		if (fault == CERT_GOOD && !in_time(&root, check->now))
			fault = CERT_EXPIRED;
		if (fault == CERT_GOOD && is_revoked(&root, check))
			fault = CERT_REVOKED;
		if (fault != CERT_BROKEN)
			best = fault;
	}
	return best;
}

static enum cert_fault
check_leaf(const struct cert *c, const struct cert_check *check)
{
	if (!c->signs || !(check->server ? c->serves : c->asks))
		return CERT_MISUSED;
	if (check->name != NULL && !cert_is_for(c, check->name))
		return CERT_MISUSED;
	return CERT_GOOD;
}

/* The count-th certificate of a chain, whose others are good so far. */
static enum cert_fault
check_next(const struct cert *c, int count, const struct cert_check *check)
{
	const struct cert *next = &c[count - 1];

	if (!in_time(next, check->now))
		return CERT_EXPIRED;
	if (is_revoked(next, check))
		return CERT_REVOKED;
	return count == 1 ? CERT_GOOD : check_authority(next, c, count - 1);
}

/* What the first is for counts once a root stands above it. */
enum cert_fault
cert_verify(const void *chain, size_t n, const struct cert_check *check)
{
	struct reader list = reader_of(chain, n);
	struct cert c[CERT_CHAIN_MAX];
	enum cert_fault fault;

	for (int count = 1; list.left > 0; count++) {
		struct reader der = read_vec(&list, 3);

		if (list.bad || count > CERT_CHAIN_MAX ||
		    !cert_read(&c[count - 1], der.at, der.left))
			return CERT_BROKEN;
		fault = check_next(c, count, check);
		if (fault != CERT_GOOD)
			return fault;
		fault = find_root(c, count, check);
		if (fault != CERT_FOREIGN)
			return fault == CERT_GOOD ? check_leaf(c, check) :
						    fault;
	}
	return CERT_FOREIGN;
}
