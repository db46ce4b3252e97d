#include "crowd.h"
#include "policy.h"

/* A wake-up does no more than this of one kind, so that all get their turn. */
#define ACCEPTS 64
#define HEARD   256

int
crowd_open(struct crowd *w, int descriptors)
{
	w->usable = (descriptors - FDS_RESERVED) / 2;
	if (w->usable > CLIENTS_MAX)
		w->usable = CLIENTS_MAX;
	w->size = 0;
	for (int i = 0; i < CLIENTS_MAX; i++)
		w->order[i] = &w->slot[i];
	return w->usable;
}

static struct client *
oldest_asking(const struct crowd *w)
{
	struct client *oldest = NULL;

	for (int i = 0; i < w->size; i++)
		if (w->order[i]->state == ASKING &&
		    (oldest == NULL || w->order[i]->since < oldest->since))
			oldest = w->order[i];
	return oldest;
}

/*
 * When somebody may be sent away for a new client: under pressure, from three
 * quarters of the slots on, who has been silent for long, and with all of them
 * taken whoever has had the time to ask and has not.
 */
static ms_t
evictable(const struct crowd *w, const struct client *oldest)
{
	if (oldest == NULL)
		return NEVER;
	if (w->size < w->usable)
		return oldest->conn.moved + EVICT_AGE;
	return oldest->since + EVICT_GRACE;
}

void
crowd_watch(const struct crowd *w, const struct listener *l, struct ready *r)
{
	ms_t place = r->woke;

	for (int i = 0; i < w->size; i++)
		client_watch(w->order[i], r);
	if (w->size == w->usable)
		place = evictable(w, oldest_asking(w));
	if (place <= r->woke)
		listener_watch(l, r);
	else
		ready_by(r, place);
}

/* Those who are FREE leave the front part of the order. */
static void
close_ranks(struct crowd *w)
{
	for (int i = w->size - 1; i >= 0; i--)
		if (w->order[i]->state == FREE) {
			struct client *free = w->order[i];

			w->order[i] = w->order[--w->size];
			w->order[w->size] = free;
		}
}

void
crowd_step(struct crowd *w, struct service *s, const struct ready *r)
{
	for (int i = 0; i < w->size; i++)
		client_step(w->order[i], s, r);
	close_ranks(w);
}

static void
make_room(struct crowd *w, struct service *s, ms_t now)
{
	struct client *oldest = oldest_asking(w);

	if (now < evictable(w, oldest))
		return;
	client_end(oldest, s);
	w->evicted++;
	close_ranks(w);
}

void
crowd_accept(struct crowd *w, struct service *s, struct listener *l,
    const struct ready *r)
{
	struct sockaddr_in peer;

	if (!ready_can_read(r, l->fd))
		return;
	for (int i = 0; i < ACCEPTS; i++) {
		int fd;

		if (w->size * 4 > w->usable * 3)
			make_room(w, s, r->woke); /* under pressure */
		if (w->size == w->usable)
			return;
		fd = listener_accept(l, &peer, r->woke);
		if (fd == -1)
			return;
		client_open(w->order[w->size++], s, fd, &peer, r->woke);
		close_ranks(w); /* it may have ended at once */
	}
}

static void
hand_over(struct crowd *w, struct service *s, const struct msg *cnf, ms_t now)
{
	for (int i = 0; i < w->size; i++)
		if (client_awaits(w->order[i], cnf)) {
			client_validated(w->order[i], s, cnf, now);
			return;
		}
}

void
crowd_hear(struct crowd *w, struct service *s, ms_t now)
{
	struct msg m;

	for (int i = 0; i < HEARD; i++) {
		int heard = call_hear(s->as, &m);

		if (heard == 1 && m.type == MSG_CNF)
			hand_over(w, s, &m, now);
		if (heard == -1)
			for (int k = 0; k < w->size; k++)
				client_unheard(w->order[k], s, now);
		if (heard != 1)
			return;
	}
}

void
crowd_dismiss(struct crowd *w, struct service *s, bool all)
{
	for (int i = 0; i < w->size; i++)
		if (all || w->order[i]->state == ASKING)
			client_end(w->order[i], s);
	close_ranks(w);
}
