/*
 * server - the authentication server's parts and what they share.
 *
 *	main.c		options, descriptors, the loop
 *	clients.c		the sessions of User programs: accept, evict,
 *step session.c	one of them, a message at a time login.c
 *LOG (section 3.2 a, b) factor.c	REQ and AUT, the VLC to the device (3.2
 *c-f, 3.1 c, d) udp.c		the datagrams of personal devices and the FS
 *(3.1, 3.3) change.c	those that change an account: REG, UNR, a removal
 *
 * Below them, and knowing nothing of sockets: accounts (disk), people and
 * tickets (memory).
 */
#ifndef AS_H
#define AS_H

#include "as/accounts.h"
#include "as/tickets.h"
#include "net/conn.h"
#include "net/net.h"
#include "net/request.h"
#include "sys/pool.h"

#define SESSIONS_MAX 992 /* FD_SETSIZE - FDS_RESERVED */
#define CHANGES_MAX  128

/* What a session waits for.  Each state says all that may be assumed in it. */
enum session_state {
	FREE,     /* nobody; conn.fd and vlc.fd are -1 */
	READY,    /* conn.in: the start of the next message */
	CHECKING, /* job: LOG's password is with the pool, or is to be */
	DELAYED,  /* a wrong password: RLO NOK is due at wait_until */
	PACING,   /* code: of REQ; its VLC may go out at wait_until */
	CALLING,  /* code, vlc: the VLC is out, on a socket of its own */
	LINGERING /* conn.out: the last reply; then the connection ends */
};

struct session {
	enum session_state state;
	struct conn conn;
	char uid[UID_LEN + 1]; /* logged in as; "": not */
	unsigned wrong_codes;  /* of uid here, since the last right one */
	ms_t line_since;       /* its first byte came; 0: none has */
	bool more;             /* more lines may be here: the next round's */
	ms_t wait_until;
	char login_uid[UID_LEN + 1]; /* LOG's: who wants to be logged in */
	struct code code;            /* the newest REQ's */
	struct request vlc;
	struct sockaddr_in device; /* where vlc goes */
	struct job job; /* busy: the slot stays, also when the peer has gone */
	struct account_job check;
};

/* A datagram whose answer takes its time: REG, UNR, or VLD of a removal. */
enum change_state {
	CHANGE_NONE,
	CHANGE_WAITING, /* for an earlier change of the same account */
	CHANGE_WORKING, /* job: with the pool */
	CHANGE_DELAYED  /* a wrong password: the answer is due at wait_until; a
			   removal: it is tried again then */
};

struct change {
	enum change_state state;
	struct asker who;
	char text[WIRE_TEXT_MAX]; /* the datagram, to know it again */
	struct msg req;
	ms_t wait_until;
	struct job job;
	struct account_job change;
};

struct counters {
	unsigned long connections, evicted, resent, again, wrong_codes,
	    wrong_passwords;
};

struct server {
	struct listener listener;
	int udp, signals;
	int sessions_max; /* usable slots */
	int sessions_top; /* above all that are in use */
	int sessions;     /* in use */
	struct session session[SESSIONS_MAX];
	bool partial; /* this round asks only the active ones: see clients.c */
	ms_t next_full_round; /* the next round that asks everybody */
	int active_n;
	struct session *active[SESSIONS_MAX];
	int changes_top; /* above all that are in use */
	struct change changes[CHANGES_MAX];
	struct err_quota errs;
	struct pool pool;
	struct counters count;
	ms_t proved;  /* that the accounts are ours: see as/lock.h */
	ms_t stop_by; /* 0: not stopping */
};

/* clients.c */
void clients_watch(struct server *as, struct ready *r, ms_t now);
void clients_step(struct server *as, const struct ready *r, ms_t now);
void clients_log_out(struct server *as, const char *uid); /* everywhere */
bool clients_idle(const struct server *as); /* no reply is under way */

/* session.c: one of them, a life from session_open() to FREE */
void session_open(
    struct session *s, int fd, const struct sockaddr_in *peer, ms_t now);
void session_watch(const struct session *s, struct ready *r);
void session_step(
    struct server *as, struct session *s, const struct ready *r, ms_t now);
void session_log_out(struct session *s, const char *uid); /* if it is uid's */
bool session_idle(const struct session *s); /* owes its peer no reply */
void session_end(struct session *s);

/* ... and what its login and second factor do with it. */
void session_answer(struct session *s, const struct msg *req,
    enum wire_result result, struct msg *reply, ms_t now);
void session_answer_status(
    struct session *s, const struct msg *req, enum status status, ms_t now);
void session_hang_up(struct session *s); /* no VLC is out any more */

/* udp.c */
void udp_watch(const struct server *as, struct ready *r);
void udp_step(struct server *as, const struct ready *r, ms_t now);
void udp_answer(struct server *as, const struct asker *who,
    const struct msg *req, enum wire_result result, const struct msg *reply);

#endif
