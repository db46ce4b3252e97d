/*
 * request - one UDP request that is sent again until its reply comes.
 *
 * The request goes out on a socket that is connected to the one who is asked,
 * so that foreign datagrams never arrive and a closed port is told.  It is sent
 * after 0, 0.5, 1.5, 3.5 and 5.5 s, the same bytes each time, and given up 8 s
 * after the first.  The caller owns the socket, reads it and knows which reply
 * is whose; it ends the request with request_end().  An all-zero request is
 * none.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "proto/wire.h"
#include "sys/ready.h"

struct request {
	int fd;
	size_t len;    /* 0: none */
	int sent;      /* times, so far */
	ms_t deadline; /* of this attempt */
	char text[WIRE_TEXT_MAX];
};

enum request_state {
	REQUEST_NONE,
	REQUEST_WAITING,
	REQUEST_FAILED /* no answer in time, or nobody is there: it has ended */
};

enum request_state request_start(
    struct request *c, int fd, const struct msg *msg, ms_t now);
void request_watch(const struct request *c, struct ready *r); /* its deadline */
enum request_state request_step(
    struct request *c, ms_t now); /* resend if due */
void request_end(struct request *c);

/*
 * The next message that has come to a socket with request_start()'s manners: 1
 * with *m set, 0 none is left, -1 nobody listens there (ECONNREFUSED).  What
 * is not a message is dropped.
 */
int dgram_receive(int fd, struct msg *m);

#endif
