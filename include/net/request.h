/*
 * request - one UDP request that is sent again until its reply comes.
 *
 * It goes out on a dialled dgram, after 0, 0.5, 1.5, 3.5 and 5.5 s, the same
 * bytes each time, and is given up 8 s after the first.  The caller owns the
 * dgram, which several requests may share, receives on it and knows which reply
 * is whose; it ends the request with request_end().  An all-zero request is
 * none.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "net/dgram.h"
#include "proto/wire.h"

struct request {
	size_t len;    /* 0: none */
	int sent;      /* times, so far */
	ms_t deadline; /* of this attempt */
	char text[WIRE_TEXT_MAX];
};

enum request_state {
	REQUEST_NONE,
	REQUEST_WAITING,
	REQUEST_FAILED /* no answer in time, or no message: it has ended */
};

enum request_state request_start(
    struct request *q, struct dgram *d, const struct msg *msg, ms_t now);
void request_watch(const struct request *q, struct ready *r); /* its deadline */

/*
 * Send it again if that is due.  Silence may mean that our own address has
 * changed: d is dialled again before.
 */
enum request_state request_step(struct request *q, struct dgram *d, ms_t now);
void request_end(struct request *q);

/*
 * The next message that has come to a dialled dgram: 1 with *m set, DGRAM_NONE
 * or DGRAM_REFUSED.  What is no message is dropped.
 */
int request_receive(struct dgram *d, struct msg *m);

#endif
