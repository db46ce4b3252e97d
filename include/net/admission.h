/*
 * admission - who has a place, and who gives way when places are short.
 *
 * A server has so many places, each a slot of its own array of the same index.
 * The places that are taken stand in one order, the active ones first, so that
 * a round may watch these alone.
 *
 * Places are shared by owner (the user that a place is for) and by address.
 * Nobody is sent away while there is room: up to three quarters of the places
 * whoever is idle stays.  From there on, for each one who comes, the place goes
 * of who has been idle for EVICT_AGE: a stranger, or one of more than
 * FEW_PLACES of the same owner.  With all places taken whoever holds most gives
 * way first, logged in or not, moving or not; of two places of the same holder
 * the one of who seems to have left, then a stranger's, then the one that has
 * been idle longest.  Who has a few places only, beside others who hold many,
 * is never the one: an owner that is only said to be one (NAMED) is counted
 * apart from the same owner who has shown it (PROVEN), so that nobody's place
 * is taken by others who say his name.
 *
 * This module decides and touches nothing else.  Time is passed in; a round
 * costs by the places that are taken.
 */
#ifndef ADMISSION_H
#define ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

#include "net/addr.h"
#include "sys/clock.h"

#define PLACES_MAX 1024

/* From who goes first to who goes last. */
enum standing {
	LEAVING,  /* has sent all that it will, or has its last reply */
	STRANGER, /* has not said who it is */
	NAMED,    /* has, and it is not known to be true */
	PROVEN    /* by a password, or a TID */
};

struct place {
	struct addr from;
	unsigned owner; /* 0: nobody's */
	enum standing standing;
	bool pinned; /* it must stay: what is under way cannot be undone */
	uint16_t at; /* where in the order */
	uint16_t with_owner, with_address, with_both; /* itself included */
	ms_t since;                                   /* it has this standing */
	ms_t progress;                                /* its last */
	uint64_t bytes;                               /* since then */
};

struct admission {
	int size;      /* places that may be taken */
	int elsewhere; /* of them, those that something else has taken */
	int taken, active;
	bool may_idle; /* who is PROVEN may be idle: no transfers here */
	unsigned long evicted;
	uint16_t order[PLACES_MAX]; /* taken of them first, active of these */
	struct place place[PLACES_MAX];
};

/* size is cut to PLACES_MAX. */
void admission_open(struct admission *a, int size, bool may_idle);

/* A place for who comes from there: its index, -1 where none is free. */
int admission_take(struct admission *a, struct addr from, ms_t now);
void admission_leave(struct admission *a, int i);

/* What has become known of it; owner is any number of the caller's but 0. */
void admission_name(
    struct admission *a, int i, unsigned owner, enum standing s, ms_t now);

/*
 * It has said something.  Bytes of a transfer count as progress when
 * LEAST_BYTES of them have moved: who is slower than that in EVICT_AGE is as
 * good as idle.
 */
void admission_progress(struct admission *a, int i, ms_t now);
void admission_progress_bytes(struct admission *a, int i, uint64_t n, ms_t now);

/*
 * When there is, or can be made, a place for one more: now or earlier, later,
 * or NEVER, which may change with every place that is taken or left.
 */
ms_t admission_opens_at(const struct admission *a, ms_t now);

/*
 * Whose place goes for the one who comes now: its index, for the caller to end
 * and admission_leave(); -1: nobody's has to or may.  Counts it.
 */
int admission_evict(struct admission *a, ms_t now);

/*
 * A new round of all: none is active.  Then, in the order, each that is, by
 * its position k in the order.
 */
void admission_rest(struct admission *a);
void admission_activate(struct admission *a, int k);

#endif
