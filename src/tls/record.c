#include <string.h>

#include "tls/machine.h"

static unsigned
version(const struct tls *t)
{
	return t->datagram ? DATAGRAM_VERSION : STREAM_VERSION;
}

/* What sealing puts behind the data: with a connection id the type, too. */
static size_t
record_tail(const struct tls *t, int epoch)
{
	if (epoch == 0)
		return 0;
	return AEAD_TAG + (t->cid_out.len > 0 ? 1 : 0);
}

static size_t
record_head(const struct tls *t, int epoch)
{
	if (!t->datagram)
		return 5;
	return 13 + (epoch > 0 ? t->cid_out.len : 0u);
}

size_t
record_most(const struct tls *t, int epoch, size_t left)
{
	size_t over = record_head(t, epoch) + record_tail(t, epoch);

	if (left <= over || t->tx_seq[epoch] >= SEQ_MAX)
		return 0;
	left -= over;
	return left < t->limit ? left : t->limit;
}

size_t
record_room(const struct tls *t, int epoch)
{
	return record_most(t, epoch, t->out_size - t->out_len);
}

/*
 * What the AEAD sees of a record: its number, made to a nonce (RFC 7905, 2),
 * and its head with the plain text's length; in DTLS the epoch is the upper 16
 * bits of the number.
 */
struct seal {
	uint8_t nonce[AEAD_NONCE], ad[23 + TLS_CID_MAX];
	size_t ad_len;
};

static void
put_number(struct writer *w, uint64_t number)
{
	put_int(w, (uint32_t)(number >> 32), 4);
	put_int(w, (uint32_t)number, 4);
}

static void
make_seal(
    struct seal *s, const struct tls *t, bool sending, const struct record *r)
{
	const struct tls_cid *cid = sending ? &t->cid_out : &t->cid_in;
	uint64_t number = t->datagram ? r->seq | (uint64_t)1 << 48 : r->seq;
	bool with_cid = t->datagram && cid->len > 0;
	struct writer w = writer_of(s->ad, sizeof(s->ad));

	if (with_cid) { /* RFC 9146, 5.3 */
		put_number(&w, UINT64_MAX);
		put_int(&w, WITH_CID, 1);
		put_int(&w, cid->len, 1);
		put_int(&w, WITH_CID, 1);
		put_int(&w, version(t), 2);
		put_number(&w, number);
		put_bytes(&w, cid->id, cid->len);
	} else {
		put_number(&w, number);
		put_int(&w, r->type, 1);
		put_int(&w, version(t), 2);
	}
	put_int(&w, (uint32_t)r->len, 2);
	s->ad_len = w.len;
	memcpy(s->nonce, sending ? t->tx.iv : t->rx.iv, sizeof(s->nonce));
	for (int i = 0; i < 8; i++)
		s->nonce[4 + i] ^= (uint8_t)(number >> (56 - 8 * i));
}

/* The head of a record of which r->len bytes will be plain text. */
static void
put_head(const struct tls *t, struct writer *w, bool with_cid,
    const struct record *r)
{
	put_int(w, with_cid ? WITH_CID : r->type, 1);
	put_int(w, version(t), 2);
	if (t->datagram) {
		put_int(w, r->epoch, 2);
		put_int(w, (uint32_t)(r->seq >> 32), 2);
		put_int(w, (uint32_t)r->seq, 4);
	}
	if (with_cid)
		put_bytes(w, t->cid_out.id, t->cid_out.len);
	put_int(w, (uint32_t)(r->len + (r->epoch > 0 ? AEAD_TAG : 0)), 2);
}

/* The caller has asked record_room() before. */
void
record_put(
    struct tls *t, int epoch, enum content type, const void *data, size_t n)
{
	struct writer w =
	    writer_of(t->out + t->out_len, t->out_size - t->out_len);
	bool with_cid = t->datagram && epoch > 0 && t->cid_out.len > 0;
	struct record r = { .type = (uint8_t)type,
		.epoch = (uint8_t)epoch,
		.seq = t->tx_seq[epoch]++,
		.len = with_cid ? n + 1 : n };
	struct seal s;

	put_head(t, &w, with_cid, &r);
	r.data = w.at + w.len;
	put_bytes(&w, data, n);
	if (with_cid)
		put_int(&w, type, 1);
	t->out_len += w.len;
	if (epoch == 0)
		return;
	make_seal(&s, t, true, &r);
	aead_seal(r.data, r.len, t->tx.key, s.nonce, s.ad, s.ad_len);
	t->out_len += AEAD_TAG;
}

/* RFC 6347, 4.1.2.6: bit i stands for the record i below the highest seen. */
static bool
seen_before(const struct tls *t, uint64_t seq)
{
	uint64_t top = t->rx_seq[1];

	if (seq >= top)
		return false;
	return top - 1 - seq >= 64 || (t->rx_window >> (top - 1 - seq) & 1);
}

static void
mark_seen(struct tls *t, uint64_t seq)
{
	uint64_t top = t->rx_seq[1];

	if (seq >= top) {
		uint64_t up = seq + 1 - top;

		t->rx_window = up < 64 ? t->rx_window << up : 0;
		t->rx_window |= 1;
		t->rx_seq[1] = seq + 1;
		t->newest = true;
	} else {
		t->rx_window |= (uint64_t)1 << (top - 1 - seq);
	}
}

static bool
unseal(const struct tls *t, struct record *r)
{
	struct seal s;

	if (r->len < AEAD_TAG)
		return false;
	r->len -= AEAD_TAG;
	make_seal(&s, t, false, r);
	return aead_open(r->data, r->len, t->rx.key, s.nonce, s.ad, s.ad_len);
}

/* The type stands behind the data, zeros may follow (RFC 9146, 4). */
static bool
find_type(struct record *r)
{
	while (r->len > 0 && r->data[r->len - 1] == 0)
		r->len--;
	if (r->len == 0)
		return false;
	r->type = r->data[--r->len];
	return true;
}

/* A first hello may come under any version (RFC 5246, E.1). */
static bool
may_differ(const struct tls *t)
{
	return t->state == AWAIT_CLIENT_HELLO || t->state == AWAIT_SERVER_HELLO;
}

/*
 * Handshake records before the keys are taken as they come, without waiting for
 * the end: they may be longer than t->in, and have no tag to wait for.
 */
static int
take_part(struct tls *t, struct record *r)
{
	size_t left = t->in_len - t->in_at;

	if (left == 0)
		return RECORD_NONE;
	r->type = HANDSHAKE;
	r->epoch = 0;
	r->data = t->in + t->in_at;
	r->len = left < t->part_left ? left : t->part_left;
	t->in_at += r->len;
	t->part_left -= r->len;
	return OK;
}

static int
read_head(const struct tls *t, struct record *r)
{
	struct reader head = reader_of(t->in + t->in_at, t->in_len - t->in_at);
	uint32_t v;

	r->type = (uint8_t)read_int(&head, 1);
	v = read_int(&head, 2);
	r->len = read_int(&head, 2);
	if (head.bad)
		return RECORD_NONE;
	if (v >> 8 != 3 || (v != STREAM_VERSION && !may_differ(t)))
		return TLS_PROTOCOL_VERSION;
	if (r->len > TLS_PLAIN_MAX + (t->rx_epoch > 0 ? AEAD_TAG : 0))
		return TLS_RECORD_OVERFLOW;
	if (r->len == 0 && r->type != DATA)
		return TLS_UNEXPECTED_MESSAGE;
	r->size = 5 + r->len;
	r->data = t->in + t->in_at + 5;
	return OK;
}

static int
take_stream(struct tls *t, struct record *r)
{
	int alert;

	if (t->part_left > 0)
		return take_part(t, r);
	if ((alert = read_head(t, r)) != OK)
		return alert;
	if (t->rx_epoch == 0 && r->type == HANDSHAKE) {
		t->part_left = r->len;
		t->in_at += 5;
		return take_part(t, r);
	}
	if (r->size > t->in_size)
		return TLS_RECORD_OVERFLOW;
	if (r->size > t->in_len - t->in_at)
		return RECORD_NONE;
	t->in_at += r->size;
	r->epoch = t->rx_epoch;
	r->seq = t->rx_seq[r->epoch]++;
	return r->epoch == 0 || unseal(t, r) ? OK : TLS_BAD_RECORD_MAC;
}

/* The record at at, of up to n bytes; false: there is none of ours. */
static bool
split_datagram(const struct tls *t, struct record *r, uint8_t *at, size_t n)
{
	struct reader head = reader_of(at, n);
	const uint8_t *cid = NULL;
	uint32_t v, epoch, high;

	r->at = at;
	r->type = (uint8_t)read_int(&head, 1);
	v = read_int(&head, 2);
	epoch = read_int(&head, 2);
	high = read_int(&head, 2);
	r->epoch = epoch > 1 ? 2 : (uint8_t)epoch;
	r->seq = (uint64_t)high << 32 | read_int(&head, 4);
	if (r->type == WITH_CID)
		cid = read_bytes(&head, t->cid_in.len);
	if (cid != NULL && memcmp(cid, t->cid_in.id, t->cid_in.len) != 0)
		return false;
	r->len = read_int(&head, 2);
	r->data = at + (n - head.left);
	r->size = n - head.left + r->len;
	return read_bytes(&head, r->len) != NULL && v >> 8 == 0xfe &&
	    (v == DATAGRAM_VERSION || r->epoch == 0);
}

/* The sealed epoch can be opened when Finished may come, not before. */
static bool
too_early(const struct tls *t, const struct record *r)
{
	return r->epoch == 1 && t->state < AWAIT_FINISHED;
}

/* False: it is dropped, as if it had never come. */
static bool
take_datagram(struct tls *t, struct record *r)
{
	if (r->epoch > 1 || (r->epoch == 0 && t->state >= OPEN))
		return false;
	if (r->epoch == 0) {
		t->heard |= r->type != WITH_CID;
		return r->type != WITH_CID;
	}
	/* Ours have the connection id that we have asked for, or none. */
	if ((r->type == WITH_CID) != (t->cid_in.len > 0) ||
	    seen_before(t, r->seq) || !unseal(t, r))
		return false;
	mark_seen(t, r->seq);
	t->heard = true;
	t->rx_epoch = 1;
	return r->type != WITH_CID || find_type(r);
}

/* Of the records that came before their time (message.c). */
static bool
take_early(struct tls *t, struct record *r)
{
	struct tls_handshake *hs = t->hs;

	while (hs != NULL && hs->early_at < hs->early_len) {
		uint8_t *at = hs->early + hs->early_at + EARLY_HEAD;
		struct early e = early_read(hs, hs->early_at);

		hs->early_at += EARLY_HEAD + e.size;
		if (e.kind == EARLY_DATA && t->state == OPEN) {
			early_mark(at, EARLY_GONE);
			*r = (struct record){ DATA, 1, 0, at, at, e.len, 0 };
			return true;
		}
		if (e.kind != EARLY_RECORD ||
		    !split_datagram(t, r, at, e.size) || too_early(t, r))
			continue;
		early_mark(at, EARLY_GONE);
		if (take_datagram(t, r))
			return true;
	}
	return false;
}

/* First what was kept, as far as its time has come; then what has come. */
int
record_take(struct tls *t, struct record *r)
{
	if (!t->datagram)
		return take_stream(t, r);
	if (take_early(t, r))
		return OK;
	while (t->in_at < t->in_len) {
		uint8_t *at = t->in + t->in_at;

		if (!split_datagram(t, r, at, t->in_len - t->in_at)) {
			t->in_at = t->in_len;
			break;
		}
		t->in_at += r->size;
		if (t->hs != NULL)
			t->hs->rescans = 0;
		if (too_early(t, r))
			early_keep(t, r);
		else if (take_datagram(t, r))
			return OK;
	}
	return RECORD_NONE;
}
