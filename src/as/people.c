#include <stdio.h>
#include <string.h>

#include "as/people.h"
#include "crypto/hmac.h"
#include "crypto/secret.h"
#include "policy.h"
#include "sys/random.h"
#include "sys/recent.h"

#define WRONG_SETS 128
#define KEY_LEN    32

static const ms_t delays[] = { LOGIN_DELAYS };

#define DELAYS (sizeof(delays) / sizeof(delays[0]))

/*
 * Everybody has a place, and only those who came have taken memory: index leads
 * from a UID to its person, who are packed in the order of their coming.
 */
static unsigned index_of[UIDS]; /* 0: never seen */
static struct person people[UIDS + 1];
static unsigned known;

static unsigned char digest_key[KEY_LEN];

/* Who gave wrong passwords, by user and address. */
static struct recent wrongs[WRONG_SETS][RECENT_WAYS];

unsigned
person_number(const char *uid)
{
	return wire_number(uid) % UIDS + 1;
}

void
people_open(void)
{
	random_bytes(digest_key, sizeof(digest_key));
}

struct person *
person_of(const char *uid)
{
	unsigned *i = &index_of[wire_number(uid) % UIDS];

	if (*i == 0)
		*i = ++known;
	return &people[*i];
}

static void
digest(unsigned char out[SHA256_LEN], const char *pair, const char *pass)
{
	char text[256];
	int n = snprintf(text, sizeof(text), "%s %s", pair, pass);
	struct hmac h;

	hmac_key(&h, digest_key, sizeof(digest_key));
	hmac(&h, out, text, (size_t)n);
	wipe(text, sizeof(text));
	wipe(&h, sizeof(h));
}

/* The last characters of its hash tell a pair from any other. */
static const char *
tag_of(const char *pair)
{
	size_t n = strlen(pair);

	return n >= PAIR_TAG ? pair + n - PAIR_TAG : "no pair?";
}

void
person_prove(struct person *p, const char *pair, const char *pass)
{
	unsigned char d[SHA256_LEN];

	digest(d, pair, pass);
	memcpy(p->proof, d, PROOF_LEN);
	memcpy(p->proven, tag_of(pair), sizeof(p->proven));
}

enum check
person_check(const struct person *p, const char *pair, const char *pass)
{
	unsigned char d[SHA256_LEN];

	if (strcmp(p->proven, tag_of(pair)) != 0)
		return CHECK_SLOWLY;
	digest(d, pair, pass);
	return same_bytes(d, p->proof, PROOF_LEN) ? CHECK_RIGHT : CHECK_WRONG;
}

/* At the end of the count only a device helps, and one more is excused. */
static void
forgive(struct person *p, ms_t now)
{
	unsigned *n = p->failed > 0 && p->failed < CODES_FAILED_MAX ?
	    &p->failed :
	    &p->excused;

	if (*n > 0 && now - p->failed_at >= CODES_FORGIVEN) {
		--*n;
		p->failed_at = now;
	}
}

ms_t
person_next_code_at(struct person *p, ms_t now)
{
	ms_t from = p->paced - VLC_PACE * (VLC_BURST - 1);

	forgive(p, now);
	if (p->failed >= CODES_FAILED_MAX)
		return NEVER;
	if (p->failed >= CODES_FAILED_SLOW &&
	    p->code_sent_at + CODES_SLOW_TIME > from)
		from = p->code_sent_at + CODES_SLOW_TIME;
	return from;
}

void
person_code_sent(struct person *p, ms_t now)
{
	p->paced = (p->paced > now ? p->paced : now) + VLC_PACE;
	p->code_sent_at = now;
}

void
person_failed(struct person *p, ms_t now)
{
	if (p->failed < CODES_FAILED_MAX)
		p->failed++;
	p->failed_at = now;
}

void
person_proved(struct person *p, unsigned wrong)
{
	p->failed -= wrong < p->failed ? wrong : p->failed;
}

void
person_new_device(struct person *p, ms_t now)
{
	unsigned n;

	forgive(p, now);
	n = CODES_EXCUSED_MAX - p->excused;
	if (n > p->failed)
		n = p->failed;
	p->failed -= n;
	p->excused += n;
}

void
person_is_new(struct person *p)
{
	p->failed = p->excused = 0;
}

/*
 * A new entry inherits the count of the one whose place it takes, or guessing
 * at some users would hide guessing at another.
 */
ms_t
people_wrong(const char *uid, struct addr from, ms_t now)
{
	uint64_t key = recent_key(person_number(uid), from.ip);
	struct recent *w = recent_place(wrongs, WRONG_SETS, key);
	unsigned over;

	if (now - w->at > LOGINS_FORGOTTEN)
		w->n = 0;
	w->key = key;
	w->at = now;
	if (++w->n <= LOGINS_FREE)
		return 0;
	over = w->n - LOGINS_FREE - 1;
	return delays[over < DELAYS ? over : DELAYS - 1];
}

void
people_right(const char *uid, struct addr from)
{
	struct recent *w = recent_find(
	    wrongs, WRONG_SETS, recent_key(person_number(uid), from.ip));

	if (w != NULL)
		*w = (struct recent){ 0 };
}
