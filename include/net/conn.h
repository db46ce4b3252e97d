/*
 * conn - one TCP connection, from its dialling or its acceptance to its end.
 *
 * Nobody above sees its descriptor.  In each round of the loop its owner says
 * what it waits for, and asks what has come of it:
 *
 *	conn_watch(c, r, CONN_IN | CONN_OUT);
 *	ready_wait(r);
 *	if (conn_readable(c, r)) ...
 *
 * Messages go through a small buffer each way: bytes come in with conn_fill()
 * and leave with conn_flush(), messages are taken from the one and put in the
 * other without any system call.  The data of files goes past the buffers, from
 * and to the caller's memory, with conn_read() and conn_write().  What has been
 * put or accepted is conn's: it is kept until it has left, and never asked for
 * again.  Nothing here waits.  An all-zero conn is none.
 *
 * With a struct secure (net/secure.h) what it carries is sealed, and all of
 *this is the same: a connection that was dialled is OPEN when the handshake is
 *done and the peer believed; one that was accepted brings nothing before.  The
 * peer's end counts as such where it was said under the keys; without, the
 * connection is lost.
 */
#ifndef CONN_H
#define CONN_H

#include <sys/types.h>

#include "net/addr.h"
#include "proto/wire.h"
#include "sys/ready.h"

struct secure;
struct secure_slot;
struct secure_target;
struct tls_peer;

enum conn_state {
	CONN_NONE,
	CONN_CONNECTING, /* dialled: conn_connect() says how that ends */
	CONN_JUDGING,    /* a person is to be asked: see conn_believe() */
	CONN_OPEN
};

struct conn_buf {
	size_t len;
	char data[WIRE_HEAD_MAX];
};

/* Read the first four; the rest is conn's own. */
struct conn {
	enum conn_state state;
	bool ended; /* the peer has sent all that it will, in order */
	struct addr peer;
	ms_t last_progress; /* when a byte of data last went either way */
	ms_t linger_since;  /* conn_linger(): when all had left; 0: not yet */
	int error;          /* an errno, after CONN_LOST */
	int fd;             /* -1: it could not even be dialled */
	bool shut;          /* our FIN is out */
	bool unwelcome;     /* it is plain, and plain text is refused */
	struct secure_slot *slot; /* NULL: plain */
	struct conn_buf in, out;
};

/* What functions that move bytes return besides a count. */
enum {
	CONN_ENDED = 0, /* the end that the peer has made, all data before it */
	CONN_LATER = -1, /* nothing can be done now */
	CONN_LOST = -2   /* cut, refused or timed out: see conn.error */
};

/* Begin to connect.  All that goes wrong is told by conn_connect(). */
void conn_dial(struct conn *c, const struct addr *peer, ms_t now);

/*
 * The same, sealed.  The handshake has HANDSHAKE_TIME, and a peer that closes
 * or answers in plain text instead is lost at once: see conn_why().
 */
void conn_dial_secure(struct conn *c, const struct addr *peer,
    struct secure *secure, const struct secure_target *target, ms_t now);

/* 1 once it is OPEN, CONN_LATER, or CONN_LOST, after CONNECT_TIME at last. */
int conn_connect(struct conn *c, const struct ready *r);

/*
 * Who is at the other end: NULL while that is not known, and where it is plain.
 * JUDGING ends, and conn_connect() goes on, with the person's answer.
 */
const struct tls_peer *conn_peer(const struct conn *c);
void conn_believe(struct conn *c, bool yes);

/* After CONN_LOST, of a sealed one: words for what was wrong; NULL: see error.
 */
const char *conn_why(const struct conn *c);

/*
 * Take over a connected descriptor: for listener, and for tests.  The second
 * one's first byte tells whether it is sealed; where plain text is refused,
 * each message in it is WIRE_BAD, unread.
 */
void conn_open(struct conn *c, int fd, const struct addr *peer, ms_t now);
void conn_open_secure(struct conn *c, int fd, const struct addr *peer,
    struct secure *secure, ms_t now);
void conn_close(struct conn *c);             /* may be called twice */
struct addr conn_self(const struct conn *c); /* at which of our addresses */

/* What the caller wants to do with it; what it keeps leaves in any case. */
enum { CONN_IN = 1, CONN_OUT = 2 };

void conn_watch(const struct conn *c, struct ready *r, int want);
bool conn_readable(const struct conn *c, const struct ready *r);
bool conn_writable(const struct conn *c, const struct ready *r);

/*
 * What conn itself waits for, and conn_watch() declares: the connection to come
 * about, what it keeps to be taken by the peer (STALL_TIME without progress),
 * the end of lingering.  NEVER: nothing.
 */
ms_t conn_deadline(const struct conn *c);

/* One read into the buffer: false when c is lost.  At the end c->ended. */
bool conn_fill(struct conn *c, ms_t now);

/* One write of what is kept: false when c is lost; nothing is kept then. */
bool conn_flush(struct conn *c, ms_t now);
size_t conn_unsent(const struct conn *c); /* bytes that are kept */

/*
 * Up to n bytes to data: those in the buffer first, and one read.  How many, or
 * CONN_ENDED, CONN_LATER, CONN_LOST.
 */
ssize_t conn_read(struct conn *c, void *data, size_t n, ms_t now);

/*
 * One write of what is kept and the n bytes behind it.  Returns how many of
 * these are accepted - CONN_LATER for none - or CONN_LOST.  Accepted is what
 * has left, and the rest where it is no longer than the free part of the buffer
 * (WIRE_HEAD_MAX bytes): a connection keeps no more than that.  The caller goes
 * on behind the accepted bytes and never gives them again.
 */
ssize_t conn_write(struct conn *c, const void *data, size_t n, ms_t now);

/*
 * The next message that has arrived; its bytes are gone from the buffer.  What
 * the peer's end has cut short is WIRE_BAD, or WIRE_MORE where nothing has
 * come.
 */
enum wire_result conn_take(struct conn *c, struct msg *msg);
size_t conn_untaken(const struct conn *c); /* bytes that have arrived */
void conn_drop_input(struct conn *c);      /* these */
void conn_drop_nuls(struct conn *c);       /* NULs in front of them */

/* Put a message behind what is kept: false when it is none or has no space. */
bool conn_put(struct conn *c, const struct msg *msg);

/*
 * Part from a peer that may still be sending: once all that is kept has left,
 * what still comes is read and dropped, since closing over unread input would
 * turn our reply into a reset.  A peer that has its reply mostly closes first:
 * until LINGER_FIRST our side is not shut down, which spares a packet and a
 * wake-up each.  True when it is time to close: the peer has, or has been
 * silent for LINGER_IDLE, or LINGER_TIME has passed.
 */
bool conn_linger(struct conn *c, ms_t now);

#endif
