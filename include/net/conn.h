/*
 * conn - a non-blocking TCP connection with a small buffer each way.
 *
 * Heads and replies go through the buffers: bytes come in with conn_fill() and
 * leave with conn_flush(), messages are taken from the one and put in the other
 * without any system call.  The data of files goes past them, through the
 * program's own scratch buffer, with conn_read() and conn_write().  No other
 * place reads or writes a connection.
 */
#ifndef CONN_H
#define CONN_H

#include <netinet/in.h>
#include <sys/types.h>

#include "proto/wire.h"
#include "sys/ready.h"

struct buf {
	size_t len;
	char data[WIRE_HEAD_MAX];
};

struct conn {
	int fd;            /* -1: none */
	bool ended;        /* the peer has sent all that it will */
	bool shut;         /* so have we: our FIN is out */
	ms_t linger_since; /* when we had sent all; 0: not yet */
	struct sockaddr_in peer;
	ms_t last_progress; /* when a byte last went either way */
	struct buf in, out;
};

/* What conn_read() and conn_write() return besides a count. */
enum {
	CONN_ENDED = 0,  /* read: the end of the input; conn.ended is set */
	CONN_LATER = -1, /* nothing can be moved now */
	CONN_LOST = -2   /* the connection is gone */
};

void conn_open(
    struct conn *c, int fd, const struct sockaddr_in *peer, ms_t now);
void conn_close(struct conn *c); /* may be called twice */

ssize_t conn_read(struct conn *c, void *data, size_t n, ms_t now);
ssize_t conn_write(struct conn *c, const void *data, size_t n, ms_t now);

/* One read into c->in, one write from c->out: false when c is lost. */
bool conn_fill(struct conn *c, ms_t now);
bool conn_flush(struct conn *c, ms_t now);

/*
 * The next message that has arrived; its bytes are gone from c->in.  What the
 * peer's end has cut short is WIRE_BAD, or WIRE_MORE where nothing has come.
 */
enum wire_result conn_take(struct conn *c, struct msg *msg);

/* Put a message into c->out: false when it cannot be said or has no room. */
bool conn_put(struct conn *c, const struct msg *msg);

/*
 * Part from a peer that may still be sending: once c->out has drained what
 * still comes is read into scratch and dropped, since closing over unread input
 * would turn our reply into a reset.  A peer that has its reply mostly closes
 * first: until LINGER_FIRST our side is not shut down, which spares a packet
 * and a wake-up each.  True when it is time to close: the peer has, or has been
 * silent for LINGER_IDLE, or LINGER_TIME has passed.  conn_linger_until() is
 * when to ask again at the latest.
 */
bool conn_linger(struct conn *c, void *scratch, size_t n, ms_t now);
ms_t conn_linger_until(const struct conn *c);

void buf_drop(struct buf *b, size_t n); /* the first n bytes */

#endif
