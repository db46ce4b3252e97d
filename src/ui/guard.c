#include <string.h>

#include "sys/log.h"
#include "ui/guard.h"

static void
refresh(void *context)
{
	struct guard *g = context;

	keys_refresh(&g->keys);
}

/* What a peer is called comes from it: it goes through escape(). */
static void
tell_met(
    const struct tls_peer *peer, const struct addr *at, enum keys_belief belief)
{
	char name[4 * TLS_NAME_MAX + 1], print[KEYS_FINGERPRINT_MAX];
	char from[ADDR_NAME_MAX];

	if (!log_verbose())
		return;
	escape(name, sizeof(name), peer->name, strlen(peer->name));
	log_request("handshake %s %s %s%s: %s, %s", addr_name(from, at),
	    peer->certified ? name : "nobody",
	    peer->resumed ? "resumed" : "full",
	    keys_believes(belief) ? "" : ", refused", keys_words(belief),
	    peer->certified ? keys_fingerprint(print, peer->fingerprint) :
			      "no certificate");
}

/* Of the one it dials, once until that changes: nothing works without it. */
static void
tell_refused(struct guard *g, const struct tls_peer *peer,
    const struct secure_target *target, enum keys_belief belief)
{
	char print[KEYS_FINGERPRINT_MAX];

	if (g->told == belief)
		return;
	g->told = belief;
	keys_fingerprint(print, peer->fingerprint);
	if (keys_may_ask(belief))
		log_warn("the server at %s is not known, so nothing is said to "
			 "it. If %s is its fingerprint, put this line into "
			 "%s/known: %s %s",
		    target->place, print, g->keys.path, target->place, print);
	else if (belief == KEYS_UNREADABLE)
		log_warn("%s", g->keys.why);
	else if (!keys_believes(belief))
		log_warn("the server at %s (%s) is not believed, so nothing is "
			 "said to it: %s; see %s",
		    target->place, print, keys_words(belief), g->keys.path);
}

static int
judge(void *context, const struct tls_peer *peer, const struct addr *at,
    const struct secure_target *target)
{
	struct guard *g = context;
	enum keys_belief belief = keys_judge(&g->keys, peer,
	    target != NULL ? KEYS_A_SERVER : KEYS_ANYONE,
	    target != NULL ? target->place : NULL);

	tell_met(peer, at, belief);
	if (target != NULL)
		tell_refused(g, peer, target, belief);
	return keys_believes(belief) ? 0 : (int)keys_alert(belief);
}

static void
failed(void *context, const struct addr *at, const char *why)
{
	char from[ADDR_NAME_MAX];

	(void)context;
	log_request("handshake %s failed: %s", addr_name(from, at), why);
}

const char *
guard_open(struct guard *g, const struct guard_options *o,
    const struct keys_owner *owner, ms_t now)
{
	bool strict = o->strict_dir != NULL;
	const char *why;

	if (o->dir == NULL && !strict)
		return NULL;
	why = keys_open(&g->keys, strict ? o->strict_dir : o->dir, owner);
	if (why != NULL)
		return why;
	g->on = true;
	g->secure.self = &g->keys.self;
	g->secure.trust = &g->keys.trust;
	g->secure.refuses_plain = strict;
	g->secure.refresh = refresh;
	g->secure.judge = judge;
	g->secure.failed = failed;
	g->secure.context = g;
	secure_open(&g->secure, now);
	return NULL;
}

void
guard_close(struct guard *g)
{
	if (!g->on)
		return;
	secure_close(&g->secure);
	keys_close(&g->keys);
}

struct secure *
guard_secure(struct guard *g)
{
	return g->on ? &g->secure : NULL;
}

void
guard_tell(const struct guard *g, const char *program)
{
	char print[KEYS_FINGERPRINT_MAX], dir[LOG_PATH_MAX];

	if (!g->on)
		return;
	log_info("%s speaks securely%s, keys in %s%s, certificate %s", program,
	    g->secure.refuses_plain ? " and refuses plain text" : "",
	    log_path(dir, sizeof(dir), g->keys.path),
	    g->keys.made ? " (new)" : "",
	    keys_fingerprint(print, g->keys.fingerprint));
}

void
guard_counters(const struct guard *g, const char *program)
{
	char text[256];

	if (g->on)
		log_info("%s securely: %s", program,
		    secure_counters(&g->secure, text, sizeof(text)));
}

bool
guard_is_program(struct guard *g, const struct tls_peer *peer)
{
	return peer != NULL &&
	    keys_believes(keys_judge(&g->keys, peer, KEYS_A_PROGRAM, NULL));
}
