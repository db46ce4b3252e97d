#include "fs/clients.h"
#include "policy.h"

/* A wake-up does no more than this of one kind, so that all get their turn. */
#define ACCEPTS 64
#define HEARD   256
#define MOVES   1
#define MUCH    65536 /* bytes: less than this is not worth a wait */

int
clients_open(struct clients *w, int descriptors)
{
	w->usable = (descriptors - FDS_RESERVED) / 2;
	if (w->usable > CLIENTS_MAX)
		w->usable = CLIENTS_MAX;
	w->size = 0;
	for (int i = 0; i < CLIENTS_MAX; i++)
		w->order[i] = &w->slot[i];
	return w->usable;
}

/*
 * When a client may be sent away for a new one: under pressure, from three
 * quarters of the slots on, who has been silent for long, and with all of them
 * taken whoever has had the time to ask and has not, or has its reply.
 */
static ms_t
evictable_at(const struct clients *w, const struct client *c)
{
	bool full = w->size == w->usable;

	if (c->state == ASKING)
		return full ? c->since + EVICT_GRACE :
			      c->conn.last_progress + EVICT_AGE;
	if (c->state == LINGERING && c->conn.linger_since != 0 && full &&
	    !job_busy(&c->job)) /* its slot would stay taken */
		return c->conn.linger_since + EVICT_GRACE;
	return NEVER;
}

/* The one that may go first, or NULL; *when it may. */
static struct client *
first_to_go(const struct clients *w, ms_t *when)
{
	struct client *first = NULL;

	*when = NEVER;
	for (int i = 0; i < w->size; i++) {
		ms_t t = evictable_at(w, w->order[i]);

		if (t < *when) {
			*when = t;
			first = w->order[i];
		}
	}
	return first;
}

/* When there is, or can be made, a slot for one more. */
static ms_t
room_at(const struct clients *w, ms_t now)
{
	ms_t when = now;

	if (w->size == w->usable)
		first_to_go(w, &when);
	return when;
}

void
clients_watch(
    const struct clients *w, const struct listener *l, struct ready *r)
{
	ms_t room = room_at(w, r->woke);

	for (int i = 0; i < w->size; i++)
		client_watch(w->order[i], r);
	if (room <= r->woke)
		listener_watch(l, r);
	else
		ready_by(r, room);
}

/* Those who are FREE leave the front part of the order. */
static void
close_ranks(struct clients *w)
{
	for (int i = w->size - 1; i >= 0; i--)
		if (w->order[i]->state == FREE) {
			struct client *free = w->order[i];

			w->order[i] = w->order[--w->size];
			w->order[w->size] = free;
		}
}

/* Does it move the data of a large file now? */
static bool
is_moving(const struct client *c, const struct ready *r)
{
	return c->left > MUCH &&
	    ((c->state == RECEIVING && conn_readable(&c->conn, r)) ||
		(c->state == SENDING && conn_writable(&c->conn, r)));
}

/*
 * Of those who move much data only one has its turn in a round, the next one
 * in the next, which begins at once: between them whoever asks for little is
 * served.
 */
void
clients_step(struct clients *w, struct service *s, const struct ready *r)
{
	int moving = 0, next = 0;

	for (int i = 0; i < w->size; i++) {
		int k = (w->turn + i) % w->size;

		if (is_moving(w->order[k], r) && ++moving > MOVES) {
			if (moving == MOVES + 1)
				next = k;
			continue;
		}
		client_step(w->order[k], s, r);
	}
	w->turn = next;
	close_ranks(w);
}

/* Under pressure a new client takes the place of the one that may go first. */
static void
make_room(struct clients *w, struct service *s, ms_t now)
{
	ms_t when;
	struct client *first = first_to_go(w, &when);

	if (w->size * 4 <= w->usable * 3 || when > now)
		return;
	client_end(first, s);
	w->evicted++;
	close_ranks(w);
}

void
clients_accept(struct clients *w, struct service *s, struct listener *l,
    const struct ready *r)
{
	struct conn conn;

	if (!listener_readable(l, r))
		return;
	for (int i = 0; i < ACCEPTS && room_at(w, r->woke) <= r->woke; i++) {
		if (!listener_accept(l, &conn, r->woke))
			return;
		make_room(w, s, r->woke);
		client_open(w->order[w->size++], s, &conn, r->woke);
		close_ranks(w); /* it may have ended at once */
	}
}

static void
hand_over(struct clients *w, struct service *s, const struct msg *cnf, ms_t now)
{
	for (int i = 0; i < w->size; i++)
		if (client_awaits(w->order[i], cnf)) {
			client_validated(w->order[i], s, cnf, now);
			return;
		}
}

void
clients_receive(struct clients *w, struct service *s, ms_t now)
{
	struct msg m;

	for (int i = 0; i < HEARD; i++) {
		int heard = request_receive(&s->as, &m);

		if (heard == 1 && m.type == MSG_CNF)
			hand_over(w, s, &m, now);
		if (heard == DGRAM_REFUSED)
			for (int k = 0; k < w->size; k++)
				client_unheard(w->order[k], s, now);
		if (heard != 1)
			return;
	}
}

void
clients_dismiss(struct clients *w, struct service *s, bool all)
{
	for (int i = 0; i < w->size; i++)
		if (all || w->order[i]->state == ASKING)
			client_end(w->order[i], s);
	close_ranks(w);
}
