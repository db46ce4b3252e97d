/*
 * tickets - validation codes and transaction IDs: who may do what, how often.
 *
 * Pure: no sockets, no disk, no clock; time comes in as a parameter.
 */
#ifndef TICKETS_H
#define TICKETS_H

#include "as/people.h"
#include "net/addr.h"
#include "proto/wire.h"
#include "sys/clock.h"

/*
 * A code that was sent to a device, for one connection.  All-zero: none.  It is
 * good for VC_LIFE, once, and dies after VC_TRIES wrong tries.
 */
struct code {
	char uid[UID_LEN + 1];
	char rid[CODE_LEN + 1];
	char vc[CODE_LEN + 1]; /* "": none */
	enum op op;
	char fname[FNAME_MAX + 1];
	int wrong; /* tries so far */
	ms_t expires;
};

/* A new code for a REQ. */
void code_make(struct code *c, const struct msg *req);
void code_sent(struct code *c, ms_t now);

/* Is this AUT right?  The code is used up then; a wrong one is counted. */
bool code_redeem(struct code *c, const struct msg *aut, ms_t now);

/* Who asked whether a TID is good, to know the same asking again. */
struct asker {
	struct addr from;
	struct addr to; /* at which of our addresses; ip 0: not known */
	size_t len; /* of the VLD: of those that are good each has its own */
	unsigned long session; /* its association, 0: it was plain (dgram.h) */
};

/*
 * A new TID for the operation of a redeemed code.  It lives TID_LIFE, works
 * once, and is not given to the user again within TID_LIFE of its last use, nor
 * ever where it has removed the UID's last account (person.removal).
 * "0" where there is none to give.
 */
const char *ticket_grant(const struct code *c, ms_t now);

/*
 * Answer a VLD in *cnf, in full.  A good TID is used up.  Its asker may repeat
 * the VLD within VLD_AGAIN and gets the same answer; true is returned then. Any
 * other VLD is answered with E and counts as a guess.
 *
 * Guesses may hit with a probability of one in a hundred, that is 90 of 9,000
 * codes for each TID that lives.  So a TID dies after VLD_TID_TRIES guesses of
 * all addresses.  One address alone must not end another's TIDs; so of each a
 * TID hears VLD_TRIES at once, then one in VLD_PACE, and VLD_ADDRESS_TRIES in
 * all.  What exceeds that is answered with E, right or wrong, and not counted.
 *
 * An FS asks from one address for all of its clients; so it throttles each of
 * them itself (fs/client.h).  It lets INV_TRIES through, fewer than VLD_TRIES,
 * so that the user's own TID is heard at once; then one in INV_PACE, which is
 * 38 in the life of a TID and stays below VLD_ADDRESS_TRIES.  Behind an FS that
 * does not, five guesses a second leave a person the first 10 s of a TID.
 */
bool ticket_use(
    const struct msg *vld, const struct asker *who, ms_t now, struct msg *cnf);

/* Why this VLD was answered with E, for whoever reads what we tell. */
const char *ticket_refusal(const struct msg *vld, ms_t now);

/* Is its TID good for who asks, and for a removal? */
bool ticket_removes(const struct msg *vld, const struct asker *who, ms_t now);

/* A TID whose use has failed on our side: any VLD for it is E from now on. */
void ticket_void(const struct msg *vld);

/* The user is gone, and all live TIDs with it. */
void tickets_drop(const char *uid);

#endif
