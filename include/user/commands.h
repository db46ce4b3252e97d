/*
 * commands - what a person can type, one row each (section 2.2).
 */
#ifndef COMMANDS_H
#define COMMANDS_H

#include "user/user.h"

/* One line of input, whatever it is at this moment. */
enum outcome commands_line(struct user *u, char *line, ms_t now);

void commands_help(void);

#endif
