#include <stdint.h>
#include <string.h>

#include "crypto/secret.h"

bool
same_bytes(const void *a, const void *b, size_t n)
{
	const uint8_t *p = a, *q = b;
	unsigned differ = 0;

	for (size_t i = 0; i < n; i++)
		differ |= p[i] ^ q[i];
	return differ == 0;
}

/* Through a pointer that might point elsewhere by now: a compiler that knows of
 * memset() drops a store that nobody reads. */
void
wipe(void *secret, size_t n)
{
	void *(*volatile fill)(void *, int, size_t) = memset;

	fill(secret, 0, n);
}
