/*
 * dgram - one UDP socket: a server's, to which anybody may send, or a client's,
 * dialled to the one peer that it talks to.
 *
 * On a dialled one foreign datagrams never arrive, and that nobody listens at
 * the peer's port is told.  A server's answer can leave from the address that
 * was asked, which is what the one who asked waits for.  Nothing here waits.
 * An all-zero dgram is none.
 *
 * With a struct secure (net/secure.h) datagrams are sealed in associations, and
 * whoever receives or sends does as ever.  A server's dgram takes plain ones as
 * well, unless they are refused with ERR; an answer goes into the association
 * that the question came from, or nowhere.  A dialled one sends nothing plain:
 * the last datagram waits for the handshake, others are as if lost.
 */
#ifndef DGRAM_H
#define DGRAM_H

#include <stddef.h>
#include <sys/types.h>

#include "net/addr.h"
#include "sys/ready.h"

struct association;
struct secure;
struct secure_target;
struct tls_peer;

struct dgram {
	bool open;
	int fd;                /* dgram's own */
	struct addr peer;      /* dialled: who; all-zero: anybody */
	struct addr self;      /* dialled or opened at: ip 0: any */
	struct secure *secure; /* NULL: all is plain */
	struct association
	    *dialled; /* sealed with the peer; NULL: a server's */
	struct association *current; /* the last datagram's; NULL: plain */
	unsigned long session;       /* and its number; 0: plain */
};

/* 0, or -1 with errno.  Port 0: any that is free. */
int dgram_open(struct dgram *d, uint16_t port); /* at all of our addresses */

/* At one of them; 1 where that is no address of this host: at all, then. */
int dgram_open_at(struct dgram *d, const struct addr *self);

/*
 * self is where we send from: ip 0, or an address that we do not have, stands
 * for any; but where it names a port, too, it must be that very one.
 */
int dgram_dial(
    struct dgram *d, const struct addr *peer, const struct addr *self);

/* From now on an opened one, or one that is dialled so, is sealed. */
void dgram_secure(struct dgram *d, struct secure *secure);
int dgram_dial_secure(struct dgram *d, const struct addr *peer,
    const struct addr *self, struct secure *secure,
    const struct secure_target *target);

/*
 * Who has sent what was received last: NULL where it was plain.  Of a dialled
 * one, who is there; dgram_asks() is true while a person has to say whether
 * that is the right one.
 */
const struct tls_peer *dgram_peer(const struct dgram *d);
bool dgram_asks(const struct dgram *d);
void dgram_believe(struct dgram *d, bool yes);

/* After DGRAM_REFUSED, of a sealed one: words for it; NULL: nobody listens. */
const char *dgram_why(const struct dgram *d);

/*
 * Dial the same peer again, from the same port where that can be: the host's
 * own address may have changed since, and then nothing would pass any more.
 * What has come already stays.
 */
void dgram_redial(struct dgram *d);

void dgram_close(struct dgram *d);             /* may be called twice */
void dgram_buffer(struct dgram *d, int bytes); /* that may wait for us */
uint16_t dgram_port(const struct dgram *d);    /* ours */
struct addr dgram_self(const struct dgram *d); /* and our address */

void dgram_watch(const struct dgram *d, struct ready *r);
bool dgram_readable(const struct dgram *d, const struct ready *r);

/*
 * Send n bytes.  to is NULL on a dialled one; self, where it was received to,
 * or NULL.  False: it has not left, which is as if it had got lost.
 */
bool dgram_send(struct dgram *d, const struct addr *to, const struct addr *self,
    const void *data, size_t n);

/*
 * Answer what dgram_session() said it was received in, at once or later: sealed
 * for that association, or plain for 0.  False as well where it is no more.
 */
bool dgram_answer(struct dgram *d, unsigned long session, const struct addr *to,
    const struct addr *self, const void *data, size_t n);
unsigned long dgram_session(const struct dgram *d);

/* What dgram_receive() returns besides the length of a datagram. */
enum {
	DGRAM_NONE = -1,   /* no more of them now */
	DGRAM_REFUSED = -2 /* nobody listens at the peer's port; or no
			      association comes about: see dgram_why() */
};

/* The next datagram, cut to n bytes: from whom it came, and where to. */
ssize_t dgram_receive(struct dgram *d, void *data, size_t n, struct addr *from,
    struct addr *self);

/*
 * May an ERR go to this host now?  At most ERR_PER_SECOND may in any second,
 * so that two peers that misunderstand each other do not storm.
 */
bool dgram_may_err(const struct addr *to, ms_t now);

#endif
