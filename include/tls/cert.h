/*
 * cert - X.509 certificates with Ed25519 keys (RFC 5280, RFC 8410).
 *
 * Nothing is copied: a struct cert points into the DER that it was read from,
 * which must stay as long as it is used.  A chain is what a Certificate message
 * of TLS carries: each certificate in DER after a length of 3 bytes, the
 * holder's own first, then the one that has signed it, and so on.
 */
#ifndef TLS_CERT_H
#define TLS_CERT_H

#include "crypto/ed25519.h"
#include "crypto/sha256.h"
#include "tls/bytes.h"

enum {
	CERT_MAX = 2048,     /* bytes of DER that we write */
	CERT_CHAIN_MAX = 3,  /* certificates in a chain, without the root */
	CERT_NAME_MAX = 63,  /* bytes of a name */
	CERT_SERIAL_MAX = 20 /* bytes of a serial number (RFC 5280, 4.1.2.2) */
};

struct cert {
	struct reader all; /* the whole certificate */
	struct reader
	    signed_part; /* TBSCertificate, what the signature covers */
	struct reader issuer, subject;
	struct reader serial;              /* big-endian */
	struct reader names;               /* subjectAltName; empty: none */
	struct reader permitted, excluded; /* nameConstraints; empty: none */
	const uint8_t *key, *signature;    /* ED25519_KEY, ED25519_SIG bytes */
	int64_t from, until;               /* valid, in seconds since 1970 */
	bool ca;                           /* basicConstraints: an authority */
	bool signs, signs_certs;           /* keyUsage; absent: both */
	bool serves, asks; /* extKeyUsage: server, client; absent: both */
	int path;          /* authorities that may follow below; -1: any */
};

/*
 * False for what is not one certificate of version 3 with Ed25519 key and
 * signature, has an extension twice (RFC 5280, 4.2), or a critical one that is
 * not among keyUsage, subjectAltName, basicConstraints, nameConstraints and
 * extKeyUsage.  Validity and signature are not looked at.
 */
bool cert_read(struct cert *c, const void *der, size_t n);

/* The SHA-256 of the whole, by which RFC 8122 names a certificate. */
void cert_fingerprint(uint8_t out[SHA256_LEN], const struct cert *c);

/* The subject's common name; "" when it has none that fits. */
void cert_name(char out[CERT_NAME_MAX + 1], const struct cert *c);

/*
 * Is name one of c's subjectAltNames: a host name, with or without * for its
 * first label (RFC 6125, 6.4), or an address?  Common names do not count.
 */
bool cert_is_for(const struct cert *c, const char *name);

/*
 * The bytes of a numeric address, as certificates have it: 4 for IPv4, 16 for
 * IPv6 (RFC 4291, 2.2), 0 for anything else.
 */
size_t cert_address(const char *text, uint8_t out[16]);

/* Do by's nameConstraints let c stand below it (RFC 5280, 4.2.1.10)? */
bool cert_permits(const struct cert *by, const struct cert *c);

/* What is to be held against a chain; 0 is nothing. */
enum cert_fault {
	CERT_GOOD,
	CERT_BROKEN,  /* not a chain of certificates of our kind */
	CERT_EXPIRED, /* or not valid yet */
	CERT_FOREIGN, /* no root of ours stands above it */
	CERT_MISUSED, /* good, but for another name or side of TLS */
	CERT_REVOKED  /* it is, or one above it */
};

struct cert_root {
	const uint8_t *der;
	size_t len;
};

struct cert_check {
	const struct cert_root *roots;
	size_t count;
	const char *name; /* whom the chain must be for; NULL: anyone */
	bool server;      /* the chain is a server's, or else a client's */
	int64_t now;      /* seconds since 1970; 0: validity is not looked at */
	/* Is this one no longer good?  NULL: none is asked about. */
	bool (*revoked)(void *context, const struct cert *c);
	void *context;
};

/*
 * The way up from the first certificate to a root (RFC 5280, 6.1): validity,
 * signatures, path lengths, name constraints, and what the first is for.  A
 * root that stands in the chain is found as itself and ends the way.
 */
enum cert_fault cert_verify(
    const void *chain, size_t n, const struct cert_check *check);

/* What a certificate is good for. */
enum cert_class {
	CERT_PERSON = 1,   /* a person or a device: a client */
	CERT_PROGRAM = 2,  /* one that serves: a server, and a client */
	CERT_AUTHORITY = 3 /* one that may issue in its turn */
};

/* What a new certificate is to say.  Its subject is CN=name. */
struct cert_plan {
	const char *name;    /* up to CERT_NAME_MAX */
	const char *names;   /* CERT_PROGRAM: its hosts and addresses, with
				commas, each so long; NULL: name */
	const uint8_t *key;  /* its public key, ED25519_KEY bytes */
	int64_t from, until; /* seconds since 1970 */
	enum cert_class class;
	int path;           /* CERT_AUTHORITY: as in struct cert */
	uint8_t serial[16]; /* random */
	const void *more;   /* further extensions, in DER; NULL: none */
	size_t more_len;
};

/*
 * Sign a certificate with the key that seed makes: for its own holder (issuer
 * NULL) or in the name of another.  Gives its length, 0 when out is too small.
 */
size_t cert_issue(uint8_t *out, size_t size, const struct cert_plan *plan,
    const struct cert *issuer, const uint8_t seed[ED25519_KEY]);

#endif
