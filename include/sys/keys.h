/*
 * keys - a directory with a program's key, its certificate, and whom it trusts.
 *
 *	key.pem    our Ed25519 private key (PKCS #8), 0600 and ours
 *	cert.pem   our certificate, then the chain up to the root, not with it
 *	trust.pem  roots that are trusted
 *	known      HOST:PORT sha-256 AB:CD:...   peers that are trusted by the
 *	           fingerprint of their certificate (the form of RFC 8122)
 *	revoked    serial numbers, or sha-256 AB:CD:..., that are no longer good
 *	issued     at an authority: what it has issued, a line each
 *	kdc.key    at an FS: the key that it shares with its AS alone, 64
 *	           hexadecimal digits; at the AS kdc/FINGERPRINT, one an FS
 *
 * All but the first two may be missing.  known and revoked are read again when
 * they have changed.  In these, and in issued, empty lines and what is behind a
 * # do not count.  Everything can be read and made with openssl.
 */
#ifndef KEYS_H
#define KEYS_H

#include "tls/tls.h"

enum {
	KEYS_ROOTS_MAX = 16,
	KEYS_TEXT_MAX = 65536, /* bytes of trust.pem, known, revoked */
	KEYS_CHAIN_SIZE = 6144,
	KEYS_FINGERPRINT_MAX = 8 + 3 * SHA256_LEN, /* "sha-256 AB:CD:..." */
	KEYS_PLACE_MAX = 262,                      /* HOST:PORT */
	KEYS_WHY_MAX = 512
};

/* known or revoked, as it was when it was read last. */
struct keys_list {
	const char *name;
	int damaged; /* the number of a line that cannot be read; 0: none */
	bool unread; /* the file cannot be read */
	struct stamp {
		int64_t seconds, size;
		long fraction;
		uint64_t inode;
	} stamp;
	char text[KEYS_TEXT_MAX];
};

/*
 * Read self and trust, whose pointers go into this struct: it stays where it
 * is.  trust's judge is TLS_TRUST_ANY: keys_judge() decides; a server may set
 * required.  self.keys, cache and the like are the caller's to set.
 */
struct keys {
	struct tls_self self;
	struct tls_trust trust;
	uint8_t fingerprint[SHA256_LEN]; /* of our certificate */
	uint8_t issued[SHA256_LEN];      /* of that issued last */
	bool made;                       /* key.pem was: at this start */
	int dir;                         /* -1: closed */
	const char *path;
	struct cert_root root[KEYS_ROOTS_MAX];
	uint8_t chain[KEYS_CHAIN_SIZE], roots[KEYS_TEXT_MAX];
	struct keys_list known, revoked;
	char why[KEYS_WHY_MAX]; /* of the last failure, one sentence */
};

/* Whose directory it is, where its files are missing and must be made. */
struct keys_owner {
	/*
	 * CERT_PERSON, CERT_PROGRAM: a certificate that it has signed itself.
	 * CERT_AUTHORITY: a root in trust.pem that may issue, and below it a
	 * certificate of CERT_PROGRAM, both with the one key.  A directory that
	 * another authority has issued with CERT_AUTHORITY gets the latter.
	 */
	enum cert_class class;
	/* Host names and addresses with commas, the first its common name; a
	 * person's is any text.  NULL: this host's name, localhost, 127.0.0.1.
	 */
	const char *names;
};

/*
 * Open the directory path, made 0700 where it is missing, and make key.pem and
 * cert.pem where they are.  NULL; or a sentence that names the file, its line
 * where it has such, and what to do.  It waits for the disk: at the start.
 * random_open() comes before.
 */
const char *keys_open(
    struct keys *k, const char *path, const struct keys_owner *owner);
void keys_close(struct keys *k); /* wipes the key; may be called twice */

/*
 * What time it is for certificates, and known and revoked if they have changed:
 * before each handshake.
 */
void keys_refresh(struct keys *k);

/* What a peer is to be for us. */
enum keys_purpose {
	KEYS_A_SERVER,  /* one we have dialled: class 2, chain or known */
	KEYS_A_PROGRAM, /* a client that serves elsewhere: the same of it */
	KEYS_ANYONE     /* a client: all but those whom we have revoked */
};

enum keys_belief {
	/* Believed. */
	KEYS_BY_CHAIN,
	KEYS_BY_KNOWN,
	KEYS_ANYBODY, /* KEYS_ANYONE, and neither of these */
	/* A person may be asked, and keys_learn(). */
	KEYS_NO_ROOT,    /* and no line of known for this place */
	KEYS_OTHER_NAME, /* its chain is good, for another host */
	/* Refused. */
	KEYS_CHANGED, /* known has another fingerprint for this place */
	KEYS_EXPIRED,
	KEYS_NOT_YET, /* or what stands above it is out of its time */
	KEYS_WRONG_CLASS,
	KEYS_REVOKED,
	KEYS_BROKEN,     /* it is none of our kind */
	KEYS_NAMELESS,   /* it has shown no certificate */
	KEYS_UNREADABLE, /* our known or revoked is damaged: see why */
	KEYS_BELIEFS
};

/*
 * Is the peer of a finished handshake believed?  place is "HOST:PORT" as the
 * person names it; NULL, where the port says nothing: any line of known with
 * the peer's fingerprint will do.
 */
enum keys_belief keys_judge(struct keys *k, const struct tls_peer *peer,
    enum keys_purpose purpose, const char *place);

static inline bool
keys_believes(enum keys_belief b)
{
	return b <= KEYS_ANYBODY;
}

static inline bool
keys_may_ask(enum keys_belief b)
{
	return b == KEYS_NO_ROOT || b == KEYS_OTHER_NAME;
}

/* The alert for a peer that is not believed; 0 for one that is. */
enum tls_alert keys_alert(enum keys_belief b);

/* "by its chain", "revoked": a few words for a log. */
const char *keys_words(enum keys_belief b);

/* "sha-256 AB:CD:..." */
const char *keys_fingerprint(
    char out[KEYS_FINGERPRINT_MAX], const uint8_t fingerprint[SHA256_LEN]);

/*
 * A person says yes: a line is put behind known, and is on the disk.  False
 * with k->why set.  Such a place must not stand there yet.
 */
bool keys_learn(
    struct keys *k, const char *place, const uint8_t fingerprint[SHA256_LEN]);

/*
 * Issue a certificate in our name: a new directory out, which must not be there
 * yet, gets a key, the certificate with its chain, and the root; of
 * CERT_PROGRAM also a kdc.key, of which we keep a copy.  names as in struct
 * keys_owner, NULL: the last part of out.  NULL, or a sentence as above:
 * nothing is left of out then.
 */
const char *keys_issue(
    struct keys *k, enum cert_class class, const char *out, const char *names);

/*
 * Call each(line, revoked, arg) for what has been issued, oldest first: the
 * serial number, class, end (YYYY-MM-DD), fingerprint and names.  NULL, or a
 * sentence as above.
 */
const char *keys_issued(struct keys *k,
    void (*each)(const char *line, bool revoked, void *arg), void *arg);

#endif
