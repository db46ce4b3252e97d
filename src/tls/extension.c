#include <string.h>

#include "tls/machine.h"

static bool
take_empty(struct hello *h, struct reader *body)
{
	(void)h;
	return body->left == 0;
}

/* There is nothing to renegotiate (RFC 5746, 3.4 and 3.6). */
static bool
take_renegotiation(struct hello *h, struct reader *body)
{
	(void)h;
	return read_vec(body, 1).left == 0;
}

static bool
take_ticket(struct hello *h, struct reader *body)
{
	h->ticket = *body;
	read_bytes(body, body->left);
	return true;
}

static bool
take_state(struct hello *h, struct reader *body)
{
	h->state = *body;
	read_bytes(body, body->left);
	return true;
}

static bool
take_cid(struct hello *h, struct reader *body)
{
	h->cid = read_vec(body, 1);
	return true;
}

static bool
take_limit(struct hello *h, struct reader *body)
{
	h->limit = (uint16_t)read_int(body, 2);
	return h->limit >= TLS_DATA_MIN;
}

static bool
take_fragment(struct hello *h, struct reader *body)
{
	h->fragment = (uint8_t)read_int(body, 1);
	return h->fragment >= 1 && h->fragment <= 4;
}

static bool
take_groups(struct hello *h, struct reader *body)
{
	h->x25519 = hello_lists(read_vec(body, 2), X25519);
	return true;
}

static bool
take_signatures(struct hello *h, struct reader *body)
{
	h->ed25519 = hello_lists(read_vec(body, 2), ED25519);
	return true;
}

static bool
take_formats(struct hello *h, struct reader *body)
{
	struct reader list = read_vec(body, 1);

	(void)h;
	return list.left > 0 && memchr(list.at, 0, list.left) != NULL;
}

static bool
take_name(struct hello *h, struct reader *body)
{
	(void)h;
	read_bytes(body, body->left); /* we are who we are */
	return true;
}

/*
 * The extensions that we know; a server answers with those before SERVER_NAME
 * at most.  What take() does not like is illegal.
 */
static const struct extension {
	uint16_t id;
	bool (*take)(struct hello *h, struct reader *body);
} extensions[] = {
	[RENEGOTIATION] = { 0xff01, take_renegotiation },
	[MASTER_SECRET] = { 23, take_empty },
	[TICKET] = { 35, take_ticket },
	[POINT_FORMATS] = { 11, take_formats },
	[RECORD_LIMIT] = { 28, take_limit },
	[MAX_FRAGMENT] = { 1, take_fragment },
	[CONNECTION_ID] = { 54, take_cid },
	[CLIENT_STATE] = { 0xff2f, take_state }, /* private use */
	[SERVER_NAME] = { 0, take_name },
	[GROUPS] = { 10, take_groups },
	[SIGNATURES] = { 13, take_signatures },
};

static int
find_extension(uint32_t id)
{
	for (int i = 0; i < (int)(sizeof(extensions) / sizeof(*extensions));
	     i++)
		if (extensions[i].id == id)
			return i;
	return -1;
}

static int
take_extension(struct hello *h, int i, struct reader *body)
{
	if (h->seen >> i & 1)
		return TLS_ILLEGAL_PARAMETER;
	h->seen |= (uint16_t)(1u << i);
	if (!extensions[i].take(h, body))
		return body->bad ? TLS_DECODE_ERROR : TLS_ILLEGAL_PARAMETER;
	return read_done(body) ? OK : TLS_DECODE_ERROR;
}

/* Those that we do not know a client may have; from a server they are none. */
int
extensions_read(struct hello *h, struct reader *body, bool server)
{
	struct reader list = { NULL, 0, false };

	if (body->left > 0)
		list = read_vec(body, 2);
	if (!read_done(body))
		return TLS_DECODE_ERROR;
	while (list.left > 0) {
		int i = find_extension(read_int(&list, 2)), alert;
		struct reader one = read_vec(&list, 2);

		if (list.bad)
			return TLS_DECODE_ERROR;
		if (i < 0 && server)
			return TLS_UNSUPPORTED_EXTENSION;
		if (i >= 0 && (alert = take_extension(h, i, &one)) != OK)
			return alert;
	}
	return OK;
}

/* What fits into t->in, without the rest of a record. */
static size_t
own_limit(const struct tls *t)
{
	size_t over = TLS_OVER;
	size_t left;

	if (t->datagram)
		over = TLS_DATAGRAM_OVER + (size_t)t->cid_in.len;
	left = t->in_size > over ? t->in_size - over : 0;
	return left < TLS_PLAIN_MAX ? left : TLS_PLAIN_MAX;
}

/* The largest of the four sizes of RFC 6066, 4, that fits; 0: none does. */
static uint8_t
own_fragment(const struct tls *t)
{
	uint8_t code = 4;

	while (code > 0 && (size_t)256 << code > own_limit(t))
		code--;
	return code;
}

static void
put(struct writer *w, enum known e, const void *data, size_t n)
{
	put_int(w, extensions[e].id, 2);
	put_int(w, (uint32_t)n, 2);
	put_bytes(w, data, n);
}

static void
put_number(struct writer *w, enum known e, size_t value, int width)
{
	put_int(w, extensions[e].id, 2);
	put_int(w, (uint32_t)width, 2);
	put_int(w, (uint32_t)value, width);
}

static void
put_cid(struct writer *w, const struct tls_cid *cid)
{
	put_int(w, extensions[CONNECTION_ID].id, 2);
	put_int(w, cid->len + 1u, 2);
	put_int(w, cid->len, 1);
	put_bytes(w, cid->id, cid->len);
}

/* An address is no host name (RFC 6066, 3). */
static bool
is_host(const char *name)
{
	uint8_t address[16];

	return name != NULL && cert_address(name, address) == 0;
}

static void
put_server_name(struct writer *w, const char *name)
{
	size_t n = strlen(name);

	put_int(w, extensions[SERVER_NAME].id, 2);
	put_int(w, (uint32_t)n + 5, 2);
	put_int(w, (uint32_t)n + 3, 2);
	put_int(w, 0, 1);
	put_int(w, (uint32_t)n, 2);
	put_bytes(w, name, n);
}

static const uint8_t no_renegotiation[] = { 0 };
static const uint8_t uncompressed[] = { 1, 0 };

/* Which extensions a client has. */
static uint16_t
choose(const struct tls *t)
{
	bool small = own_limit(t) < TLS_PLAIN_MAX;
	unsigned set = 1u << RENEGOTIATION | 1u << MASTER_SECRET |
	    1u << GROUPS | 1u << POINT_FORMATS | 1u << SIGNATURES;

	if (is_host(t->config.target->name))
		set |= 1u << SERVER_NAME;
	if (t->hs->state)
		set |= 1u << CLIENT_STATE;
	else if (t->config.target->ticket != NULL)
		set |= 1u << TICKET;
	if (small)
		set |= 1u << RECORD_LIMIT;
	if (small && !t->datagram && own_fragment(t) > 0)
		set |= 1u << MAX_FRAGMENT;
	if (t->datagram && t->config.cid != NULL)
		set |= 1u << CONNECTION_ID;
	return (uint16_t)set;
}

static bool
sends(const struct tls *t, enum known e)
{
	return t->hs->offered >> e & 1;
}

void
extensions_put_client(struct tls *t, struct writer *w)
{
	static const uint8_t groups[] = { 0, 2, 0, X25519 };
	static const uint8_t signatures[] = { 0, 2, ED25519 >> 8,
		ED25519 & 255 };
	const struct tls_ticket *ticket = t->config.target->ticket;
	size_t list = put_open(w, 2);

	t->hs->offered = choose(t);
	if (sends(t, SERVER_NAME))
		put_server_name(w, t->config.target->name);
	put(w, RENEGOTIATION, no_renegotiation, sizeof(no_renegotiation));
	put(w, MASTER_SECRET, NULL, 0);
	if (sends(t, TICKET))
		put(w, TICKET, ticket->data, t->hs->resuming ? ticket->len : 0);
	if (sends(t, CLIENT_STATE))
		put(w, CLIENT_STATE, NULL, 0);
	if (sends(t, RECORD_LIMIT))
		put_number(w, RECORD_LIMIT, own_limit(t), 2);
	if (sends(t, MAX_FRAGMENT))
		put_number(w, MAX_FRAGMENT, own_fragment(t), 1);
	if (sends(t, CONNECTION_ID))
		put_cid(w, &t->cid_in);
	put(w, GROUPS, groups, sizeof(groups));
	put(w, POINT_FORMATS, uncompressed, sizeof(uncompressed));
	put(w, SIGNATURES, signatures, sizeof(signatures));
	put_close(w, list, 2);
}

void
extensions_put_server(struct tls *t, struct writer *w)
{
	const struct tls_cached *cached = session_cached(t);
	bool back = t->hs->resuming && cached != NULL;
	size_t list = put_open(w, 2);

	put(w, RENEGOTIATION, no_renegotiation, sizeof(no_renegotiation));
	put(w, MASTER_SECRET, NULL, 0);
	if (sends(t, POINT_FORMATS))
		put(w, POINT_FORMATS, uncompressed, sizeof(uncompressed));
	if (t->hs->ticket)
		put(w, TICKET, NULL, 0);
	if (t->hs->state)
		put(w, CLIENT_STATE, back ? cached->state : NULL,
		    back ? cached->state_len : 0);
	if (sends(t, RECORD_LIMIT))
		put_number(w, RECORD_LIMIT, own_limit(t), 2);
	if (sends(t, MAX_FRAGMENT))
		put_number(w, MAX_FRAGMENT, t->hs->fragment, 1);
	if (sends(t, CONNECTION_ID))
		put_cid(w, &t->cid_in);
	put_close(w, list, 2);
}

/* Of the two limits one counts (RFC 8449, 5). */
static int
apply_limit(struct tls *t, const struct hello *h)
{
	if (has(h, RECORD_LIMIT) && has(h, MAX_FRAGMENT) && !is_server(t))
		return TLS_ILLEGAL_PARAMETER;
	if (has(h, RECORD_LIMIT)) {
		if (h->limit < t->limit)
			t->limit = h->limit;
		t->hs->offered |= 1u << RECORD_LIMIT;
	} else if (has(h, MAX_FRAGMENT)) {
		if (!is_server(t) && h->fragment != own_fragment(t))
			return TLS_ILLEGAL_PARAMETER;
		t->limit = (uint16_t)(256 << h->fragment);
		t->hs->fragment = h->fragment;
		t->hs->offered |= 1u << MAX_FRAGMENT;
	}
	return OK;
}

/* Records have connection ids when both hellos speak of them (RFC 9146, 3). */
static int
apply_cid(struct tls *t, const struct hello *h)
{
	struct reader cid = h->cid;
	bool fits = cid.left <= TLS_CID_MAX;

	if (!t->datagram || t->config.cid == NULL || !has(h, CONNECTION_ID) ||
	    (!fits && is_server(t))) {
		t->cid_in.len = 0;
		return OK;
	}
	if (!fits)
		return TLS_HANDSHAKE_FAILURE;
	t->cid_out.len = (uint8_t)cid.left;
	read_copy(&cid, t->cid_out.id, cid.left);
	t->hs->offered |= 1u << CONNECTION_ID;
	return OK;
}

/*
 * What the peer's hello says of how we go on.  A server's hello has only what
 * its client's had (RFC 5246, 7.4.1.4); both must have what the profile wants.
 */
int
extensions_apply(struct tls *t, const struct hello *h)
{
	const unsigned never = 1u << GROUPS | 1u << SIGNATURES;
	int alert;

	if (!is_server(t) && (h->seen & ~t->hs->offered || h->seen & never))
		return TLS_UNSUPPORTED_EXTENSION;
	if (!has(h, MASTER_SECRET) || !has(h, RENEGOTIATION))
		return TLS_HANDSHAKE_FAILURE; /* RFC 7627, 5.2 and 5.3 */
	if (is_server(t))
		t->hs->offered = h->seen & 1u << POINT_FORMATS;
	alert = apply_limit(t, h);
	return alert == OK ? apply_cid(t, h) : alert;
}
