/*
 * pem - certificates and keys as text (RFC 7468), and the form of a key within
 * (PKCS #8 with Ed25519: RFC 5958, RFC 8410 section 7).
 */
#ifndef TLS_PEM_H
#define TLS_PEM_H

#include "crypto/ed25519.h"
#include "tls/bytes.h"

/*
 * The next block of this kind ("CERTIFICATE", "PRIVATE KEY") in text, decoded
 * into out; *text moves past it.  Gives its length, 0 when there is none, when
 * it is damaged or when it does not fit: then *text is as it was, or past the
 * block's first line where there is one.
 */
size_t pem_read(uint8_t *out, size_t size, const char **text, const char *kind);

/* The block as text with its NUL: gives its length, 0 when it does not fit. */
size_t pem_write(
    char *out, size_t size, const char *kind, const void *der, size_t n);

/*
 * All certificates in text as a chain (cert.h), in their order.  Gives its
 * length, 0 when there are none, or one that is damaged or does not fit.
 */
size_t pem_chain(uint8_t *out, size_t size, const char *text);

/*
 * A private key and its seed.  Reading takes version 1, and version 2 with a
 * public key or attributes; false for anything else.
 */
enum { PKCS8_LEN = 48 };
void pkcs8_write(uint8_t out[PKCS8_LEN], const uint8_t seed[ED25519_KEY]);
bool pkcs8_read(uint8_t seed[ED25519_KEY], const void *der, size_t n);

#endif
