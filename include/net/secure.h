/*
 * secure - what connections and datagrams are sealed with: TLS 1.2 over TCP,
 * DTLS 1.2 over UDP (tls/tls.h).
 *
 * One struct secure for a program.  The program owns all of its memory, static
 * and untouched while everything is plain, and fills in the first part; then
 * secure_open().  A listener and a dgram that are given it tell by the first
 * byte whether a peer speaks TLS (20 to 25) or plain text, which is served as
 * ever, or refused with ERR.  What is dialled with it is never plain.
 *
 * A handshake ends with the program's judgement: judge() is asked once, when
 * the peer has shown that it holds its key and before a byte of the program's
 * goes to it or one of its is handed on.  Nothing of what is sealed is handed
 * on before its tag is verified.
 *
 * Handshakes share a few memories.  With none free the oldest handshake gives
 * its up, once it has had HANDSHAKE_SHARE; until then a new one waits.
 */
#ifndef SECURE_H
#define SECURE_H

#include "net/addr.h"
#include "proto/wire.h"
#include "sys/clock.h"
#include "sys/ready.h"
#include "tls/tls.h"

enum {
	SECURE_LINES = 2048,         /* plain bytes of a record: lines, */
	SECURE_BULK = TLS_PLAIN_MAX, /* or the data of files */
	SECURE_DATAGRAM = 2048,      /* the longest datagram that is taken */
	SECURE_DATAGRAM_SENT = 1200, /* and sent */
	SECURE_CID = 8,              /* bytes of the connection ids we give */
	SECURE_BUCKETS = 1024,
	SECURE_PLACE_MAX = 262 /* HOST:PORT */
};

/* Bytes of the two buffers of a connection with records of n plain bytes. */
#define SECURE_BUFFERS(n) (2 * ((n) + TLS_OVER))

/* Whom we dial.  Copied, but for what it points to. */
struct secure_target {
	const char *host;  /* that its certificate must be for; NULL: any */
	const char *place; /* HOST:PORT as a person names it; NULL: nobody */
	bool pinned; /* its certificate must have this fingerprint, and judge()
			is not asked */
	uint8_t pin[SHA256_LEN];
	struct tls_ticket *ticket; /* kept to resume; NULL: it is not */
};

enum secure_phase {
	SECURE_NONE,
	SECURE_WAITING, /* accepted: the first byte will tell; dialled: not yet
			   connected; or there is no handshake's memory yet */
	SECURE_HANDSHAKING,
	SECURE_JUDGING, /* until the person has said yes or no */
	SECURE_OPEN,
	SECURE_OVER /* ended, or failed: see secure_why() */
};

/* One peer: a connection's, or an association's over datagrams. */
struct secure_end {
	enum secure_phase phase;
	bool answers;      /* we are the server */
	struct secure *by; /* whose program's */
	struct addr peer;
	ms_t since; /* its handshake began */
	struct secure_target target;
	struct tls_target named; /* of target, as tls wants it */
	const char *trouble;     /* of ours, beside tls.alert; NULL: none */
	struct tls tls;
};

/* A connection.  All-zero: free. */
struct secure_slot {
	struct secure_end end;
	bool heard;    /* a first byte has come */
	bool more;     /* there is more to read without the socket */
	bool drained;  /* the last read took all that had come */
	size_t unsent; /* sealed bytes that have not left */
	size_t next;   /* free: the one given back before it, likewise */
};

/* Over datagrams.  All-zero: free. */
struct association {
	struct secure_end end;
	unsigned long number; /* that no other has had */
	uint16_t next;        /* in its bucket, 1 for the first; 0: the last */
	ms_t used;            /* something authentic last came or went */
	ms_t asked;           /* dialled: since when nothing has answered; 0 */
	bool plain_heard;     /* dialled: an answer that was plain */
	bool told;            /* dialled: that it has come to nothing */
	struct addr self;     /* where the peer's last came to */
	uint8_t cid[SECURE_CID];
	uint8_t random[32]; /* of the hello it began with */
	size_t waiting_len; /* dialled: a datagram that waits for the keys */
	char waiting[WIRE_TEXT_MAX];
};

_Static_assert(sizeof(struct association) <= 2048, "2,048 are 4 MiB");

/* A handshake's memory, and whose it is now. */
struct secure_handshake {
	struct secure_end *lent; /* NULL: free */
	struct tls_handshake memory;
};

struct secure_counts {
	unsigned long full, resumed, refused, failed; /* handshakes */
	unsigned long plain_refused;                  /* peers */
	unsigned long cookies,
	    forgotten; /* sent; associations that had to go */
};

struct secure {
	/* The program's, before secure_open(). */
	struct tls_self *self;         /* its keys and cache are set there */
	const struct tls_trust *trust; /* whom to ask for certificates */
	bool refuses_plain;
	void (*refresh)(void *context); /* before each handshake; or NULL */
	/*
	 * Is the peer believed?  0: yes; SECURE_ASK: its person has to say so,
	 * with conn_believe() or dgram_believe(); or an enum tls_alert: no.
	 * target is NULL where the peer has dialled us.
	 */
	int (*judge)(void *context, const struct tls_peer *peer,
	    const struct addr *at, const struct secure_target *target);
	/* A handshake of who has dialled us has come to nothing; or NULL. */
	void (*failed)(void *context, const struct addr *at, const char *why);
	void *context;

	struct secure_slot *slot; /* of connections */
	uint8_t *room;            /* SECURE_BUFFERS(record) for each */
	size_t slots, record;
	struct association *association; /* over datagrams */
	size_t associations;
	struct secure_handshake *handshake;
	size_t handshakes;
	struct tls_cached *cache; /* sessions that can be resumed; or NULL */
	size_t cached;

	/* Its own. */
	struct secure_counts count;
	struct tls_server_keys keys;
	ms_t renewed;         /* when the keys of tickets and cookies were */
	size_t free;          /* the slot given back last, 1: the first; 0 */
	size_t fresh;         /* slots from here on were never taken */
	size_t lent;          /* handshakes below it may be in use */
	unsigned long number; /* of associations so far */
	uint16_t bucket[SECURE_BUCKETS]; /* associations by address */
	uint8_t in[SECURE_DATAGRAM], out[SECURE_DATAGRAM_SENT];
};

enum { SECURE_ASK = -1 };

/* random_open() comes before; self->random is set. */
void secure_open(struct secure *s, ms_t now);

/* Wipe all keys: at the program's end. */
void secure_close(struct secure *s);

/*
 * Why a handshake or a connection came to nothing: words that go on after
 * "cannot speak securely with HOST:PORT: ".  Until the next call.
 */
const char *secure_why(const struct secure_end *e);

/* "%lu handshakes (%lu resumed), ..." for a program's counters. */
const char *secure_counters(const struct secure *s, char *out, size_t n);

#endif
