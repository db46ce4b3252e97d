/*
 * pd - what the program holds.
 */
#ifndef PD_H
#define PD_H

#include "pd/account.h"
#include "pd/device.h"
#include "ui/shell.h"

struct pd {
	bool failed;   /* some command did, or leaving */
	ms_t leave_by; /* told to end: wait no longer for the AS; 0: not */
	bool leaving;  /* the UNR is under way, or there is none to wait for */
	bool gone;
	bool unread;                 /* what we say does not arrive */
	char login_uid[UID_LEN + 1]; /* whose password is asked for */
	struct account account;
	struct device device;
	struct shell shell;
};

#endif
