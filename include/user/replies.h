/*
 * replies - what an answer, or none, means for the person and for our memory.
 */
#ifndef REPLIES_H
#define REPLIES_H

#include "user/user.h"

enum outcome replies_as(struct user *u, enum session_event event, ms_t now);
enum outcome replies_fs(struct user *u, enum transfer_event event);

#endif
