/*
 * user - what the program holds: who is at work, what was asked and granted.
 */
#ifndef USER_H
#define USER_H

#include "ui/line.h"
#include "user/session.h"
#include "user/transfer.h"

/* An operation, and the code that stands for it; "" none. */
struct wish {
	char code[CODE_LEN + 1];
	enum op op;
	char fname[FNAME_MAX + 1];
};

/* What the next line of input is. */
enum input_mode {
	INPUT_COMMAND,
	INPUT_PASSWORD, /* of login_uid */
	INPUT_REMOVE    /* yes or no */
};

/* How a command ends. */
enum outcome {
	DONE,
	FAILED,
	RUNNING /* a server is asked, or the person: it ends later */
};

struct user {
	bool stop_early; /* -e */
	bool failed;     /* some command did */
	bool started;    /* the first connection to the AS has come about */
	bool ending;
	bool need_input; /* no whole line of input is here */
	enum input_mode input_mode;
	char login_uid[UID_LEN + 1]; /* whose password is asked for */
	char uid[UID_LEN + 1];       /* who is logged in */
	struct wish asked;   /* by the RID of the last REQ that was OK */
	struct wish granted; /* by the TID */
	struct addr fs_peer;
	struct session as;
	struct transfer fs;
	struct lines input;
};

#endif
