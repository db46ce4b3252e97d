#include <string.h>

#include "tls/bytes.h"

struct reader
reader_of(const void *data, size_t n)
{
	return (struct reader){ data, n, false };
}

const uint8_t *
read_bytes(struct reader *r, size_t n)
{
	const uint8_t *at = r->at;

	if (r->bad || n > r->left) {
		r->bad = true;
		return NULL;
	}
	if (n > 0) {
		r->at += n;
		r->left -= n;
	}
	return at;
}

void
read_copy(struct reader *r, void *out, size_t n)
{
	const uint8_t *at = read_bytes(r, n);

	if (n == 0)
		return;
	if (at != NULL)
		memcpy(out, at, n);
	else
		memset(out, 0, n);
}

uint32_t
read_int(struct reader *r, int width)
{
	const uint8_t *at = read_bytes(r, (size_t)width);
	uint32_t value = 0;

	for (int i = 0; at != NULL && i < width; i++)
		value = value << 8 | at[i];
	return value;
}

struct reader
read_vec(struct reader *r, int width)
{
	size_t n = read_int(r, width);
	const uint8_t *at = read_bytes(r, n);

	return (struct reader){ at, at != NULL ? n : 0, r->bad };
}

bool
reader_is(const struct reader *r, const void *data, size_t n)
{
	return !r->bad && r->left == n &&
	    (n == 0 || memcmp(r->at, data, n) == 0);
}

bool
read_done(const struct reader *r)
{
	return !r->bad && r->left == 0;
}

struct writer
writer_of(void *buffer, size_t size)
{
	return (struct writer){ buffer, 0, size, false };
}

void
put_bytes(struct writer *w, const void *data, size_t n)
{
	if (w->full || n > w->size - w->len) {
		w->full = true;
		return;
	}
	if (n > 0)
		memcpy(w->at + w->len, data, n);
	w->len += n;
}

void
put_int(struct writer *w, uint32_t value, int width)
{
	uint8_t bytes[4];

	for (int i = 0; i < width; i++)
		bytes[i] = (uint8_t)(value >> (8 * (width - 1 - i)));
	put_bytes(w, bytes, (size_t)width);
}

size_t
put_open(struct writer *w, int width)
{
	size_t place = w->len;

	put_int(w, 0, width);
	return place;
}

void
put_close(struct writer *w, size_t place, int width)
{
	struct writer length = { w->at, place, w->size, w->full };

	put_int(&length, (uint32_t)(w->len - place - (size_t)width), width);
}
