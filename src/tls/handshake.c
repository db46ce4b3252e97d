#include <string.h>

#include "crypto/hmac.h"
#include "crypto/secret.h"
#include "tls/machine.h"

void
handshake_fail(struct tls *t, enum tls_alert why)
{
	if (t->state == FAILED)
		return;
	t->state = FAILED;
	t->alert = why;
	t->said = false;
	t->alert_due = t->fatal = true;
	t->due = 0;
}

/* The hash of the first len bytes of all that has been said. */
void
handshake_hash(const struct tls *t, size_t len, uint8_t out[SHA256_LEN])
{
	sha256(out, t->hs->script, len);
}

/* The keys of both directions from the master secret (RFC 5246, 6.3). */
void
handshake_keys(struct tls *t)
{
	uint8_t seed[64], block[2 * (AEAD_KEY + AEAD_NONCE)] = { 0 };
	struct tls_keys *client = is_server(t) ? &t->rx : &t->tx;
	struct tls_keys *server = is_server(t) ? &t->tx : &t->rx;
	struct reader r = reader_of(block, sizeof(block));

	memcpy(seed, t->hs->server_random, 32);
	memcpy(seed + 32, t->hs->client_random, 32);
	prf(block, sizeof(block), t->hs->master, TLS_MASTER, "key expansion",
	    seed, sizeof(seed));
	read_copy(&r, client->key, AEAD_KEY);
	read_copy(&r, server->key, AEAD_KEY);
	read_copy(&r, client->iv, AEAD_NONCE);
	read_copy(&r, server->iv, AEAD_NONCE);
	wipe(block, sizeof(block));
}

/*
 * The master secret from our secret and the peer's point, with a pre-shared key
 * when one is in use (RFC 5489, 2), over all messages to ClientKeyExchange (RFC
 * 7627, 4): that has just been added.
 */
int
handshake_agree(struct tls *t, const uint8_t *psk, size_t psk_len)
{
	struct tls_handshake *hs = t->hs;
	uint8_t shared[X25519_LEN], hash[SHA256_LEN];
	uint8_t premaster[2 + X25519_LEN + 2 + TLS_PSK_MAX];
	struct writer w = writer_of(premaster, sizeof(premaster));
	bool good = x25519(shared, hs->secret, hs->peer_point);

	if (psk != NULL)
		put_int(&w, X25519_LEN, 2);
	put_bytes(&w, shared, sizeof(shared));
	if (psk != NULL) {
		put_int(&w, (uint32_t)psk_len, 2);
		put_bytes(&w, psk, psk_len);
	}
	handshake_hash(t, hs->script_len, hash);
	prf(hs->master, TLS_MASTER, premaster, w.len, "extended master secret",
	    hash, sizeof(hash));
	wipe(hs->secret, sizeof(hs->secret));
	wipe(shared, sizeof(shared));
	wipe(premaster, sizeof(premaster));
	if (!good || w.full)
		return TLS_ILLEGAL_PARAMETER;
	handshake_keys(t);
	return OK;
}

/* The peer's NewSessionTicket, if one was agreed on, and its Finished. */
void
handshake_next(struct tls *t)
{
	bool from_peer = is_server(t) ? t->hs->state : t->hs->ticket;

	t->state = from_peer ? AWAIT_TICKET : AWAIT_FINISHED;
}

/* What ServerKeyExchange says of the server's point, and what it signs. */
size_t
handshake_point(
    uint8_t out[100], const struct tls_handshake *hs, const uint8_t *point)
{
	struct writer w = writer_of(out, 100);

	put_bytes(&w, hs->client_random, 32);
	put_bytes(&w, hs->server_random, 32);
	put_int(&w, NAMED_CURVE, 1);
	put_int(&w, X25519, 2);
	put_int(&w, X25519_LEN, 1);
	put_bytes(&w, point, X25519_LEN);
	return w.len;
}

void
put_signature(const struct tls *t, struct writer *w, const void *data, size_t n)
{
	const struct tls_self *self = t->config.self;
	uint8_t sig[ED25519_SIG];

	ed25519_sign(sig, self->seed, self->public, data, n);
	put_int(w, ED25519, 2);
	put_int(w, sizeof(sig), 2);
	put_bytes(w, sig, sizeof(sig));
}

/* A signature of the peer's certified key: the last thing in a message. */
int
check_signature(
    const struct tls *t, struct reader *r, const void *data, size_t n)
{
	uint32_t algorithm = read_int(r, 2);
	struct reader sig = read_vec(r, 2);

	if (!read_done(r))
		return TLS_DECODE_ERROR;
	if (algorithm != ED25519 || sig.left != ED25519_SIG)
		return TLS_ILLEGAL_PARAMETER;
	return ed25519_verify(sig.at, t->hs->peer_key, data, n) ?
	    OK :
	    TLS_DECRYPT_ERROR;
}

/* Our chain, or none. */
void
put_certificate(struct tls *t, bool show)
{
	struct writer w = message_open(t, CERTIFICATE);
	size_t list = put_open(&w, 3);

	if (show)
		put_bytes(&w, t->config.self->chain, t->config.self->chain_len);
	put_close(&w, list, 3);
	message_close(t, &w);
}

static const int fault_alerts[] = {
	[CERT_GOOD] = OK,
	[CERT_BROKEN] = TLS_BAD_CERTIFICATE,
	[CERT_EXPIRED] = TLS_CERTIFICATE_EXPIRED,
	[CERT_FOREIGN] = TLS_UNKNOWN_CA,
	[CERT_MISUSED] = TLS_CERTIFICATE_UNKNOWN,
	[CERT_REVOKED] = TLS_CERTIFICATE_REVOKED,
};

static int
judge(struct tls *t, const struct reader *list)
{
	const struct tls_trust *trust = t->config.trust;
	struct cert_check check = { trust->roots, trust->root_count,
		is_server(t) ? NULL : t->config.target->name, !is_server(t),
		trust->wall, trust->revoked, trust->context };

	t->peer.fault = CERT_FOREIGN;
	if (trust->judge == TLS_TRUST_PIN)
		return memcmp(t->peer.fingerprint, trust->pin, SHA256_LEN) ?
		    TLS_BAD_CERTIFICATE :
		    OK;
	t->peer.fault = cert_verify(list->at, list->left, &check);
	return trust->judge == TLS_TRUST_ANY ? OK : fault_alerts[t->peer.fault];
}

static void
meet_peer(struct tls_peer *peer, const struct cert *c)
{
	struct reader serial = c->serial;

	peer->certified = true;
	peer->serves = c->serves;
	peer->until = c->until;
	cert_fingerprint(peer->fingerprint, c);
	cert_name(peer->name, c);
	peer->serial_len =
	    (uint8_t)(serial.left < CERT_SERIAL_MAX ? serial.left :
						      CERT_SERIAL_MAX);
	read_copy(&serial, peer->serial, peer->serial_len);
}

/* That the peer holds the key as well shows only later. */
static int
take_certificate(struct tls *t, struct reader *body)
{
	struct reader list = read_vec(body, 3), rest = list, der;
	struct cert c;

	if (!read_done(body))
		return TLS_DECODE_ERROR;
	t->state = is_server(t) ? AWAIT_CLIENT_KEY : AWAIT_SERVER_KEY;
	if (list.left == 0)
		return is_server(t) && !t->config.trust->required ?
		    OK :
		    TLS_HANDSHAKE_FAILURE;
	der = read_vec(&rest, 3);
	if (rest.bad || !cert_read(&c, der.at, der.left))
		return TLS_BAD_CERTIFICATE;
	meet_peer(&t->peer, &c);
	memcpy(t->hs->peer_key, c.key, sizeof(t->hs->peer_key));
	return judge(t, &list);
}

/* All that was said before it is signed, not a hash (RFC 8422, 5.8). */
static int
take_verify(struct tls *t, struct reader *body)
{
	handshake_next(t);
	return check_signature(t, body, t->hs->script, t->hs->message_at);
}

/* What the Finished of one side has over the first len bytes of the script. */
static void
finished(
    const struct tls *t, bool server, size_t len, uint8_t out[FINISHED_LEN])
{
	uint8_t hash[SHA256_LEN];

	handshake_hash(t, len, hash);
	prf(out, FINISHED_LEN, t->hs->master, TLS_MASTER,
	    server ? "server finished" : "client finished", hash, sizeof(hash));
}

void
put_finished(struct tls *t)
{
	uint8_t data[FINISHED_LEN];
	struct writer w;

	flight_change(t);
	finished(t, is_server(t), t->hs->script_len, data);
	w = message_open(t, FINISHED);
	put_bytes(&w, data, sizeof(data));
	message_close(t, &w);
}

/* The second Finished of a handshake ends it, the first is answered. */
static int
take_finished(struct tls *t, struct reader *body)
{
	struct tls_handshake *hs = t->hs;
	bool answers = is_server(t) != hs->resuming;
	uint8_t data[FINISHED_LEN];

	finished(t, !is_server(t), hs->message_at, data);
	if (t->rx_epoch == 0)
		return TLS_UNEXPECTED_MESSAGE;
	if (body->left != sizeof(data))
		return TLS_DECODE_ERROR;
	if (!same_bytes(body->at, data, sizeof(data)))
		return TLS_DECRYPT_ERROR;
	if (answers) {
		flight_open(t);
		if (is_server(t) ? hs->ticket : hs->state)
			session_put_ticket(t);
		put_finished(t);
		flight_close(t);
	}
	session_keep(t);
	flight_keep(t, answers);
	t->state = OPEN;
	t->news = true;
	t->due = 0;
	return OK;
}

/* Which message may come in which state; it is for the taker to move on. */
static const struct step {
	uint8_t state, type;
	int (*take)(struct tls *t, struct reader *body);
} steps[] = {
	{ AWAIT_CLIENT_HELLO, CLIENT_HELLO, take_client_hello },
	{ AWAIT_CLIENT_CERTIFICATE, CERTIFICATE, take_certificate },
	{ AWAIT_CLIENT_KEY, CLIENT_KEY, take_client_key },
	{ AWAIT_VERIFY, CERTIFICATE_VERIFY, take_verify },
	{ AWAIT_SERVER_HELLO, SERVER_HELLO, take_server_hello },
	{ AWAIT_SERVER_HELLO, HELLO_VERIFY, take_hello_verify },
	{ AWAIT_SERVER_CERTIFICATE, CERTIFICATE, take_certificate },
	{ AWAIT_SERVER_KEY, SERVER_KEY, take_server_key },
	{ AWAIT_DONE, CERTIFICATE_REQUEST, take_request },
	{ AWAIT_DONE, SERVER_DONE, take_done },
	{ AWAIT_TICKET, NEW_TICKET, session_take_ticket },
	{ AWAIT_FINISHED, FINISHED, take_finished },
};

int
handshake_take(struct tls *t, enum message type, struct reader body)
{
	if (type == HELLO_REQUEST && !is_server(t) && !t->datagram &&
	    body.left == 0) {
		t->hs->script_len = t->hs->message_at; /* it does not count */
		return OK;
	}
	for (size_t i = 0; i < sizeof(steps) / sizeof(*steps); i++)
		if (steps[i].state == t->state && steps[i].type == type)
			return steps[i].take(t, &body);
	return TLS_UNEXPECTED_MESSAGE;
}
