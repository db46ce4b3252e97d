/*
 * call - one UDP request that is sent again until its reply comes.
 *
 * The request goes out on a socket that is connected to the one who is asked,
 * so that foreign datagrams never arrive and a closed port is told.  It is sent
 * after 0, 0.5, 1.5, 3.5 and 5.5 s, the same bytes each time, and given up 8 s
 * after the first.  The caller owns the socket, reads it and knows which reply
 * is whose; it ends the call with call_end().  An all-zero call is no call.
 */
#ifndef CALL_H
#define CALL_H

#include "ready.h"
#include "wire.h"

struct call {
	int fd;
	size_t len;    /* 0: no call */
	int sent;      /* times, so far */
	ms_t deadline; /* of this attempt */
	char text[WIRE_TEXT_MAX];
};

enum call_state {
	CALL_NONE,
	CALL_WAITING,
	CALL_FAILED /* no answer in time, or nobody is there: it has ended */
};

enum call_state call_start(
    struct call *c, int fd, const struct msg *msg, ms_t now);
void call_watch(const struct call *c, struct ready *r); /* its deadline */
enum call_state call_step(struct call *c, ms_t now);    /* resend if due */
void call_end(struct call *c);

/*
 * The next message that has come to a socket with call_start()'s manners: 1
 * with *m set, 0 none is left, -1 nobody listens there (ECONNREFUSED).  What
 * is not a message is dropped.
 */
int call_hear(int fd, struct msg *m);

#endif
