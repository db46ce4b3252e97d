/*
 * answer - put the one reply of a client under way.
 *
 * From then on the client is REPLYING, and whatever else was under way for it
 * has come to nothing or is done.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "fs/server.h"

/* The operation that a request asks for; OP_ERROR: it is none of the FS's. */
enum op request_op(enum msg_type type);

void answer(struct client *c, const struct msg *reply);

/* The request's reply with this status ... */
void answer_status(struct client *c, enum status status);

/* ... INV, and why, in a word for whoever reads what we tell. */
void answer_invalid(struct client *c, const char *reason);

/* ... which is also logged if it is NOK by error, the disk's errno or 0. */
void answer_failure(struct client *c, enum status status, int error);

/* The reply to what is malformed or unexpected. */
void answer_fault(struct client *c);

#endif
