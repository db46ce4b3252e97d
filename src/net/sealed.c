#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "net/sealed.h"
#include "policy.h"

static const char not_secure[] = "it does not speak securely";
static const char was_cut[] = "the connection was cut";

/* Slots */

/* The one given back last, so that few are ever touched. */
static struct secure_slot *
take_slot(struct secure *s)
{
	struct secure_slot *slot;

	if (s->free > 0) {
		slot = &s->slot[s->free - 1];
		s->free = slot->next;
		return slot;
	}
	return s->fresh < s->slots ? &s->slot[s->fresh++] : NULL;
}

struct secure_slot *
sealed_take(struct secure *s, const struct addr *peer, ms_t now)
{
	struct secure_slot *slot = take_slot(s);

	if (slot == NULL)
		return NULL;
	memset(slot, 0, offsetof(struct secure_slot, end.tls));
	slot->heard = slot->more = slot->drained = false;
	slot->unsent = 0;
	slot->end.phase = SECURE_WAITING;
	slot->end.by = s;
	slot->end.peer = *peer;
	slot->end.since = now;
	return slot;
}

static struct tls_memory
memory_of(const struct secure_slot *slot)
{
	const struct secure *s = slot->end.by;
	size_t one = s->record + TLS_OVER;
	uint8_t *room = s->room + 2 * one * (size_t)(slot - s->slot);

	return (struct tls_memory){
		.in = room, .in_size = one, .out = room + one, .out_size = one
	};
}

static void
release(struct conn *c)
{
	struct secure_slot *slot = c->slot;
	struct secure *s = slot->end.by;

	if (slot->end.phase != SECURE_WAITING)
		tls_stop(&slot->end.tls);
	slot->end.phase = SECURE_NONE;
	slot->next = s->free;
	s->free = (size_t)(slot - s->slot) + 1;
	c->slot = NULL;
}

static int
lost(struct conn *c, int error, const char *trouble)
{
	secure_fail(&c->slot->end, trouble);
	c->error = error;
	return CONN_LOST;
}

/* Bytes out */

/* What is sealed leaves, as far as it can: false when c is lost. */
static bool
push(struct conn *c, ms_t now)
{
	struct secure_slot *slot = c->slot;
	const void *out;
	size_t n;

	while ((out = tls_output(&slot->end.tls, &n)) != NULL) {
		ssize_t sent = send(c->fd, out, n, MSG_NOSIGNAL);

		if (sent == -1 && errno == EINTR)
			continue;
		if (sent == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
			break;
		if (sent == -1) {
			slot->unsent = 0;
			lost(c, errno, was_cut);
			return false;
		}
		tls_sent(&slot->end.tls, (size_t)sent);
		c->last_progress = now;
	}
	slot->unsent = n;
	return true;
}

static void
drop(struct conn_buf *b, size_t n)
{
	b->len -= n;
	memmove(b->data, b->data + n, b->len);
	wipe(b->data + b->len, n);
}

/* One record of what is kept and one of the data: how much of this is taken. */
static size_t
seal(struct conn *c, const void *data, size_t n)
{
	struct tls *t = &c->slot->end.tls;

	if (c->out.len > 0)
		drop(&c->out, tls_write(t, c->out.data, c->out.len));
	return c->out.len == 0 ? tls_write(t, data, n) : 0;
}

static bool
fail_out(struct conn *c)
{
	c->out.len = 0; /* nobody will take it */
	if (c->error == 0)
		c->error = EPIPE;
	return false;
}

/*
 * A record is sealed when the one before has left: no more than one's rest is
 * kept.  *taken of the data's n bytes are in records then.
 */
static bool
send_all(struct conn *c, const char *data, size_t n, size_t *taken, ms_t now)
{
	struct secure_slot *slot = c->slot;

	*taken = 0;
	while (push(c, now)) {
		size_t kept = c->out.len, took;

		if (slot->unsent > 0 || (kept == 0 && *taken == n))
			return true;
		took = seal(c, data + *taken, n - *taken);
		*taken += took;
		if (took == 0 && c->out.len == kept)
			break; /* it takes no more: it is over */
	}
	return fail_out(c);
}

bool
sealed_flush(struct conn *c, ms_t now)
{
	const struct secure_end *e = &c->slot->end;
	size_t none;

	if (e->phase == SECURE_OPEN)
		return send_all(c, "", 0, &none, now);
	if (e->phase == SECURE_OVER)
		return fail_out(c);
	return e->phase != SECURE_HANDSHAKING || push(c, now);
}

ssize_t
sealed_write(struct conn *c, const void *data, size_t n, ms_t now)
{
	size_t taken = 0;

	if (c->slot->end.phase == SECURE_OPEN) {
		if (!send_all(c, data, n, &taken, now))
			return CONN_LOST;
	} else if (!sealed_flush(c, now)) {
		return CONN_LOST;
	}
	return taken > 0 || n == 0 ? (ssize_t)taken : CONN_LATER;
}

/* Handshakes */

static bool
begin(struct conn *c, ms_t now)
{
	struct tls_memory memory = memory_of(c->slot);

	return secure_begin(&c->slot->end, &memory, NULL, now);
}

bool
sealed_is_plain(struct conn *c, ms_t now)
{
	struct secure *s = c->slot->end.by;
	uint8_t first;
	ssize_t n;

	if (c->slot->end.phase != SECURE_WAITING || c->slot->heard ||
	    c->state == CONN_CONNECTING)
		return false;
	n = recv(c->fd, &first, 1, MSG_PEEK);
	if (n == -1 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
		return false;
	if (n == 1 && secure_is_record(first)) {
		c->slot->heard = true;
		c->slot->end.since = now;
		return false;
	}
	release(c);
	c->unwelcome = s->refuses_plain;
	if (n == 1 && c->unwelcome)
		s->count.plain_refused++;
	return true;
}

/* What a client takes for its server's first bytes. */
static bool
is_strange(struct secure_slot *slot, const uint8_t *at)
{
	bool first = !slot->heard;

	slot->heard = true;
	return first && !slot->end.answers && !secure_is_record(*at);
}

/* One read to the machine: how many bytes, CONN_LATER or CONN_LOST. */
static ssize_t
receive(struct conn *c, ms_t now)
{
	struct secure_slot *slot = c->slot;
	size_t room;
	void *at = tls_room(&slot->end.tls, &room);
	ssize_t n;

	if (at == NULL)
		return CONN_LATER;
	n = read(c->fd, at, room);
	if (n == -1 &&
	    (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
		slot->drained = true;
		return CONN_LATER;
	}
	if (n == -1)
		return lost(c, errno, slot->heard ? was_cut : not_secure);
	if (n == 0) /* an end that nobody has proven */
		return lost(c, ECONNRESET, slot->heard ? was_cut : not_secure);
	if (is_strange(slot, at))
		return lost(c, EPROTO, not_secure);
	slot->drained = (size_t)n < room;
	c->last_progress = now;
	return n;
}

/*
 * Go on until there is data: 1; or CONN_LATER, CONN_ENDED, CONN_LOST.  What the
 * machine has to say meanwhile leaves.
 */
static int
hear(struct conn *c, bool read_on, ms_t now)
{
	struct secure_end *e = &c->slot->end;
	ssize_t n = 0;

	for (int reads = 0;; reads++) {
		enum tls_event event = tls_input(&e->tls, (size_t)n, now);

		n = 0;
		if (event == TLS_READY) {
			secure_judge(e);
			if (e->phase != SECURE_OPEN)
				break;
			continue;
		}
		if (event == TLS_DATA && e->phase == SECURE_OPEN)
			return 1;
		if (event != TLS_MORE || !read_on || reads == SECURE_READS)
			break;
		if (!push(c, now))
			return CONN_LOST;
		n = receive(c, now);
		if (n < 0)
			break;
	}
	push(c, now);
	if (e->phase == SECURE_OVER)
		return lost(c, c->error != 0 ? c->error : EPROTO, NULL);
	switch (tls_input(&e->tls, 0, now)) {
	case TLS_ENDED:
		c->ended = true;
		return CONN_ENDED;
	case TLS_FAILED:
		return lost(c, EPROTO, NULL);
	default:
		return CONN_LATER;
	}
}

/* Is it too late for its handshake, or begins it? */
static int
advance(struct conn *c, ms_t now)
{
	struct secure_end *e = &c->slot->end;

	if (e->phase == SECURE_OVER)
		return lost(c, c->error != 0 ? c->error : EPROTO, NULL);
	if (e->phase == SECURE_WAITING && (c->slot->heard || !e->answers)) {
		if (now >= secure_deadline(e))
			return lost(c, ETIMEDOUT, "too many others begin");
		if (!begin(c, now))
			return CONN_LATER;
	}
	if (e->phase == SECURE_WAITING)
		return CONN_LATER;
	if (secure_in_handshake(e) && now >= secure_deadline(e))
		return lost(c, ETIMEDOUT, "no answer");
	return 1;
}

/* Is there something to be read, or told, that the socket does not show? */
static bool
has_more(struct conn *c, ms_t now)
{
	return tls_input(&c->slot->end.tls, 0, now) != TLS_MORE;
}

ssize_t
sealed_read(struct conn *c, void *data, size_t n, ms_t now)
{
	struct secure_slot *slot = c->slot;
	char *to = data;
	size_t have = 0;
	int event = advance(c, now);

	if (event != 1)
		return event;
	slot->more = slot->drained = false;
	while (have < n) {
		have += tls_read(&slot->end.tls, to + have, n - have);
		if (have == n)
			break;
		event = hear(c, have == 0 || !slot->drained, now);
		if (event != 1)
			return have > 0 ? (ssize_t)have : event;
	}
	slot->more = has_more(c, now);
	return (ssize_t)have;
}

int
sealed_connect(struct conn *c, ms_t now)
{
	struct secure_end *e = &c->slot->end;
	int event = c->state == CONN_JUDGING ? 1 : advance(c, now);

	if (event == 1 && secure_in_handshake(e))
		event = hear(c, true, now);
	if (e->phase == SECURE_OVER || event == CONN_LOST)
		return CONN_LOST;
	if (e->phase == SECURE_JUDGING)
		c->state = CONN_JUDGING;
	if (e->phase != SECURE_OPEN)
		return CONN_LATER;
	c->state = CONN_OPEN;
	c->last_progress = now;
	c->slot->more = has_more(c, now); /* with the last of it */
	return 1;
}

/* Rounds */

bool
sealed_has_deadline(const struct conn *c, ms_t *deadline)
{
	const struct secure_end *e = &c->slot->end;

	*deadline = secure_deadline(e);
	return secure_in_handshake(e) ||
	    (e->phase == SECURE_WAITING && c->slot->heard);
}

/* Between the handshake and the end: what has been opened waits for nobody. */
static void
watch_data(const struct conn *c, struct ready *r, bool in, bool out)
{
	bool over = c->slot->end.phase == SECURE_OVER;

	if (in && !over)
		ready_read(r, c->fd);
	if ((in && (over || c->slot->more)) || c->state != CONN_OPEN)
		ready_by(r, 0);
	if (out || c->out.len > 0)
		ready_write(r, c->fd);
}

void
sealed_watch(const struct conn *c, struct ready *r, int want)
{
	const struct secure_slot *slot = c->slot;

	switch (slot->end.phase) {
	case SECURE_WAITING:
		if (slot->heard || !slot->end.answers)
			ready_by(r, r->woke + SECURE_RETRY);
		else
			ready_read(r, c->fd);
		break;
	case SECURE_HANDSHAKING:
		ready_read(r, c->fd);
		break;
	case SECURE_OPEN:
	case SECURE_OVER:
		watch_data(c, r, (want & CONN_IN) != 0 && !c->ended,
		    (want & CONN_OUT) != 0);
		break;
	case SECURE_NONE:
	case SECURE_JUDGING:
		break;
	}
	if (slot->unsent > 0)
		ready_write(r, c->fd);
}

bool
sealed_readable(const struct conn *c, const struct ready *r)
{
	const struct secure_slot *slot = c->slot;
	ms_t deadline;

	if (slot->more || (slot->end.phase == SECURE_OVER && !c->ended))
		return true;
	if (slot->end.phase == SECURE_WAITING && slot->heard)
		return true;
	return sealed_has_deadline(c, &deadline) && r->woke >= deadline;
}

/* The end */

void
sealed_goodbye(struct conn *c, ms_t now)
{
	if (c->slot->end.phase != SECURE_OPEN)
		return;
	tls_close(&c->slot->end.tls, TLS_CLOSE_NOTIFY);
	push(c, now);
}

void
sealed_close(struct conn *c)
{
	if (c->out.len == 0 && c->slot->unsent == 0)
		sealed_goodbye(c, c->last_progress);
	release(c);
	wipe(c->out.data, c->out.len);
}
