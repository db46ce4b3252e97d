/* peer - what the parts of the test program peer know of each other. */
#ifndef PEER_H
#define PEER_H

#include "tls/pem.h"
#include "tls/tls.h"

int64_t peer_now(void); /* milliseconds */
void peer_random(void *to, size_t n);
int peer_certs(const char *dir); /* the program's exit status */

#endif
