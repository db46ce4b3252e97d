/*
 * bytes - a reader that never passes the end of a message and a writer that
 * never passes the end of its buffer.
 *
 * Both carry their failure along, so that a message is taken apart or put
 * together in one go and asked about once, at the end: a reader that has run
 * short gives zeros and stays bad, a writer that has run full drops what it is
 * given and stays full.  Numbers are in network byte order.
 */
#ifndef TLS_BYTES_H
#define TLS_BYTES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct reader {
	const uint8_t *at; /* never NULL but in a zero struct reader */
	size_t left;       /* bytes from at that have not been read */
	bool bad;          /* something was read that was not there */
};

struct reader reader_of(const void *data, size_t n);

/* A number of width bytes, 1 to 4; 0 when fewer are left. */
uint32_t read_int(struct reader *r, int width);

/* The next n bytes where they stand; NULL when fewer are left. */
const uint8_t *read_bytes(struct reader *r, size_t n);

/* The next n bytes copied to out; zeros when fewer are left. */
void read_copy(struct reader *r, void *out, size_t n);

/* What a length of width bytes precedes (RFC 5246, 4.3); bad with r. */
struct reader read_vec(struct reader *r, int width);

/* True when exactly these n bytes are left. */
bool reader_is(const struct reader *r, const void *data, size_t n);

/* True when all bytes have been read and none too many. */
bool read_done(const struct reader *r);

struct writer {
	uint8_t *at;
	size_t len;  /* bytes written so far */
	size_t size; /* of the buffer at at, the caller's */
	bool full;   /* something did not fit and was left out */
};

struct writer writer_of(void *buffer, size_t size);
void put_int(struct writer *w, uint32_t value, int width);
void put_bytes(struct writer *w, const void *data, size_t n);

/* A length of width bytes that put_close() fills in: gives its place. */
size_t put_open(struct writer *w, int width);
void put_close(struct writer *w, size_t place, int width);

#endif
