/*
 * account - being registered with the AS: REG and UNR over UDP (section 3.1).
 *
 * Each is sent again until its reply comes or 8 s have passed.  One is under
 * way at a time, and it ends with exactly one event.
 */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "net/request.h"
#include "net/secure.h"

enum account_event {
	ACCOUNT_QUIET,
	ACCOUNT_OK,
	ACCOUNT_NOK,
	ACCOUNT_PROTOCOL, /* the AS answered ERR */
	ACCOUNT_CLOSED,   /* nobody is at the AS's port */
	ACCOUNT_INSECURE, /* no secure association comes about: see why */
	ACCOUNT_SILENT,   /* no answer */
	ACCOUNT_EVENTS
};

struct account {
	struct dgram dgram; /* dialled to the AS */
	struct addr as;
	struct secure *secure; /* NULL: plain; of the program */
	struct secure_target target;
	const char *why;        /* ACCOUNT_INSECURE: words for it */
	struct request resends; /* of the request, until its reply comes */
	struct msg request;     /* the REG or UNR that is, or was, under way */
	struct msg registered;  /* the REG that was OK; MSG_UNKNOWN: none */
};

/* 0, or -1 with errno.  Sealed where secure is not NULL, and then only so. */
int account_open(struct account *a, const struct addr *as,
    struct secure *secure, const struct secure_target *target);

/* After ACCOUNT_INSECURE: ask the same once more. */
void account_again(struct account *a, ms_t now);

/* Send a REG or UNR.  What was under way is given up. */
void account_request(struct account *a, const struct msg *m, ms_t now);

/*
 * Unregister what is registered, or was about to be; false: there is nothing,
 * and nothing is sent.
 */
bool account_unregister(struct account *a, ms_t now);
bool account_busy(const struct account *a);

/* Wait no longer for the answer: what the request has come to. */
enum account_event account_give_up(struct account *a);

/* True for our user, even while we wait to hear that we are registered. */
bool account_owns(const struct account *a, const char *uid);

void account_watch(const struct account *a, struct ready *r);
enum account_event account_step(struct account *a, const struct ready *r);

#endif
