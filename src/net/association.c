#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "crypto/secret.h"
#include "net/sealed.h"
#include "net/socket.h"
#include "policy.h"

#define RECORD_HEAD 13
#define RANDOM_AT   (RECORD_HEAD + 12 + 2) /* in a ClientHello's record */

static const char not_secure[] = "it does not speak securely";

/* Handshakes */

static bool
begin(struct association *a, ms_t now)
{
	struct secure *s = a->end.by;
	struct tls_memory memory = { .in = s->in,
		.in_size = sizeof(s->in),
		.out = s->out,
		.out_size = sizeof(s->out) };
	struct tls_cid cid = { .len = 0 };

	if (a->end.answers) {
		cid.len = SECURE_CID;
		memcpy(cid.id, a->cid, SECURE_CID);
	}
	return secure_begin(&a->end, &memory, &cid, now);
}

/* What it has to say leaves, a datagram at a time. */
static void
push(struct dgram *d, struct association *a)
{
	const void *out;
	size_t n;

	while ((out = tls_output(&a->end.tls, &n)) != NULL) {
		if (!a->end.answers)
			dgram_send_dialled(d, out, n);
		else
			socket_send(d->fd, out, n, &a->end.peer, &a->self);
		tls_sent(&a->end.tls, n);
	}
}

static bool
seal(struct dgram *d, struct association *a, const void *data, size_t n)
{
	if (a->end.phase != SECURE_OPEN || n == 0)
		return false;
	push(d, a);
	if (tls_write(&a->end.tls, data, n) != n)
		return false;
	push(d, a);
	return true;
}

/* It is open: the older ones of its address have been left by their peer. */
static void
succeed(struct association *a)
{
	struct association *other = associations_at(a->end.by, &a->end.peer);

	while (other != NULL) {
		struct association *next = associations_next(other);

		if (other != a)
			associations_forget(other);
		other = next;
	}
}

static void
opened(struct dgram *d, struct association *a)
{
	if (a->end.answers)
		succeed(a);
	a->asked = 0;
	if (a->waiting_len > 0)
		seal(d, a, a->waiting, a->waiting_len);
	wipe(a->waiting, sizeof(a->waiting));
	a->waiting_len = 0;
}

/*
 * Over: a dialled one stays, to tell why - an end in order is none, the next
 * datagram begins anew -, any other makes room.
 */
static void
over(struct dgram *d, struct association *a)
{
	push(d, a);
	if (a->end.answers) {
		secure_fail(&a->end, NULL);
		associations_forget(a);
		return;
	}
	secure_fail(&a->end, NULL);
}

/*
 * What comes of n bytes in the machine's buffer, or of the time: the length of
 * a datagram's data, or -1.
 */
static ssize_t
advance(
    struct dgram *d, struct association *a, size_t n, void *data, size_t size)
{
	ms_t now = now_ms();
	ssize_t got = -1;

	for (;;) {
		enum tls_event event = tls_input(&a->end.tls, n, now);

		n = 0;
		if (event == TLS_READY) {
			push(d, a); /* so that an alert goes under the keys */
			secure_judge(&a->end);
			if (a->end.phase == SECURE_OPEN)
				opened(d, a);
			else if (a->end.phase == SECURE_OVER)
				event = TLS_FAILED;
		}
		if (event == TLS_FAILED || event == TLS_ENDED) {
			a->told = event == TLS_ENDED;
			over(d, a);
			return -1;
		}
		if (event == TLS_DATA)
			got = (ssize_t)tls_read(&a->end.tls, data, size);
		if (event == TLS_MORE ||
		    (event == TLS_DATA && a->end.phase == SECURE_OPEN))
			break;
	}
	push(d, a);
	return a->end.phase == SECURE_OPEN ? got : -1;
}

/* A datagram as it has come, and where what it says is to go. */
struct arrival {
	const uint8_t *datagram;
	size_t n;
	struct addr from, self;
	void *data;
	size_t size; /* of data */
	ssize_t got; /* as advance() says */
};

/* A datagram to one: was it for it? */
static bool
feed(struct dgram *d, struct association *a, struct arrival *in)
{
	unsigned long number = a->number;
	size_t room;
	void *at = tls_room(&a->end.tls, &room);

	in->got = -1;
	if (at == NULL || in->n > room)
		return false;
	memcpy(at, in->datagram, in->n);
	in->got = advance(d, a, in->n, in->data, in->size);
	if (a->number != number)
		return true; /* it has ended with it */
	if (!a->end.tls.heard)
		return false;
	if (a->end.tls.newest) {
		a->used = now_ms();
		a->asked = 0;
	}
	if (a->end.tls.newest && a->end.answers &&
	    !addr_same(&a->end.peer, &in->from))
		associations_move(a, &in->from);
	return true;
}

/* What a server hears */

static struct association *
start(struct dgram *d, const struct addr *from, const struct addr *self,
    const uint8_t *hello)
{
	ms_t now = now_ms();
	struct association *a = associations_make(d->secure, from, true, now);

	if (a == NULL)
		return NULL;
	memcpy(a->random, hello + RANDOM_AT, sizeof(a->random));
	a->self = *self;
	if (begin(a, now))
		return a;
	associations_forget(a); /* it will be asked for again */
	return NULL;
}

/* The handshake of this address that has begun with this hello, or any. */
static struct association *
find_beginner(struct secure *s, const struct addr *from, const uint8_t *hello)
{
	struct association *a = associations_at(s, from);

	while (a != NULL &&
	    (!secure_in_handshake(&a->end) ||
		(hello != NULL &&
		    memcmp(a->random, hello + RANDOM_AT, sizeof(a->random)) !=
			0)))
		a = associations_next(a);
	return a;
}

static bool
is_hello(const uint8_t *datagram, size_t n)
{
	static const uint8_t plain_epoch[2];

	return n >= RANDOM_AT + 32 && datagram[0] == 22 &&
	    memcmp(datagram + 3, plain_epoch, 2) == 0 &&
	    datagram[RECORD_HEAD] == 1;
}

/* A hello that no handshake of its address has begun with. */
static struct association *
greet(struct dgram *d, const struct addr *from, const struct addr *self,
    const uint8_t *datagram, size_t n)
{
	struct secure *s = d->secure;
	const uint8_t address[] = { (uint8_t)(from->ip >> 24),
		(uint8_t)(from->ip >> 16), (uint8_t)(from->ip >> 8),
		(uint8_t)from->ip, (uint8_t)(from->port >> 8),
		(uint8_t)from->port };
	struct tls_datagram hello = { address, sizeof(address), datagram, n };
	struct association *older;
	struct tls_answer answer;

	switch (tls_greet(s->self, &hello, &answer)) {
	case TLS_GREET_ANSWER:
		s->count.cookies++;
		socket_send(d->fd, answer.data, answer.len, from, self);
		return NULL;
	case TLS_GREET_START:
		while ((older = find_beginner(s, from, NULL)) != NULL)
			associations_forget(older);
		return start(d, from, self, datagram);
	case TLS_GREET_DROP:
		break;
	}
	return NULL;
}

/*
 * Each association of the address, until one has heard it.  One that has only
 * begun would keep what it cannot open yet: it comes last.
 */
static struct association *
offer(struct dgram *d, struct arrival *in)
{
	struct secure *s = d->secure;

	for (int pass = 0; pass < 2; pass++) {
		struct association *a = associations_at(s, &in->from), *next;

		for (; a != NULL; a = next) {
			next = associations_next(a);
			if (secure_in_handshake(&a->end) == (pass == 1) &&
			    feed(d, a, in))
				return a;
		}
	}
	return NULL;
}

static ssize_t
hear(struct dgram *d, struct arrival *in)
{
	struct association *a = d->dialled;
	bool heard;

	in->got = -1;
	if (a == NULL)
		a = associations_find_cid(d->secure, in->datagram, in->n);
	if (a == NULL && is_hello(in->datagram, in->n)) {
		a = find_beginner(d->secure, &in->from, in->datagram);
		if (a == NULL)
			a = greet(d, &in->from, &in->self, in->datagram, in->n);
		if (a == NULL)
			return -1;
	}
	if (a != NULL) {
		heard = feed(d, a, in);
	} else {
		a = offer(d, in);
		heard = a != NULL;
	}
	if (!heard || a->number == 0)
		return -1;
	a->self = in->self;
	d->current = a;
	d->session = a->number;
	return in->got;
}

/*
 * What is plain: data where that is welcome.  A reply is not answered: two
 * servers would answer each other for ever.
 */
static bool
welcome(struct dgram *d, const struct addr *from, const struct addr *self,
    const char *text, size_t n)
{
	static const char err[] = "ERR\n";
	struct msg m;

	if (d->dialled != NULL) {
		d->dialled->plain_heard = true;
		return false;
	}
	if (!d->secure->refuses_plain)
		return true;
	d->secure->count.plain_refused++;
	wire_parse_datagram(text, n, &m);
	if ((m.type == MSG_UNKNOWN || wire_is_request(m.type)) &&
	    dgram_may_err(from, now_ms()))
		socket_send(d->fd, err, sizeof(err) - 1, from, self);
	return false;
}

/* Time */

/* Where the only answer is a plain one no other will come. */
static ms_t
last_of(const struct association *a)
{
	return a->plain_heard ? a->end.since + SILENCE_RENEWS :
				secure_deadline(&a->end);
}

static ms_t
due_of(const struct association *a)
{
	ms_t due = tls_due(&a->end.tls), last = last_of(a);

	return due != 0 && due < last ? due : last;
}

/* One of a server's whose handshake is under way has lent this memory. */
static struct association *
beginner(const struct dgram *d, size_t i)
{
	const struct secure *s = d->secure;
	const struct secure_end *e = s->handshake[i].lent;
	size_t offset;

	if (e == NULL || !secure_in_handshake(e) || !e->answers ||
	    !e->tls.datagram)
		return NULL;
	offset = (size_t)((const char *)e - (const char *)s->association);
	return &s->association[offset / sizeof(*s->association)];
}

static ms_t
next_due(const struct dgram *d)
{
	ms_t next = NEVER;

	if (d->dialled != NULL)
		return secure_in_handshake(&d->dialled->end) ?
		    due_of(d->dialled) :
		    NEVER;
	for (size_t i = 0; i < d->secure->lent; i++) {
		const struct association *a = beginner(d, i);

		if (a != NULL && due_of(a) < next)
			next = due_of(a);
	}
	return next;
}

void
association_watch(const struct dgram *d, struct ready *r)
{
	ready_by(r, next_due(d));
}

bool
association_due(const struct dgram *d, ms_t now)
{
	return next_due(d) <= now;
}

static void
tick(struct dgram *d, struct association *a, ms_t now)
{
	char none[1];

	if (now < due_of(a))
		return;
	if (now < last_of(a)) {
		advance(d, a, 0, none, 0);
		return;
	}
	secure_fail(&a->end, a->plain_heard ? not_secure : "no answer");
	if (a->end.answers)
		associations_forget(a);
	else
		tls_stop(&a->end.tls);
}

static void
tick_all(struct dgram *d, ms_t now)
{
	if (d->dialled != NULL) {
		if (secure_in_handshake(&d->dialled->end))
			tick(d, d->dialled, now);
		return;
	}
	for (size_t i = 0; i < d->secure->lent; i++) {
		struct association *a = beginner(d, i);

		if (a != NULL)
			tick(d, a, now);
	}
}

/* What has come behind the last record in its datagram. */
static ssize_t
rest(struct dgram *d, void *data, size_t size)
{
	struct association *a = associations_find(d->secure, d->session);

	return a != NULL && a->end.phase == SECURE_OPEN ?
	    advance(d, a, 0, data, size) :
	    -1;
}

/* Told once: nobody is there, or nobody whom we could speak to. */
static bool
has_come_to_nothing(struct dgram *d)
{
	struct association *a = d->dialled;

	if (a == NULL || a->end.phase != SECURE_OVER || a->told)
		return false;
	a->told = true;
	return true;
}

/* Nobody listens there: the next datagram begins anew. */
static void
vanish(struct association *a)
{
	secure_fail(&a->end, NULL);
	a->told = true;
	tls_stop(&a->end.tls);
}

/* A datagram as it has come: its data's length, or -1 where it has none. */
static ssize_t
open_datagram(struct dgram *d, struct arrival *in)
{
	d->current = NULL;
	d->session = 0;
	if (in->n > 0 && secure_is_record(in->datagram[0]))
		return hear(d, in);
	if (!welcome(
		d, &in->from, &in->self, (const char *)in->datagram, in->n))
		return -1;
	in->got = (ssize_t)(in->n < in->size ? in->n : in->size);
	memcpy(in->data, in->datagram, (size_t)in->got);
	return in->got;
}

ssize_t
association_receive(
    struct dgram *d, void *data, size_t n, struct addr *from, struct addr *self)
{
	uint8_t datagram[SECURE_DATAGRAM];
	struct arrival in = { .datagram = datagram, .data = data, .size = n };
	ssize_t len, got = rest(d, data, n);

	if (got >= 0)
		return got;
	tick_all(d, now_ms());
	for (int i = 0; got < 0 && i < DATAGRAMS_A_ROUND; i++) {
		if (has_come_to_nothing(d))
			return DGRAM_REFUSED;
		len = socket_receive(
		    d->fd, datagram, sizeof(datagram), &in.from, &in.self);
		if (len == -1 && errno == ECONNREFUSED && d->dialled != NULL) {
			vanish(d->dialled);
			return DGRAM_REFUSED;
		}
		if (len == -1 && errno != EINTR)
			return DGRAM_NONE;
		in.n = len > 0 ? (size_t)len : 0;
		if (len >= 0 &&
		    (d->dialled == NULL || addr_same(&in.from, &d->peer)))
			got = open_datagram(d, &in);
	}
	*from = in.from;
	*self = in.self;
	return got >= 0 ? got : DGRAM_NONE;
}

/* What is dialled */

static void
dial(struct dgram *d, struct association *a, ms_t now)
{
	a->plain_heard = a->told = false;
	a->asked = 0;
	if (a->end.phase != SECURE_WAITING)
		tls_stop(&a->end.tls);
	a->end.phase = SECURE_WAITING;
	if (begin(a, now))
		push(d, a);
}

bool
association_dial(struct dgram *d, const struct secure_target *target)
{
	ms_t now = now_ms();
	struct association *a =
	    associations_make(d->secure, &d->peer, false, now);

	d->dialled = a;
	if (a == NULL)
		return false;
	secure_target_of(&a->end, target);
	dial(d, a, now);
	return true;
}

/* The socket has its address anew; where nobody answers, so has the peer. */
void
association_redial(struct dgram *d)
{
	struct association *a = d->dialled;
	ms_t now = now_ms();

	if (a != NULL && a->end.phase == SECURE_OPEN && a->asked != 0 &&
	    now - a->asked >= SILENCE_RENEWS)
		dial(d, a, now);
}

bool
association_send(struct dgram *d, const void *data, size_t n)
{
	struct association *a = d->dialled;
	ms_t now = now_ms();

	if (a->end.phase == SECURE_OPEN) {
		if (a->asked == 0)
			a->asked = now;
		return seal(d, a, data, n);
	}
	if (a->end.phase == SECURE_OVER || a->end.phase == SECURE_WAITING)
		dial(d, a, now);
	if (n <= sizeof(a->waiting)) {
		memcpy(a->waiting, data, n);
		a->waiting_len = n;
	}
	return false;
}

bool
association_answer(
    struct dgram *d, unsigned long session, const void *data, size_t n)
{
	struct association *a = associations_find(d->secure, session);

	return a != NULL && a->end.answers && seal(d, a, data, n);
}

void
association_close(struct dgram *d)
{
	struct secure *s = d->secure;

	for (size_t i = 0; d->dialled == NULL && i < s->associations; i++)
		if (s->association[i].end.answers &&
		    s->association[i].end.phase != SECURE_NONE)
			associations_forget(&s->association[i]);
	if (d->dialled != NULL) {
		if (d->dialled->end.phase == SECURE_OPEN) {
			tls_close(&d->dialled->end.tls, TLS_CLOSE_NOTIFY);
			push(d, d->dialled);
		}
		associations_forget(d->dialled);
	}
	d->dialled = d->current = NULL;
}

const struct tls_peer *
dgram_peer(const struct dgram *d)
{
	const struct association *a =
	    d->dialled != NULL ? d->dialled : d->current;

	if (a == NULL ||
	    (a->end.phase != SECURE_OPEN && a->end.phase != SECURE_JUDGING) ||
	    (d->dialled == NULL && a->number != d->session))
		return NULL;
	return &a->end.tls.peer;
}

bool
dgram_asks(const struct dgram *d)
{
	return d->dialled != NULL && d->dialled->end.phase == SECURE_JUDGING;
}

void
dgram_believe(struct dgram *d, bool yes)
{
	if (!dgram_asks(d))
		return;
	secure_believe(&d->dialled->end, yes);
	if (yes)
		opened(d, d->dialled);
	push(d, d->dialled);
}

const char *
dgram_why(const struct dgram *d)
{
	const struct association *a = d->dialled;

	if (a == NULL || a->end.phase != SECURE_OVER ||
	    (a->end.trouble == NULL && a->end.tls.alert == 0))
		return NULL;
	return secure_why(&a->end);
}
