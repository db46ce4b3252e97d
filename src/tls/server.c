#include <string.h>

#include "crypto/secret.h"
#include "tls/machine.h"

/* The best suite that both can; 0: none. */
static uint16_t
choose(const struct tls_self *self, const struct hello *h)
{
	if (!h->x25519)
		return 0;
	if (self->chain != NULL && h->ed25519 &&
	    hello_lists(h->suites, ECDHE_ECDSA))
		return ECDHE_ECDSA;
	if (self->find_psk != NULL && hello_lists(h->suites, ECDHE_PSK))
		return ECDHE_PSK;
	return 0;
}

static void
put_server_key(struct tls *t)
{
	struct writer w = message_open(t, SERVER_KEY);
	uint8_t point[X25519_LEN], said[100];
	size_t n;

	t->config.self->random(t->hs->secret, sizeof(t->hs->secret));
	x25519_public(point, t->hs->secret);
	n = handshake_point(said, t->hs, point);
	if (t->suite == ECDHE_PSK)
		put_int(&w, 0, 2); /* no hint */
	put_bytes(&w, said + 64, n - 64);
	if (t->suite == ECDHE_ECDSA)
		put_signature(t, &w, said, n);
	message_close(t, &w);
}

static void
put_request(struct tls *t)
{
	struct writer w = message_open(t, CERTIFICATE_REQUEST);

	put_int(&w, 1, 1);
	put_int(&w, ED25519_SIGN, 1);
	put_int(&w, 2, 2);
	put_int(&w, ED25519, 2);
	put_int(&w, 0, 2); /* of any authority */
	message_close(t, &w);
}

static void
put_done(struct tls *t)
{
	struct writer w = message_open(t, SERVER_DONE);

	message_close(t, &w);
}

/* The ticket that the client has is good until it expires. */
static void
resume(struct tls *t)
{
	t->hs->ticket = false;
	handshake_keys(t);
	flight_open(t);
	hello_put_server(t);
	put_finished(t);
	flight_close(t);
	handshake_next(t);
}

/* A client whose state we keep is found again by the id that it offers. */
static void
begin(struct tls *t)
{
	struct tls_handshake *hs = t->hs;
	bool certified = t->suite == ECDHE_ECDSA;

	hs->hide_id = hs->state;
	if (!hs->state)
		hs->id_len = 0;
	if (!hs->state && !hs->ticket && t->config.self->cache != NULL) {
		hs->id_len = sizeof(hs->id);
		t->config.self->random(hs->id, sizeof(hs->id));
	}
	hs->ask = certified && judges(t) != TLS_TRUST_NONE;
	flight_open(t);
	hello_put_server(t);
	if (certified)
		put_certificate(t, true);
	put_server_key(t);
	if (hs->ask)
		put_request(t);
	put_done(t);
	flight_close(t);
	t->state = hs->ask ? AWAIT_CLIENT_CERTIFICATE : AWAIT_CLIENT_KEY;
}

int
take_client_hello(struct tls *t, struct reader *body)
{
	const struct tls_self *self = t->config.self;
	struct tls_handshake *hs = t->hs;
	struct hello h;
	int alert = hello_read_client(&h, body, t->datagram);

	if (alert == OK)
		alert = extensions_apply(t, &h);
	if (alert != OK)
		return alert;
	memcpy(hs->client_random, h.random, 32);
	self->random(hs->server_random, sizeof(hs->server_random));
	hs->id_len = (uint8_t)h.id.left;
	read_copy(&h.id, hs->id, hs->id_len);
	hs->state = has(&h, CLIENT_STATE) && self->cache != NULL &&
	    hs->id_len == sizeof(hs->id);
	hs->ticket = !hs->state && has(&h, TICKET) && self->keys != NULL;
	if (session_find(t, &h)) {
		resume(t);
		return OK;
	}
	t->suite = choose(self, &h);
	if (t->suite == 0)
		return TLS_HANDSHAKE_FAILURE;
	begin(t);
	return OK;
}

/*
 * An identity that nobody has gets a key that nobody has: it fails where a
 * wrong key fails, and tells nobody which identities there are (RFC 4279, 2).
 */
static int
take_psk(struct tls *t, struct reader *identity, uint8_t key[TLS_PSK_MAX],
    size_t *key_len)
{
	if (identity->left == 0 || identity->left > TLS_IDENTITY_MAX)
		return TLS_DECODE_ERROR;
	*key_len = session_psk(
	    t->config.self, identity->at, identity->left, key, t->peer.name);
	if (*key_len == 0) {
		*key_len = SHA256_LEN;
		t->config.self->random(key, *key_len);
	}
	t->peer.shared = true;
	return OK;
}

int
take_client_key(struct tls *t, struct reader *body)
{
	uint8_t key[TLS_PSK_MAX];
	size_t key_len = 0;
	struct reader identity = { NULL, 0, false }, point;
	int alert = OK;

	if (t->suite == ECDHE_PSK)
		identity = read_vec(body, 2);
	point = read_vec(body, 1);
	if (!read_done(body) || point.left != X25519_LEN)
		return TLS_DECODE_ERROR;
	if (t->suite == ECDHE_PSK)
		alert = take_psk(t, &identity, key, &key_len);
	if (alert != OK)
		return alert;
	read_copy(&point, t->hs->peer_point, X25519_LEN);
	alert = handshake_agree(t, key_len > 0 ? key : NULL, key_len);
	wipe(key, sizeof(key));
	if (t->peer.certified)
		t->state = AWAIT_VERIFY;
	else
		handshake_next(t);
	return alert;
}
