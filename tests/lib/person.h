/*
 * person - a user with a device and a session. One belongs to one thread.
 */
#ifndef PERSON_H
#define PERSON_H

#include "peer.h"
#include "run.h"

struct person {
	char uid[6], pass[9];
	const char *from;
	uint16_t as, fs;
	int device, session;  /* -1: none */
	int validator;        /* for VLD, in the place of the FS; -1: none */
	bool spoilt;          /* row 7: a transaction has failed */
	char said[SAID_ROOM]; /* the last line of a server */
};

void person_make(
    struct person *p, unsigned number, const struct server *as, uint16_t fs);
bool person_register(struct person *p); /* with a device of its own */
/* ... with a device at another port. */
bool person_register_at(struct person *p, uint16_t port);
bool person_unregister(struct person *p);
bool person_login(struct person *p);      /* on a new connection */
bool person_login_here(struct person *p); /* ... on the one that there is */
bool person_come(struct person *p);       /* both */
bool person_code(struct person *p, char op, const char *name, char vc[5]);
bool person_tid(struct person *p, char op, const char *name, char tid[5]);

/* What the AS says of that TID to an FS, which we play: a CNF, in said. */
bool person_validate(struct person *p, const char *tid);

/* The request with that TID: its reply's first words are in said. */
bool person_ask(
    struct person *p, char op, const char *name, size_t size, const char *tid);
/* The whole transaction. */
bool person_do(struct person *p, char op, const char *name, size_t size);
bool person_did(struct person *p, char op, const char *name, size_t size,
    const char *reply); /* ... with this reply, or a flaw */
void person_leave(struct person *p);

/* The user program of bin, logged in; and its second factor, with p as the
 * device. */
bool user_start(struct child *c, const struct person *p);
bool user_confirm(
    const struct child *user, const struct person *p, const char *req);

#endif
