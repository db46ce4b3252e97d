#include <string.h>

#include "tls/machine.h"

enum {
	FIRST_WAIT = 1000, /* ms; doubled with each try (RFC 6347, 4.2.4.1) */
	LONGEST_WAIT = 60000,
	TRIES = 7,
	NOWHERE = TLS_SCRIPT + 1, /* no ChangeCipherSpec in this flight */
	WORTHWHILE = 64 /* bytes: a smaller fragment waits for a new datagram */
};

/* A message has 4 bytes before its body, in DTLS 12. */
size_t
message_head(const struct tls *t)
{
	return t->datagram ? MESSAGE_HEAD : 4;
}

size_t
message_len(const uint8_t *head)
{
	struct reader r = reader_of(head + 1, 3);

	return read_int(&r, 3);
}

struct writer
message_open(struct tls *t, enum message type)
{
	struct tls_handshake *hs = t->hs;
	struct writer w =
	    writer_of(hs->script + hs->script_len, TLS_SCRIPT - hs->script_len);

	put_int(&w, type, 1);
	put_int(&w, 0, 3);
	if (t->datagram) {
		put_int(&w, t->message_out++, 2);
		put_int(&w, 0, 3);
		put_int(&w, 0, 3);
	}
	return w;
}

/* Whole, in one fragment: so it is in the transcript (RFC 6347, 4.2.6). */
void
message_close(struct tls *t, const struct writer *w)
{
	struct writer head = writer_of(w->at, MESSAGE_HEAD);
	size_t n = w->len - message_head(t);

	if (w->full) {
		t->hs->overflow = true; /* complete() will say so */
		return;
	}
	head.len = 1;
	put_int(&head, (uint32_t)n, 3);
	head.len = 9;
	if (t->datagram)
		put_int(&head, (uint32_t)n, 3);
	t->hs->script_len += w->len;
}

void
flight_open(struct tls *t)
{
	t->flight_from = t->hs->script_len;
	t->flight_change = NOWHERE;
}

void
flight_change(struct tls *t)
{
	t->flight_change = t->hs->script_len;
}

static void
rewind_flight(struct tls *t)
{
	t->flight_at = t->flight_from;
	t->flight_part = 0;
	t->changed = false;
}

void
flight_close(struct tls *t)
{
	t->flight_to = t->hs->script_len;
	rewind_flight(t);
	t->tries = 0;
	t->wait = FIRST_WAIT;
	t->due = t->datagram ? t->now + t->wait : 0;
}

bool
flight_waits(const struct tls *t)
{
	return t->flight_at < t->flight_to;
}

void
flight_drop(struct tls *t)
{
	t->flight_from = t->flight_at = t->flight_to = t->flight_part = 0;
	t->flight_change = NOWHERE;
}

/*
 * The handshake is done here: a last flight, one that answers the peer's, moves
 * out of the script; of any other the peer has shown that it has it.
 */
void
flight_keep(struct tls *t, bool answers)
{
	size_t n = t->flight_to - t->flight_from;

	if (!answers || n > sizeof(t->last)) {
		flight_drop(t);
		return;
	}
	memcpy(t->last, t->hs->script + t->flight_from, n);
	t->flight_change -= t->flight_from;
	t->flight_at -= t->flight_from;
	t->flight_from = 0;
	t->flight_to = n;
}

void
flight_again(struct tls *t)
{
	if (flight_waits(t) || t->tries >= TRIES)
		return; /* it is on its way, or this is no accident */
	t->tries++;
	rewind_flight(t);
}

void
flight_tick(struct tls *t)
{
	if (t->due == 0 || t->now < t->due)
		return;
	if (t->tries >= TRIES) {
		t->due = 0;
		t->state = FAILED;
		if (!t->said)
			t->alert = TLS_TIMED_OUT;
		return;
	}
	flight_again(t);
	t->wait = t->wait * 2 < LONGEST_WAIT ? t->wait * 2 : LONGEST_WAIT;
	t->due = t->now + t->wait;
}

static const uint8_t *
flight_bytes(const struct tls *t)
{
	const uint8_t *from = t->state >= OPEN ? t->last : t->hs->script;

	return from + t->flight_at;
}

static bool
cut_change(struct tls *t)
{
	static const uint8_t change = 1;

	if (record_room(t, 0) < 1)
		return false;
	record_put(t, 0, CHANGE_CIPHER, &change, 1);
	t->changed = true;
	t->tx_epoch = 1;
	return true;
}

/* As many messages as fit into one record. */
static bool
cut_stream(struct tls *t)
{
	size_t end = t->changed || t->flight_change > t->flight_to ?
	    t->flight_to :
	    t->flight_change;
	size_t n = end - t->flight_at, room = record_room(t, t->tx_epoch);

	if (n > room)
		n = room;
	if (n == 0)
		return false;
	record_put(t, t->tx_epoch, HANDSHAKE, flight_bytes(t), n);
	t->flight_at += n;
	return true;
}

/* A fragment of the message at flight_at, of which flight_part is out. */
static bool
cut_datagram(struct tls *t)
{
	const uint8_t *at = flight_bytes(t);
	size_t len = message_len(at), left = len - t->flight_part;
	int epoch = t->flight_at >= t->flight_change;
	size_t room = record_room(t, epoch);
	uint8_t part[TLS_EARLY];
	struct writer w = writer_of(part, sizeof(part));

	if (room > sizeof(part))
		room = sizeof(part);
	if (room < MESSAGE_HEAD + (left < WORTHWHILE ? left : WORTHWHILE))
		return false;
	if (left > room - MESSAGE_HEAD)
		left = room - MESSAGE_HEAD;
	put_bytes(&w, at, 6);
	put_int(&w, (uint32_t)t->flight_part, 3);
	put_int(&w, (uint32_t)left, 3);
	put_bytes(&w, at + MESSAGE_HEAD + t->flight_part, left);
	record_put(t, epoch, HANDSHAKE, part, w.len);
	t->flight_part += left;
	if (t->flight_part == len) {
		t->flight_at += MESSAGE_HEAD + len;
		t->flight_part = 0;
	}
	return true;
}

static bool
cut(struct tls *t)
{
	if (t->flight_at == t->flight_change && !t->changed)
		return cut_change(t);
	return t->datagram ? cut_datagram(t) : cut_stream(t);
}

void
flight_cut(struct tls *t)
{
	if (t->datagram && t->out_len > 0)
		return; /* one datagram at a time */
	while (flight_waits(t) && cut(t))
		;
}
