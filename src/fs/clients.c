#include <string.h>

#include "fs/clients.h"
#include "policy.h"

/* A wake-up does no more than this of one kind, so that all get their turn. */

int
clients_open(struct clients *w, int descriptors)
{
	int places = (descriptors - FDS_RESERVED) / 2;

	admission_open(
	    &w->places, places < CLIENTS_MAX ? places : CLIENTS_MAX, false);
	w->turn = w->removal = 0;
	return w->places.size;
}

struct client *
clients_at(struct clients *w, int k)
{
	return &w->slot[w->places.order[k]];
}

/*
 * Of one user one removal is decided at a time.  What the user does meanwhile
 * waits, as nobody knows whose files these are; but not for the removal after
 * that.
 */
static bool
is_blocked_by_user(struct clients *w, const struct client *c)
{
	for (int k = 0; k < w->places.taken; k++) {
		const struct client *o = clients_at(w, k);

		if (o != c &&
		    (client_is_removing(o) ||
			(c->req.type == MSG_REM && o->state == HELD)) &&
		    strcmp(o->req.uid, c->req.uid) == 0)
			return true;
	}
	return false;
}

/* Of all users some: each costs the disk something before the AS is asked. */
static bool
is_blocked(struct clients *w, const struct client *c)
{
	int n = 0;

	if (c->req.type == MSG_REM)
		for (int k = 0; k < w->places.taken; k++)
			n += client_is_removing(clients_at(w, k));
	return n >= REMOVALS_AT_ONCE || is_blocked_by_user(w, c);
}

/* A removal of this user that a client has begun and that is not over. */
static bool
is_busy(const void *clients, const char *uid)
{
	const struct clients *w = clients;

	for (int k = 0; k < w->places.taken; k++) {
		const struct client *o = &w->slot[w->places.order[k]];

		if (o->req.type == MSG_REM && strcmp(o->req.uid, uid) == 0 &&
		    (client_is_removing(o) || job_busy(&o->job)))
			return true;
	}
	return false;
}

void
clients_watch(struct clients *w, const struct service *s,
    const struct listener *l, struct ready *r)
{
	ms_t opens = admission_opens_at(&w->places, r->woke);

	for (int k = 0; k < w->places.taken; k++) {
		const struct client *c = clients_at(w, k);

		client_watch(c, r);
		if (client_waits(c) && !is_blocked(w, c))
			ready_by(r,
			    c->not_before > r->woke ? c->not_before : r->woke);
	}
	removals_watch(&s->removals, r);
	if (opens <= r->woke)
		listener_watch(l, r);
	else
		ready_by(r, opens);
}

/* What has become of it since the last round, for the next admission. */
static void
update_place(struct clients *w, int i, ms_t now)
{
	const struct client *c = &w->slot[i];
	struct place *p = &w->places.place[i];
	enum standing standing = client_standing(c);

	p->pinned = c->state == ORPHANED || c->state == SYNCING ||
	    client_is_removing(c);
	if (p->standing == standing)
		return;
	admission_name(&w->places, i,
	    c->req.uid[0] == '\0' ? 0 : wire_number(c->req.uid) + 1, standing,
	    now);
	admission_progress(&w->places, i, now);
}

/* Those who are FREE leave their places; orphans are counted beside them. */
static void
leave_places(struct clients *w)
{
	int orphans = 0;

	for (int k = w->places.taken - 1; k >= 0; k--) {
		if (clients_at(w, k)->state == FREE)
			admission_leave(&w->places, w->places.order[k]);
		else
			orphans += clients_at(w, k)->state == ORPHANED;
	}
	w->places.elsewhere = orphans < ORPHANS_MAX ? -orphans : -ORPHANS_MAX;
}

/* Does it move the data of a large file now? */
static bool
is_moving(const struct client *c, const struct ready *r)
{
	return c->left > TRANSFER_SMALL &&
	    ((c->state == RECEIVING && conn_readable(&c->conn, r)) ||
		(c->state == SENDING && conn_writable(&c->conn, r)));
}

static void
step(struct clients *w, int k, struct service *s, const struct ready *r)
{
	struct client *c = clients_at(w, k);
	uint64_t left = c->left;

	c->its_turn =
	    client_waits(c) && r->woke >= c->not_before && !is_blocked(w, c);
	client_step(c, s, r);
	update_place(w, w->places.order[k], r->woke);
	if (c->left < left)
		admission_progress_bytes(
		    &w->places, w->places.order[k], left - c->left, r->woke);
}

static bool
is_waiting_removal(const struct client *c)
{
	return c->state == INTENDING && client_waits(c);
}

/*
 * From the one on that was the first to be left out the last time: anybody may
 * ask for any number of removals, and those that come later do not go first.
 */
static void
step_removals(struct clients *w, struct service *s, const struct ready *r)
{
	int next = -1, n = w->places.taken;

	for (int i = 0; i < n; i++) {
		int k = (w->removal + i) % n;
		const struct client *c = clients_at(w, k);

		if (!is_waiting_removal(c))
			continue;
		step(w, k, s, r);
		if (next == -1 && is_waiting_removal(c) &&
		    r->woke >= c->not_before && !is_blocked_by_user(w, c))
			next = k;
	}
	if (next != -1)
		w->removal = next;
}

/*
 * Of those who move much data only one has its turn in a round, the next one
 * in the next, which begins at once: between them whoever asks for little is
 * served.
 */
void
clients_step(struct clients *w, struct service *s, const struct ready *r)
{
	int moving = 0, next = 0, n = w->places.taken;

	step_removals(w, s, r);
	for (int i = 0; i < n; i++) {
		int k = (w->turn + i) % n;

		if (is_waiting_removal(clients_at(w, k)))
			continue;
		if (is_moving(clients_at(w, k), r) &&
		    ++moving > TRANSFERS_A_ROUND) {
			if (moving == TRANSFERS_A_ROUND + 1)
				next = k;
			continue;
		}
		step(w, k, s, r);
	}
	removals_step(s, r, is_busy, w);
	w->turn = next;
	leave_places(w);
}

/* Whoever has to go for it goes; -1 where that does not help. */
static int
make_place(
    struct clients *w, struct service *s, const struct addr *peer, ms_t now)
{
	int evicted, i;

	do {
		evicted = admission_evict(&w->places, now);
		if (evicted != -1) {
			client_end(&w->slot[evicted], s);
			update_place(w, evicted, now);
			leave_places(w);
		}
		i = admission_take(&w->places, *peer, now);
	} while (i == -1 && evicted != -1);
	return i;
}

void
clients_accept(struct clients *w, struct service *s, struct listener *l,
    const struct ready *r)
{
	struct conn conn;
	int i;

	if (!listener_readable(l, r))
		return;
	for (int n = 0; n < ACCEPTS_A_ROUND &&
	     admission_opens_at(&w->places, r->woke) <= r->woke;
	     n++) {
		if (!listener_accept(l, &conn, r->woke))
			return;
		i = make_place(w, s, &conn.peer, r->woke);
		if (i == -1) {
			conn_close(&conn);
			return;
		}
		client_open(&w->slot[i], s, &conn, r->woke);
		update_place(w, i, r->woke);
		leave_places(w); /* it may have ended at once */
	}
}

static void
hand_over(struct clients *w, struct service *s, const struct msg *cnf, ms_t now)
{
	for (int k = 0; k < w->places.taken; k++) {
		struct client *c = clients_at(w, k);

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

	for (int i = 0; i < ANSWERS_A_ROUND; i++) {
		int result = request_receive(&s->as, &m);

		if (result == 1)
			service_answered(s, now);
		if (result == 1 && m.type == MSG_CNF)
			hand_over(w, s, &m, now);
		if (result == DGRAM_REFUSED)
			for (int k = 0; k < w->places.taken; k++)
				client_refused(clients_at(w, k), s, now);
		if (result != 1)
			return;
	}
}

void
clients_dismiss(struct clients *w, struct service *s, bool all)
{
	for (int k = 0; k < w->places.taken; k++)
		if (all || clients_at(w, k)->state == ASKING)
			client_end(clients_at(w, k), s);
	leave_places(w);
}
