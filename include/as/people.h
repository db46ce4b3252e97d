/*
 * people - what the AS remembers of each user while it runs: a proof of the
 * password, the wrong codes, the pace of the codes sent.  Nothing of it is on
 * disk but the number of wrong codes: see failures.h.  Time comes in as a
 * parameter.
 */
#ifndef PEOPLE_H
#define PEOPLE_H

#include "net/addr.h"
#include "proto/wire.h"
#include "sys/clock.h"

#define PROOF_LEN 16
#define PAIR_TAG  8

/* All-zero: somebody of whom nothing is known yet. */
struct person {
	unsigned char proof[PROOF_LEN]; /* see person_prove() */
	char proven[PAIR_TAG + 1];      /* the end of its pair; "": none */
	unsigned failed;  /* wrong codes that count, CODES_FAILED_MAX at most */
	unsigned excused; /* those that do not any more, CODES_EXCUSED_MAX */
	unsigned saved;   /* both as they are on disk, see failures.h */
	ms_t failed_at;   /* the last of them, or when one was forgiven */
	ms_t code_sent_at; /* the last code sent */
	ms_t paced;      /* when the codes sent so far have all been paid for */
	unsigned ticket; /* the newest TID's, see tickets.c */
	struct addr device; /* as on disk; port 0: not known */
	struct addr self;   /* where it registered with us; ip 0: not known */
	char removal[CODE_LEN + 1]; /* the TID that removed the UID last; or
				       REMOVAL_ANY, see as/accounts.h */
	bool changing;              /* a change of the account is under way */
	struct addr code_to;        /* who was sent the last code */
};

/* The person with this UID (5 digits); never NULL. */
struct person *person_of(const char *uid);
unsigned person_number(const char *uid); /* from 1 on */

void people_open(void); /* before all others; after random_open() */

/*
 * A password that the slow hash has proven right is remembered as a digest with
 * a key that this process alone has, bound to the pair on disk, so that it can
 * be checked again at once.  CHECK_SLOWLY: nothing (or another pair) is proven.
 */
enum check { CHECK_RIGHT, CHECK_WRONG, CHECK_SLOWLY };

void person_prove(struct person *p, const char *pair, const char *pass);
enum check person_check(
    const struct person *p, const char *pair, const char *pass);

/* When the next code may be sent: now or earlier, later, or NEVER. */
ms_t person_next_code_at(struct person *p, ms_t now);
void person_code_sent(struct person *p, ms_t now);

/*
 * Wrong codes.  Who knows the password may ask for codes, and for another
 * device to be registered, as often as he likes; so what a registration excuses
 * has a bound of its own, and of both together a day forgives one.  A right
 * code forgives the wrong ones that came before it in the same connection.
 */
void person_failed(struct person *p, ms_t now);       /* a wrong code */
void person_proved(struct person *p, unsigned wrong); /* a right code */
/* Another device has registered, or the same one again. */
void person_new_device(struct person *p, ms_t now);
void person_is_new(struct person *p); /* nothing counts yet */

/*
 * How long the answer to a wrong password for uid from this address has to
 * wait, in milliseconds; counts it.
 */
ms_t people_wrong(const char *uid, struct addr from, ms_t now);
void people_right(const char *uid, struct addr from);

#endif
