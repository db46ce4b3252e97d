/*
 * clients - all the clients, and who of them must go when there are too many.
 *
 * Each client is a slot of a static array; a round costs by the slots in use.
 * A client whose connection has ended while a job of the pool still works for
 * it (ORPHANED) keeps its slot, and is counted beside the places of the others.
 */
#ifndef CLIENTS_H
#define CLIENTS_H

#include "fs/client.h"
#include "net/admission.h"
#include "net/listener.h"
#include "policy.h"

_Static_assert(2 * CLIENTS_MAX + FDS_RESERVED <= FD_SETSIZE,
    "select() can watch every client and its file");
_Static_assert(POOL_MAX < FDS_RESERVED, "so can the workers' sockets be");
_Static_assert(CLIENTS_MAX + ORPHANS_MAX <= PLACES_MAX, "all can have a place");
_Static_assert(CLIENTS_MAX + ORPHANS_MAX <= UPLOADS_MAX, "so can all uploads");

struct clients {
	struct admission places; /* by the index of a slot */
	int turn;    /* position in the order: who may move much data first */
	int removal; /* and who may ask for a removal first */
	struct client slot[CLIENTS_MAX + ORPHANS_MAX];
};

/* As many places as the descriptors allow: their number. */
int clients_open(struct clients *w, int descriptors);

/* The client at position k of the order, 0 to places.taken - 1. */
struct client *clients_at(struct clients *w, int k);

/* What all wait for; the listener only while a place can be had. */
void clients_watch(struct clients *w, const struct service *s,
    const struct listener *l, struct ready *r);

/* Let the clients go on; then accept new ones. */
void clients_step(struct clients *w, struct service *s, const struct ready *r);
void clients_accept(struct clients *w, struct service *s, struct listener *l,
    const struct ready *r);

/* Hand each answer of the AS to the client that waits for it. */
void clients_receive(struct clients *w, struct service *s, ms_t now);

/* End the connections of those whose request has not come yet, or all. */
void clients_dismiss(struct clients *w, struct service *s, bool all);

#endif
