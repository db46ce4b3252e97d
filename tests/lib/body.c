#include <stdio.h>
#include <string.h>

#include "body.h"

const char *
body(unsigned long from, size_t n)
{
	static char bytes[BODY_CHUNK];

	for (size_t i = 0; i < n && i < sizeof(bytes); i++) {
		unsigned long at = from + i;

		bytes[i] = (char)(at * 7 + (at >> 8) * 31 + (at >> 16));
	}
	return bytes;
}

bool
body_is(const char *s, size_t n, unsigned long from)
{
	while (n > 0) {
		size_t some = n < BODY_CHUNK ? n : BODY_CHUNK;

		if (memcmp(s, body(from, some), some) != 0)
			return false;
		s += some;
		from += some;
		n -= some;
	}
	return true;
}

bool
body_make_file(const char *path, unsigned long size)
{
	FILE *f = fopen(path, "wb");
	unsigned long done = 0;

	if (f == NULL)
		return false;
	while (done < size) {
		size_t some =
		    size - done < BODY_CHUNK ? size - done : BODY_CHUNK;

		if (fwrite(body(done, some), 1, some, f) != some)
			break;
		done += some;
	}
	return fclose(f) == 0 && done == size;
}

bool
body_is_file(const char *path, unsigned long size)
{
	char bytes[BODY_CHUNK];
	FILE *f = fopen(path, "rb");
	unsigned long done = 0;
	bool same = f != NULL;
	size_t n;

	if (f == NULL)
		return false;
	while (same && (n = fread(bytes, 1, sizeof(bytes), f)) > 0) {
		same = body_is(bytes, n, done);
		done += n;
	}
	fclose(f);
	return same && done == size;
}
