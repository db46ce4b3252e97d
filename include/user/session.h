/*
 * session - the one TCP connection to the AS, from start to end (section 3.2).
 *
 * A request is answered by exactly one event, later.  A connection that the AS
 * closes is told at once; the next request makes another one, three tries, and
 * logs in again with the pair of the last good login before it asks.
 */
#ifndef SESSION_H
#define SESSION_H

#include "net/conn.h"
#include "net/secure.h"
#include "user/failure.h"

enum session_state {
	SESSION_DOWN,       /* no connection */
	SESSION_PAUSING,    /* none; the next try is at the deadline */
	SESSION_CONNECTING, /* it is to come about */
	SESSION_LOGGING,    /* connected again; our LOG waits for its RLO */
	SESSION_ASKING,     /* the request waits for its reply */
	SESSION_IDLE        /* connected, nothing is asked */
};

enum session_event {
	SESSION_QUIET,
	SESSION_OPENED,   /* connected at the start */
	SESSION_BACK,     /* connected again, and logged in if we were */
	SESSION_ANSWERED, /* reply is set; it is an ERR or fits the request */
	SESSION_FAILED,   /* the request has ended: failure and error say why */
	SESSION_GONE      /* the AS closed the connection, nothing was asked */
};

struct session {
	enum session_state state;
	struct addr peer;
	struct secure *secure; /* NULL: plain */
	struct secure_target target;
	struct conn conn;
	struct msg login;   /* the last good LOG; MSG_UNKNOWN: none */
	struct msg request; /* MSG_UNKNOWN: none */
	struct msg reply;
	int tries; /* to connect, that are left */
	ms_t deadline;
	enum failure failure;
	int error;
	const char *why;       /* FAILURE_INSECURE: words for it */
	enum msg_type dropped; /* of the request that has ended so */
};

/*
 * Connect for the first time, with one try: SESSION_OPENED or _FAILED.  Sealed
 * where secure is not NULL, and then only so.
 */
void session_start(struct session *s, const struct addr *peer,
    struct secure *secure, const struct secure_target *target);

/* After FAILURE_INSECURE: the same once more. */
void session_again(struct session *s, ms_t now);

/* Ask, which must be a LOG, REQ or AUT; false: it had to connect first. */
bool session_ask(struct session *s, const struct msg *request, ms_t now);
bool session_busy(const struct session *s);

void session_watch(const struct session *s, struct ready *r);
enum session_event session_step(struct session *s, const struct ready *r);

/*
 * Give up: the connection goes, so that a late reply is not taken for the
 * reply to another request.  The login stays.  May be called twice.
 */
void session_drop(struct session *s);

#endif
