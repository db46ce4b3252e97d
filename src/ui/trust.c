#include <stdio.h>
#include <string.h>

#include "crypto/secret.h"
#include "ui/sentence.h"
#include "ui/terminal.h"
#include "ui/trust.h"

#define SAY_STRANGER                                                           \
	"The server at @ is not known. Nobody in $/trust.pem stands above "    \
	"its certificate, which has the fingerprint"
#define SAY_MISNAMED                                                           \
	"The certificate of the server at @ is good, but for another name. "   \
	"It has the fingerprint"
#define SAY_QUESTION  "Is that the right one, to be kept in known? yes/no: "
#define SAY_YES_OR_NO "Type yes or no."
#define SAY_LEARNT    "Put into $/known: @ #"
#define SAY_NO        "The server at @ was not believed, so nothing was said to it."
#define SAY_INSECURE                                                           \
	"Cannot speak securely with the server at @: #. Is that the right "    \
	"server, with -s, and a good connection?"

/* One sentence for each refusal, and what to do. */
static const char *const sentences[KEYS_BELIEFS] = {
	[KEYS_NO_ROOT] = ("The server at @ is not known, so nothing was said "
			  "to it: nobody in $/trust.pem stands above its "
			  "certificate. If # is its fingerprint, put this "
			  "line into $/known: @ #"),
	[KEYS_OTHER_NAME] = ("The certificate of the server at @ is for "
			     "another name, so nothing was said to it. Use "
			     "that name, or, if # is its fingerprint, put this "
			     "line into $/known: @ #"),
	[KEYS_CHANGED] = ("WARNING: the server at @ has another key than the "
			  "one in $/known, so nothing was said to it: somebody "
			  "may be in between. If # is its new fingerprint, "
			  "replace the line in $/known."),
	[KEYS_EXPIRED] = ("The certificate of the server at @ (#) has expired, "
			  "so nothing was said to it. Have its cert.pem "
			  "renewed, and check the clock here."),
	[KEYS_NOT_YET] = ("The certificate of the server at @ (#) is not valid "
			  "yet, or one above it no longer, so nothing was said "
			  "to it. Check the clocks here and there."),
	[KEYS_WRONG_CLASS] = ("The certificate of the server at @ (#) is of "
			      "the wrong class, so nothing was said to it: it "
			      "needs a cert.pem of class 2."),
	[KEYS_REVOKED] = ("The certificate of the server at @ (#) has been "
			  "revoked in $/revoked, so nothing was said to it. "
			  "It needs a new one."),
	[KEYS_BROKEN] = ("The certificate of the server at @ (#) has no sound "
			 "chain, so nothing was said to it. Its cert.pem must "
			 "be put right."),
	[KEYS_NAMELESS] = ("The server at @ has shown no certificate, so "
			   "nothing was said to it. It needs a cert.pem."),
	[KEYS_UNREADABLE] = ("Nobody can be believed while $/known or "
			     "$/revoked is damaged, so nothing was said to the "
			     "server at @: put them right."),
};

const char *
trust_sentence(enum keys_belief b)
{
	return sentences[b];
}

/* Who has dialled us can only be the server that we have met ourselves. */
static int
judge_client(const struct trust *t, const struct tls_peer *peer)
{
	return t->met && peer->certified &&
		same_bytes(peer->fingerprint, t->server, SHA256_LEN) ?
	    0 :
	    TLS_ACCESS_DENIED;
}

static int
judge(void *context, const struct tls_peer *peer, const struct addr *at,
    const struct secure_target *target)
{
	struct trust *t = context;
	enum keys_belief belief;

	(void)at;
	if (target == NULL)
		return judge_client(t, peer);
	belief = keys_judge(&t->keys, peer, KEYS_A_SERVER, target->place);
	if (keys_believes(belief)) {
		t->met = true;
		memcpy(t->server, peer->fingerprint, sizeof(t->server));
		return 0;
	}
	t->doubt = belief;
	memcpy(t->stranger, peer->fingerprint, sizeof(t->stranger));
	snprintf(t->place, sizeof(t->place), "%s", target->place);
	return (int)keys_alert(belief);
}

static void
refresh(void *context)
{
	struct trust *t = context;

	keys_refresh(&t->keys);
}

bool
trust_open(struct trust *t, const char *dir, const char *program,
    const char *name, ms_t now)
{
	const struct keys_owner owner = { CERT_PERSON, name };
	const char *why = keys_open(&t->keys, dir, &owner);

	t->on = true;
	if (why != NULL) {
		warn("%s: %s", program, why);
		return false;
	}
	t->secure.self = &t->keys.self;
	t->secure.trust = &t->keys.trust;
	t->secure.refresh = refresh;
	t->secure.judge = judge;
	t->secure.context = t;
	secure_open(&t->secure, now);
	return true;
}

void
trust_close(struct trust *t)
{
	if (!t->on)
		return;
	secure_close(&t->secure);
	keys_close(&t->keys);
}

struct secure_target
trust_target(char place[SECURE_PLACE_MAX], const char *host, uint16_t port,
    struct tls_ticket *ticket)
{
	snprintf(place, SECURE_PLACE_MAX, "%s:%u", host, (unsigned)port);
	return (struct secure_target){
		.host = host, .place = place, .ticket = ticket
	};
}

/* About the one in doubt; print has room for its fingerprint. */
static struct subject
subject_of(const struct trust *t, char print[KEYS_FINGERPRINT_MAX])
{
	return (struct subject){ .name = t->keys.path,
		.address = t->place,
		.reason = keys_fingerprint(print, t->stranger) };
}

static void
say_about(
    const struct trust *t, const char *sentence, const struct subject *subject)
{
	char text[1024];

	sentence_fill(text, sizeof(text), sentence, subject);
	if (t->begun)
		tell("%s", text);
	else
		warn("%s", text);
}

static void
say(const struct trust *t, const char *sentence)
{
	char print[KEYS_FINGERPRINT_MAX];
	struct subject subject = subject_of(t, print);

	say_about(t, sentence, &subject);
}

bool
trust_failed(struct trust *t, const char *why, const char *address,
    struct shell *shell,
    enum outcome (*answer)(struct shell *s, const char *line, ms_t now))
{
	enum keys_belief doubt = t->doubt;

	if (keys_believes(doubt)) {
		say_about(t, SAY_INSECURE,
		    &(struct subject){ .address = address, .reason = why });
		return false;
	}
	t->doubt = KEYS_BY_CHAIN;
	if (!keys_may_ask(doubt) || !terminal_interactive()) {
		say(t, sentences[doubt]);
		return false;
	}
	say(t, doubt == KEYS_NO_ROOT ? SAY_STRANGER : SAY_MISNAMED);
	say(t, "#");
	shell_ask(shell, SAY_QUESTION, false, answer);
	return true;
}

enum trust_said
trust_answer(struct trust *t, const char *line, struct shell *shell,
    enum outcome (*answer)(struct shell *s, const char *line, ms_t now))
{
	if (strcmp(line, "yes") != 0 && strcmp(line, "no") != 0) {
		tell(SAY_YES_OR_NO);
		shell_ask(shell, SAY_QUESTION, false, answer);
		return TRUST_AGAIN;
	}
	if (strcmp(line, "no") == 0) {
		say(t, SAY_NO);
		return TRUST_NO;
	}
	if (!keys_learn(&t->keys, t->place, t->stranger)) {
		tell("%s", t->keys.why);
		return TRUST_NO;
	}
	say(t, SAY_LEARNT);
	return TRUST_YES;
}
