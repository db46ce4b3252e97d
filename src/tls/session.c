#include <string.h>

#include "crypto/secret.h"
#include "tls/machine.h"

static void
session_of(const struct tls *t, struct tls_session *s)
{
	memset(s, 0, sizeof(*s));
	memcpy(s->master, t->hs->master, sizeof(s->master));
	s->suite = t->suite;
	s->datagram = t->datagram;
	s->id_len = t->hs->id_len;
	memcpy(s->id, t->hs->id, sizeof(s->id));
	s->peer = t->peer;
	s->peer.resumed = false;
	s->until = t->hs->resuming ? t->hs->until :
				     t->now + (int64_t)TLS_TICKET_LIFE * 1000;
}

static void
session_into(struct tls *t, const struct tls_session *s)
{
	memcpy(t->hs->master, s->master, sizeof(t->hs->master));
	t->hs->until = s->until;
	t->hs->resuming = true;
	t->suite = s->suite;
	t->peer = s->peer;
	t->peer.resumed = true;
}

size_t
session_psk(const struct tls_self *self, const void *identity, size_t n,
    uint8_t key[TLS_PSK_MAX], char name[TLS_NAME_MAX + 1])
{
	size_t len;

	memset(name, 0, TLS_NAME_MAX + 1);
	if (n <= TLS_NAME_MAX && memchr(identity, 0, n) == NULL)
		memcpy(name, identity, n);
	len = self->find_psk(self->context, identity, n, key, name);
	name[TLS_NAME_MAX] = '\0';
	return len <= TLS_PSK_MAX ? len : 0;
}

static bool
psk_is_good(const struct tls *t, const char *name)
{
	const struct tls_self *self = t->config.self;
	char again[TLS_NAME_MAX + 1];
	uint8_t key[TLS_PSK_MAX];
	size_t n;

	if (!is_server(t))
		return t->config.target->psk != NULL;
	if (self->find_psk == NULL || name[0] == '\0')
		return false;
	n = session_psk(self, name, strlen(name), key, again);
	wipe(key, sizeof(key));
	return n > 0;
}

static bool
certificate_is_good(const struct tls *t, const struct tls_peer *p)
{
	const struct tls_trust *trust = t->config.trust;

	if (!p->certified)
		return is_server(t) && (trust == NULL || !trust->required);
	if (trust == NULL || trust->judge == TLS_TRUST_NONE)
		return is_server(t);
	if (trust->wall > 0 && trust->wall > p->until)
		return false;
	if (trust->judge == TLS_TRUST_PIN)
		return memcmp(p->fingerprint, trust->pin, SHA256_LEN) == 0;
	return trust->judge == TLS_TRUST_ANY || p->fault == CERT_GOOD;
}

/*
 * Would who is at the other end be let in as things are now?  Asked when a
 * session is offered and when it is resumed (RFC 5077, 3.4; RFC 7627, 5.3).
 */
static bool
may_resume(const struct tls *t, const struct tls_session *s)
{
	if (s->datagram != t->datagram)
		return false;
	if (s->suite == ECDHE_PSK)
		return psk_is_good(t, s->peer.name);
	if (s->suite != ECDHE_ECDSA ||
	    (is_server(t) && t->config.self->chain == NULL))
		return false;
	return certificate_is_good(t, &s->peer);
}

/*
 * A session that is still good is offered, by its id or by a made-up one.  It
 * is taken over at once: another connection may renew it before the answer.
 */
void
session_offer(struct tls *t)
{
	const struct tls_self *self = t->config.self;
	const struct tls_ticket *ticket = t->config.target->ticket;
	struct tls_handshake *hs = t->hs;
	struct device d;

	if (self->device_key != NULL) {
		device_make(&d, self->device_key);
		hs->state = true;
		hs->id_len = sizeof(hs->id);
		memcpy(hs->id, d.id, sizeof(hs->id));
		wipe(&d, sizeof(d));
		return;
	}
	if (ticket == NULL || t->now >= ticket->session.until ||
	    !may_resume(t, &ticket->session))
		return;
	session_into(t, &ticket->session);
	hs->id_len = ticket->session.id_len;
	memcpy(hs->id, ticket->session.id, sizeof(hs->id));
	if (ticket->len > 0) {
		hs->id_len = sizeof(hs->id);
		self->random(hs->id, sizeof(hs->id));
	}
}

/*
 * The clock of a device may begin anew with it: the state's end is in seconds
 * since 1970, where these are known.
 */
bool
session_returned(struct tls *t, const struct hello *h)
{
	int64_t wall = t->config.trust != NULL ? t->config.trust->wall : 0;
	struct tls_session s;
	struct device d;
	bool good;

	device_make(&d, t->config.self->device_key);
	good = has(h, CLIENT_STATE) &&
	    sealed_open(&s, h->state, d.key, STATE_LABEL);
	if (good) {
		good = (wall == 0 || wall < s.until) && may_resume(t, &s);
		if (good)
			session_into(t, &s);
		wipe(&s, sizeof(s));
	}
	wipe(&d, sizeof(d));
	return good;
}

static struct tls_cached *
slot_of(const struct tls_self *self, const uint8_t *id)
{
	return &self->cache[(id[0] | (size_t)id[1] << 8) % self->cache_count];
}

/* The slot that has the session of this id, NULL: none. */
static struct tls_cached *
find_cached(const struct tls *t, const uint8_t *id, size_t n)
{
	const struct tls_self *self = t->config.self;
	struct tls_cached *slot;

	if (self->cache == NULL || n != sizeof(slot->session.id))
		return NULL;
	slot = slot_of(self, id);
	return slot->session.suite != 0 && same_bytes(slot->session.id, id, n) ?
	    slot :
	    NULL;
}

const struct tls_cached *
session_cached(const struct tls *t)
{
	return find_cached(t, t->hs->id, t->hs->id_len);
}

static bool
open_ticket(const struct tls *t, struct tls_session *s, struct reader ticket)
{
	const struct tls_server_keys *keys = t->config.self->keys;

	return keys != NULL &&
	    (sealed_open(s, ticket, keys->ticket[0], TICKET_LABEL) ||
		sealed_open(s, ticket, keys->ticket[1], TICKET_LABEL));
}

bool
session_find(struct tls *t, const struct hello *h)
{
	const struct tls_cached *slot = session_cached(t);
	struct tls_session s = { 0 };
	bool found = t->hs->ticket && open_ticket(t, &s, h->ticket), good;

	if (!found && slot != NULL && t->hs->state == (slot->state_len > 0)) {
		s = slot->session;
		found = true;
	}
	good = found && t->now < s.until && hello_lists(h->suites, s.suite) &&
	    may_resume(t, &s);
	if (good)
		session_into(t, &s);
	wipe(&s, sizeof(s));
	return good;
}

/* NewSessionTicket (RFC 5077, 3.3), a server's or a client's. */
void
session_put_ticket(struct tls *t)
{
	const struct tls_self *self = t->config.self;
	uint8_t sealed[SEALED_LEN];
	struct tls_session s;
	struct device d;
	struct writer w;

	session_of(t, &s);
	if (is_server(t)) {
		sealed_put(
		    sealed, &s, self->keys->ticket[0], TICKET_LABEL, self);
	} else {
		int64_t wall =
		    t->config.trust != NULL ? t->config.trust->wall : 0;

		if (!t->hs->resuming)
			s.until = wall + TLS_TICKET_LIFE;
		device_make(&d, self->device_key);
		sealed_put(sealed, &s, d.key, STATE_LABEL, self);
		wipe(&d, sizeof(d));
	}
	wipe(&s, sizeof(s));
	w = message_open(t, NEW_TICKET);
	put_int(&w, TLS_TICKET_LIFE, 4);
	put_int(&w, sizeof(sealed), 2);
	put_bytes(&w, sealed, sizeof(sealed));
	message_close(t, &w);
}

/* It stays where it stands until the handshake is done. */
int
session_take_ticket(struct tls *t, struct reader *body)
{
	struct tls_handshake *hs = t->hs;
	uint32_t life = read_int(body, 4);
	struct reader ticket = read_vec(body, 2);

	if (!read_done(body))
		return TLS_DECODE_ERROR;
	t->state = AWAIT_FINISHED;
	hs->kept_len = ticket.left;
	hs->kept_at = (size_t)(ticket.at - hs->script);
	hs->kept_life =
	    life == 0 || life > TLS_TICKET_LIFE ? TLS_TICKET_LIFE : life;
	return OK;
}

static bool
same_peer(const struct tls_peer *a, const struct tls_peer *b)
{
	return a->certified == b->certified && a->shared == b->shared &&
	    memcmp(a->fingerprint, b->fingerprint, SHA256_LEN) == 0 &&
	    strcmp(a->name, b->name) == 0;
}

/* Nobody takes the slot of another by offering its id. */
static bool
may_take(const struct tls *t, const struct tls_cached *slot)
{
	const struct tls_session *s = &slot->session;

	return s->suite == 0 || t->now >= s->until ||
	    !same_bytes(s->id, t->hs->id, sizeof(s->id)) ||
	    same_peer(&s->peer, &t->peer);
}

static void
keep_cached(struct tls *t)
{
	const struct tls_handshake *hs = t->hs;
	struct tls_cached *slot;

	if (t->config.self->cache == NULL || hs->id_len != sizeof(hs->id) ||
	    (hs->resuming && !hs->state))
		return;
	slot = slot_of(t->config.self, hs->id);
	if (!may_take(t, slot))
		return;
	session_of(t, &slot->session);
	slot->state_len = 0;
	if (!hs->state)
		return;
	if (hs->kept_len == 0 || hs->kept_len > TLS_STATE_MAX) {
		slot->session.suite = 0;
		return;
	}
	slot->state_len = (uint16_t)hs->kept_len;
	memcpy(slot->state, hs->script + hs->kept_at, hs->kept_len);
}

static void
keep_ticket(struct tls *t, struct tls_ticket *ticket)
{
	const struct tls_handshake *hs = t->hs;

	if (ticket == NULL || (hs->resuming && !hs->ticket))
		return;
	session_of(t, &ticket->session);
	ticket->len = 0;
	if (hs->ticket && hs->kept_len <= TLS_TICKET_MAX) {
		ticket->len = (uint16_t)hs->kept_len;
		memcpy(ticket->data, hs->script + hs->kept_at, hs->kept_len);
		ticket->session.until = t->now + (int64_t)hs->kept_life * 1000;
	}
	if (ticket->len == 0 && ticket->session.id_len == 0)
		ticket->session.suite = 0;
}

/* A handshake is done: both sides keep what the next one may begin with. */
void
session_keep(struct tls *t)
{
	if (is_server(t))
		keep_cached(t);
	else if (t->config.self->device_key == NULL)
		keep_ticket(t, t->config.target->ticket);
}

void
tls_renew_keys(
    struct tls_server_keys *keys, void (*random)(void *out, size_t n))
{
	memcpy(keys->ticket[1], keys->ticket[0], sizeof(keys->ticket[1]));
	memcpy(keys->cookie[1], keys->cookie[0], sizeof(keys->cookie[1]));
	random(keys->ticket[0], sizeof(keys->ticket[0]));
	random(keys->cookie[0], sizeof(keys->cookie[0]));
}
