/*
 * secret - what every holder of a secret needs: comparing it in a time that
 * tells nothing, and leaving none of it behind.
 */
#ifndef CRYPTO_SECRET_H
#define CRYPTO_SECRET_H

#include <stdbool.h>
#include <stddef.h>

/* As memcmp() == 0, in a time that depends on n alone. */
bool same_bytes(const void *a, const void *b, size_t n);

/* Zeros over n bytes, which no compiler leaves out. */
void wipe(void *secret, size_t n);

#endif
