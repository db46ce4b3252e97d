/*
 * answer - send the one reply to a message or a datagram.
 */
#ifndef ANSWER_H
#define ANSWER_H

#include "as/server.h"

/* result is what parsing req gave.  The session is READY, or LINGERING. */
void answer(struct session *s, const struct msg *req, enum wire_result result,
    const struct msg *reply, ms_t now);

/* The request's reply with this status. */
void answer_status(
    struct session *s, const struct msg *req, enum status status, ms_t now);

void answer_datagram(struct server *as, const struct asker *who,
    const struct msg *req, enum wire_result result, const struct msg *reply);

#endif
