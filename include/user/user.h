/*
 * user - what the program holds: who is at work, what was asked and granted.
 */
#ifndef USER_H
#define USER_H

#include "ui/shell.h"
#include "user/grants.h"
#include "user/session.h"
#include "user/transfer.h"

struct user {
	bool stop_early; /* -e */
	bool failed;     /* some command did */
	bool started;    /* the first connection to the AS has come about */
	bool ending;
	char uid[UID_LEN + 1];     /* who is logged in */
	char path[LOCAL_PATH_MAX]; /* of the REQ under way; "": no upload */
	struct grants grants;
	struct addr fs_peer;
	struct session as;
	struct transfer fs;
	struct shell shell;
};

#endif
