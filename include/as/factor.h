/*
 * factor - the second factor: REQ, VLC, RVC, AUT (section 3.2 c-f, 3.1 c, d).
 *
 * A REQ waits its turn (PACING), then for the device's answer to a VLC that
 * goes out on a socket of its own (CALLING; see devices.h).
 */
#ifndef FACTOR_H
#define FACTOR_H

#include "as/server.h"

/* result is what parsing the message gave. */
void factor_ask(struct session *s, const struct msg *req,
    enum wire_result result, ms_t now);
void factor_pacing(const struct server *as, struct session *s, ms_t now);
void factor_calling(
    struct server *as, struct session *s, const struct ready *r, ms_t now);
void factor_confirm(struct server *as, struct session *s, const struct msg *aut,
    enum wire_result result, ms_t now);

#endif
