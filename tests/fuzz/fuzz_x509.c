/*
 * Any bytes as a certificate, as a chain of them, as a key and as PEM text.
 * What is read can be named and compared; what is a key can be written again.
 */
#include <stdlib.h>
#include <string.h>

#include "../lib/tls_world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
must(bool truth)
{
	if (!truth)
		abort();
}

static bool
within(const struct reader *r, const uint8_t *data, size_t n)
{
	return r->left == 0 || (r->at >= data && r->at + r->left <= data + n);
}

static void
as_certificate(const uint8_t *data, size_t n)
{
	char name[CERT_NAME_MAX + 1];
	struct cert c;

	if (!cert_read(&c, data, n))
		return;
	must(within(&c.issuer, data, n) && within(&c.subject, data, n) &&
	    within(&c.names, data, n) && within(&c.serial, data, n) &&
	    within(&c.permitted, data, n) && within(&c.excluded, data, n));
	must(c.key >= data && c.key + ED25519_KEY <= data + n);
	must(c.signature >= data && c.signature + ED25519_SIG <= data + n);
	cert_name(name, &c);
	must(memchr(name, 0, sizeof(name)) != NULL);
	cert_is_for(&c, "10.0.0.1");
	cert_is_for(&c, "::1");
	cert_is_for(&c, "server.test");
	cert_permits(&c, &server_id.cert);
	cert_permits(&c, &c);
}

static void
as_key(const uint8_t *data, size_t n)
{
	uint8_t seed[ED25519_KEY], again[ED25519_KEY], der[PKCS8_LEN];

	if (!pkcs8_read(seed, data, n))
		return;
	pkcs8_write(der, seed);
	must(pkcs8_read(again, der, sizeof(der)) &&
	    memcmp(seed, again, sizeof(seed)) == 0);
}

static void
as_text(const uint8_t *data, size_t n)
{
	static char text[8192];
	static uint8_t der[4096];
	size_t len;

	if (n >= sizeof(text))
		return;
	memcpy(text, data, n);
	text[n] = '\0';
	len = pem_chain(der, sizeof(der), text);
	must(len <= sizeof(der));
	must(pem_chain(der, len > 0 ? len - 1 : 0, text) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static bool made;
	struct cert_check check = {
		.roots = roots, .count = 1, .server = true, .now = WALL
	};
	struct tls_self self = { .random = world_random };

	if (!made)
		world_make();
	made = true;
	as_certificate(data, n);
	cert_verify(data, n, &check);
	tls_set_identity(&self, data, n, server_id.seed);
	as_key(data, n);
	as_text(data, n);
	return 0;
}
