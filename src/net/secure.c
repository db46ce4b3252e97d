#include <stdio.h>
#include <string.h>

#include "crypto/secret.h"
#include "net/sealed.h"
#include "policy.h"

static void
renew(struct secure *s, ms_t now)
{
	tls_renew_keys(&s->keys, s->self->random);
	s->renewed = now;
}

void
secure_open(struct secure *s, ms_t now)
{
	s->self->keys = &s->keys;
	s->self->cache = s->cache;
	s->self->cache_count = s->cached;
	renew(s, now);
	renew(s, now);
}

void
secure_close(struct secure *s)
{
	for (size_t i = 0; i < s->slots; i++)
		if (s->slot[i].end.phase != SECURE_NONE)
			tls_stop(&s->slot[i].end.tls);
	for (size_t i = 0; i < s->associations; i++)
		if (s->association[i].end.phase != SECURE_NONE)
			tls_stop(&s->association[i].end.tls);
	if (s->cache != NULL)
		wipe(s->cache, s->cached * sizeof(*s->cache));
	wipe(&s->keys, sizeof(s->keys));
}

bool
secure_is_record(uint8_t first)
{
	return first >= 20 && first <= 25;
}

bool
secure_in_handshake(const struct secure_end *e)
{
	return e->phase == SECURE_HANDSHAKING;
}

ms_t
secure_deadline(const struct secure_end *e)
{
	return e->since + HANDSHAKE_TIME;
}

static void
tell_failed(const struct secure_end *e)
{
	const struct secure *s = e->by;

	e->by->count.failed++;
	if (e->answers && s->failed != NULL)
		s->failed(s->context, &e->peer, secure_why(e));
}

void
secure_fail(struct secure_end *e, const char *trouble)
{
	if (e->phase == SECURE_OVER)
		return;
	e->trouble = trouble;
	if (e->phase != SECURE_OPEN)
		tell_failed(e);
	e->phase = SECURE_OVER;
}

/* Given back is what the machine that had it has no use for any more. */
static bool
is_free(const struct secure_handshake *h)
{
	return h->lent == NULL || h->lent->tls.hs != &h->memory;
}

/* The oldest handshake gives way once it has had its share. */
static struct secure_handshake *
lend(struct secure *s, ms_t now)
{
	struct secure_handshake *oldest = NULL;

	for (size_t i = 0; i < s->handshakes; i++) {
		struct secure_handshake *h = &s->handshake[i];

		if (is_free(h)) {
			if (i >= s->lent)
				s->lent = i + 1;
			return h;
		}
		if (oldest == NULL || h->lent->since < oldest->lent->since)
			oldest = h;
	}
	if (oldest == NULL || now - oldest->lent->since < HANDSHAKE_SHARE)
		return NULL;
	secure_fail(oldest->lent, "too many others begin at once");
	tls_stop(&oldest->lent->tls);
	return oldest;
}

void
secure_target_of(struct secure_end *e, const struct secure_target *t)
{
	e->target = *t;
	e->named.name = t->host;
	e->named.ticket = t->ticket;
	e->named.psk = NULL;
}

bool
secure_begin(struct secure_end *e, const struct tls_memory *memory,
    const struct tls_cid *cid, ms_t now)
{
	struct secure *s = e->by;
	struct secure_handshake *h = lend(s, now);
	struct tls_memory all = *memory;
	struct tls_config config = { .datagram = cid != NULL,
		.self = s->self,
		.trust = s->trust,
		.target = e->answers ? NULL : &e->named,
		.cid = cid };

	if (h == NULL)
		return false;
	if (now - s->renewed >= KEYS_RENEWED)
		renew(s, now);
	if (s->refresh != NULL)
		s->refresh(s->context);
	h->lent = e;
	all.handshake = &h->memory;
	e->trouble = NULL;
	e->since = now;
	e->phase = SECURE_HANDSHAKING;
	tls_start(&e->tls, &config, &all, now);
	return true;
}

static void
refuse(struct secure_end *e, enum tls_alert why)
{
	e->by->count.refused++;
	e->phase = SECURE_OVER;
	e->trouble = "it is not believed";
	tls_close(&e->tls, why);
}

static int
judgement(const struct secure_end *e)
{
	const struct secure *s = e->by;
	const struct tls_peer *peer = &e->tls.peer;

	if (!e->target.pinned)
		return s->judge(
		    s->context, peer, &e->peer, e->answers ? NULL : &e->target);
	return peer->certified &&
		same_bytes(peer->fingerprint, e->target.pin, SHA256_LEN) ?
	    0 :
	    TLS_BAD_CERTIFICATE;
}

void
secure_judge(struct secure_end *e)
{
	int said;

	if (e->tls.peer.resumed)
		e->by->count.resumed++;
	else
		e->by->count.full++;
	said = judgement(e);
	if (said == 0)
		e->phase = SECURE_OPEN;
	else if (said == SECURE_ASK && !e->answers)
		e->phase = SECURE_JUDGING;
	else
		refuse(e,
		    said == SECURE_ASK ? TLS_ACCESS_DENIED :
					 (enum tls_alert)said);
}

void
secure_believe(struct secure_end *e, bool yes)
{
	if (e->phase != SECURE_JUDGING)
		return;
	if (yes)
		e->phase = SECURE_OPEN;
	else
		refuse(e, TLS_BAD_CERTIFICATE);
}

static const struct {
	enum tls_alert alert;
	const char *words;
} alerts[] = {
	{ TLS_CLOSE_NOTIFY, "closed" },
	{ TLS_UNEXPECTED_MESSAGE, "unexpected message" },
	{ TLS_BAD_RECORD_MAC, "a record was changed" },
	{ TLS_RECORD_OVERFLOW, "a record is too long" },
	{ TLS_HANDSHAKE_FAILURE, "nothing in common" },
	{ TLS_BAD_CERTIFICATE, "bad certificate" },
	{ TLS_CERTIFICATE_EXPIRED, "certificate expired" },
	{ TLS_CERTIFICATE_UNKNOWN, "certificate for something else" },
	{ TLS_ILLEGAL_PARAMETER, "illegal parameter" },
	{ TLS_UNKNOWN_CA, "unknown authority" },
	{ TLS_ACCESS_DENIED, "access denied" },
	{ TLS_DECODE_ERROR, "a message cannot be read" },
	{ TLS_DECRYPT_ERROR, "a proof is wrong" },
	{ TLS_PROTOCOL_VERSION, "another version" },
	{ TLS_INTERNAL_ERROR, "internal error" },
	{ TLS_USER_CANCELED, "cancelled" },
	{ TLS_UNSUPPORTED_EXTENSION, "an extension that nobody asked for" },
	{ TLS_TIMED_OUT, "no answer" },
	{ TLS_EXHAUSTED, "too much was said" },
};

static const char *
words_of(enum tls_alert alert)
{
	for (size_t i = 0; i < sizeof(alerts) / sizeof(*alerts); i++)
		if (alerts[i].alert == alert)
			return alerts[i].words;
	return "an alert";
}

const char *
secure_why(const struct secure_end *e)
{
	static char text[80];

	if (e->trouble != NULL)
		return e->trouble;
	if (e->tls.said && e->tls.alert != TLS_TIMED_OUT)
		snprintf(text, sizeof(text), "it says: %s (alert %d)",
		    words_of(e->tls.alert), (int)e->tls.alert);
	else
		snprintf(text, sizeof(text), "%s", words_of(e->tls.alert));
	return text;
}

const char *
secure_counters(const struct secure *s, char *out, size_t n)
{
	const struct secure_counts *c = &s->count;

	snprintf(out, n,
	    "%lu full and %lu resumed handshakes, %lu refused, %lu failed; "
	    "%lu cookies; %lu plain peers refused; %lu associations forgotten",
	    c->full, c->resumed, c->refused, c->failed, c->cookies,
	    c->plain_refused, c->forgotten);
	return out;
}
