#include <string.h>

#include "tls/machine.h"

enum { HELLOS = 8 }; /* cookies may change, but not for ever */

void
client_hello(struct tls *t)
{
	t->config.self->random(
	    t->hs->client_random, sizeof(t->hs->client_random));
	session_offer(t);
	flight_open(t);
	hello_put_client(t);
	flight_close(t);
	t->state = AWAIT_SERVER_HELLO;
}

/*
 * The hello again, the same but for the cookie, which stands after the session
 * id.  What was said before it does not count (RFC 6347, 4.2.1).
 */
static void
repeat_hello(struct tls *t, const uint8_t *cookie, size_t n)
{
	struct tls_handshake *hs = t->hs;
	size_t at = MESSAGE_HEAD + 2 + 32 + 1 + hs->id_len;
	size_t after = at + 1 + hs->script[at], rest = t->flight_to - after;
	struct writer w;

	memmove(hs->script + at + 1 + n, hs->script + after, rest);
	hs->script_len = 0;
	flight_open(t);
	w = message_open(t, CLIENT_HELLO);
	w.len = at;
	put_int(&w, (uint32_t)n, 1);
	put_bytes(&w, cookie, n);
	w.len += rest;
	message_close(t, &w);
	flight_close(t);
}

int
take_hello_verify(struct tls *t, struct reader *body)
{
	uint8_t copy[255]; /* what it stands in is written over */
	struct reader cookie;
	size_t n;

	if (!t->datagram || t->hs->hellos == HELLOS)
		return TLS_UNEXPECTED_MESSAGE;
	read_int(body, 2); /* whatever is spoken later */
	cookie = read_vec(body, 1);
	if (!read_done(body) || cookie.left == 0)
		return TLS_DECODE_ERROR;
	n = cookie.left;
	read_copy(&cookie, copy, n);
	t->hs->hellos++;
	repeat_hello(t, copy, n);
	return OK;
}

/* Is what the server chose among what we offered? */
static int
check_choice(const struct tls *t, const struct hello *h)
{
	unsigned version = t->datagram ? DATAGRAM_VERSION : STREAM_VERSION;

	if (h->version != version)
		return TLS_PROTOCOL_VERSION;
	if (!(h->suite == ECDHE_ECDSA && judges(t) != TLS_TRUST_NONE) &&
	    !(h->suite == ECDHE_PSK && t->config.target->psk != NULL))
		return TLS_ILLEGAL_PARAMETER;
	return OK;
}

static int
resume(struct tls *t, const struct hello *h)
{
	if (t->config.self->device_key != NULL && !session_returned(t, h))
		return TLS_DECRYPT_ERROR;
	if (!t->hs->resuming || h->suite != t->suite)
		return TLS_ILLEGAL_PARAMETER;
	handshake_keys(t);
	handshake_next(t);
	return OK;
}

int
take_server_hello(struct tls *t, struct reader *body)
{
	struct tls_handshake *hs = t->hs;
	struct hello h;
	int alert = hello_read_server(&h, body);

	if (alert == OK)
		alert = check_choice(t, &h);
	if (alert == OK)
		alert = extensions_apply(t, &h);
	if (alert != OK)
		return alert;
	memcpy(hs->server_random, h.random, 32);
	hs->ticket = has(&h, TICKET);
	hs->state = has(&h, CLIENT_STATE);
	if (hs->id_len > 0 && reader_is(&h.id, hs->id, hs->id_len))
		return resume(t, &h);
	hs->resuming = false;
	memset(&t->peer, 0, sizeof(t->peer));
	t->suite = (uint16_t)h.suite;
	hs->id_len = (uint8_t)h.id.left;
	read_copy(&h.id, hs->id, hs->id_len);
	t->state =
	    h.suite == ECDHE_PSK ? AWAIT_SERVER_KEY : AWAIT_SERVER_CERTIFICATE;
	return OK;
}

int
take_server_key(struct tls *t, struct reader *body)
{
	uint8_t said[100];
	struct reader point;
	uint32_t type, group;

	if (t->suite == ECDHE_PSK)
		read_vec(body, 2); /* a hint at which key, of our one */
	type = read_int(body, 1);
	group = read_int(body, 2);
	point = read_vec(body, 1);
	if (body->bad)
		return TLS_DECODE_ERROR;
	if (type != NAMED_CURVE || group != X25519 || point.left != X25519_LEN)
		return TLS_ILLEGAL_PARAMETER;
	memcpy(t->hs->peer_point, point.at, X25519_LEN);
	t->state = AWAIT_DONE;
	if (t->suite == ECDHE_PSK)
		return read_done(body) ? OK : TLS_DECODE_ERROR;
	return check_signature(
	    t, body, said, handshake_point(said, t->hs, point.at));
}

int
take_request(struct tls *t, struct reader *body)
{
	struct reader types = read_vec(body, 1);
	struct reader algorithms = read_vec(body, 2);

	read_vec(body, 2); /* authorities: we have one chain to show */
	if (!read_done(body) || algorithms.left % 2 != 0)
		return TLS_DECODE_ERROR;
	if (t->hs->ask || t->suite != ECDHE_ECDSA)
		return TLS_UNEXPECTED_MESSAGE;
	t->hs->ask = true;
	t->hs->show = t->config.self->chain != NULL &&
	    hello_lists(algorithms, ED25519) && types.left > 0 &&
	    memchr(types.at, ED25519_SIGN, types.left) != NULL;
	return OK;
}

static void
put_client_key(struct tls *t)
{
	struct writer w = message_open(t, CLIENT_KEY);
	const struct tls_psk *psk = t->config.target->psk;
	uint8_t point[X25519_LEN];

	t->config.self->random(t->hs->secret, sizeof(t->hs->secret));
	x25519_public(point, t->hs->secret);
	if (t->suite == ECDHE_PSK) {
		put_int(&w, (uint32_t)psk->identity_len, 2);
		put_bytes(&w, psk->identity, psk->identity_len);
	}
	put_int(&w, sizeof(point), 1);
	put_bytes(&w, point, sizeof(point));
	message_close(t, &w);
}

static void
put_verify(struct tls *t)
{
	size_t said = t->hs->script_len;
	struct writer w = message_open(t, CERTIFICATE_VERIFY);

	put_signature(t, &w, t->hs->script, said);
	message_close(t, &w);
}

int
take_done(struct tls *t, struct reader *body)
{
	const struct tls_psk *psk = t->config.target->psk;
	bool shared = t->suite == ECDHE_PSK;
	int alert;

	if (body->left > 0)
		return TLS_DECODE_ERROR;
	flight_open(t);
	if (t->hs->ask)
		put_certificate(t, t->hs->show);
	put_client_key(t);
	alert = shared ? handshake_agree(t, psk->key, psk->key_len) :
			 handshake_agree(t, NULL, 0);
	if (alert != OK)
		return alert;
	t->peer.shared = shared;
	if (t->hs->show)
		put_verify(t);
	if (t->hs->state)
		session_put_ticket(t);
	put_finished(t);
	flight_close(t);
	handshake_next(t);
	return OK;
}
