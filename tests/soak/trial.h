/*
 * trial - an AS and an FS, one of them steered into faults, and their disks.
 */
#ifndef TRIAL_H
#define TRIAL_H

#include "soak.h"

extern struct server trial_as, trial_fs;

void trial_plan(void);          /* not running yet */
bool trial_open_as(void);       /* the AS alone */
bool trial_open_again(void);    /* both as planned */
bool trial_open(bool steer_as); /* both, the AS or the FS steered */
void trial_close(void);
void trial_person(struct person *p); /* one more, unknown to them */

/* n files of that size, put0.txt and so on, as if they had been uploaded. */
void trial_put(const struct person *p, int n, size_t size);
void trial_path(char path[PATH_ROOM], const struct person *p, const char *name);
int trial_count(const struct person *p); /* of stored files; -1: no user */
bool trial_has_intent(const struct person *p); /* a removal that goes on */
bool trial_has_account(const struct person *p, bool *device);
bool trial_listed(const struct person *p, const char *name);

/* Up again without help, with nothing temporary left. */
bool trial_restart(const char *what, struct server *s);
bool trial_hopeless(void); /* for is_hopeless */

/* secrets.c: no password is left in the running AS; false: skipped. */
bool secrets_are_wiped(void);

#endif
