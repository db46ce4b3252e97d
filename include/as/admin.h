/*
 * admin - what an AS does instead of serving: issue certificates, list them,
 * forget a user's device.
 */
#ifndef ADMIN_H
#define ADMIN_H

#include <stdbool.h>

struct admin {
	const char *issue[2];    /* class, directory; NULL: not asked for */
	const char *name;        /* of what is issued; NULL: the directory's */
	bool list;               /* what has been issued */
	const char *forget;      /* a UID; NULL: not asked for */
	const char *keys, *data; /* directories of keys (or NULL), accounts */
};

/* Do what is asked for: the status to exit with; GO_ON: there is nothing. */
int admin_run(const struct admin *a);

/* Whose key directory an AS's is, where it is made: name as in keys_issue(). */
struct keys_owner admin_owner(const char *name);

#endif
