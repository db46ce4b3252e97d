#include <stdint.h>

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

/* Through a volatile pointer: a store that nobody reads is dropped else. */
void
wipe(void *secret, size_t n)
{
	volatile uint8_t *at = secret;

	while (n-- > 0)
		*at++ = 0;
}
