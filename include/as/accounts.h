/*
 * accounts - who is registered: a small file for each, DIR/UID, whole or
 * absent.
 *
 *	pair pbkdf2-sha256$rounds$salt$hash
 *	device 127.0.0.1 57000
 *	key sha-256 AB:CD:...
 *
 * The second line is missing where no device is registered, the third where
 * none ever was over DTLS: with it the account is that device's alone, whose
 * certificate has this fingerprint.  Beside the users' files stand removed/UID,
 * which says who asked for the last removal of that user, failures (see
 * as/failures.h), work and lock (see as/lock.h).
 *
 * This module touches the disk and knows nothing of sockets.  Reading one
 * account is quick; what is slow is an account_job, for the pool.
 */
#ifndef ACCOUNTS_H
#define ACCOUNTS_H

#include <stdbool.h>

#include "as/pair.h"
#include "crypto/sha256.h"
#include "proto/wire.h"

struct account {
	char pair[PAIR_MAX];
	bool has_device;
	char ip[16];
	uint16_t port;
	bool has_key;
	uint8_t key[SHA256_LEN]; /* of the device's certificate */
};

enum account_change {
	ACCOUNT_KEEP,   /* just verify */
	ACCOUNT_CREATE, /* a new pair, of pass and salt, with its device */
	ACCOUNT_UPDATE, /* another device, or none */
	ACCOUNT_REMOVE  /* all of it; removal tells who may ask again */
};

enum account_result {
	ACCOUNT_DONE,   /* durable, where anything had to be written */
	ACCOUNT_WRONG,  /* pass is not the account's, nothing was changed */
	ACCOUNT_FAILED, /* the disk refused, nothing was changed: see error */
	ACCOUNT_UNSURE  /* of a removal: begun, neither done nor taken back */
};

/* Who asked for a removal: answered again should the answer get lost. */
struct removal {
	char uid[UID_LEN + 1];
	char tid[CODE_LEN + 1];
	char ip[16];
	uint16_t port;
};

/* A slow piece of work.  An all-zero job verifies nothing and does nothing. */
struct account_job {
	enum account_change change;
	enum account_result result;
	int error;   /* an errno */
	bool verify; /* pass against account.pair before anything else */
	char uid[UID_LEN + 1];
	char pass[PASS_LEN + 1];
	unsigned char salt[SALT_LEN];
	struct account account; /* what it is, or is to be */
	struct removal removal;
};

/*
 * Open DIR, made if it is missing; wait for the AS that holds it, or refuse.
 * NULL, or what is wrong with it.  keep[] gets the descriptors that jobs need.
 */
const char *accounts_open(const char *dir, bool wait, int keep[3]);

/*
 * Restrict who may register to the UIDs of a file, one a line, '#' starts a
 * comment: their number, or -1 with *line the line at fault, 0 for the file.
 */
int accounts_approve(const char *file, int *line);
bool accounts_approved(const char *uid);

/*
 * Read an account.  One that is there but cannot be read (no descriptors left,
 * a failing disk, damage) is not taken for one that is not.
 */
enum account_state {
	ACCOUNT_NONE,
	ACCOUNT_FOUND, /* *a is set */
	ACCOUNT_UNREADABLE
};

enum account_state accounts_load(const char *uid, struct account *a);

/*
 * Let any device register for a user, and send codes to none until then: only
 * the pair stays.  FOUND once that is on the disk; UNREADABLE with errno set.
 * Slow.
 */
enum account_state accounts_forget(const char *uid);

/* Log why it is unreadable; right after accounts_load(), which left errno. */
void accounts_report(const char *uid);

#define REMOVAL_ANY '?' /* for a TID: it cannot be read now */

/*
 * Finish the removals that the last AS left unfinished, and tell of every one
 * that is on record, however old: how many could not be finished, or -1 where
 * nobody can tell.  A finished one never touches a newer account.
 */
int accounts_removals(void (*note)(const struct removal *r));

/*
 * Was the last removal of this UID asked for by just this TID, from just there?
 * That stays on record also when the UID is registered anew.
 */
enum removal_state {
	REMOVAL_UNKNOWN, /* no, or another one since */
	REMOVAL_BEGUN,   /* yes, and the account is still to be removed */
	REMOVAL_DONE,
	REMOVAL_UNREADABLE /* nobody can tell now */
};

enum removal_state accounts_removed(const struct removal *r);

void accounts_run(void *body, int fd); /* slow: the pool's run() */

#endif
