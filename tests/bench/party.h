/*
 * party - a client of the programs that seals, or does not, and waits.
 *
 * Made of the programs' own src/net and src/tls.  What goes wrong ends the
 * tool, as bench.h says.
 */
#ifndef PARTY_H
#define PARTY_H

#include "net/conn.h"
#include "net/dgram.h"
#include "net/secure.h"
#include "sys/keys.h"

/* Large: static, or allocate()d. */
struct party {
	struct keys keys;
	struct secure secure;
};

/* How much it has room for; record as in net/secure.h. */
struct party_room {
	size_t connections, record, associations;
};

/* The keys are in dir, which is made where it is missing. */
void party_open(
    struct party *p, const char *dir, const struct party_room *room);

/* All-zero: nobody's; p NULL: plain.  The peer is 127.0.0.1:port. */
void party_dial(struct conn *c, struct party *p, int port);
void party_dial_dgram(struct dgram *d, struct party *p, int port);
void party_serve(struct dgram *d, struct party *p, int port); /* 0: any */

/* Say all of it, which is no more than the peer takes at once. */
void party_say(struct conn *c, const void *data, size_t n);

/* A request and its reply; over datagrams again where none comes. */
void party_ask(struct conn *c, const char *request, struct msg *reply);
void party_ask_dgram(struct dgram *d, const char *request, struct msg *reply);

/* What a dgram is and hears, once: 0, or 1 with *m set. */
int party_hear(struct dgram *d, struct msg *m, struct addr *from);

#endif
