#include <string.h>

#include "crypto/secret.h"
#include "net/sealed.h"
#include "policy.h"

static uint16_t *
bucket_of(struct secure *s, const struct addr *peer)
{
	uint32_t mixed = (peer->ip ^ (uint32_t)peer->port << 16 ^ peer->port) *
	    UINT32_C(2654435761);

	return &s->bucket[(mixed >> 16) % SECURE_BUCKETS];
}

static struct association *
at_index(struct secure *s, unsigned index)
{
	return index > 0 ? &s->association[index - 1] : NULL;
}

/* The one at this place of a bucket, or the next with that address. */
static struct association *
here(struct secure *s, unsigned index, const struct addr *peer)
{
	struct association *a = at_index(s, index);

	while (a != NULL && !addr_same(&a->end.peer, peer))
		a = at_index(s, a->next);
	return a;
}

static uint16_t
index_of(const struct secure *s, const struct association *a)
{
	return (uint16_t)(a - s->association + 1);
}

static void
enter(struct association *a)
{
	struct secure *s = a->end.by;
	uint16_t *bucket = bucket_of(s, &a->end.peer);

	a->next = *bucket;
	*bucket = index_of(s, a);
}

static void
leave(struct association *a)
{
	struct secure *s = a->end.by;
	uint16_t *at = bucket_of(s, &a->end.peer), index = index_of(s, a);

	while (*at != 0 && *at != index)
		at = &at_index(s, *at)->next;
	if (*at == index)
		*at = a->next;
	a->next = 0;
}

void
associations_forget(struct association *a)
{
	if (a->end.answers)
		leave(a);
	tls_stop(&a->end.tls);
	wipe(a->waiting, sizeof(a->waiting));
	a->waiting_len = 0;
	a->number = 0;
	a->end.phase = SECURE_NONE;
}

/* Who goes first: who is nobody yet, then who was heard longest ago. */
static bool
goes_before(const struct association *a, const struct association *b)
{
	bool a_open = a->end.phase == SECURE_OPEN;
	bool b_open = b->end.phase == SECURE_OPEN;

	if (a_open != b_open)
		return b_open;
	return a->used < b->used;
}

/*
 * The least recently used goes; of the newcomer's own host, where that has more
 * than its part of a full table.  What we have dialled stays.
 */
static struct association *
make_free(struct secure *s, const struct addr *peer)
{
	struct association *last = NULL, *own = NULL;
	size_t of_host = 0;

	for (size_t i = 0; i < s->associations; i++) {
		struct association *a = &s->association[i];

		if (a->end.phase == SECURE_NONE)
			return a;
		if (!a->end.answers)
			continue;
		if (last == NULL || goes_before(a, last))
			last = a;
		if (!addr_same_host(&a->end.peer, peer))
			continue;
		of_host++;
		if (own == NULL || goes_before(a, own))
			own = a;
	}
	if (of_host > s->associations / ONE_HOSTS_PART)
		last = own;
	if (last != NULL) {
		s->count.forgotten++;
		associations_forget(last);
	}
	return last;
}

/* A number stands for a place in the table and for who had it when. */
struct association *
associations_make(
    struct secure *s, const struct addr *peer, bool answers, ms_t now)
{
	struct association *a = make_free(s, peer);

	if (a == NULL)
		return NULL;
	memset(a, 0, sizeof(*a));
	a->end.phase = SECURE_WAITING;
	a->end.answers = answers;
	a->end.by = s;
	a->end.peer = *peer;
	a->end.since = a->used = now;
	a->number =
	    ++s->number * s->associations + (unsigned long)(a - s->association);
	s->self->random(a->cid, sizeof(a->cid));
	a->cid[0] = (uint8_t)(index_of(s, a) >> 8);
	a->cid[1] = (uint8_t)index_of(s, a);
	if (answers)
		enter(a);
	return a;
}

struct association *
associations_find(struct secure *s, unsigned long number)
{
	struct association *a;

	if (number == 0 || s->associations == 0)
		return NULL;
	a = &s->association[number % s->associations];
	return a->number == number ? a : NULL;
}

struct association *
associations_find_cid(struct secure *s, const uint8_t *datagram, size_t n)
{
	const uint8_t *cid = tls_find_cid(datagram, n, SECURE_CID);
	struct association *a;
	size_t index;

	if (cid == NULL)
		return NULL;
	index = (size_t)cid[0] << 8 | cid[1];
	if (index == 0 || index > s->associations)
		return NULL;
	a = &s->association[index - 1];
	return a->end.phase != SECURE_NONE && a->end.answers &&
		memcmp(a->cid, cid, SECURE_CID) == 0 ?
	    a :
	    NULL;
}

void
associations_move(struct association *a, const struct addr *to)
{
	leave(a);
	a->end.peer = *to;
	enter(a);
}

struct association *
associations_at(struct secure *s, const struct addr *peer)
{
	return here(s, *bucket_of(s, peer), peer);
}

struct association *
associations_next(const struct association *a)
{
	return here(a->end.by, a->next, &a->end.peer);
}
