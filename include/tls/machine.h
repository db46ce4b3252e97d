/*
 * machine - what the parts of the TLS machine know of each other.
 *
 * The script is the heart of it: one buffer in which all messages of the
 * handshake follow each other, the peer's and ours, as the transcript has them.
 * A message of the peer is put together at its end; ours are written there.  So
 * it is at once what Finished and CertificateVerify cover, the place where
 * fragments meet and what a flight is sent, and sent again, from.  When the
 * handshake is done the last flight moves to struct tls, where it can be sent
 * again, and the script goes back to the caller.
 *
 *	record.c     records, sealed and opened
 *	flight.c     messages to records: fragments, flights, timer
 *	message.c    records to messages: put together, in their order
 *	handshake.c  which message may come when; keys; what both sides do
 *	client.c, server.c   what one side does
 *	hello.c      the two hellos
 *	extension.c  and their extensions
 *	session.c    sessions kept and resumed: ids, tickets, client_state
 *	sealed.c     how those are sealed that the other side keeps
 *	greet.c      cookies
 *
 * Functions that may refuse what the peer says return the alert for it, or OK.
 */
#ifndef TLS_MACHINE_H
#define TLS_MACHINE_H

#include "tls/bytes.h"
#include "tls/tls.h"

enum { OK = -1 };

enum content {
	CHANGE_CIPHER = 20,
	ALERT = 21,
	HANDSHAKE = 22,
	DATA = 23,
	WITH_CID = 25 /* RFC 9146, 4 */
};

enum message {
	HELLO_REQUEST = 0,
	CLIENT_HELLO = 1,
	SERVER_HELLO = 2,
	HELLO_VERIFY = 3,
	NEW_TICKET = 4,
	CERTIFICATE = 11,
	SERVER_KEY = 12,
	CERTIFICATE_REQUEST = 13,
	SERVER_DONE = 14,
	CERTIFICATE_VERIFY = 15,
	CLIENT_KEY = 16,
	FINISHED = 20
};

/* What a machine waits for. */
enum state {
	AWAIT_CLIENT_HELLO,
	AWAIT_CLIENT_CERTIFICATE,
	AWAIT_CLIENT_KEY,
	AWAIT_VERIFY,
	AWAIT_SERVER_HELLO,
	AWAIT_SERVER_CERTIFICATE,
	AWAIT_SERVER_KEY,
	AWAIT_DONE,
	AWAIT_TICKET,
	AWAIT_FINISHED,
	OPEN,
	ENDED, /* by the peer */
	FAILED
};

enum {
	ECDHE_ECDSA = 0xcca9,
	ECDHE_PSK = 0xccac,
	X25519 = 29,
	ED25519 = 0x0807,
	NAMED_CURVE = 3,
	ED25519_SIGN = 64, /* ClientCertificateType ecdsa_sign */
	FINISHED_LEN = 12,
	MESSAGE_HEAD = 12,  /* DTLS; a stream's is 4 */
	FIRST_SEQ_MAX = 16, /* of a hello: its record and message numbers */
	DATAGRAM_VERSION = 0xfefd,
	STREAM_VERSION = 0x0303
};

/*
 * Record numbers end before the 48 bits that DTLS has for them, and streams
 * keep to it; some are left for the alert that says so.
 */
#define SEQ_MAX      (((uint64_t)1 << 48) - 1)
#define SEQ_DATA_MAX (SEQ_MAX - 16)

static inline bool
is_server(const struct tls *t)
{
	return t->config.target == NULL;
}

static inline enum tls_judge
judges(const struct tls *t)
{
	return t->config.trust != NULL ? t->config.trust->judge :
					 TLS_TRUST_NONE;
}

struct record {
	uint8_t type, epoch;
	uint64_t seq;
	uint8_t *at, *data;
	size_t len;  /* of data */
	size_t size; /* of all of it, as it came, from at on */
};

/* record.c */
size_t record_most(const struct tls *t, int epoch, size_t left); /* of data */
size_t record_room(const struct tls *t, int epoch);              /* in t->out */
void record_put(
    struct tls *t, int epoch, enum content type, const void *data, size_t n);
enum { RECORD_NONE = -2 };
int record_take(struct tls *t, struct record *r); /* OK, RECORD_NONE, alert */

/* flight.c */
size_t message_head(const struct tls *t);
size_t message_len(const uint8_t *head);
struct writer message_open(struct tls *t, enum message type);
void message_close(struct tls *t, const struct writer *w);
void flight_open(struct tls *t);
void flight_change(struct tls *t); /* ChangeCipherSpec stands here */
void flight_close(struct tls *t);
bool flight_waits(const struct tls *t); /* some is to be sent yet */
void flight_again(struct tls *t);
void flight_cut(struct tls *t); /* into t->out, as much as fits */
void flight_tick(struct tls *t);
void flight_keep(struct tls *t, bool answers);
void flight_drop(struct tls *t);

/* message.c */
int message_take(struct tls *t, struct record *r);
enum { EARLY_HEAD = 5 };
enum early_kind { EARLY_GONE, EARLY_RECORD, EARLY_DATA };
struct early {
	enum early_kind kind;
	size_t size, len;
};
struct early early_read(const struct tls_handshake *hs, size_t at);
void early_mark(uint8_t *at, enum early_kind kind);
void early_keep(struct tls *t, const struct record *r);
void early_data(struct tls *t, const struct record *r);
void early_retry(struct tls *t);

/* handshake.c */
void handshake_fail(struct tls *t, enum tls_alert why);
int handshake_take(struct tls *t, enum message type, struct reader body);
void handshake_hash(const struct tls *t, size_t len, uint8_t out[SHA256_LEN]);
void handshake_keys(struct tls *t);
int handshake_agree(struct tls *t, const uint8_t *psk, size_t psk_len);
void handshake_next(struct tls *t); /* a ticket first, or Finished? */
size_t handshake_point(
    uint8_t out[100], const struct tls_handshake *hs, const uint8_t *point);
void put_certificate(struct tls *t, bool show);
void put_finished(struct tls *t);
void put_signature(
    const struct tls *t, struct writer *w, const void *data, size_t n);
int check_signature(
    const struct tls *t, struct reader *r, const void *data, size_t n);

/* client.c */
void client_hello(struct tls *t);
int take_server_hello(struct tls *t, struct reader *body);
int take_hello_verify(struct tls *t, struct reader *body);
int take_server_key(struct tls *t, struct reader *body);
int take_request(struct tls *t, struct reader *body);
int take_done(struct tls *t, struct reader *body);

/* server.c */
int take_client_hello(struct tls *t, struct reader *body);
int take_client_key(struct tls *t, struct reader *body);

/* extension.c */
enum known {
	RENEGOTIATION,
	MASTER_SECRET,
	TICKET,
	POINT_FORMATS,
	RECORD_LIMIT,
	MAX_FRAGMENT,
	CONNECTION_ID,
	CLIENT_STATE,
	SERVER_NAME,
	GROUPS,
	SIGNATURES
};

struct hello {
	uint32_t version, suite;
	const uint8_t *random;
	struct reader id, cookie, suites, methods;
	uint16_t seen; /* extensions: 1 << enum known */
	bool x25519, ed25519;
	struct reader ticket, cid, state;
	uint16_t limit; /* 0: none was said */
	uint8_t fragment;
};

static inline bool
has(const struct hello *h, enum known extension)
{
	return h->seen >> extension & 1;
}

int extensions_read(struct hello *h, struct reader *body, bool server);
void extensions_put_client(struct tls *t, struct writer *w);
void extensions_put_server(struct tls *t, struct writer *w);
int extensions_apply(struct tls *t, const struct hello *h);

/* hello.c */
int hello_read_client(struct hello *h, struct reader *body, bool datagram);
int hello_read_server(struct hello *h, struct reader *body);
void hello_put_client(struct tls *t);
void hello_put_server(struct tls *t);
bool hello_lists(struct reader list, unsigned wanted);

/*
 * sealed.c: a session that is kept by the other side, and opened by nobody but
 * us.  A server's is a ticket (RFC 5077), a client's a client_state.
 */
#define TICKET_LABEL "ticket"
#define STATE_LABEL  "client state"
enum {
	STATE_LEN = TLS_MASTER + 2 + 1 + 8 + 3 + 1 + 8 + SHA256_LEN + 1 +
	    CERT_SERIAL_MAX + TLS_NAME_MAX + 1,
	SEALED_LEN = AEAD_NONCE + STATE_LEN + AEAD_TAG
};
void sealed_put(uint8_t out[SEALED_LEN], const struct tls_session *s,
    const uint8_t key[AEAD_KEY], const char *label,
    const struct tls_self *self);
bool sealed_open(struct tls_session *s, struct reader sealed,
    const uint8_t key[AEAD_KEY], const char *label);

/* All that a device needs comes from its one key: what seals its state, and
 * the session id that the server finds it by. */
struct device {
	uint8_t key[AEAD_KEY], id[32];
};
void device_make(struct device *d, const uint8_t key[TLS_DEVICE_KEY]);

/* session.c */
void session_offer(struct tls *t); /* a client */
bool session_returned(struct tls *t, const struct hello *h);
bool session_find(struct tls *t, const struct hello *h); /* a server */
const struct tls_cached *session_cached(const struct tls *t);
void session_put_ticket(struct tls *t);
int session_take_ticket(struct tls *t, struct reader *body);
void session_keep(struct tls *t);
size_t session_psk(const struct tls_self *self, const void *identity, size_t n,
    uint8_t key[TLS_PSK_MAX], char name[TLS_NAME_MAX + 1]);

#endif
