/*
 * transfer - one request to the FS over a connection of its own (section 3.4).
 *
 * Every request goes the same way: connect, send - for UPL the data as well -,
 * receive the reply, for RRT the data as well.  A reply that comes while we
 * send ends the sending: the FS has decided.  Data moves through one scratch
 * buffer, and progress is shown on the way.  All-zero: none.
 */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "net/conn.h"
#include "net/secure.h"
#include "user/failure.h"
#include "user/progress.h"
#include "user/save.h"

enum transfer_state {
	TRANSFER_NONE,
	TRANSFER_PAUSED, /* the person is asked first: transfer_again() */
	TRANSFER_CONNECTING,
	TRANSFER_SENDING,   /* scratch from..to, then the file, is to be sent */
	TRANSFER_AWAITING,  /* nothing more is sent; the reply is due */
	TRANSFER_RECEIVING, /* RRT OK: size - done bytes are to come */
	TRANSFER_SAVING     /* they are here; the disk is making them durable */
};

enum transfer_event {
	TRANSFER_QUIET,
	TRANSFER_ANSWERED, /* reply is set; it is an ERR or fits the request */
	TRANSFER_FAILED    /* failure and error say why */
};

struct transfer {
	enum transfer_state state;
	struct conn conn;
	struct addr peer;
	struct secure *secure; /* NULL: plain; of the program */
	struct secure_target target;
	struct msg request, reply;
	int file;        /* to upload; -1: none */
	uint64_t size;   /* of the data, either way */
	uint64_t done;   /* of it, read from the file or written to it */
	bool loaded;     /* all that is to be sent has been in scratch */
	size_t from, to; /* of scratch: loaded, and not yet accepted by conn */
	struct save save;
	struct progress progress;
	enum failure failure;
	int error;
	const char *why; /* FAILURE_INSECURE: words for it */
};

/* Seal all that follows, and nothing else: what secure points to stays. */
void transfer_secure(struct transfer *t, struct secure *secure,
    const struct secure_target *target);

/*
 * Send a LST, RTV, UPL, DEL or REM.  file is open for reading and holds the
 * size of an UPL; -1 for the others.  It is ours to close from then on.
 */
void transfer_start(struct transfer *t, const struct addr *peer,
    const struct msg *request, int file, ms_t now);
bool transfer_busy(const struct transfer *t);

/* Instead of its end after FAILURE_INSECURE: wait for the person, go on. */
void transfer_pause(struct transfer *t);
void transfer_again(struct transfer *t, ms_t now);

void transfer_watch(const struct transfer *t, struct ready *r);
enum transfer_event transfer_step(struct transfer *t, const struct ready *r);

/* The one end of every transfer, good or bad; may be called twice. */
void transfer_end(struct transfer *t);

#endif
