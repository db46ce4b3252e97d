/*
 * pd - what the program holds, what a person can type (section 2.1), and what
 * the AS's answers mean for that.
 */
#ifndef PD_H
#define PD_H

#include "pd/account.h"
#include "pd/device.h"
#include "ui/trust.h"

struct pd {
	bool failed;   /* some command did, or leaving */
	ms_t leave_by; /* told to end: wait no longer for the AS; 0: not */
	bool leaving;  /* the UNR is under way, or there is none to wait for */
	bool gone;     /* all is done: the program ends */
	bool unread;   /* nobody reads our stdout; that has been said */
	struct account account;
	struct device device;
	struct trust trust;
	struct shell shell;
};

/* The commands, one row each. */
void commands_open(struct pd *pd);
void commands_help(void);

/* Unregister and end, as soon as the AS has answered. */
void commands_leave(struct pd *pd, ms_t now);

/* The request to the AS has ended. */
void commands_answered(struct pd *pd, enum account_event event);

#endif
