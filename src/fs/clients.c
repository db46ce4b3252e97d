#include <string.h>

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

/*
 * Of one user one removal is decided at a time, and of all some: each costs the
 * disk something before the AS is asked, and anybody may ask for one.  What the
 * user does meanwhile waits, as nobody knows whose files these are; but not for
 * the removal after that.
 */
static bool
is_blocked(const struct clients *w, const struct client *c)
{
	bool removal = c->req.type == MSG_REM;
	int n = 0;

	for (int i = 0; i < w->size; i++) {
		const struct client *k = w->order[i];
		bool removing = client_is_removing(k);

		n += removing;
		if (k != c && (removing || (removal && k->state == HELD)) &&
		    strcmp(k->req.uid, c->req.uid) == 0)
			return true;
	}
	return removal && n >= REMOVALS_AT_ONCE;
}

static bool
may_go_on(const struct clients *w, const struct client *c, ms_t now)
{
	return client_waits(c) && now >= c->again && !is_blocked(w, c);
}

/* A removal of this user that a client has begun and that is not over. */
static bool
is_busy(const void *clients, const char *uid)
{
	const struct clients *w = clients;

	for (int i = 0; i < w->size; i++) {
		const struct client *k = w->order[i];

		if (k->req.type == MSG_REM && strcmp(k->req.uid, uid) == 0 &&
		    (client_is_removing(k) || job_busy(&k->job)))
			return true;
	}
	return false;
}

void
clients_watch(const struct clients *w, const struct service *s,
    const struct listener *l, struct ready *r)
{
	ms_t room = room_at(w, r->woke);

	for (int i = 0; i < w->size; i++) {
		const struct client *c = w->order[i];

		client_watch(c, r);
		if (client_waits(c) && !is_blocked(w, c))
			ready_by(r, c->again > r->woke ? c->again : r->woke);
	}
	removals_watch(&s->removals, r);
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
	    ((c->state == RECEIVING && ready_can_read(r, c->conn.fd)) ||
		(c->state == SENDING && ready_can_write(r, c->conn.fd)));
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
		w->order[k]->may = may_go_on(w, w->order[k], r->woke);
		client_step(w->order[k], s, r);
	}
	removals_step(s, r, is_busy, w);
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
	struct sockaddr_in peer;

	if (!ready_can_read(r, l->fd))
		return;
	for (int i = 0; i < ACCEPTS && room_at(w, r->woke) <= r->woke; i++) {
		int fd = listener_accept(l, &peer, r->woke);

		if (fd == -1)
			return;
		make_room(w, s, r->woke);
		client_open(w->order[w->size++], s, fd, &peer, r->woke);
		close_ranks(w); /* it may have ended at once */
	}
}

static void
hand_over(struct clients *w, struct service *s, const struct msg *cnf, ms_t now)
{
	for (int i = 0; i < w->size; i++) {
		struct client *c = w->order[i];

		if (client_awaits(c, cnf)) {
			client_validated(c, s, cnf,
			    c->req.type != MSG_REM && is_blocked(w, c), now);
			return;
		}
	}
	removals_receive(s, cnf);
}

void
clients_receive(struct clients *w, struct service *s, ms_t now)
{
	struct msg m;

	for (int i = 0; i < HEARD; i++) {
		int heard = dgram_receive(s->as, &m);

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
clients_dismiss(struct clients *w, struct service *s, bool all)
{
	for (int i = 0; i < w->size; i++)
		if (all || w->order[i]->state == ASKING)
			client_end(w->order[i], s);
	close_ranks(w);
}
