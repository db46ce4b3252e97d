/*
 * relay - who sits on the wire between the programs, in a thread: keeps all
 * that passes, counts records and datagrams, and may change a byte of one.
 */
#ifndef RELAY_H
#define RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RELAY_ROOM  (1u << 20)
#define RELAY_UNITS 512

enum leg { USER_AS, USER_FS, PD_AS, FS_AS, LEGS };
enum way { UP, DOWN, WAYS }; /* to the server, to the client */

/* One way of a leg.  A unit is a record or a datagram; of plain text over TCP,
 * what was read at once. */
struct wire {
	size_t len, units, data;  /* data: records of application data, TCP */
	uint32_t at[RELAY_UNITS]; /* where each unit begins in kept */
	char kept[RELAY_ROOM];
};

bool relay_open(void); /* once: ports and thread */
uint16_t relay_port(enum leg leg);
void relay_to(enum leg leg, uint16_t target);
void relay_clear(void); /* nothing kept, nothing to change */

/* Change the byte at offset of that unit, counted from the last clear. */
void relay_flip(enum leg leg, enum way way, size_t unit, size_t offset);
bool relay_has_flipped(void);

/* Quiet while nobody speaks. */
const struct wire *relay_wire(enum leg leg, enum way way);
size_t relay_unit(const struct wire *w, size_t unit); /* its length */
long relay_count(const char *what, size_t n); /* how often all wires have it */

/* A datagram once more, as if the client had sent it. */
void relay_replay(enum leg leg, const char *bytes, size_t n);

#endif
