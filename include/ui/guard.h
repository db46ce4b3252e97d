/*
 * guard - a server's secure side: its keys, whom it believes, and what its log
 * says of that.
 *
 * Whoever dials it may be anybody, but nobody whose certificate has been
 * revoked: what that one may do is for the requests to say.  Whom it dials must
 * serve, by a chain to a root of ours or by known.
 */
#ifndef GUARD_H
#define GUARD_H

#include "net/secure.h"
#include "sys/keys.h"

struct guard {
	bool on; /* -s or -S was given; all else is untouched without */
	struct keys keys;
	struct secure secure;  /* the program sets its memory */
	enum keys_belief told; /* of whom it dials: the last that was said */
};

/* The options of a server: -s, and -S, which refuses plain text. */
struct guard_options {
	const char *dir, *strict_dir; /* NULL: not given */
};

/*
 * Open the keys; the memory in g->secure is set, random_open() has been called.
 * Without an option nothing is done.  NULL, or a sentence that says what is
 * wrong.
 */
const char *guard_open(struct guard *g, const struct guard_options *o,
    const struct keys_owner *owner, ms_t now);
void guard_close(struct guard *g); /* also where it was not opened */

/* What to give to listener and dgram: NULL where all is plain. */
struct secure *guard_secure(struct guard *g);

/* "secure, too, with the keys in DIR, sha-256 ...", for the log at the start.
 */
void guard_tell(const struct guard *g, const char *program);
void guard_counters(const struct guard *g, const char *program);

/* May this peer speak for a file server?  peer NULL: it has come in plain. */
bool guard_is_program(struct guard *g, const struct tls_peer *peer);

#endif
