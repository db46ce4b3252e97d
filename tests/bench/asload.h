/*
 * asload - a user, its device and its file server, played against an AS.
 */
#ifndef ASLOAD_H
#define ASLOAD_H

#include "../lib/person.h"
#include "bench.h"

/* The device, of all users in turn, is at that port; 0: at any. */
void player_open(struct person *p, int as_port, int device_port);
void player_is(struct person *p, int uid); /* from now on this user */

/* Each of these ends the run where the AS does not say OK. */
void player_register(struct person *p, int uid, int port);
void player_connect(struct person *p, int source);
void player_log_in(struct person *p, int uid);
void player_leave(struct person *p);

/* REQ, VLC, RVC, RRQ, AUT, RAU, and VLD, CNF as the FS would. */
void player_cycle(struct person *p, int uid, size_t i);

_Noreturn void fell_short(const char *what, const char *got);

#endif
