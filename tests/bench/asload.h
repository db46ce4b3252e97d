/*
 * asload - a user, its device and its file server, played against an AS.
 */
#ifndef ASLOAD_H
#define ASLOAD_H

#include "bench.h"

struct player {
	int as_port;
	int session; /* -1: none */
	int device, device_port;
	int fs; /* a UDP socket */
};

/* The device is at that port; 0: at any. */
void player_open(struct player *p, int as_port, int device_port);

/* Register uid's device at a port. */
void player_register(const struct player *p, int uid, int port);

void player_connect(struct player *p, int source);
void player_log_in(struct player *p, int uid);
void player_leave(struct player *p);

/* REQ, VLC, RVC, RRQ, AUT, RAU, and VLD, CNF as the FS would. */
void player_cycle(struct player *p, int uid, size_t i);

/* Ask over UDP until there is an answer. */
void player_ask(const struct player *p, const char *text, char answer[256]);

_Noreturn void fell_short(const char *what, const char *got);

#endif
