/*
 * commands - what a person can type, one row each (section 2.2).
 *
 * Whatever is wrong is said before anything is sent, and nothing malformed is
 * ever sent.
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "user/user.h"

void commands_open(struct user *u);
void commands_help(void);

#endif
