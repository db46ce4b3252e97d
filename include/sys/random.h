/*
 * random - bytes and codes from the system's random source, never guessable.
 */
#ifndef RANDOM_H
#define RANDOM_H

#include <stddef.h>

#include "proto/wire.h"

int random_open(void); /* before all others; its descriptor, or -1 */
void random_bytes(void *out, size_t n);

/*
 * A VC, RID or TID: 1000-9999, each as likely as any other.  Never below 1000,
 * since there are programs that read codes as integers and lose leading zeros.
 */
void random_code(char code[CODE_LEN + 1]);

#endif
