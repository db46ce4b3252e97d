/*
 * user - what the program holds: who is at work, what was asked and granted.
 */
#ifndef USER_H
#define USER_H

#include "ui/trust.h"
#include "user/session.h"
#include "user/transfer.h"
#include "user/wishes.h"

struct user {
	bool stop_early; /* -e */
	bool failed;     /* some command did */
	bool started;    /* the first connection to the AS has come about */
	bool ending;
	char login_uid[UID_LEN + 1]; /* whose password is asked for */
	char uid[UID_LEN + 1];       /* who is logged in */
	char path[LOCAL_PATH_MAX];   /* of the REQ under way; "": no upload */
	struct wishes wishes;
	struct addr fs_peer;
	struct session as;
	struct transfer fs;
	struct trust trust;
	struct shell shell;
};

#endif
