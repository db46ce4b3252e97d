#include <string.h>

#include "tls/machine.h"

enum { RESCANS = 16 };

/*
 * Over datagrams what cannot be read has been forged, or changed on its way:
 * it is dropped (RFC 6347, 4.1.2.7), and the true message may still come.
 */
static bool
is_noise(const struct tls *t, int alert)
{
	return t->datagram && t->rx_epoch == 0 &&
	    (alert == TLS_DECODE_ERROR || alert == TLS_UNEXPECTED_MESSAGE);
}

/* The message at the script's end is whole: it counts from here on. */
static int
complete(struct tls *t)
{
	struct tls_handshake *hs = t->hs;
	uint8_t *at = hs->script + hs->script_len, state = t->state;
	size_t head = message_head(t);
	int alert;

	hs->message_at = hs->script_len;
	hs->script_len += hs->script_have;
	hs->script_have = 0;
	t->message_in++;
	alert = handshake_take(t, at[0],
	    reader_of(at + head, hs->script_len - hs->message_at - head));
	if (is_noise(t, alert)) {
		t->state = state;
		t->message_in--;
		hs->script_len = hs->message_at;
		return OK;
	}
	early_retry(t);
	return alert == OK && hs->overflow ? TLS_INTERNAL_ERROR : alert;
}

/* The next bytes of a stream of messages: one may end in them, another begin.*/
static int
take_bytes(struct tls *t, const uint8_t *data, size_t n)
{
	struct tls_handshake *hs = t->hs;

	while (n > 0) {
		uint8_t *at = hs->script + hs->script_len;
		size_t whole = 4, take;
		int alert;

		if (t->state >= OPEN)
			return TLS_UNEXPECTED_MESSAGE;
		if (hs->script_have >= 4)
			whole += message_len(at);
		if (whole > TLS_SCRIPT - hs->script_len)
			return TLS_HANDSHAKE_FAILURE; /* more than we hold */
		take = whole - hs->script_have;
		if (take > n)
			take = n;
		memcpy(at + hs->script_have, data, take);
		hs->script_have += take;
		data += take;
		n -= take;
		if (hs->script_have < 4 ||
		    hs->script_have < 4 + message_len(at))
			continue;
		if ((alert = complete(t)) != OK)
			return alert;
	}
	return OK;
}

struct fragment {
	uint8_t type;
	uint32_t len, seq, from, n;
	const uint8_t *data;
};

/*
 * A message that we have had: the peer has missed our answer.  Only its last
 * one counts, so that a flight is answered once however many parts it has.
 */
static void
repeated(struct tls *t, const struct fragment *f)
{
	if (f->seq + 1u == t->message_in && f->from == 0)
		flight_again(t);
}

static void
begin_message(struct tls_handshake *hs, const struct fragment *f)
{
	struct writer w = writer_of(hs->script + hs->script_len, MESSAGE_HEAD);

	put_int(&w, f->type, 1);
	put_int(&w, f->len, 3);
	put_int(&w, f->seq, 2);
	put_int(&w, 0, 3);
	put_int(&w, f->len, 3);
	hs->script_have = w.len;
}

/* One that does not fit what was begun begins anew, so that noise can pass. */
static bool
fits(struct tls_handshake *hs, const struct fragment *f)
{
	const uint8_t *at = hs->script + hs->script_len;

	if (f->from + f->n > f->len || f->len > TLS_SCRIPT ||
	    MESSAGE_HEAD + f->len > TLS_SCRIPT - hs->script_len)
		return false;
	if (hs->script_have > 0 && at[0] == f->type &&
	    message_len(at) == f->len)
		return true;
	if (f->from > 0)
		return false;
	begin_message(hs, f);
	return true;
}

/* Parts are added in their order; *early: one of a later message, or part. */
static int
take_fragment(struct tls *t, const struct fragment *f, bool *early)
{
	struct tls_handshake *hs = t->hs;
	size_t have;

	if (f->seq < t->message_in)
		repeated(t, f);
	if (hs == NULL || t->state >= OPEN || f->seq < t->message_in)
		return OK;
	have = hs->script_have > 0 ? hs->script_have - MESSAGE_HEAD : 0;
	if (f->seq > t->message_in || f->from > have)
		*early = true;
	if (*early || !fits(hs, f))
		return OK;
	have = hs->script_have - MESSAGE_HEAD;
	if (f->from + f->n > have) {
		memcpy(hs->script + hs->script_len + hs->script_have,
		    f->data + (have - f->from), f->from + f->n - have);
		hs->script_have = MESSAGE_HEAD + f->from + f->n;
		early_retry(t);
	}
	return hs->script_have == MESSAGE_HEAD + f->len ? complete(t) : OK;
}

/*
 * The numbers of a client that greet.c has answered begin with its second hello
 * (RFC 6347, 4.2.1).  False: it is no hello, or its numbers are so high that
 * they could run out.
 */
static bool
meet(struct tls *t, const struct record *r, const struct fragment *f)
{
	if (t->state != AWAIT_CLIENT_HELLO)
		return true;
	if (f->type != CLIENT_HELLO || f->seq > FIRST_SEQ_MAX ||
	    r->seq > SEQ_MAX / 2)
		return false;
	if (f->from > 0)
		return true;
	if (f->seq != t->message_in)
		t->hs->script_have = 0;
	t->message_in = t->message_out = (uint16_t)f->seq;
	t->tx_seq[0] = r->seq;
	return true;
}

static int
take_fragments(struct tls *t, struct record *r)
{
	struct reader in = reader_of(r->data, r->len);
	bool early = false, any_early = false;
	int alert = OK;

	while (in.left > 0 && alert == OK) {
		struct fragment f;

		f.type = (uint8_t)read_int(&in, 1);
		f.len = read_int(&in, 3);
		f.seq = read_int(&in, 2);
		f.from = read_int(&in, 3);
		f.n = read_int(&in, 3);
		f.data = read_bytes(&in, f.n);
		if (in.bad || (f.type == FINISHED) != (r->epoch > 0) ||
		    !meet(t, r, &f))
			break;
		early = false;
		alert = take_fragment(t, &f, &early);
		any_early |= early;
	}
	if (any_early && r->epoch == 0)
		early_keep(t, r);
	return alert;
}

int
message_take(struct tls *t, struct record *r)
{
	if (t->datagram)
		return take_fragments(t, r);
	if (t->state == OPEN) /* renegotiation is refused (RFC 5246, 7.4.1.1) */
		return r->len == 4 && r->data[0] == HELLO_REQUEST &&
			!is_server(t) ?
		    OK :
		    TLS_HANDSHAKE_FAILURE;
	return take_bytes(t, r->data, r->len);
}

/*
 * What came before its time stands in hs->early, each behind a head: its kind,
 * the bytes that it takes and those that count.
 */
struct early
early_read(const struct tls_handshake *hs, size_t at)
{
	struct reader r = reader_of(hs->early + at, EARLY_HEAD);
	struct early e;

	e.kind = (enum early_kind)read_int(&r, 1);
	e.size = read_int(&r, 2);
	e.len = read_int(&r, 2);
	return e;
}

void
early_mark(uint8_t *at, enum early_kind kind)
{
	at[-EARLY_HEAD] = (uint8_t)kind;
}

static void
early_put(struct tls_handshake *hs, enum early_kind kind, const uint8_t *data,
    size_t n)
{
	struct writer w = writer_of(hs->early, TLS_EARLY);

	w.len = hs->early_len;
	put_int(&w, kind, 1);
	put_int(&w, (uint32_t)n, 2);
	put_int(&w, (uint32_t)n, 2);
	put_bytes(&w, data, n);
	if (!w.full)
		hs->early_len = w.len;
}

static bool
is_kept(const struct tls_handshake *hs, const struct record *r)
{
	return r->at >= hs->early && r->at < hs->early + TLS_EARLY;
}

/*
 * A record before its time, whole as it came; without room it is dropped: of
 * the handshake it will be sent again, and data may be lost on any way.
 */
void
early_keep(struct tls *t, const struct record *r)
{
	struct tls_handshake *hs = t->hs;

	if (hs == NULL || t->state >= OPEN)
		return;
	t->heard = true;
	if (is_kept(hs, r))
		early_mark(r->at, EARLY_RECORD);
	else
		early_put(hs, EARLY_RECORD, r->at, r->size);
}

/* Data that has been opened, and is told when the peer has proven itself. */
void
early_data(struct tls *t, const struct record *r)
{
	struct tls_handshake *hs = t->hs;
	struct writer head;

	if (hs == NULL)
		return;
	if (!is_kept(hs, r)) {
		early_put(hs, EARLY_DATA, r->data, r->len);
		return;
	}
	memmove(r->at, r->data, r->len);
	early_mark(r->at, EARLY_DATA);
	head = writer_of(r->at - 2, 2);
	put_int(&head, (uint32_t)r->len, 2);
}

/*
 * The time of some may have come: they are gone through once more.  So many
 * times for each record that comes, since two that are kept and contradict each
 * other would each be a step forward for ever.
 */
void
early_retry(struct tls *t)
{
	struct tls_handshake *hs = t->hs;
	bool any = false;

	for (size_t at = 0; at < hs->early_len;) {
		struct early e = early_read(hs, at);

		any |= e.kind != EARLY_GONE;
		at += EARLY_HEAD + e.size;
	}
	if (hs->rescans < RESCANS) {
		hs->rescans++;
		hs->early_at = 0;
	}
	if (!any)
		hs->early_at = hs->early_len = 0;
}
