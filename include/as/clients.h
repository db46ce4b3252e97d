/*
 * clients - all the sessions, and who of them must go when there are too many.
 */
#ifndef CLIENTS_H
#define CLIENTS_H

#include "as/server.h"

void clients_watch(struct server *as, struct ready *r, ms_t now);

/* Let the sessions go on; then accept new ones. */
void clients_step(struct server *as, const struct ready *r, ms_t now);

/* No session is this user's any more. */
void clients_log_out(struct server *as, const char *uid);

/* This user's codes may be sent sooner: REQs that are PACING look again. */
void clients_ask_again(struct server *as, const char *uid, ms_t now);

bool clients_idle(struct server *as); /* no reply is under way */

/* The end: who speaks securely is told, so that it is not taken for a cut. */
void clients_part(struct server *as);

#endif
