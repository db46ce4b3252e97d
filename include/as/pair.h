/*
 * pair - what is kept of a password: a salt and a slow hash, as one word.
 *
 *	pbkdf2-sha256$ROUNDS$SALT$HASH		salt and hash in hexadecimal
 *
 * Pure, and slow on purpose (KDF_ROUNDS): both belong in the pool.
 */
#ifndef PAIR_H
#define PAIR_H

#include <stdbool.h>

#define PAIR_MAX 128 /* its size, the NUL included */
#define SALT_LEN 16

void pair_make(char pair[PAIR_MAX], const char *pass,
    const unsigned char salt[SALT_LEN], unsigned rounds);

/* Is pass the pair's?  False, too, where the pair is damaged. */
bool pair_matches(const char *pair, const char *pass);

#endif
