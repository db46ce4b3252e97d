/*
 * keydir - what the modules of keys.h share: small files of the directory, and
 * certificates with our key.  For them alone.
 */
#ifndef KEYDIR_H
#define KEYDIR_H

#include <sys/types.h>

#include "sys/keys.h"
#include "sys/log.h"

/* Put a sentence into k->why: the value is that text. */
const char *keydir_say(struct keys *k, const char *format, ...)
    __attribute__((__format__(__printf__, 2, 3), __returns_nonnull__));

/*
 * A text file: its length, 0 where it is missing, or -1 with k->why set.  It is
 * no longer than size - 1 bytes and holds no NUL.
 */
ssize_t keydir_load(struct keys *k, const char *name, char *out, size_t size);

/* Make it in the directory at, or replace it there; durable. */
bool keydir_save(int at, const char *name, const char *text);

/* Put a line behind a text file, made 0600 where it is missing; durable. */
bool keydir_append(int at, const char *name, const char *line);

/* The number of the line in which at stands, from 1. */
int keydir_line(const char *text, const char *at);

/*
 * The lines of a text one by one, without comment and surrounding blanks;
 * false: there are no more.  One that does not fit into line is "".
 */
enum { KEYDIR_LINE_MAX = 512 };
struct keydir_lines {
	const char *at; /* of the text; then the next line's start */
	int number;
};
bool keydir_next(struct keydir_lines *l, char line[KEYDIR_LINE_MAX]);

/* "AB:CD:..." or, with colon '\0', "ABCD..." of n bytes, with its NUL. */
void keydir_hex(char *out, const uint8_t *data, size_t n, char colon);

/* Such bytes, with or without colons; how many, 0 when they are none. */
size_t keydir_unhex(uint8_t *out, size_t size, const char *text);

/* "sha-256 AB:CD:...", and nothing behind it. */
bool keydir_fingerprint(uint8_t out[SHA256_LEN], const char *text);

/* known and revoked as they are now. */
void keydir_refresh(struct keys *k, struct keys_list *list);

/* Why a list cannot be used, in k->why; NULL where it can. */
const char *keydir_damage(struct keys *k, const struct keys_list *list);

/* Is a certificate with these among the revoked? */
bool keydir_is_revoked(const struct keys *k,
    const uint8_t fingerprint[SHA256_LEN], const uint8_t *serial, size_t n);

bool keydir_revoked(void *keys, const struct cert *c); /* for tls_trust */

/* Who has a certificate, and what for. */
struct keydir_holder {
	enum cert_class class;
	int path;          /* of an authority */
	const char *names; /* as in struct keys_owner, not NULL */
	const uint8_t *key;
};

/* Are these names good for that?  A sentence, or NULL. */
const char *keydir_names(
    struct keys *k, enum cert_class class, const char *names);

/*
 * A certificate with our key, in the name of issuer or (NULL) its holder's own.
 * Its length, 0: it does not fit.
 */
size_t keydir_certify(const struct keys *k, uint8_t out[CERT_MAX],
    const struct keydir_holder *holder, const struct cert *issuer);

/*
 * The certificate with our key that may issue: one of our chain, with *above
 * where it and those above it begin, or a root: *above is empty.  False: none.
 */
bool keydir_authority(
    const struct keys *k, struct cert *found, struct reader *above);

/* A chain (cert.h) as a text of certificates; false: it does not fit. */
bool keydir_text(char *out, size_t size, const struct reader *chain);

/* Put a certificate in front of a chain; the whole's length, 0: no space. */
size_t keydir_chain(uint8_t *out, size_t size, const void *der, size_t n,
    const struct reader *above);

#endif
