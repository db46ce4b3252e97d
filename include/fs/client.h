/*
 * client - one User connected to the FS, from its request to our reply.
 *
 * One request a connection (section 3.4 of the specification).  Its form is
 * checked first, then the AS is asked, then the store.  Nothing here waits: a
 * client says what it waits for, and is stepped when that has come.
 *
 * Guessing is throttled here, because the AS counts every wrong TID that we ask
 * about against the user, whichever client it came from.  An address that has
 * sent INV_TRIES wrong TIDs for a user may try one more in INV_PACE; what it
 * sends beyond that is answered INV without asking the AS.  An address from
 * where a TID of this user has been right within INV_TRUST is not throttled.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include "fs/server.h"
#include "net/admission.h"

/*
 * The AS has answered; or it has not, since then, as the word says.  Told when
 * that begins, unless others were answered meanwhile, and when it ends.
 */
void service_answered(struct service *s, ms_t now);
void service_unanswered(struct service *s, const char *how, ms_t since);

/* Take over a new connection. */
void client_open(
    struct client *c, struct service *s, const struct conn *conn, ms_t now);

void client_watch(const struct client *c, struct ready *r);
void client_step(struct client *c, struct service *s, const struct ready *r);

/* For admission: what is known of who it is. */
enum standing client_standing(const struct client *c);

/* Is it a REM that is not decided: the AS may confirm, or has just refused? */
bool client_is_removing(const struct client *c);

/* Does it wait for its turn (see its_turn)? */
bool client_waits(const struct client *c);

/* Does it wait for this CNF?  Then client_validated() gives it to it. */
bool client_awaits(const struct client *c, const struct msg *cnf);

/* blocked: a removal of the same user is not decided yet, and comes first. */
void client_validated(struct client *c, struct service *s,
    const struct msg *cnf, bool blocked, ms_t now);

/*
 * Nobody listens at the AS's port: what waits for it is INV, but for a removal
 * that the AS may have begun before it ended.  Where that is heard as soon as
 * the first VLD has left, the removal is INV, too, and its intent stays.
 */
void client_refused(struct client *c, struct service *s, ms_t now);

/* The one way in which a connection ends; it may be FREE or ORPHANED then. */
void client_end(struct client *c, struct service *s);

#endif
