/*
 * listener - a TCP port at which connections come in.
 *
 * It neither spins nor goes deaf when descriptors run out: a spare one is given
 * up to accept and refuse a client with "ERR\n", and where even that fails the
 * listener is left alone for 100 ms.
 */
#ifndef LISTENER_H
#define LISTENER_H

#include "net/conn.h"

struct listener {
	int fd, spare; /* -1: none */
	ms_t paused_until;
	unsigned long refused;
	struct secure *secure; /* set after listener_open(); NULL: all plain */
};

int listener_open(struct listener *l, uint16_t port); /* 0; -1 with errno */
uint16_t listener_port(const struct listener *l);

void listener_watch(const struct listener *l, struct ready *r);
bool listener_readable(const struct listener *l, const struct ready *r);

/* The next client's connection; false: there is none now. */
bool listener_accept(struct listener *l, struct conn *c, ms_t now);
void listener_close(struct listener *l); /* may be called twice */

#endif
