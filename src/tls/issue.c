#include <string.h>

#include "tls/cert.h"
#include "tls/der.h"

static const uint8_t algorithm[] = { 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70 };

static void
put_name(struct writer *w, const char *name)
{
	static const uint8_t common_name[] = { 0x06, 0x03, 0x55, 0x04, 0x03 };
	size_t list = der_open(w, DER_SEQUENCE), set = der_open(w, DER_SET);
	size_t pair = der_open(w, DER_SEQUENCE);

	put_bytes(w, common_name, sizeof(common_name));
	der_put(w, DER_UTF8, name, strlen(name));
	der_close(w, pair);
	der_close(w, set);
	der_close(w, list);
}

static void
put_bits(struct writer *w, const void *data, size_t n)
{
	size_t bits = der_open(w, DER_BITS);

	put_int(w, 0, 1);
	put_bytes(w, data, n);
	der_close(w, bits);
}

/* Extension 2.5.29.id around a value that is DER already. */
static void
put_extension(
    struct writer *w, uint8_t id, bool critical, const void *value, size_t n)
{
	static const uint8_t yes[] = { DER_BOOLEAN, 1, 0xff };
	const uint8_t oid[] = { 0x55, 0x1d, id };
	size_t one = der_open(w, DER_SEQUENCE);

	der_put(w, DER_OID, oid, sizeof(oid));
	if (critical)
		put_bytes(w, yes, sizeof(yes));
	der_put(w, DER_OCTETS, value, n);
	der_close(w, one);
}

static void
put_host(struct writer *w, const char *name)
{
	uint8_t address[16];
	size_t n = cert_address(name, address);

	if (n > 0)
		der_put(w, DER_CONTEXT | 7, address, n);
	else
		der_put(w, DER_CONTEXT | 2, name, strlen(name));
}

static void
put_alt_names(struct writer *w, const char *names)
{
	uint8_t value[512];
	struct writer v = writer_of(value, sizeof(value));
	size_t list = der_open(&v, DER_SEQUENCE);

	while (*names != '\0') {
		const char *comma = strchr(names, ',');
		size_t n =
		    comma != NULL ? (size_t)(comma - names) : strlen(names);
		char name[CERT_NAME_MAX + 1];

		if (n > CERT_NAME_MAX) {
			w->full = true;
			return;
		}
		memcpy(name, names, n);
		name[n] = '\0';
		put_host(&v, name);
		names += n + (comma != NULL);
	}
	der_close(&v, list);
	w->full |= v.full;
	put_extension(w, 17, false, value, v.len);
}

/* RFC 5280, 4.2.1.1 and 4.2.1.2: how chains are built where names repeat. */
static void
put_key_ids(struct writer *w, const uint8_t *own, const uint8_t *above)
{
	uint8_t hash[SHA256_LEN], id[24] = { DER_OCTETS, 20 };
	uint8_t above_id[24] = { DER_SEQUENCE, 22, DER_CONTEXT, 20 };

	sha256(hash, own, ED25519_KEY);
	memcpy(id + 2, hash, 20);
	put_extension(w, 14, false, id, 22);
	sha256(hash, above, ED25519_KEY);
	memcpy(above_id + 4, hash, 20);
	put_extension(w, 35, false, above_id, 24);
}

static void
put_authority(struct writer *w, int path)
{
	static const uint8_t signs_certs[] = { DER_BITS, 2, 1, 0x06 };
	uint8_t ca[8] = { DER_SEQUENCE, 3, DER_BOOLEAN, 1, 0xff };
	size_t n = 5;

	if (path >= 0) {
		ca[1] = 6;
		ca[n++] = DER_INTEGER;
		ca[n++] = 1;
		ca[n++] = (uint8_t)path;
	}
	put_extension(w, 19, true, ca, n);
	put_extension(w, 15, true, signs_certs, sizeof(signs_certs));
}

static void
put_leaf(struct writer *w, bool serves, const char *names)
{
	static const uint8_t no_ca[] = { DER_SEQUENCE, 0 };
	static const uint8_t signs[] = { DER_BITS, 2, 7, 0x80 };
	static const uint8_t purposes[] = { DER_SEQUENCE, 20, DER_OID, 8, 0x2b,
		6, 1, 5, 5, 7, 3, 2, DER_OID, 8, 0x2b, 6, 1, 5, 5, 7, 3, 1 };
	uint8_t asks[12];

	put_extension(w, 19, true, no_ca, sizeof(no_ca));
	put_extension(w, 15, true, signs, sizeof(signs));
	if (serves) {
		put_extension(w, 37, false, purposes, sizeof(purposes));
		put_alt_names(w, names);
	} else {
		memcpy(asks, purposes, sizeof(asks));
		asks[1] = 10;
		put_extension(w, 37, false, asks, sizeof(asks));
	}
}

static void
put_extensions(
    struct writer *w, const struct cert_plan *plan, const uint8_t *above)
{
	size_t outer = der_open(w, DER_CONSTRUCTED | 3);
	size_t list = der_open(w, DER_SEQUENCE);

	if (plan->class == CERT_AUTHORITY)
		put_authority(w, plan->path);
	else
		put_leaf(w, plan->class == CERT_PROGRAM,
		    plan->names != NULL ? plan->names : plan->name);
	put_key_ids(w, plan->key, above);
	put_bytes(w, plan->more, plan->more != NULL ? plan->more_len : 0);
	der_close(w, list);
	der_close(w, outer);
}

static void
put_tbs(struct writer *w, const struct cert_plan *plan,
    const struct cert *issuer, const uint8_t *above)
{
	static const uint8_t version[] = { DER_CONSTRUCTED, 3, DER_INTEGER, 1,
		2 };
	size_t tbs = der_open(w, DER_SEQUENCE), place;
	uint8_t serial[sizeof(plan->serial)];

	put_bytes(w, version, sizeof(version));
	memcpy(serial, plan->serial, sizeof(serial));
	serial[0] = (serial[0] & 0x3f) | 0x40; /* positive, in its one form */
	der_put(w, DER_INTEGER, serial, sizeof(serial));
	put_bytes(w, algorithm, sizeof(algorithm));
	if (issuer != NULL)
		put_bytes(w, issuer->subject.at, issuer->subject.left);
	else
		put_name(w, plan->name);
	place = der_open(w, DER_SEQUENCE);
	der_put_time(w, plan->from);
	der_put_time(w, plan->until);
	der_close(w, place);
	put_name(w, plan->name);
	place = der_open(w, DER_SEQUENCE);
	put_bytes(w, algorithm, sizeof(algorithm));
	put_bits(w, plan->key, ED25519_KEY);
	der_close(w, place);
	put_extensions(w, plan, above);
	der_close(w, tbs);
}

size_t
cert_issue(uint8_t *out, size_t size, const struct cert_plan *plan,
    const struct cert *issuer, const uint8_t seed[ED25519_KEY])
{
	struct writer w = writer_of(out, size);
	size_t all = der_open(&w, DER_SEQUENCE), tbs = w.len;
	uint8_t pub[ED25519_KEY], sig[ED25519_SIG];

	ed25519_public(pub, seed);
	put_tbs(&w, plan, issuer, pub);
	if (w.full)
		return 0;
	ed25519_sign(sig, seed, pub, out + tbs, w.len - tbs);
	put_bytes(&w, algorithm, sizeof(algorithm));
	put_bits(&w, sig, sizeof(sig));
	der_close(&w, all);
	return w.full ? 0 : w.len;
}
