/*
 * server - the file server's parts and what they share.
 *
 *	main.c		options, descriptors, the loop
 *	clients.c	all who are connected: accept, evict, step
 *	client.c	one of them: its request, and what the AS says of it
 *	answer.c	the reply
 *	serve.c		what the AS has confirmed: LST, RTV, UPL, DEL, REM (3.4)
 *	transfer.c	the data of files between connections and the disk
 *	removals.c	removals that nobody waits for any more
 *
 * Below them, and knowing nothing of sockets: files, disk_ops, intent, user_dir
 * and workdir (disk), replay (memory).
 */
#ifndef SERVER_H
#define SERVER_H

#include "fs/files.h"
#include "fs/removals.h"
#include "fs/replay.h"
#include "net/conn.h"
#include "net/request.h"
#include "net/secure.h"
#include "net/throttle.h"
#include "sys/pool.h"

/* Each state says all that may be assumed in it. */
enum client_state {
	FREE,       /* nobody; conn is none and no job is under way */
	ASKING,     /* conn.in: the start of a request */
	INTENDING,  /* req: a REM; job: its FILE_INTEND; or none: it
		       waits for its_turn */
	VALIDATING, /* req: a request; vld: under way; we do not read, so that
		       an unauthorised upload stays with its sender */
	HELD,       /* as the AS has confirmed; its_turn once a removal of the
		       same user has been decided, or when to look again for
		       one that another began; or job: its FILE_PROBE */
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
	ms_t since;      /* in ASKING, INTENDING, VALIDATING, FINISHING: when it
			    began; in HELD: when VALIDATING did */
	bool its_turn;   /* in INTENDING without a job, HELD: go on now */
	ms_t not_before; /* in INTENDING, HELD: not before then */
	struct conn conn;
	enum wire_result parse_result; /* of req */
	struct msg req;
	struct request vld;
	struct upload up;   /* once there is a reply: if open, it failed */
	int file;           /* -1: none */
	uint64_t size;      /* of file */
	uint64_t left;      /* of what is to come or to go */
	uint64_t unsynced;  /* bytes of up since the last FILE_SYNC */
	bool purge_pending; /* op.temp is to be purged */
	struct job job;
	struct disk_op op; /* of job */
};

/* What all clients share. */
struct service {
	struct dgram as;             /* dialled to the AS, for every VLD */
	struct secure *secure;       /* what to seal with; NULL: nothing */
	struct secure_target target; /* the AS, then */
	struct pool pool;
	struct replay replay;
	struct throttle guesses; /* wrong TIDs, by UID and client's address */
	struct removals removals;
	ms_t as_heard;   /* the last answer of the AS */
	bool as_is_lost; /* and since then some were missed */
	unsigned long connections, resends, unanswered, repeated;
};

#endif
