/*
 * change - what changes an account, and so takes its time: REG, UNR (section
 * 3.1) and the VLD of a removal (3.3).
 *
 * One change of an account at a time; the password is hashed and the disk is
 * waited for beside the loop, in turn (tasks.h); the answer leaves when all is
 * durable.
 */
#ifndef CHANGE_H
#define CHANGE_H

#include "as/server.h"

/*
 * A REG or UNR.  Where all places are taken the one goes that has waited
 * longest among those of the address that holds most: it will be asked for
 * again.
 */
void change_ask(struct server *as, const struct asker *who, const char *text,
    const struct msg *req, ms_t now);

/*
 * A removal: change_open() reserves a place, or returns NULL where none is
 * free.  Once the TID has been used change_remove() begins it; where the TID
 * was not good change_close() gives the place back.
 */
struct change *change_open(struct server *as, const struct asker *who,
    const char *text, const struct msg *req, ms_t now);
void change_close(struct server *as, struct change *c);
void change_remove(struct server *as, struct change *c);

/* For tasks.c: its turn has come.  Begins task t, unless none is needed. */
void change_hash(struct server *as, struct change *c, struct task *t, ms_t now);
void change_write(struct server *as, struct change *c, struct task *t);
void change_done(struct server *as, struct task *t, ms_t now); /* t is over */

/* Who asks for a removal, and the answer once it is done. */
void change_removal(
    struct removal *r, const struct asker *who, const struct msg *vld);
void change_confirm(struct msg *cnf, const struct msg *vld);

/* Is the answer to this very datagram still to come? */
bool change_is_pending(
    const struct server *as, const struct asker *who, const char *text);

void change_watch(const struct server *as, struct ready *r);
void change_step(struct server *as, ms_t now);
bool change_idle(const struct server *as);

#endif
