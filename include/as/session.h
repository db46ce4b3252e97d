/*
 * session - one User connected to the AS, from session_open() to FREE.
 *
 * Its messages are taken in their order, each once the one before is answered
 * (section 3.2 of the specification).  Nothing here waits: a session says
 * what it waits for, and is stepped when that has come.
 */
#ifndef SESSION_H
#define SESSION_H

#include "as/server.h"

void session_open(struct session *s, const struct conn *c, ms_t now);
void session_watch(const struct session *s, struct ready *r);
void session_step(
    struct server *as, struct session *s, const struct ready *r, ms_t now);
void session_log_out(struct session *s, const char *uid); /* if it is uid's */
bool session_idle(const struct session *s); /* owes its peer no reply */

/* The one way in which a session ends. */
void session_end(struct server *as, struct session *s);

/* For admission: who it is, and what is known of that. */
enum standing session_standing(const struct session *s, const char **uid);

#endif
