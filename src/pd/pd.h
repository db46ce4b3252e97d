/*
 * pd - what the program holds.
 */
#ifndef PD_H
#define PD_H

#include "account.h"
#include "device.h"
#include "line.h"

struct pd {
	bool failed;  /* some command did, or leaving */
	bool leaving; /* the UNR is under way, or there is none to wait for */
	bool gone;
	bool hungry;   /* no whole line of input is here */
	bool password; /* the next line is the one of newcomer */
	char newcomer[UID_LEN + 1];
	char ip[16];                 /* PDIP, as it was given */
	struct sockaddr_in as, self; /* self: PDIP and PDport */
	struct account account;
	struct device device;
	struct lines input;
};

#endif
