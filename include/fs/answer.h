/*
 * answer - send the one reply of a client.
 *
 * From then on the client is REPLYING; an upload that was under way for it has
 * given up its reservation.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "fs/server.h"

/* The operation that a request asks for; OP_ERROR: it is no request to an FS.
 */
enum op request_op(enum msg_type type);

void answer(struct client *c, const struct msg *reply);

/* The request's reply with this status ... */
void answer_status(struct client *c, enum status status);

/* ... INV, and why, in a word for whoever reads what we tell. */
void answer_invalid(struct client *c, const char *reason);

/* The same; a NOK is logged with error, an errno of the disk, unless it is 0.
 */
void answer_failure(struct client *c, enum status status, int error);

/* The reply to what is malformed or unexpected. */
void answer_fault(struct client *c);

#endif
