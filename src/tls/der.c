#include <string.h>

#include "tls/der.h"

unsigned
der_peek(const struct reader *r)
{
	return r->bad || r->left == 0 ? 0 : r->at[0];
}

static size_t
read_length(struct reader *r)
{
	size_t n = read_int(r, 1);

	if (n < 0x80)
		return n;
	if (n == 0x81 && (n = read_int(r, 1)) >= 0x80)
		return n;
	if (n == 0x82 && (n = read_int(r, 2)) >= 0x100)
		return n;
	r->bad = true;
	return 0;
}

struct reader
der_read(struct reader *r, unsigned tag)
{
	const uint8_t *at;
	size_t n;

	if (read_int(r, 1) != tag)
		r->bad = true;
	n = read_length(r);
	at = read_bytes(r, n);
	return (struct reader){ at, at != NULL ? n : 0, r->bad };
}

struct reader
der_whole(struct reader *r, unsigned tag)
{
	const uint8_t *from = r->at;
	size_t before = r->left;

	der_read(r, tag);
	return (struct reader){ from, r->bad ? 0 : before - r->left, r->bad };
}

struct reader
der_optional(struct reader *r, unsigned tag)
{
	if (der_peek(r) != tag)
		return (struct reader){ NULL, 0, r->bad };
	return der_read(r, tag);
}

size_t
der_open(struct writer *w, unsigned tag)
{
	put_int(w, tag, 1);
	return put_open(w, 1);
}

void
der_close(struct writer *w, size_t place)
{
	size_t from = place + 1, n = w->len - from;
	int more = n < 0x80 ? 0 : n < 0x100 ? 1 : 2;
	struct writer length = { w->at, place, w->size, w->full };

	for (int i = 0; i < more; i++)
		put_int(w, 0, 1);
	if (w->full)
		return;
	memmove(w->at + from + more, w->at + from, n);
	if (more > 0)
		put_int(&length, 0x80 | (unsigned)more, 1);
	put_int(&length, (uint32_t)n, more > 0 ? more : 1);
}

void
der_put(struct writer *w, unsigned tag, const void *data, size_t n)
{
	size_t place = der_open(w, tag);

	put_bytes(w, data, n);
	der_close(w, place);
}

static int
two_digits(struct reader *r)
{
	const uint8_t *at = read_bytes(r, 2);

	if (at == NULL)
		return 0;
	if (at[0] < '0' || at[0] > '9' || at[1] < '0' || at[1] > '9')
		r->bad = true;
	return (at[0] - '0') * 10 + at[1] - '0';
}

/* Days from 1970-01-01; the year begins in March, to end with the leap day. */
static int64_t
days(int year, int month, int day)
{
	int y = month > 2 ? year : year - 1;
	int m = month > 2 ? month - 3 : month + 9;

	return 365 * (int64_t)y + y / 4 - y / 100 + y / 400 +
	    (153 * m + 2) / 5 + day - 1 - 719468;
}

int64_t
der_read_time(struct reader *r)
{
	enum { YEAR, MONTH, DAY, HOUR, MINUTE, SECOND, PARTS };
	static const uint8_t most[PARTS] = { 99, 12, 31, 23, 59, 59 };
	bool utc = der_peek(r) == DER_UTC_TIME;
	struct reader t = der_read(r, utc ? DER_UTC_TIME : DER_TIME);
	int part[PARTS], year = utc ? 0 : two_digits(&t) * 100;

	for (int i = 0; i < PARTS; i++) {
		part[i] = two_digits(&t);
		if (part[i] > most[i])
			r->bad = true;
	}
	if (read_int(&t, 1) != 'Z' || !read_done(&t) || part[MONTH] == 0 ||
	    part[DAY] == 0)
		r->bad = true;
	if (r->bad)
		return 0;
	year += part[YEAR] + (utc ? part[YEAR] < 50 ? 2000 : 1900 : 0);
	return ((days(year, part[MONTH], part[DAY]) * 24 + part[HOUR]) * 60 +
		   part[MINUTE]) *
	    60 +
	    part[SECOND];
}

static void
put_two(struct writer *w, int value)
{
	put_int(w, (uint32_t)('0' + value / 10 % 10), 1);
	put_int(w, (uint32_t)('0' + value % 10), 1);
}

void
der_put_time(struct writer *w, int64_t seconds)
{
	int64_t left = seconds / 86400;
	int year = 1970, month = 1, rest = (int)(seconds % 86400);
	size_t place;

	while (days(year + 1, 1, 1) <= left)
		year++;
	while (month < 12 && days(year, month + 1, 1) <= left)
		month++;
	place = der_open(w, year < 2050 ? DER_UTC_TIME : DER_TIME);
	if (year >= 2050)
		put_two(w, year / 100);
	put_two(w, year % 100);
	put_two(w, month);
	put_two(w, (int)(left - days(year, month, 1)) + 1);
	put_two(w, rest / 3600);
	put_two(w, rest / 60 % 60);
	put_two(w, rest % 60);
	put_int(w, 'Z', 1);
	der_close(w, place);
}
