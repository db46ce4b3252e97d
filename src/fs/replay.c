#include "fs/replay.h"
#include "policy.h"

/*
 * A power of two of milliseconds, so that 32 bits last for 17 years; a pair is
 * remembered up to two ticks longer than it must be.
 */
#define TICK 128

static uint32_t
ticks(ms_t time)
{
	return (uint32_t)(time / TICK);
}

/* The nine digits of UID and TID as one number, never 0. */
static uint32_t
pair_of(const char *uid, const char *tid)
{
	uint32_t n = 0;

	while (*uid != '\0')
		n = n * 10 + (uint32_t)(*uid++ - '0');
	while (*tid != '\0')
		n = n * 10 + (uint32_t)(*tid++ - '0');
	return n + 1;
}

/* Neighbouring numbers spread over the sets. */
static struct replay_pair *
set_of(struct replay *s, uint32_t pair)
{
	return s->set[(pair * 2654435761u >> 16) % REPLAY_SETS];
}

static struct replay_pair *
find(struct replay *s, uint32_t pair)
{
	struct replay_pair *set = set_of(s, pair);

	for (int i = 0; i < REPLAY_WAYS; i++)
		if (set[i].pair == pair)
			return &set[i];
	return NULL;
}

/* The pair's own place, or else the one that matters least. */
static struct replay_pair *
place(struct replay *s, uint32_t pair)
{
	struct replay_pair *set = set_of(s, pair), *oldest = find(s, pair);

	if (oldest != NULL)
		return oldest;
	oldest = set;
	for (int i = 0; i < REPLAY_WAYS; i++) {
		if (set[i].pair == 0)
			return &set[i];
		if (set[i].at < oldest->at)
			oldest = &set[i];
	}
	return oldest;
}

bool
replay_claim(struct replay *s, const char *uid, const char *tid, ms_t now)
{
	const struct replay_pair *p = find(s, pair_of(uid, tid));

	if (p != NULL && ticks(now) - p->at <= ticks(TID_MEMORY) + 1)
		return false;
	replay_keep(s, uid, tid, now);
	return true;
}

void
replay_keep(struct replay *s, const char *uid, const char *tid, ms_t now)
{
	uint32_t pair = pair_of(uid, tid);
	struct replay_pair *p = place(s, pair);

	p->pair = pair;
	p->at = ticks(now);
}

void
replay_forget(struct replay *s, const char *uid, const char *tid)
{
	struct replay_pair *p = find(s, pair_of(uid, tid));

	if (p != NULL)
		p->pair = 0;
}
