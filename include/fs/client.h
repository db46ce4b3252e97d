/*
 * client - one User connected to the FS, from its request to our reply.
 *
 * One request a connection (section 3.4 of the specification).  Its form is
 * checked first, then the AS is asked, then the store.  Nothing here waits: a
 * client says what it waits for, and is stepped when that has come.
 *
 * Of an address that has had INV_TRIES wrong TIDs for a user the AS is asked
 * about one more in INV_PACE only, and the others are INV: each could be right,
 * and what the AS hears of us counts against the user's TIDs, whoever it was
 * that asked.  An address from where a TID of the user has been right lately is
 * his, as far as we can know: it is asked about always, and two who share it
 * share what the AS allows.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include "fs/files.h"
#include "fs/removals.h"
#include "fs/replay.h"
#include "net/conn.h"
#include "net/request.h"
#include "net/throttle.h"
#include "sys/pool.h"

/* Each state says all that may be assumed in it. */
enum client_state {
	FREE,       /* nobody; conn is none and no job is under way */
	ASKING,     /* conn.in: the start of a request */
	INTENDING,  /* req: a REM; job: its FILE_INTEND; or none: may tells when
		       it is its turn */
	VALIDATING, /* req: a request; vld: under way; we do not read, so that
		       an unauthorised upload stays with its sender */
	HELD,       /* as the AS has confirmed; may tells when a removal of the
		       same user has been decided; or job: its FILE_PROBE */
	RECEIVING,  /* up: open; left bytes and a newline to come; job: none, or
		    a FILE_SYNC of what has come */
	FINISHING,  /* as RECEIVING; left is 0: only the newline is to come */
	SYNCING,    /* job: the FILE_SYNC, PUBLISH, DELETE, REMOVE or ABANDON
		       without which there is no reply */
	SENDING,    /* file: open, size bytes; conn.out: the rest of the head;
		      left bytes and a newline to go after it */
	REPLYING,   /* conn.out: the rest of the reply, then we are done */
	LINGERING,  /* we have sent all; what still comes is dropped, so that
		     closing does not reset the reply away */
	ORPHANED    /* conn is none; a job is still under way */
};

struct client {
	enum client_state state;
	ms_t since; /* in ASKING, INTENDING, VALIDATING, FINISHING: when it
		       began */
	bool may;   /* in INTENDING without a job, HELD: go on now */
	ms_t again; /* in INTENDING: not before then */
	struct conn conn;
	enum wire_result took; /* what req is worth */
	struct msg req;
	struct request vld;
	struct upload up;   /* once there is a reply: if open, it failed */
	int file;           /* -1: none */
	uint64_t size;      /* of file */
	uint64_t left;      /* of what is to come or to go */
	uint64_t unsynced;  /* bytes of up since the last FILE_SYNC */
	bool purge_pending; /* task.temp is to be purged */
	struct job job;
	struct disk_op task;
};

/* What all clients share. */
struct service {
	struct dgram as; /* dialled to the AS, for every VLD */
	struct pool pool;
	struct replay replay;
	struct throttle guesses; /* wrong TIDs, by UID and client's address */
	struct removals removals;
	ms_t as_heard;   /* the last answer of the AS */
	bool as_is_lost; /* and since then some were missed */
	unsigned long connections, resends, unanswered, repeated;
};

/*
 * The AS has answered; or it has not, since then, as the word says.  Told when
 * that begins, unless others were answered meanwhile, and when it ends.
 */
void service_answered(struct service *s, ms_t now);
void service_unanswered(struct service *s, const char *how, ms_t since);

/* Take over a new connection. */
void client_open(
    struct client *c, struct service *s, const struct conn *conn, ms_t now);

void client_watch(const struct client *c, struct ready *r);
void client_step(struct client *c, struct service *s, const struct ready *r);

/* Is it a REM that the AS may have confirmed, or is to be asked about? */
bool client_is_removing(const struct client *c);

/* Does it wait for its turn (see may)? */
bool client_waits(const struct client *c);

/* True when it waits for this CNF, which it then is to be given. */
bool client_awaits(const struct client *c, const struct msg *cnf);
/* held: a removal of the same user is not decided yet, and comes first. */
void client_validated(struct client *c, struct service *s,
    const struct msg *cnf, bool held, ms_t now);

/*
 * Nobody listens at the AS's port: what waits for it is INV, but for a removal
 * that the AS may have begun before it ended.  Where that is heard as soon as
 * the first VLD has left, the removal is INV, too, and its intent stays.
 */
void client_unheard(struct client *c, struct service *s, ms_t now);

/* The one way in which a connection ends; it may be FREE or ORPHANED then. */
void client_end(struct client *c, struct service *s);

#endif
