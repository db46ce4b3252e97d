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
};

/*
 * A new TID for the operation of a redeemed code.  It lives TID_LIFE, works
 * once, and is not given to the user again within TID_LIFE of its last use, nor
 * ever where it has removed the UID's last account (person.removal).
 * "0" where there is none to give.
 */
const char *ticket_grant(const struct code *c, ms_t now);

/*
 * Answer a VLD in *cnf, in full.  A good TID is used up; asked again by the
 * same asker within VLD_AGAIN the answer is the same, and true is returned;
 * anything else is E, and a guess.
 *
 * What guessing may gain is one in a hundred: 90 of the 9,000 TIDs for each
 * that lives.  So a live TID listens to VLD_TID_TRIES guesses in all, then it
 * dies. That would let anybody end another's TIDs at once; so it listens to
 * VLD_TRIES at once of one address, then to one in VLD_PACE, and to
 * VLD_ADDRESS_TRIES in all: from then on this address hears E, whatever it
 * says, and the others are heard as before.  One address alone, however fast,
 * ends no TID of a user whose FS has another.
 *
 * An FS asks for all of its clients, so it says less than it is asked: of a
 * client's address where a user's TIDs are guessed it lets INV_TRIES through,
 * fewer than VLD_TRIES, so that the user's own comes through at once; then one
 * in INV_PACE, which is 38 in the life of a TID and stays below
 * VLD_ADDRESS_TRIES (see fs/client.h).  Behind an FS that does not, five
 * guesses a second leave a person 10 s from each new TID on, instead of 2.
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
