/*
 * user - what the program holds, what a person can type (section 2.2), and what
 * the servers' answers mean for that.
 */
#ifndef USER_H
#define USER_H

#include "ui/trust.h"
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
	struct trust trust;
	struct shell shell;
};

/*
 * The commands, one row each.  Whatever is wrong is said before anything is
 * sent, and nothing malformed is ever sent.
 */
void commands_open(struct user *u);
void commands_help(void);

/* How a command has ended, or RUNNING: what has come of it is told. */
enum outcome replies_as(struct user *u, enum session_event event, ms_t now);
enum outcome replies_fs(struct user *u, enum transfer_event event);

#endif
