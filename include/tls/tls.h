/*
 * tls - TLS 1.2 (RFC 5246) and DTLS 1.2 (RFC 6347) as a machine without I/O.
 *
 * One profile: X25519 (RFC 7748), Ed25519 certificates (RFC 8422, RFC 8410) or
 * a pre-shared key (RFC 5489), ChaCha20-Poly1305 (RFC 7905), the extended
 * master secret always (RFC 7627), renegotiation never (RFC 5746 says so on the
 * wire).  A client and a server over a stream or over datagrams are the same
 * machine; the configuration says which.
 *
 * The machine has no socket, clock, disk, heap or global.  The caller moves its
 * bytes:
 *
 *	room = tls_room(t, &n);              received bytes go there
 *	n = read(fd, room, n);
 *	while ((event = tls_input(t, n, now)) != TLS_MORE) {
 *		...                          TLS_DATA: tls_read() takes it
 *		n = 0;
 *	}
 *	while ((out = tls_output(t, &n)) != NULL)
 *		tls_sent(t, write(fd, out, n));
 *
 * Wait for input while tls_room() has some, for output while tls_output() has
 * some, and no longer than until tls_due().  After any call but tls_room() and
 * tls_due() there may be output: an answer, an alert, a flight once more.
 * TLS_ENDED and TLS_FAILED come again and again: they end the loop.  The peer
 * is known, and may be judged, from TLS_READY on; nothing of the caller's has
 * gone to it before.
 *
 * Over datagrams each read is one datagram, and tls_output() gives one at a
 * time.  What is forged, repeated or late is dropped without a word; what is
 * lost of a handshake is sent again, what is lost of the caller's data is lost.
 */
#ifndef TLS_H
#define TLS_H

#include "crypto/aead.h"
#include "crypto/x25519.h"
#include "tls/cert.h"

enum {
	TLS_PLAIN_MAX = 16384,   /* plain text of a record (RFC 5246, 6.2.1) */
	TLS_DATA_MIN = 64,       /* of any record size limit (RFC 8449, 4) */
	TLS_OVER = 5 + AEAD_TAG, /* what a stream's record has beside it */
	TLS_CID_MAX = 32,        /* bytes of a connection id, theirs or ours */
	TLS_DATAGRAM_OVER = 13 + AEAD_TAG + 1, /* and a connection id */
	TLS_SCRIPT = 8192,     /* all messages of a handshake, both ways */
	TLS_EARLY = 2048,      /* datagrams: what came before its time */
	TLS_LAST = 288,        /* datagrams: the last flight, kept */
	TLS_TICKET_MAX = 1024, /* of a server's making; ours are shorter */
	TLS_STATE_MAX = 256,   /* of a client's making; ours are shorter */
	TLS_PSK_MAX = 64,
	TLS_IDENTITY_MAX = 256,
	TLS_NAME_MAX = CERT_NAME_MAX,
	TLS_MASTER = 48,
	TLS_DEVICE_KEY = 16,
	TLS_TICKET_LIFE = 7200 /* seconds that a session can be resumed */
};

/* Alerts (RFC 5246, 7.2) that we send or that a caller may want to tell. */
enum tls_alert {
	TLS_CLOSE_NOTIFY = 0,
	TLS_UNEXPECTED_MESSAGE = 10,
	TLS_BAD_RECORD_MAC = 20,
	TLS_RECORD_OVERFLOW = 22,
	TLS_HANDSHAKE_FAILURE = 40,
	TLS_BAD_CERTIFICATE = 42,
	TLS_CERTIFICATE_REVOKED = 44,
	TLS_CERTIFICATE_EXPIRED = 45,
	TLS_CERTIFICATE_UNKNOWN = 46,
	TLS_ILLEGAL_PARAMETER = 47,
	TLS_UNKNOWN_CA = 48,
	TLS_ACCESS_DENIED = 49,
	TLS_DECODE_ERROR = 50,
	TLS_DECRYPT_ERROR = 51,
	TLS_PROTOCOL_VERSION = 70,
	TLS_INTERNAL_ERROR = 80,
	TLS_USER_CANCELED = 90,
	TLS_UNSUPPORTED_EXTENSION = 110,
	TLS_TIMED_OUT = 256, /* ours alone: no answer to any resend */
	TLS_EXHAUSTED = 257  /* ours alone: no record number is left */
};

/* Who the peer is, as far as it has shown. */
struct tls_peer {
	bool resumed;   /* shown in an earlier connection, that this resumes */
	bool certified; /* by a certificate, whose key it holds */
	bool shared;    /* by a pre-shared key */
	bool serves;    /* its certificate is good for a server */
	enum cert_fault fault; /* what the roots say; PIN: CERT_FOREIGN */
	int64_t until;         /* its certificate's end, seconds since 1970 */
	uint8_t fingerprint[SHA256_LEN]; /* of its certificate */
	uint8_t serial[CERT_SERIAL_MAX]; /* and its serial number */
	uint8_t serial_len;
	char name[TLS_NAME_MAX + 1]; /* its common name or PSK identity */
};

/* What both sides know of each other after a handshake; suite 0: nothing. */
struct tls_session {
	uint8_t master[TLS_MASTER];
	uint16_t suite;
	bool datagram; /* of TLS or of DTLS: no session is of both */
	uint8_t id_len;
	uint8_t id[32];
	int64_t until; /* milliseconds of the caller's clock */
	struct tls_peer peer;
};

/* What a client keeps to resume; all-zero: nothing.  It is secret: wipe() it.
 */
struct tls_ticket {
	struct tls_session session;
	uint16_t len; /* 0: resumed by its session id */
	uint8_t data[TLS_TICKET_MAX];
};

/*
 * What a server keeps so that clients can resume by session id, a slot each,
 * found by the id; all-zero: free.  state is what a client has sealed for
 * itself (client_state), and never opened here.
 */
struct tls_cached {
	struct tls_session session;
	uint16_t state_len;
	uint8_t state[TLS_STATE_MAX];
};

/* Keys of a server alone, random: current and previous. */
struct tls_server_keys {
	uint8_t ticket[2][AEAD_KEY];
	uint8_t cookie[2][SHA256_LEN];
};

/*
 * The current keys become the previous, and new ones are made.  Twice at the
 * start; then at the latest each time that tickets should end, with what was
 * sealed before the last two calls.
 */
void tls_renew_keys(
    struct tls_server_keys *keys, void (*random)(void *out, size_t n));

/*
 * Who we are: one for a program.  Set random, call tls_set_identity() if there
 * is a certificate, then set what else is wanted; all-zero is nobody.  It must
 * outlive the connections that are made with it.
 */
struct tls_self {
	void (*random)(void *out, size_t n); /* unguessable bytes */

	const uint8_t *chain; /* our certificates; NULL: none */
	size_t chain_len;
	uint8_t seed[ED25519_KEY], public[ED25519_KEY];

	/*
	 * A client that keeps nothing but this key, of TLS_DEVICE_KEY bytes:
	 * its session, sealed with it, is kept by the server, which gives it
	 * back (the private extension client_state, in the place of tickets).
	 * A server takes part where it has a cache.  A state that cannot be
	 * opened ends the handshake with TLS_DECRYPT_ERROR: then begin once
	 * more without the key.  NULL: tickets and session ids.
	 */
	const uint8_t *device_key;

	/* A server alone. */
	const struct tls_server_keys *keys; /* NULL: no tickets, no cookies */
	struct tls_cached *cache;           /* NULL: no session ids */
	size_t cache_count;

	/*
	 * A server's pre-shared keys: puts the key of an identity into key and
	 * gives its length, 0 where the identity is not known or no longer
	 * good.  name is what the peer is called from then on: the identity
	 * itself where that is text and fits, else "", and the callee may put
	 * another into it.  When a session is resumed the name is asked for as
	 * an identity, to see if it is still good; "" is never resumed.
	 * NULL: there are no pre-shared keys.
	 */
	size_t (*find_psk)(void *context, const void *identity, size_t n,
	    uint8_t key[TLS_PSK_MAX], char name[TLS_NAME_MAX + 1]);
	void *context;
};

/*
 * Our chain and the key to it, which it points to from then on.  False when it
 * has no certificate, one that cannot be read, more than CERT_CHAIN_MAX of
 * them, or when the key is not that of the first.
 */
bool tls_set_identity(struct tls_self *self, const uint8_t *chain,
    size_t chain_len, const uint8_t seed[ED25519_KEY]);

/* Which certificates of the peer are good. */
enum tls_judge {
	TLS_TRUST_NONE,  /* none is asked for; a client offers its PSK alone */
	TLS_TRUST_ROOTS, /* one that a root stands above, for the target */
	TLS_TRUST_PIN,   /* the one with this fingerprint */
	TLS_TRUST_ANY    /* each: the caller judges by tls.peer */
};

/* Whom we trust.  It must outlive its connections; wall is kept current. */
struct tls_trust {
	enum tls_judge judge;
	bool required; /* a server: clients without a certificate are refused */
	const struct cert_root *roots;
	size_t root_count;
	uint8_t pin[SHA256_LEN];
	int64_t wall; /* seconds since 1970; 0: certificates do not expire */
	bool (*revoked)(void *context, const struct cert *c); /* as in cert.h */
	void *context;
};

/* A client's pre-shared key. */
struct tls_psk {
	const void *identity; /* up to TLS_IDENTITY_MAX bytes */
	size_t identity_len;
	const uint8_t *key; /* up to TLS_PSK_MAX bytes */
	size_t key_len;
};

/* Whom a client calls: one for each server, for as long as the connection. */
struct tls_target {
	const char *name;          /* a host name or an address; NULL: any */
	struct tls_ticket *ticket; /* what to resume, renewed; NULL: nothing */
	const struct tls_psk *psk; /* NULL: none */
};

/* A connection id, that the peer is to put on its records (RFC 9146). */
struct tls_cid {
	uint8_t len; /* 0: none, but the peer's goes on ours */
	uint8_t id[TLS_CID_MAX];
};

/* Copied; what it points to must outlive the connection. */
struct tls_config {
	bool datagram;
	const struct tls_self *self;
	const struct tls_trust *trust;   /* NULL: as TLS_TRUST_NONE */
	const struct tls_target *target; /* NULL: we are the server */
	const struct tls_cid *cid; /* datagrams; NULL: no connection ids */
};

/* The handshake's memory, lent by the caller.  All of it is the machine's. */
struct tls_handshake {
	uint8_t client_random[32], server_random[32];
	uint8_t secret[X25519_LEN], peer_point[X25519_LEN];
	uint8_t peer_key[ED25519_KEY], master[TLS_MASTER];
	uint8_t id[32], id_len;
	bool ask, show, ticket, state; /* what was agreed on */
	bool resuming, hide_id, overflow;
	uint8_t fragment; /* the code of max_fragment_length */
	uint8_t hellos;   /* HelloVerifyRequests taken */
	uint8_t rescans;  /* of early, since the last record */
	uint16_t offered; /* extensions: 1 << enum known */
	int64_t until;    /* of the session that is resumed */

	/* All messages so far, the last in the making. */
	size_t script_len, script_have, message_at;
	size_t kept_at, kept_len; /* the peer's NewSessionTicket */
	uint32_t kept_life;
	size_t early_len, early_at;
	uint8_t script[TLS_SCRIPT], early[TLS_EARLY];
};

/*
 * The memory of a connection beside its struct tls, all the caller's.
 *
 * in holds one record or datagram as it comes, so in_size bounds what the peer
 * may send, and it is told so (RFC 8449; RFC 6066, 4).  A stream's is TLS_OVER
 * more than the longest plain text wanted, of TLS_DATA_MIN to TLS_PLAIN_MAX
 * bytes; a datagram's has room for the longest datagram that can come, 2,048.
 *
 * out: a stream's is any size from 512 bytes; a datagram's is the longest that
 * is sent, from 256 bytes, and 1,200 where nothing better is known.
 *
 * handshake is lent: while tls_handshaking() is true it is this connection's,
 * then another's.  Associations over datagrams can share in and out: each is
 * then asked until TLS_MORE and its output taken to the last, before the next
 * one's turn.
 */
struct tls_memory {
	uint8_t *in, *out;
	size_t in_size, out_size;
	struct tls_handshake *handshake;
};

struct tls_keys {
	uint8_t key[AEAD_KEY], iv[AEAD_NONCE];
};

/* The machine.  Read the first five; the rest is its own. */
struct tls {
	struct tls_peer peer;
	enum tls_alert alert; /* TLS_FAILED: why */
	bool said;            /* by the peer, not by us */
	/*
	 * Datagrams.  An alert of the peer before the keys can be anybody's: it
	 * is noted in alert and said, and fails nothing until the resends are
	 * through.  A caller may wait for less.
	 *
	 * Of the last tls_input() with bytes: was anything in it ours, and was
	 * it newer, and authentic, than all before?  The first tells whether a
	 * datagram was for this association.  After the second the peer is
	 * where that came from (RFC 9146, 6), if it has a way to show that it
	 * receives there, too.
	 */
	bool heard, newest;

	bool datagram, news, closing, alert_due, fatal, changed;
	uint8_t state; /* enum state */
	uint8_t rx_epoch, tx_epoch, tries;
	uint16_t suite, limit; /* the longest plain text that the peer takes */
	uint16_t message_in, message_out; /* DTLS: message_seq */
	struct tls_config config;
	struct tls_handshake *hs; /* NULL: given back */
	int64_t now, due, wait;

	uint8_t *in, *out, *data;
	size_t in_size, in_at, in_len, data_len, part_left;
	size_t out_size, out_at, out_len;

	/* Of both directions: [0] is the plain epoch, [1] the sealed one. */
	struct tls_keys rx, tx;
	uint64_t rx_seq[2], tx_seq[2], rx_window;
	struct tls_cid cid_in, cid_out;

	/* Of the script, or of last when that is given back. */
	size_t flight_from, flight_to, flight_at, flight_part, flight_change;
	uint8_t last[TLS_LAST];
};

enum tls_event {
	TLS_MORE,  /* nothing until more comes in */
	TLS_READY, /* the handshake is done: told once */
	TLS_DATA,  /* there is something to tls_read() */
	TLS_ENDED, /* the peer has closed in order: that was all its data */
	TLS_FAILED /* all is over: see alert and said */
};

/*
 * Begin a connection in t, of which nothing is kept.  now is milliseconds of a
 * clock that never goes back, here and below.  A client has output then.
 */
void tls_start(struct tls *t, const struct tls_config *config,
    const struct tls_memory *memory, int64_t now);

/* Is the handshake's memory in use?  To the end of each handshake at most. */
bool tls_handshaking(const struct tls *t);

/* Wipe all that is secret, at any time: keys, handshake, a stream's records. */
void tls_stop(struct tls *t);

/*
 * Where received bytes go and how many: NULL and 0 while there is data to be
 * read first, and when all is over.  tls_input() says how many have been put
 * there and gives the first thing that comes of it; with 0 the next one.  The
 * end of a stream before TLS_ENDED is an attack or an accident: data may be
 * missing.
 */
void *tls_room(struct tls *t, size_t *n);
enum tls_event tls_input(struct tls *t, size_t n, int64_t now);

/*
 * Up to n bytes of the peer's data; 0: none.  What is left of a stream's is
 * told as TLS_DATA again, so a caller that has no room breaks its loop; of a
 * datagram what n is too small for is gone.
 */
size_t tls_read(struct tls *t, void *out, size_t n);

/*
 * Data for the peer: how much of it was taken, 0 while there is no room or no
 * handshake yet, and when all is over; over a stream TLS_ENDED is only the
 * peer's end of it.  Of a datagram all or nothing; it is
 * taken when it is not longer than tls_datagram_max().
 */
size_t tls_write(struct tls *t, const void *data, size_t n);
size_t tls_datagram_max(const struct tls *t);

/* What is to be sent now, NULL: nothing; and how much of it has been. */
const void *tls_output(struct tls *t, size_t *n);
void tls_sent(struct tls *t, size_t n);

/* When to call tls_input(t, 0, now) at the latest; 0: no such time. */
int64_t tls_due(const struct tls *t);

/*
 * Say goodbye, with TLS_CLOSE_NOTIFY or because of something: nothing can be
 * written after.  With another alert than that t is TLS_FAILED.
 */
void tls_close(struct tls *t, enum tls_alert why);

/*
 * A datagram that no association has heard, to a server: nothing is kept of it,
 * so that nobody can fill our memory from a forged address (RFC 6347, 4.2.1).
 * TLS_GREET_ANSWER: send back the answer, which is shorter than what came.
 * TLS_GREET_START: the address is real, start an association and put this
 * datagram into it.
 *
 * Where the address has an association already, that one goes on, and hears
 * each datagram first, until the new one is TLS_READY: only then the peer has
 * proven that it has begun anew.
 */
enum tls_greet { TLS_GREET_DROP, TLS_GREET_ANSWER, TLS_GREET_START };

struct tls_datagram {
	const void *address; /* where it came from, in any form */
	size_t address_len;
	const void *data;
	size_t len;
};

struct tls_answer {
	size_t len; /* 0: none */
	uint8_t data[13 + 12 + 3 + SHA256_LEN];
};

enum tls_greet tls_greet(const struct tls_self *self,
    const struct tls_datagram *from, struct tls_answer *answer);

/*
 * The connection id, len bytes of it, on the first record of a datagram; NULL:
 * it has none, or is too short.  Ids that are given out all have one length.
 */
const uint8_t *tls_find_cid(const void *datagram, size_t n, size_t len);

#endif
