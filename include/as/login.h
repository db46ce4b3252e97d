/*
 * login - the first factor: LOG and RLO (section 3.2 a, b).
 *
 * The slow hash of a password is made beside the loop, in turn (tasks.h): the
 * session is CHECKING meanwhile, and DELAYED where a wrong password has to wait
 * for its answer.
 */
#ifndef LOGIN_H
#define LOGIN_H

#include "as/server.h"

void login_ask(
    struct server *as, struct session *s, const struct msg *log, ms_t now);
void login_checking(struct server *as, struct session *s, ms_t now);
void login_delayed(struct session *s, ms_t now);
void login_leave(struct server *as, struct session *s); /* it ends */

/* Its turn has come: a hash is begun with t, unless none is needed any more. */
void login_begin(struct server *as, struct session *s, struct task *t);

/* The hash is made, and the session that waited for it has gone. */
void login_deserted(struct server *as, const struct task *t, ms_t now);

#endif
