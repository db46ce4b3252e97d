/*
 * clients - all the clients, and who of them must go when there are too many.
 *
 * The slots are static; a round costs by those that are in use.  Who has gone
 * while a job of his is still under way (ORPHANED) keeps the slot, and nobody
 * from a place.
 */
#ifndef CLIENTS_H
#define CLIENTS_H

#include "fs/client.h"
#include "net/admission.h"
#include "net/listener.h"
#include "policy.h"

_Static_assert(2 * CLIENTS_MAX + FDS_RESERVED <= FD_SETSIZE,
    "select() can watch every client and its file");
_Static_assert(CLIENTS_MAX + ORPHANS_MAX <= PLACES_MAX, "all can have a place");
_Static_assert(CLIENTS_MAX + ORPHANS_MAX <= UPLOADS_MAX, "so can all uploads");

struct clients {
	struct admission places; /* by the index of a slot */
	int turn; /* whose is the next among those who move data */
	struct client slot[CLIENTS_MAX + ORPHANS_MAX];
};

/* Make room for as many clients as the descriptors allow: their number. */
int clients_open(struct clients *w, int descriptors);

/* The client at position k of the order, 0 to places.taken - 1. */
struct client *clients_at(struct clients *w, int k);

/* The listener only when a new client would find a place. */
void clients_watch(struct clients *w, const struct service *s,
    const struct listener *l, struct ready *r);

/* Let the clients go on, then new ones in. */
void clients_step(struct clients *w, struct service *s, const struct ready *r);
void clients_accept(struct clients *w, struct service *s, struct listener *l,
    const struct ready *r);

/* The answers of the AS, each to the client that waits for it. */
void clients_receive(struct clients *w, struct service *s, ms_t now);

/* End those who have not asked for anything yet, or all. */
void clients_dismiss(struct clients *w, struct service *s, bool all);

#endif
