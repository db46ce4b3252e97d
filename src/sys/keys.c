#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "sys/disk.h"
#include "sys/keydir.h"
#include "sys/random.h"
#include "tls/pem.h"

#define KEY_TEXT_MAX 4096 /* bytes of key.pem */

static char text[KEYS_TEXT_MAX]; /* of certificates: nothing secret */

/* key.pem as it is: a sentence where it is refused. */
static const char *
check_key_file(struct keys *k, const struct stat *st)
{
	if (!S_ISREG(st->st_mode) || st->st_nlink != 1)
		return keydir_say(k,
		    "%s/key.pem: not a plain file: put one in its place",
		    k->path);
	if (st->st_uid != geteuid())
		return keydir_say(k,
		    "%s/key.pem: belongs to another user: copy it and remove "
		    "the old one",
		    k->path);
	if ((st->st_mode & (S_IRWXG | S_IRWXO)) != 0)
		return keydir_say(k,
		    "%s/key.pem: can be used by others (mode %04o): chmod 600 "
		    "it, or remove it with cert.pem to have new ones made",
		    k->path, (unsigned)st->st_mode & 07777);
	return NULL;
}

static const char *
make_key(struct keys *k, int fd)
{
	uint8_t der[PKCS8_LEN];
	char pem[256];
	size_t n;
	bool made;

	random_bytes(k->self.seed, sizeof(k->self.seed));
	pkcs8_write(der, k->self.seed);
	n = pem_write(pem, sizeof(pem), "PRIVATE KEY", der, sizeof(der));
	made =
	    disk_write(fd, pem, n) == 0 && fsync(fd) == 0 && fsync(k->dir) == 0;
	wipe(der, sizeof(der));
	wipe(pem, sizeof(pem));
	k->made = true;
	return made ? NULL :
		      keydir_say(k, "%s/key.pem: %s", k->path, strerror(errno));
}

static const char *
read_key(struct keys *k, int fd)
{
	char pem[KEY_TEXT_MAX];
	uint8_t der[1024];
	const char *at = pem;
	ssize_t n = read(fd, pem, sizeof(pem) - 1);
	bool good = false;
	size_t len;

	pem[n > 0 ? n : 0] = '\0';
	len = pem_read(der, sizeof(der), &at, "PRIVATE KEY");
	good = len > 0 && pkcs8_read(k->self.seed, der, len);
	if (!good)
		keydir_say(k,
		    "%s/key.pem, line %d: not an Ed25519 key in PKCS #8: put "
		    "back the right one, or remove it with cert.pem to have "
		    "new ones made",
		    k->path, keydir_line(pem, at));
	wipe(der, sizeof(der));
	wipe(pem, sizeof(pem));
	return good ? NULL : k->why;
}

/* Open it; it is locked where we may write, so that of two starts one makes
 * what is missing. */
static int
open_key(struct keys *k)
{
	int flags = O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK;
	int fd = openat(k->dir, "key.pem", O_RDWR | O_CREAT | flags, 0600);

	if (fd != -1)
		disk_lock(fd, 0, true);
	else if (errno == EACCES || errno == EROFS || errno == EPERM)
		fd = openat(k->dir, "key.pem", O_RDONLY | flags);
	if (fd == -1)
		keydir_say(k, "%s/key.pem: %s", k->path,
		    errno == ELOOP ?
			"a symbolic link: put the file itself there" :
			strerror(errno));
	return fd;
}

/* All that certificates with our key say of whom they are for. */
static const char *
names_of(struct keys *k, const struct keys_owner *owner, char *out, size_t size)
{
	char host[CERT_NAME_MAX + 1];

	if (owner->names != NULL)
		return owner->names;
	if (gethostname(host, sizeof(host)) == -1)
		host[0] = '\0';
	host[CERT_NAME_MAX] = '\0';
	if (keydir_names(k, CERT_PROGRAM, host) != NULL)
		host[0] = '\0'; /* no name that a certificate could have */
	snprintf(out, size, "%s%slocalhost,127.0.0.1", host,
	    host[0] != '\0' ? "," : "");
	return out;
}

/* Put a certificate of ours in front of what cert.pem holds. */
static const char *
make_cert(struct keys *k, const struct keydir_holder *holder,
    const struct cert *issuer, const struct reader *above)
{
	static uint8_t list[KEYS_CHAIN_SIZE];
	uint8_t der[CERT_MAX];
	size_t n = keydir_certify(k, der, holder, issuer);
	struct reader chain =
	    reader_of(list, keydir_chain(list, sizeof(list), der, n, above));

	if (n == 0 || chain.left == 0 ||
	    !keydir_text(text, sizeof(text), &chain))
		return keydir_say(k, "%s/cert.pem: too long a chain", k->path);
	if (!keydir_save(k->dir, "cert.pem", text))
		return keydir_say(
		    k, "%s/cert.pem: %s", k->path, strerror(errno));
	return NULL;
}

/* A root of our own behind what trust.pem holds. */
static const char *
make_root(struct keys *k, const char *names)
{
	char name[CERT_NAME_MAX + 1];
	struct keydir_holder holder = { CERT_AUTHORITY, CERT_CHAIN_MAX - 1,
		name, k->self.public };
	uint8_t der[CERT_MAX];
	ssize_t have = keydir_load(k, "trust.pem", text, sizeof(text));
	size_t at = have > 0 ? (size_t)have : 0, n;

	if (have == -1)
		return k->why;
	snprintf(name, sizeof(name), "Authority of %.*s",
	    (int)strcspn(names, ","), names);
	n = keydir_certify(k, der, &holder, NULL);
	if (at > 0 && text[at - 1] != '\n')
		text[at++] = '\n';
	if (n == 0 ||
	    pem_write(text + at, sizeof(text) - at, "CERTIFICATE", der, n) == 0)
		return keydir_say(k, "%s/trust.pem: too long", k->path);
	if (!keydir_save(k->dir, "trust.pem", text))
		return keydir_say(
		    k, "%s/trust.pem: %s", k->path, strerror(errno));
	return NULL;
}

static const char *
read_trust(struct keys *k)
{
	const char *at = text, *before = text;
	size_t used = 0, n;

	k->trust.root_count = 0;
	if (keydir_load(k, "trust.pem", text, sizeof(text)) == -1)
		return k->why;
	while ((n = pem_read(k->roots + used, sizeof(k->roots) - used, &at,
		    "CERTIFICATE")) > 0) {
		struct cert c;

		if (!cert_read(&c, k->roots + used, n) ||
		    k->trust.root_count == KEYS_ROOTS_MAX)
			break;
		k->root[k->trust.root_count++] =
		    (struct cert_root){ k->roots + used, n };
		used += n;
		before = at;
	}
	k->trust.roots = k->root;
	if (at == before)
		return NULL;
	return keydir_say(k,
	    "%s/trust.pem, line %d: not one of up to %d certificates with "
	    "Ed25519 keys: put it right",
	    k->path, keydir_line(text, at), KEYS_ROOTS_MAX);
}

/* cert.pem into the chain: its length, 0 where it is missing; -1: refused. */
static ssize_t
read_cert(struct keys *k)
{
	const char *at = text;
	uint8_t seed[ED25519_KEY];
	bool good;
	size_t n;

	if (keydir_load(k, "cert.pem", text, sizeof(text)) == -1)
		return -1;
	if (text[0] == '\0')
		return 0;
	n = pem_chain(k->chain, sizeof(k->chain), text);
	memcpy(seed, k->self.seed, sizeof(seed));
	good = tls_set_identity(&k->self, k->chain, n, seed);
	wipe(seed, sizeof(seed));
	if (good)
		return (ssize_t)n;
	while (pem_read(k->chain, sizeof(k->chain), &at, "CERTIFICATE") > 0)
		continue;
	keydir_say(k,
	    "%s/cert.pem, line %d: not the Ed25519 certificate of key.pem with "
	    "at most %d above it: put back the right one, or remove it to have "
	    "a new one made",
	    k->path, n == 0 ? keydir_line(text, at) : 1, CERT_CHAIN_MAX - 1);
	return -1;
}

/* What cert.pem lacks, for an authority trust.pem, too. */
static const char *
complete(struct keys *k, const struct keys_owner *owner, bool missing)
{
	char names[KEYDIR_LINE_MAX];
	struct keydir_holder holder = { owner->class, 0,
		names_of(k, owner, names, sizeof(names)), k->self.public };
	struct reader above = reader_of("", 0);
	struct cert authority;

	if (!missing && owner->class != CERT_AUTHORITY)
		return NULL;
	ed25519_public(k->self.public, k->self.seed);
	if (keydir_names(k, owner->class, holder.names) != NULL)
		return k->why;
	if (owner->class != CERT_AUTHORITY)
		return make_cert(k, &holder, NULL, &above);
	holder.class = CERT_PROGRAM;
	if (missing && !keydir_authority(k, &authority, &above) &&
	    (make_root(k, holder.names) != NULL || read_trust(k) != NULL))
		return k->why;
	/* One that another has issued may be no authority: it serves as it is.
	 * One that is, is not good to serve with. */
	if (keydir_authority(k, &authority, &above) &&
	    (missing || above.at == k->self.chain))
		return make_cert(k, &holder, &authority, &above);
	return NULL;
}

static const char *
open_files(struct keys *k, const struct keys_owner *owner, int fd)
{
	struct stat st;
	ssize_t n;

	if (fstat(fd, &st) == -1)
		return keydir_say(
		    k, "%s/key.pem: %s", k->path, strerror(errno));
	if (check_key_file(k, &st) != NULL ||
	    (st.st_size == 0 ? make_key(k, fd) : read_key(k, fd)) != NULL ||
	    read_trust(k) != NULL || (n = read_cert(k)) == -1 ||
	    complete(k, owner, n == 0) != NULL || read_cert(k) == -1)
		return k->why;
	sha256(k->fingerprint, k->chain + 3,
	    (size_t)(k->chain[0] << 16 | k->chain[1] << 8 | k->chain[2]));
	keys_refresh(k);
	if (keydir_damage(k, &k->known) != NULL ||
	    keydir_damage(k, &k->revoked) != NULL)
		return k->why;
	return NULL;
}

const char *
keys_open(struct keys *k, const char *path, const struct keys_owner *owner)
{
	const char *why;
	int fd;

	memset(k, 0, sizeof(*k));
	k->path = path;
	k->dir = -1;
	k->known.name = "known";
	k->revoked.name = "revoked";
	k->self.random = random_bytes;
	k->trust.judge = TLS_TRUST_ANY;
	k->trust.revoked = keydir_revoked;
	k->trust.context = k;
	why = disk_root(path, &k->dir);
	if (why != NULL)
		return keydir_say(k, "%s: %s", path, why);
	fd = open_key(k);
	if (fd == -1)
		return k->why;
	why = open_files(k, owner, fd);
	close(fd);
	return why;
}

void
keys_close(struct keys *k)
{
	if (k->path != NULL && k->dir != -1)
		close(k->dir);
	k->dir = -1;
	wipe(k->self.seed, sizeof(k->self.seed));
}

void
keys_refresh(struct keys *k)
{
	k->trust.wall = (int64_t)time(NULL);
	keydir_refresh(k, &k->known);
	keydir_refresh(k, &k->revoked);
}
