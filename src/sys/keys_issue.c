#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "policy.h"
#include "sys/disk.h"
#include "sys/fd.h"
#include "sys/keydir.h"
#include "sys/random.h"
#include "tls/pem.h"

#define DAY 86400 /* seconds */

static const char host_letters[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-*";

/* The first of names with commas; its length. */
static size_t
first_name(char out[CERT_NAME_MAX + 1], const char *names)
{
	size_t n = strcspn(names, ",");

	snprintf(out, CERT_NAME_MAX + 1, "%.*s", (int)n, names);
	return n;
}

const char *
keydir_names(struct keys *k, enum cert_class class, const char *names)
{
	size_t n = strlen(names), each = 0;
	bool good = n > 0 && n < 256;

	for (const char *at = names; good && *at != '\0'; at++) {
		if (class != CERT_PERSON && *at == ',')
			good = each > 0, each = 0;
		else {
			each++;
			good = class == CERT_PERSON ?
			    *at >= ' ' && *at <= '~' && *at != '#' &&
				*at != ',' :
			    strchr(host_letters, *at) != NULL;
		}
		good = good && each <= CERT_NAME_MAX;
	}
	if (good && each > 0)
		return NULL;
	return keydir_say(k,
	    class == CERT_PERSON ?
		"'%.80s' is no name for a certificate: up to %d letters, "
		"digits and blanks" :
		"'%.80s' names no hosts: give host names or addresses of up to "
		"%d characters, with commas",
	    names, CERT_NAME_MAX);
}

size_t
keydir_certify(const struct keys *k, uint8_t out[CERT_MAX],
    const struct keydir_holder *holder, const struct cert *issuer)
{
	char name[CERT_NAME_MAX + 1];
	int64_t now = (int64_t)time(NULL);
	struct cert_plan plan = { .name = name,
		.names = holder->names,
		.key = holder->key,
		.from = now - DAY, /* clocks differ */
		.until = now +
		    (int64_t)DAY *
			(issuer == NULL ? ROOT_DAYS : CERTIFICATE_DAYS),
		.class = holder->class,
		.path = holder->path };

	first_name(name, holder->names);
	if (issuer != NULL && issuer->until < plan.until)
		plan.until = issuer->until;
	random_bytes(plan.serial, sizeof(plan.serial));
	return cert_issue(out, CERT_MAX, &plan, issuer, k->self.seed);
}

static bool
is_authority(const struct keys *k, const struct cert *c)
{
	return c->ca && c->signs_certs &&
	    memcmp(c->key, k->self.public, ED25519_KEY) == 0;
}

bool
keydir_authority(const struct keys *k, struct cert *found, struct reader *above)
{
	struct reader list =
	    reader_of(k->chain, k->self.chain != NULL ? k->self.chain_len : 0);

	while (list.left > 0) {
		struct reader here = list, der = read_vec(&list, 3);

		*above = here;
		if (cert_read(found, der.at, der.left) &&
		    is_authority(k, found))
			return true;
	}
	*above = reader_of("", 0);
	for (size_t i = 0; i < k->trust.root_count; i++)
		if (cert_read(found, k->root[i].der, k->root[i].len) &&
		    is_authority(k, found))
			return true;
	return false;
}

/* What is about to be issued. */
struct issue {
	struct keydir_holder holder;
	uint8_t seed[ED25519_KEY], public[ED25519_KEY];
	uint8_t chain[KEYS_CHAIN_SIZE];
	size_t chain_len;
	struct cert cert; /* the first of it */
	const struct cert_root *root;
	int dir;
};

static char text[4 * KEYS_CHAIN_SIZE]; /* of certificates */

/* The root that stands above what we issue. */
static bool
find_root(const struct keys *k, struct issue *i)
{
	struct cert_check check = { .count = 1,
		.server = i->holder.class == CERT_PROGRAM };

	for (size_t n = 0; n < k->trust.root_count; n++) {
		enum cert_fault fault;

		check.roots = i->root = &k->root[n];
		fault = cert_verify(i->chain, i->chain_len, &check);
		/* An authority is not for a side of TLS. */
		if (fault == CERT_GOOD ||
		    (fault == CERT_MISUSED &&
			i->holder.class == CERT_AUTHORITY))
			return true;
	}
	return false;
}

static const char *
certify(struct keys *k, struct issue *i)
{
	struct reader above;
	struct cert authority;
	uint8_t der[CERT_MAX];
	size_t n;

	if (!keydir_authority(k, &authority, &above))
		return keydir_say(k,
		    "%s holds no authority: issue from the AS's directory",
		    k->path);
	if (i->holder.class == CERT_AUTHORITY && authority.path == 0)
		return keydir_say(k,
		    "%s may issue no further authorities: its path length is 0",
		    k->path);
	i->holder.path = authority.path > 0 ? authority.path - 1 : 0;
	random_bytes(i->seed, sizeof(i->seed));
	ed25519_public(i->public, i->seed);
	i->holder.key = i->public;
	n = keydir_certify(k, der, &i->holder, &authority);
	i->chain_len = n == 0 ?
	    0 :
	    keydir_chain(i->chain, sizeof(i->chain), der, n, &above);
	if (i->chain_len == 0 || !cert_read(&i->cert, i->chain + 3, n))
		return keydir_say(k, "the certificate would be too long");
	if (!find_root(k, i))
		return keydir_say(k,
		    "%s/trust.pem holds no root above what would be issued: "
		    "put it there",
		    k->path);
	return NULL;
}

static bool
save_secret(int dir, const char *name, const char *secret)
{
	int fd = disk_create(dir, name);

	if (fd == -1)
		return false;
	if (disk_write(fd, secret, strlen(secret)) == -1 || fsync(fd) == -1)
		return close_with_errno(fd) == 0;
	return close(fd) == 0;
}

static bool
save_key(const struct issue *i)
{
	uint8_t der[PKCS8_LEN];
	char pem[256];
	bool saved;

	pkcs8_write(der, i->seed);
	pem_write(pem, sizeof(pem), "PRIVATE KEY", der, sizeof(der));
	saved = save_secret(i->dir, "key.pem", pem);
	wipe(der, sizeof(der));
	wipe(pem, sizeof(pem));
	return saved;
}

/* The FS's copy, and ours under the fingerprint of its certificate. */
static bool
save_kdc_key(const struct keys *k, const struct issue *i)
{
	char name[2 * SHA256_LEN + 1], hex[2 * SHA256_LEN + 2];
	uint8_t key[SHA256_LEN], fingerprint[SHA256_LEN];
	int dir;
	bool saved;

	if (mkdirat(k->dir, "kdc", 0700) == -1 && errno != EEXIST)
		return false;
	dir = disk_open_dir(k->dir, "kdc");
	if (dir == -1)
		return false;
	random_bytes(key, sizeof(key));
	keydir_hex(hex, key, sizeof(key), '\0');
	hex[sizeof(hex) - 2] = '\n';
	hex[sizeof(hex) - 1] = '\0';
	cert_fingerprint(fingerprint, &i->cert);
	keydir_hex(name, fingerprint, sizeof(fingerprint), '\0');
	saved = save_secret(i->dir, "kdc.key", hex) &&
	    save_secret(dir, name, hex) && fsync(dir) == 0;
	wipe(key, sizeof(key));
	wipe(hex, sizeof(hex));
	close(dir);
	return saved;
}

static bool
save_certificates(const struct issue *i)
{
	struct reader chain = reader_of(i->chain, i->chain_len);

	return i->root != NULL && keydir_text(text, sizeof(text), &chain) &&
	    keydir_save(i->dir, "cert.pem", text) &&
	    pem_write(text, sizeof(text), "CERTIFICATE", i->root->der,
		i->root->len) > 0 &&
	    keydir_save(i->dir, "trust.pem", text);
}

/* SERIAL CLASS END FINGERPRINT NAMES */
static bool
note(struct keys *k, const struct issue *i)
{
	char line[KEYDIR_LINE_MAX], serial[3 * CERT_SERIAL_MAX], day[16];
	char fingerprint[KEYS_FINGERPRINT_MAX];
	time_t until = (time_t)i->cert.until;
	struct tm tm;

	if (gmtime_r(&until, &tm) == NULL)
		return false;
	strftime(day, sizeof(day), "%Y-%m-%d", &tm);
	cert_fingerprint(k->issued, &i->cert);
	keydir_hex(serial, i->cert.serial.at, i->cert.serial.left, '\0');
	snprintf(line, sizeof(line), "%s %d %s %s %s", serial,
	    (int)i->holder.class, day, keys_fingerprint(fingerprint, k->issued),
	    i->holder.names);
	return keydir_append(k->dir, "issued", line);
}

static const char *
fill(struct keys *k, const struct issue *i, const char *out)
{
	static const char *const files[] = { "key.pem", "cert.pem", "trust.pem",
		"kdc.key" };
	int error;

	if (save_key(i) && save_certificates(i) &&
	    (i->holder.class != CERT_PROGRAM || save_kdc_key(k, i)) &&
	    fsync(i->dir) == 0 && note(k, i))
		return NULL;
	error = errno;
	for (size_t n = 0; n < sizeof(files) / sizeof(files[0]); n++)
		unlinkat(i->dir, files[n], 0);
	unlinkat(AT_FDCWD, out, AT_REMOVEDIR);
	return keydir_say(
	    k, "cannot write to %s or %s: %s", out, k->path, strerror(error));
}

/* The last part of a path, without the slashes at its end. */
static void
last_part(char name[256], const char *path)
{
	size_t end = strlen(path), at;

	while (end > 0 && path[end - 1] == '/')
		end--;
	for (at = end; at > 0 && path[at - 1] != '/'; at--)
		continue;
	snprintf(name, 256, "%.*s", (int)(end - at < 255 ? end - at : 255),
	    path + at);
}

const char *
keys_issue(
    struct keys *k, enum cert_class class, const char *out, const char *names)
{
	char name[256];
	struct issue i = { .holder = { .class = class, .names = names },
		.root = k->root };
	const char *why;

	if (names == NULL) {
		last_part(name, out);
		i.holder.names = name;
	}
	why = keydir_names(
	    k, class == CERT_PROGRAM ? class : CERT_PERSON, i.holder.names);
	if (why == NULL)
		why = certify(k, &i);
	if (why == NULL && mkdir(out, 0700) == -1)
		why = keydir_say(k, "cannot make %s: %s", out,
		    errno == EEXIST ?
			"it is there already: name a new directory" :
			strerror(errno));
	if (why == NULL) {
		i.dir = open(out, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
		why = i.dir == -1 ?
		    keydir_say(k, "cannot open %s: %s", out, strerror(errno)) :
		    fill(k, &i, out);
		close(i.dir);
	}
	wipe(i.seed, sizeof(i.seed));
	return why;
}

const char *
keys_issued(struct keys *k,
    void (*each)(const char *line, bool revoked, void *arg), void *arg)
{
	static char issued[16 * KEYS_TEXT_MAX];
	char line[KEYDIR_LINE_MAX];
	struct keydir_lines l = { issued, 0 };

	if (keydir_load(k, "issued", issued, sizeof(issued)) == -1)
		return k->why;
	while (keydir_next(&l, line)) {
		uint8_t serial[CERT_SERIAL_MAX], hash[SHA256_LEN];
		char number[64], print[100];
		size_t n;

		if (line[0] == '\0')
			continue;
		if (sscanf(line, "%63s %*d %*s sha-256 %99s", number, print) !=
			2 ||
		    (n = keydir_unhex(serial, sizeof(serial), number)) == 0 ||
		    keydir_unhex(hash, sizeof(hash), print) != sizeof(hash))
			return keydir_say(k,
			    "%s/issued, line %d: not what --issue writes: put "
			    "it right",
			    k->path, l.number);
		each(line, keydir_is_revoked(k, hash, serial, n), arg);
	}
	return NULL;
}
