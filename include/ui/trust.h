/*
 * trust - whom a person's program believes when it speaks securely: its keys,
 * the judgement of a server, and what the person is told and asked about it.
 *
 * A server that is not believed is refused, and nothing has been said to it.
 * Where it is only unknown, a person at a terminal may be asked: yes puts it
 * into known, and the program dials again.
 */
#ifndef TRUST_H
#define TRUST_H

#include "net/secure.h"
#include "sys/keys.h"
#include "ui/shell.h"

struct trust {
	bool on;    /* -s was given; all else is untouched without */
	bool begun; /* a command comes to what is told; or else it is warned */
	struct keys keys;
	struct secure secure; /* the program sets its memory */

	/* The server that was believed last. */
	bool met;
	uint8_t server[SHA256_LEN];

	/* The one that was not; doubt: none (KEYS_BY_CHAIN), or why. */
	enum keys_belief doubt;
	uint8_t stranger[SHA256_LEN];
	char place[KEYS_PLACE_MAX];
};

/*
 * Open the keys in dir; name is what a certificate made now says of us.  The
 * memory in t->secure is set, random_open() has been called.  False, when that
 * has been said: "PROGRAM: why".
 */
bool trust_open(struct trust *t, const char *dir, const char *program,
    const char *name, ms_t now);
void trust_close(struct trust *t); /* also where it was not opened */

/* "HOST:PORT" into place, and the target that it makes; both stay. */
struct secure_target trust_target(char place[SECURE_PLACE_MAX],
    const char *host, uint16_t port, struct tls_ticket *ticket);

/*
 * A handshake with a server has failed, and why is what conn or dgram says of
 * it.  True where the person can be asked instead: then the question has been
 * put, and answer gets the line; see trust_answer().  False: it has been told.
 */
bool trust_failed(struct trust *t, const char *why, const char *address,
    struct shell *shell,
    enum outcome (*answer)(struct shell *s, const char *line, ms_t now));

/* What the line says: */
enum trust_said {
	TRUST_YES,  /* and it is in known: dial again */
	TRUST_NO,   /* or it cannot be kept: that has been told */
	TRUST_AGAIN /* neither: the question has been put again */
};

enum trust_said trust_answer(struct trust *t, const char *line,
    struct shell *shell,
    enum outcome (*answer)(struct shell *s, const char *line, ms_t now));

/* The sentence for a belief that refuses: $ the directory, @ HOST:PORT, # the
 * fingerprint; NULL where there is none. */
const char *trust_sentence(enum keys_belief b);

#endif
