/*
 * pd - what the program holds.
 */
#ifndef PD_H
#define PD_H

#include "pd/account.h"
#include "pd/device.h"
#include "ui/line.h"

struct pd {
	bool failed;   /* some command did, or leaving */
	bool leaving;  /* the UNR is under way, or there is none to wait for */
	ms_t leave_by; /* told to end: wait no longer for the AS; 0: not */
	bool gone;
	bool need_input; /* no whole line of input is here */
	bool password;   /* the next line is the one of login_uid */
	char login_uid[UID_LEN + 1];
	char ip[16];          /* PDIP, as it was given */
	struct addr as, self; /* self: PDIP and PDport */
	struct account account;
	struct device device;
	struct lines input;
};

#endif
