/*
 * party - whom a transcript gives words to: sockets and programs.
 *
 * What is said to a party that cannot take it yet is queued, and leaves while
 * talk waits for any other (talk_hear.h). A party is read only when it is asked
 * for. Whatever goes wrong ends talk through fail().
 */
#ifndef PARTY_H
#define PARTY_H

#include <netinet/in.h>
#include <stdbool.h>
#include <sys/select.h>
#include <sys/types.h>

#include "talk.h"
#include "talk_text.h"

enum kind { TCP, UDP, LISTENER, PROGRAM, TERMINAL };

/* Where a party is heard: what came and was not yet asked for. */
struct source {
	int fd;
	struct text came; /* UDP: one datagram at most */
	bool ended;
};

struct party {
	char name[32]; /* "": a free slot */
	enum kind kind;
	struct source said;       /* a socket, a program's stdout, a screen */
	struct source complained; /* a program's stderr */
	int out;                  /* the socket, or a program's stdin */
	struct text queue;        /* being written to it; empty when done */
	size_t written;           /* of the queue */
	bool deaf;                /* it took no more: broken pipe, reset */
	struct sockaddr_in to;    /* UDP: whom the next datagram goes to */
	bool ignored;             /* stderr: nobody cares what is left there */
	pid_t pid;                /* a program that has not been waited for */
	ms_t since;               /* it last said something, or was told */
	size_t column;            /* of a terminal's cursor */
	char escape;              /* the last byte of one that has not ended */
};

struct sockaddr_in address(const char *ip, unsigned long port);

/* All of these take a new name. A UDP party, and a listener, make a variable
 * of that name: their port. So does an address, with _peer behind the name. */
void party_tcp(const char *name, const char *from, unsigned long port);
void party_udp(const char *name, const char *from, unsigned long port);
void party_udp_at(const char *name, unsigned long port);
void party_listen(const char *name);
void party_accept(const char *name, const struct party *listener);
void party_run(const char *name, const char *dir, char **argv);

/* What they are made of. party_become() is what a child does: the program. */
struct party *party_new(const char *name, enum kind kind);
int party_own(int fd);
_Noreturn void party_become(
    const char *dir, char **argv, int in, int out, int err);

struct party *party_find(const char *name); /* fails where there is none */
void party_set_peer(struct party *p, const struct sockaddr_in *peer);
void party_send(struct party *p, const char *s, size_t n);
int party_watch_queues(fd_set *w, int nfds);
void party_write_queues(const fd_set *w);
void party_shut(struct party *p);  /* no more from us: FIN, or stdin closed */
void party_reset(struct party *p); /* goes away with a reset */
void party_close(struct party *p);
void party_end_all(void); /* ends the programs that still run */

#endif
