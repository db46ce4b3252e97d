/*
 * crowd - all the clients, and who of them must go when there are too many.
 *
 * The slots are static; a round costs by those that are in use.
 */
#ifndef CROWD_H
#define CROWD_H

#include "client.h"
#include "net.h"

/* Two descriptors each, below FD_SETSIZE: (1024 - FDS_RESERVED) / 2. */
#define CLIENTS_MAX 496

struct crowd {
	int usable; /* slots; no more of them are used */
	int size;   /* how many are in use: the first */
	int turn;   /* whose is the next among those who move data */
	struct client *order[CLIENTS_MAX]; /* ones in this order */
	struct client slot[CLIENTS_MAX];
	unsigned long evicted;
};

/* Make room for as many clients as the descriptors allow: their number. */
int crowd_open(struct crowd *w, int descriptors);

/* The listener only when a new client would find a place. */
void crowd_watch(
    const struct crowd *w, const struct listener *l, struct ready *r);

/* Let the clients go on, then new ones in. */
void crowd_step(struct crowd *w, struct service *s, const struct ready *r);
void crowd_accept(struct crowd *w, struct service *s, struct listener *l,
    const struct ready *r);

/* The answers of the AS, each to the client that waits for it. */
void crowd_hear(struct crowd *w, struct service *s, ms_t now);

/* End those who have not asked for anything yet, or all. */
void crowd_dismiss(struct crowd *w, struct service *s, bool all);

#endif
