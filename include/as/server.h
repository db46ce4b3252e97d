/*
 * server - the authentication server's parts and what they share.
 *
 *	main.c		options, descriptors, the loop
 *	clients.c	the sessions of User programs: accept, evict, step
 *	session.c	one of them, a message at a time
 *	answer.c	the reply to a message or a datagram
 *	login.c		LOG (section 3.2 a, b)
 *	factor.c	REQ and AUT (3.2 c-f)
 *	devices.c	the VLC to a device and its RVC (3.1 c, d)
 *	udp.c		the datagrams of personal devices and the FS (3.1, 3.3)
 *	change.c	those that change an account: REG, UNR, a removal
 *	tasks.c		what these have the workers do, each in its turn
 *
 * Below them, and knowing nothing of sockets: accounts (disk), people and
 * tickets (memory).
 */
#ifndef AS_H
#define AS_H

#include "as/accounts.h"
#include "as/devices.h"
#include "as/tickets.h"
#include "net/admission.h"
#include "net/listener.h"
#include "net/turns.h"
#include "policy.h"
#include "sys/pool.h"
#include "ui/guard.h"

_Static_assert(SESSIONS_MAX + FDS_RESERVED <= FD_SETSIZE,
    "select() can watch every session");
_Static_assert(WORKERS > 1, "while one hashes, one can write");
_Static_assert(WORKERS + IDLE_SOCKETS < FDS_RESERVED,
    "what is not a session's has descriptors");
_Static_assert(SESSIONS_MAX <= PLACES_MAX && SESSIONS_MAX <= TURNS_MAX,
    "every session can have a place, and a turn");
_Static_assert(CHANGES_MAX <= PLACES_MAX && CHANGES_MAX <= TURNS_MAX,
    "so can every change");

/* What a session waits for.  Each state says all that may be assumed in it. */
enum session_state {
	FREE,     /* nobody; conn and vlc are none */
	READY,    /* conn.in: the start of the next message */
	CHECKING, /* login_uid, login_pass: LOG's password waits for its turn;
		     its_turn: it has come, task: with the pool, or NULL where
		     no hash is needed any more */
	DELAYED,  /* a wrong password: RLO NOK is due at wait_until */
	PACING,   /* code: of REQ; its VLC may go out at wait_until */
	CALLING,  /* code, vlc: the VLC is out, on a socket of its own */
	LINGERING /* conn.out: the last reply; then the connection ends */
};

struct session {
	enum session_state state;
	struct conn conn;
	char uid[UID_LEN + 1]; /* logged in as; "": not */
	ms_t spoke;            /* its last whole message came; it was opened */
	unsigned wrong_codes;  /* of uid here, since the last right one */
	ms_t line_since;       /* its first byte came; 0: none has */
	bool more;             /* more lines may be here: the next round's */
	ms_t wait_until;
	char login_uid[UID_LEN + 1]; /* LOG's: who wants to be logged in */
	char login_pass[PASS_LEN + 1];
	bool its_turn;
	struct task *task;
	struct code code;  /* the newest REQ's */
	ms_t requested_at; /* PACING: since when */
	struct vlc vlc;
};

/* A datagram whose answer takes its time: REG, UNR, or VLD of a removal. */
enum change_state {
	CHANGE_NONE,
	CHANGE_BLOCKED, /* for an earlier change of the same account */
	CHANGE_HASHING, /* for its password's turn */
	CHANGE_WRITING, /* for its turn to write; nobody else changes it */
	CHANGE_WORKING, /* a task: a hash, or what is written */
	CHANGE_DELAYED  /* a wrong password: the answer is due at wait_until; a
			   removal: it is tried again then */
};

struct change {
	enum change_state state;
	struct asker who;
	char text[WIRE_TEXT_MAX]; /* the datagram, to know it again */
	enum msg_type type;
	char uid[UID_LEN + 1];
	bool has_key; /* who asks has shown a certificate, with this */
	uint8_t key[SHA256_LEN]; /* fingerprint */
	ms_t wait_until;
};

/* What a worker is at, all-zero where it is idle; see tasks.h. */
struct task {
	struct job job;
	struct account_job body;
	bool hashes;
	struct addr from;        /* of a password */
	struct session *session; /* whose; NULL: it has gone, or none's */
	struct change *change;   /* whose; or NULL */
};

struct counters {
	unsigned long connections, resent, duplicates, wrong_codes,
	    wrong_passwords;
};

struct server {
	struct listener listener;
	struct dgram udp;
	struct admission places; /* of the sessions, by their index */
	struct session session[SESSIONS_MAX];
	bool partial; /* this round asks only the active ones: see clients.c */
	ms_t next_full_round;           /* the next round that asks everybody */
	struct admission change_places; /* of the changes */
	struct change changes[CHANGES_MAX];
	bool unblock; /* a change has ended: others may have waited for it */
	struct task task[WORKERS];
	struct turns logins, hashes, writes; /* sessions; changes */
	bool login_next;
	struct pool pool;
	struct counters count;
	struct guard guard; /* the secure side */
	ms_t proved;        /* that the accounts are ours: see as/lock.h */
	ms_t stop_by;       /* 0: not stopping */
};

#endif
