/*
 * commands - what a person can type, one row each (section 2.1), and what the
 * AS's answers mean for it.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "pd/pd.h"

void commands_open(struct pd *pd);
void commands_help(void);

/* Unregister and end, as soon as the AS has answered. */
void commands_leave(struct pd *pd, ms_t now);

/* The request to the AS has ended. */
void commands_answered(struct pd *pd, enum account_event event);

#endif
