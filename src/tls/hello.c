#include <string.h>

#include "tls/machine.h"

enum { SCSV = 0x00ff }; /* TLS_EMPTY_RENEGOTIATION_INFO_SCSV (RFC 5746) */

/* Does a list of 16-bit numbers hold this one? */
bool
hello_lists(struct reader list, unsigned wanted)
{
	bool found = false;

	while (list.left >= 2)
		found |= read_int(&list, 2) == wanted;
	return found;
}

int
hello_read_client(struct hello *h, struct reader *body, bool datagram)
{
	int alert;

	memset(h, 0, sizeof(*h));
	h->version = read_int(body, 2);
	h->random = read_bytes(body, 32);
	h->id = read_vec(body, 1);
	if (datagram)
		h->cookie = read_vec(body, 1);
	h->suites = read_vec(body, 2);
	h->methods = read_vec(body, 1);
	if (body->bad || h->id.left > 32 || h->suites.left % 2 != 0)
		return TLS_DECODE_ERROR;
	if (datagram ?
		h->version >> 8 != 0xfe || h->version > DATAGRAM_VERSION :
		h->version < STREAM_VERSION)
		return TLS_PROTOCOL_VERSION;
	if (h->methods.left == 0 ||
	    memchr(h->methods.at, 0, h->methods.left) == NULL)
		return TLS_ILLEGAL_PARAMETER;
	alert = extensions_read(h, body, false);
	if (hello_lists(h->suites, SCSV))
		h->seen |= 1u << RENEGOTIATION; /* RFC 5746, 3.6 */
	return alert;
}

int
hello_read_server(struct hello *h, struct reader *body)
{
	uint32_t method;

	memset(h, 0, sizeof(*h));
	h->version = read_int(body, 2);
	h->random = read_bytes(body, 32);
	h->id = read_vec(body, 1);
	h->suite = read_int(body, 2);
	method = read_int(body, 1);
	if (body->bad || h->id.left > 32)
		return TLS_DECODE_ERROR;
	if (method != 0)
		return TLS_ILLEGAL_PARAMETER;
	return extensions_read(h, body, true);
}

void
hello_put_client(struct tls *t)
{
	static const uint8_t no_compression[] = { 1, 0 };
	struct writer w = message_open(t, CLIENT_HELLO);
	size_t suites;

	put_int(&w, t->datagram ? DATAGRAM_VERSION : STREAM_VERSION, 2);
	put_bytes(&w, t->hs->client_random, 32);
	put_int(&w, t->hs->id_len, 1);
	put_bytes(&w, t->hs->id, t->hs->id_len);
	if (t->datagram)
		put_int(&w, 0, 1); /* no cookie yet */
	suites = put_open(&w, 2);
	if (judges(t) != TLS_TRUST_NONE)
		put_int(&w, ECDHE_ECDSA, 2);
	if (t->config.target->psk != NULL)
		put_int(&w, ECDHE_PSK, 2);
	put_close(&w, suites, 2);
	put_bytes(&w, no_compression, sizeof(no_compression));
	extensions_put_client(t, &w);
	message_close(t, &w);
}

void
hello_put_server(struct tls *t)
{
	struct writer w = message_open(t, SERVER_HELLO);
	uint8_t id_len = t->hs->hide_id ? 0 : t->hs->id_len;

	put_int(&w, t->datagram ? DATAGRAM_VERSION : STREAM_VERSION, 2);
	put_bytes(&w, t->hs->server_random, 32);
	put_int(&w, id_len, 1);
	put_bytes(&w, t->hs->id, id_len);
	put_int(&w, t->suite, 2);
	put_int(&w, 0, 1);
	extensions_put_server(t, &w);
	message_close(t, &w);
}
