#include <string.h>

#include "crypto/secret.h"
#include "tls/machine.h"

enum { WARNING = 1, FATAL = 2 };

_Static_assert(sizeof(struct tls) < 1024, "an association at rest");

bool
tls_set_identity(struct tls_self *self, const uint8_t *chain, size_t chain_len,
    const uint8_t seed[ED25519_KEY])
{
	struct reader list = reader_of(chain, chain_len);
	int count = 0;

	self->chain = NULL;
	ed25519_public(self->public, seed);
	while (list.left > 0) {
		struct reader der = read_vec(&list, 3);
		struct cert c;

		if (list.bad || ++count > CERT_CHAIN_MAX ||
		    !cert_read(&c, der.at, der.left) ||
		    (count == 1 &&
			memcmp(c.key, self->public, ED25519_KEY) != 0))
			return false;
	}
	if (count == 0)
		return false;
	memcpy(self->seed, seed, sizeof(self->seed));
	self->chain = chain;
	self->chain_len = chain_len;
	return true;
}

void
tls_start(struct tls *t, const struct tls_config *config,
    const struct tls_memory *memory, int64_t now)
{
	memset(t, 0, sizeof(*t));
	t->config = *config;
	t->datagram = config->datagram;
	t->now = now;
	t->limit = TLS_PLAIN_MAX;
	t->in = memory->in;
	t->in_size = memory->in_size;
	t->out = memory->out;
	t->out_size = memory->out_size;
	t->hs = memory->handshake;
	memset(t->hs, 0, offsetof(struct tls_handshake, script));
	if (t->datagram && config->cid != NULL)
		t->cid_in = *config->cid;
	flight_drop(t);
	if (is_server(t))
		t->state = AWAIT_CLIENT_HELLO;
	else
		client_hello(t);
}

bool
tls_handshaking(const struct tls *t)
{
	return t->hs != NULL;
}

static void
release(struct tls *t)
{
	if (t->hs != NULL)
		wipe(t->hs, sizeof(*t->hs));
	t->hs = NULL;
}

void
tls_stop(struct tls *t)
{
	release(t);
	if (!t->datagram && t->in != NULL)
		wipe(t->in, t->in_size);
	wipe(t, sizeof(*t));
	t->state = FAILED;
}

void *
tls_room(struct tls *t, size_t *n)
{
	size_t left = t->in_len - t->in_at;

	*n = 0;
	if (t->data_len > 0 || t->state >= ENDED || (t->datagram && left > 0))
		return NULL;
	if (t->in_at > 0 && left > 0)
		memmove(t->in, t->in + t->in_at, left);
	t->in_at = 0;
	t->in_len = left;
	*n = t->in_size - left;
	return *n > 0 ? t->in + left : NULL;
}

/* Only between the last message and Finished, and between two messages. */
static int
take_change(struct tls *t, const struct record *r)
{
	if (t->datagram)
		return OK; /* the epoch of each record says it */
	if (t->state != AWAIT_FINISHED || t->rx_epoch != 0 ||
	    t->hs->script_have > 0 || r->len != 1 || r->data[0] != 1)
		return TLS_UNEXPECTED_MESSAGE;
	t->rx_epoch = 1;
	return OK;
}

static int
take_alert(struct tls *t, const struct record *r)
{
	bool noted = t->datagram && r->epoch == 0; /* anybody's */

	if (r->len != 2)
		return noted ? OK : TLS_DECODE_ERROR;
	if (r->data[1] != TLS_CLOSE_NOTIFY && r->data[0] == WARNING)
		return OK;
	t->alert = (enum tls_alert)r->data[1];
	t->said = true;
	if (noted)
		return OK;
	t->state =
	    t->alert == TLS_CLOSE_NOTIFY && t->state == OPEN ? ENDED : FAILED;
	t->due = 0;
	return OK;
}

static int
take_data(struct tls *t, const struct record *r)
{
	if (r->epoch == 0 || (t->state != OPEN && !t->datagram))
		return t->datagram ? OK : TLS_UNEXPECTED_MESSAGE;
	if (t->state != OPEN) {
		early_data(t, r);
		return OK;
	}
	t->data = r->data;
	t->data_len = r->len;
	return OK;
}

static int
take(struct tls *t, struct record *r)
{
	switch (r->type) {
	case CHANGE_CIPHER:
		return take_change(t, r);
	case ALERT:
		return take_alert(t, r);
	case HANDSHAKE:
		return message_take(t, r);
	case DATA:
		return take_data(t, r);
	default:
		return t->datagram ? OK : TLS_UNEXPECTED_MESSAGE;
	}
}

/* What is to be told without looking at anything new. */
static enum tls_event
pending(struct tls *t)
{
	if (t->data_len > 0)
		return TLS_DATA;
	if (t->news && t->state != FAILED) {
		t->news = false;
		return TLS_READY;
	}
	if (t->state == ENDED)
		return TLS_ENDED;
	return t->state == FAILED ? TLS_FAILED : TLS_MORE;
}

/* The handshake is over and nothing that came in it is left to be told. */
static void
give_back(struct tls *t)
{
	if (t->state == FAILED)
		flight_drop(t); /* the alert alone goes out */
	if (t->hs != NULL && t->state >= OPEN && t->data_len == 0 &&
	    (t->state > OPEN || t->hs->early_at >= t->hs->early_len))
		release(t);
}

enum tls_event
tls_input(struct tls *t, size_t n, int64_t now)
{
	enum tls_event event;
	struct record r;

	t->now = now;
	t->in_len += n;
	if (n > 0)
		t->heard = t->newest = false;
	if (t->state < ENDED)
		flight_tick(t);
	while ((event = pending(t)) == TLS_MORE) {
		int alert = record_take(t, &r);

		if (alert == RECORD_NONE)
			break;
		if (alert == OK)
			alert = take(t, &r);
		if (alert != OK)
			handshake_fail(t, (enum tls_alert)alert);
	}
	give_back(t);
	return event;
}

size_t
tls_read(struct tls *t, void *out, size_t n)
{
	size_t most = n < t->data_len ? n : t->data_len;

	if (most > 0)
		memcpy(out, t->data, most);
	t->data += most;
	t->data_len = t->datagram ? 0 : t->data_len - most;
	return most;
}

size_t
tls_datagram_max(const struct tls *t)
{
	return t->state == OPEN && !t->closing ?
	    record_most(t, 1, t->out_size) :
	    0;
}

/* After the peer's goodbye, too: a stream ends for each side by itself. */
static bool
may_write(const struct tls *t)
{
	return t->state == OPEN || (t->state == ENDED && !t->datagram);
}

size_t
tls_write(struct tls *t, const void *data, size_t n)
{
	size_t room;

	if (!may_write(t) || t->closing || n == 0)
		return 0;
	if (t->tx_seq[1] >= SEQ_DATA_MAX) {
		handshake_fail(t, TLS_EXHAUSTED);
		return 0;
	}
	flight_cut(t);
	if (flight_waits(t) || (t->datagram && t->out_len > 0))
		return 0;
	if (t->out_at > 0 && t->out_at < t->out_len)
		memmove(t->out, t->out + t->out_at, t->out_len - t->out_at);
	t->out_len -= t->out_at;
	t->out_at = 0;
	room = record_room(t, 1);
	if (t->datagram && n > room)
		return 0;
	if (n > room)
		n = room;
	if (n > 0)
		record_put(t, 1, DATA, data, n);
	return n;
}

static void
cut_alert(struct tls *t)
{
	uint8_t said[2] = { WARNING, TLS_CLOSE_NOTIFY };

	if (!t->alert_due || flight_waits(t) ||
	    record_room(t, t->tx_epoch) < sizeof(said))
		return;
	if (t->fatal) {
		said[0] = FATAL;
		said[1] = t->alert > UINT8_MAX ? TLS_INTERNAL_ERROR :
						 (uint8_t)t->alert;
	}
	record_put(t, t->tx_epoch, ALERT, said, sizeof(said));
	t->alert_due = false;
}

const void *
tls_output(struct tls *t, size_t *n)
{
	give_back(t);
	flight_cut(t);
	cut_alert(t);
	*n = t->out_len - t->out_at;
	return *n > 0 ? t->out + t->out_at : NULL;
}

void
tls_sent(struct tls *t, size_t n)
{
	t->out_at += n;
	if (t->datagram || t->out_at == t->out_len)
		t->out_at = t->out_len = 0;
}

int64_t
tls_due(const struct tls *t)
{
	return t->due;
}

void
tls_close(struct tls *t, enum tls_alert why)
{
	if (t->closing || t->state == FAILED)
		return;
	t->closing = true;
	if (why == TLS_CLOSE_NOTIFY)
		t->alert_due = true;
	else
		handshake_fail(t, why);
}
