/*
 * serve - LST, RTV, UPL, DEL and REM, once the AS has confirmed them.
 *
 * One function for each state in which the store is at work, and the jobs that
 * these states give to the pool.  Where a function returns false the connection
 * is of no more use, and the caller ends it.
 */
#ifndef SERVE_H
#define SERVE_H

#include "fs/server.h"

/*
 * The AS has confirmed: begin, at once or, where looking may take long, once
 * that was done in the pool (HELD).
 */
void serve_confirmed(struct client *c, struct service *s, ms_t now);

/*
 * Begin: the client is RECEIVING, SENDING, SYNCING or REPLYING afterwards; or
 * HELD, while a removal is not decided, until INTENT_TIME after c->since.
 */
void serve_begin(struct client *c, struct service *s, ms_t now);

/* A removal: before the AS is asked, and where it has said no. */
void serve_intend(struct client *c, struct service *s);
void serve_abandon(struct client *c, struct service *s);

bool serve_receive(struct client *c, struct service *s, ms_t now);
void serve_conclude(struct client *c, struct service *s);
bool serve_send(struct client *c, ms_t now);

/*
 * Once the reply is decided, or the connection has ended: purge in the pool the
 * temporary file that an upload or a deletion leaves, after the job that still
 * uses it.
 */
void serve_tidy(struct client *c, struct service *s);

#endif
