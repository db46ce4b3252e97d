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

/* Through a pointer that might point elsewhere: a compiler that knows memset()
 * drops a store that nobody reads. */
void
wipe(void *secret, size_t n)
{
	static void *(*const volatile fill)(void *, int, size_t) = memset;

	fill(secret, 0, n);
}
