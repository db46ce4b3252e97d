/*
 * der - the part of DER that certificates and keys are written in (ITU-T
 * X.690): tags of one byte, lengths of up to 65,535 in their shortest form.
 *
 * Readers and writers are those of bytes.h and carry their failure along.
 */
#ifndef TLS_DER_H
#define TLS_DER_H

#include "tls/bytes.h"

enum der_tag {
	DER_BOOLEAN = 0x01,
	DER_INTEGER = 0x02,
	DER_BITS = 0x03,
	DER_OCTETS = 0x04,
	DER_OID = 0x06,
	DER_UTF8 = 0x0c,
	DER_UTC_TIME = 0x17,
	DER_TIME = 0x18,
	DER_SEQUENCE = 0x30,
	DER_SET = 0x31,
	DER_CONTEXT = 0x80,    /* | n: [n], of bytes */
	DER_CONSTRUCTED = 0xa0 /* | n: [n], of values */
};

/* The tag that comes next; 0 when none does. */
unsigned der_peek(const struct reader *r);

/* The contents of the next value; r is bad when it has another tag. */
struct reader der_read(struct reader *r, unsigned tag);

/* The next value whole, with its tag and length. */
struct reader der_whole(struct reader *r, unsigned tag);

/* The contents of the next value if it has this tag; empty, and r as it was,
 * if it has another. */
struct reader der_optional(struct reader *r, unsigned tag);

/* A value that der_close() gives its length, moving what has been put since. */
size_t der_open(struct writer *w, unsigned tag);
void der_close(struct writer *w, size_t place);
void der_put(struct writer *w, unsigned tag, const void *data, size_t n);

/*
 * Seconds since 1970 from a UTCTime or a GeneralizedTime, and back (RFC 5280,
 * 4.1.2.5: the first up to 2049).  Reading gives 0 and a bad r for what is no
 * time; writing takes times from 1970 to 9999.
 */
int64_t der_read_time(struct reader *r);
void der_put_time(struct writer *w, int64_t seconds);

#endif
