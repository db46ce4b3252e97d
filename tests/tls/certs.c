#include <stdio.h>
#include <string.h>
#include <time.h>

#include "crypto/ed25519.h"
#include "peer.h"

struct made {
	uint8_t der[CERT_MAX], seed[ED25519_KEY], pub[ED25519_KEY];
	size_t len;
	struct cert cert;
};

static int
save(const char *dir, const char *name, const char *kind, const void *der,
    size_t n)
{
	static char text[8192];
	size_t len = pem_write(text, sizeof(text), kind, der, n);
	char path[256];
	FILE *f;

	snprintf(path, sizeof(path), "%s/%s.pem", dir, name);
	f = fopen(path, "w");
	if (f == NULL || fwrite(text, 1, len, f) != len || fclose(f) != 0)
		return 1;
	return 0;
}

static int
make(const char *dir, struct made *m, const char *file, const char *name,
    enum cert_class class, const struct made *by)
{
	struct cert_plan plan = { .name = name,
		.key = m->pub,
		.from = time(NULL) - 3600,
		.until = time(NULL) + 86400 * 3650,
		.class = class,
		.path = by == NULL ? -1 : 0 };
	uint8_t key[PKCS8_LEN];
	char key_name[64];

	peer_random(m->seed, sizeof(m->seed));
	peer_random(plan.serial, sizeof(plan.serial));
	ed25519_public(m->pub, m->seed);
	m->len = cert_issue(m->der, sizeof(m->der), &plan,
	    by != NULL ? &by->cert : NULL, by != NULL ? by->seed : m->seed);
	if (!cert_read(&m->cert, m->der, m->len))
		return 1;
	pkcs8_write(key, m->seed);
	snprintf(key_name, sizeof(key_name), "%s-key", file);
	return save(dir, file, "CERTIFICATE", m->der, m->len) ||
	    save(dir, key_name, "PRIVATE KEY", key, sizeof(key));
}

int
peer_certs(const char *dir)
{
	static struct made root, middle, leaf, client;

	return make(dir, &root, "our-root", "Our root", CERT_AUTHORITY, NULL) ||
	    make(dir, &middle, "our-middle", "Our middle", CERT_AUTHORITY,
		&root) ||
	    make(dir, &leaf, "our-leaf", "localhost", CERT_PROGRAM, &middle) ||
	    make(dir, &client, "our-client", "client.test", CERT_PERSON, &root);
}
