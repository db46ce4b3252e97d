#include <string.h>

#include "tls/der.h"
#include "tls/pem.h"

enum { LINE = 64 }; /* characters (RFC 7468, 2) */

static const char digits[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Does text begin with "-----WHAT KIND-----"?  How long that is; 0: no. */
static size_t
boundary(const char *text, const char *what, const char *kind)
{
	const char *const parts[] = { "-----", what, kind, "-----" };
	const char *at = text;

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		size_t n = strlen(parts[i]);

		if (strncmp(at, parts[i], n) != 0)
			return 0;
		at += n;
	}
	return (size_t)(at - text);
}

/* Base64 up to the line that ends the block; false: it is damaged. */
static bool
decode(struct writer *w, const char *at, const char **end)
{
	uint32_t bits = 0;
	int n = 0, padding = 0;

	for (; *at != '\0' && *at != '-'; at++) {
		const char *digit = strchr(digits, *at);

		if (*at == '\n' || *at == '\r' || *at == ' ' || *at == '\t')
			continue;
		if (*at == '=')
			padding++;
		if ((digit == NULL) != (*at == '=') ||
		    (digit != NULL && padding > 0))
			return false;
		if (digit == NULL)
			continue;
		bits = bits << 6 | (uint32_t)(digit - digits);
		n += 6;
		if (n >= 8) {
			n -= 8;
			put_int(w, bits >> n & 0xff, 1);
		}
	}
	*end = at;
	/* What is left over of the last digit is n zero bits. */
	return n < 6 && padding * 2 == n && (bits & ((1u << n) - 1)) == 0;
}

size_t
pem_read(uint8_t *out, size_t size, const char **text, const char *kind)
{
	struct writer w = writer_of(out, size);
	const char *at = *text, *end;
	size_t n = 0;

	while ((at = strstr(at, "-----BEGIN ")) != NULL &&
	    (n = boundary(at, "BEGIN ", kind)) == 0)
		at++;
	if (at == NULL)
		return 0;
	*text = at + n;
	if (!decode(&w, *text, &end) || w.full)
		return 0;
	n = boundary(end, "END ", kind);
	if (n == 0)
		return 0;
	*text = end + n;
	return w.len;
}

static void
put_boundary(struct writer *w, const char *what, const char *kind)
{
	put_bytes(w, "-----", 5);
	put_bytes(w, what, strlen(what));
	put_bytes(w, kind, strlen(kind));
	put_bytes(w, "-----\n", 6);
}

/* Up to 3 bytes as 4 characters. */
static void
put_group(struct writer *w, const uint8_t *at, size_t have)
{
	uint32_t bits = 0;

	for (size_t i = 0; i < 3; i++)
		bits = bits << 8 | (i < have ? at[i] : 0);
	for (size_t i = 0; i < 4; i++)
		put_bytes(
		    w, i <= have ? &digits[bits >> (18 - 6 * i) & 63] : "=", 1);
}

size_t
pem_write(char *out, size_t size, const char *kind, const void *der, size_t n)
{
	struct writer w = writer_of(out, size);
	const uint8_t *at = der;

	put_boundary(&w, "BEGIN ", kind);
	for (size_t i = 0; i < n; i += 3) {
		put_group(&w, at + i, n - i < 3 ? n - i : 3);
		if ((i / 3 + 1) % (LINE / 4) == 0 || i + 3 >= n)
			put_bytes(&w, "\n", 1);
	}
	put_boundary(&w, "END ", kind);
	put_bytes(&w, "", 1);
	return w.full ? 0 : w.len - 1;
}

size_t
pem_chain(uint8_t *out, size_t size, const char *text)
{
	size_t len = 0;

	for (;;) {
		const char *before = text;
		struct writer w;
		size_t n;

		if (size - len < 3)
			return 0;
		n = pem_read(
		    out + len + 3, size - len - 3, &text, "CERTIFICATE");
		if (n == 0) /* none: text has not moved */
			return text == before ? len : 0;
		w = writer_of(out + len, 3);
		put_int(&w, (uint32_t)n, 3);
		len += 3 + n;
	}
}

static const uint8_t key_head[] = { 0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05,
	0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20 };

void
pkcs8_write(uint8_t out[PKCS8_LEN], const uint8_t seed[ED25519_KEY])
{
	memcpy(out, key_head, sizeof(key_head));
	memcpy(out + sizeof(key_head), seed, ED25519_KEY);
}

bool
pkcs8_read(uint8_t seed[ED25519_KEY], const void *der, size_t n)
{
	static const uint8_t ed25519[] = { 0x06, 0x03, 0x2b, 0x65, 0x70 };
	struct reader r = reader_of(der, n), key, version, algorithm, inner;

	key = der_read(&r, DER_SEQUENCE);
	version = der_read(&key, DER_INTEGER);
	algorithm = der_read(&key, DER_SEQUENCE);
	inner = der_read(&key, DER_OCTETS);
	inner = der_read(&inner, DER_OCTETS);
	der_optional(&key, DER_CONSTRUCTED | 0); /* attributes */
	der_optional(&key, DER_CONTEXT | 1);     /* the public key */
	if (read_int(&version, 1) > 1 || !read_done(&version) ||
	    !reader_is(&algorithm, ed25519, sizeof(ed25519)) ||
	    inner.left != ED25519_KEY || !read_done(&key) || !read_done(&r))
		return false;
	read_copy(&inner, seed, ED25519_KEY);
	return true;
}
