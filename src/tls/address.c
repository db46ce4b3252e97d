#include <string.h>

#include "tls/cert.h"

/* All of text: four numbers, none with a zero too many. */
static bool
read_dotted(const char *at, uint8_t out[4])
{
	for (int i = 0; i < 4; i++) {
		const char *from = at;
		int value = 0;

		for (; *at >= '0' && *at <= '9' && value < 256; at++)
			value = value * 10 + (*at - '0');
		if (at == from || value > 255 ||
		    (*from == '0' && at > from + 1))
			return false;
		if (*at++ != (i < 3 ? '.' : '\0'))
			return false;
		out[i] = (uint8_t)value;
	}
	return true;
}

/*
 * A group of up to four digits, and a colon if more follows: gives where that
 * is, NULL: it is none.
 */
static const char *
read_group(const char *at, uint8_t out[2])
{
	static const char digits[] = "0123456789abcdef0123456789ABCDEF";
	unsigned value = 0;
	int n = 0;

	for (const char *d; n < 4 && *at != '\0'; at++, n++) {
		if ((d = strchr(digits, *at)) == NULL)
			break;
		value = value << 4 | ((unsigned)(d - digits) & 15);
	}
	out[0] = (uint8_t)(value >> 8);
	out[1] = (uint8_t)value;
	if (n == 0 || (*at != '\0' && (*at++ != ':' || *at == '\0')))
		return NULL;
	return at;
}

/* Groups with colons between, :: once for any number of them that are zero. */
static bool
read_colons(const char *at, uint8_t out[16])
{
	enum { NONE = 17 };
	size_t n = 0, gap = NONE;

	if (*at == ':' && *++at != ':')
		return false;
	while (*at != '\0') {
		if (*at == ':' && gap == NONE) {
			gap = n;
			at++;
		} else if (n <= 12 && read_dotted(at, out + n)) {
			n += 4;
			break;
		} else {
			if (n > 14 || (at = read_group(at, out + n)) == NULL)
				return false;
			n += 2;
		}
	}
	if (gap == NONE || n == 16)
		return gap == NONE && n == 16;
	memmove(out + 16 - (n - gap), out + gap, n - gap);
	memset(out + gap, 0, 16 - n);
	return true;
}

size_t
cert_address(const char *text, uint8_t out[16])
{
	return read_dotted(text, out) ? 4 : read_colons(text, out) ? 16 : 0;
}
