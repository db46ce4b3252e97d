#include <string.h>

#include "as/clients.h"
#include "as/session.h"
#include "policy.h"

/* The session at position k of the order, 0 to places.taken - 1. */
static struct session *
session_at(struct server *as, int k)
{
	return &as->session[as->places.order[k]];
}

/* A VLC under way takes a descriptor as well. */
static ms_t
opens_at(struct server *as, ms_t now)
{
	as->places.elsewhere = devices_called();
	return admission_opens_at(&as->places, now);
}

/* Whoever has to go for it goes; -1 where that does not help. */
static int
make_place(struct server *as, const struct addr *peer, ms_t now)
{
	int evicted, i;

	do {
		evicted = admission_evict(&as->places, now);
		if (evicted != -1) {
			session_end(as, &as->session[evicted]);
			admission_leave(&as->places, evicted);
		}
		as->places.elsewhere = devices_called();
		i = admission_take(&as->places, *peer, now);
	} while (i == -1 && evicted != -1);
	return i;
}

static void
accept_some(struct server *as, ms_t now)
{
	for (int n = 0; n < ACCEPTS_A_ROUND && opens_at(as, now) <= now; n++) {
		struct conn c;
		int i;

		if (!listener_accept(&as->listener, &c, now))
			return;
		i = make_place(as, &c.peer, now);
		if (i == -1) {
			conn_close(&c);
			return;
		}
		session_open(&as->session[i], &c, now);
		as->count.connections++;
	}
}

/*
 * A full round asks everybody and costs by how many there are, silent or not:
 * select() takes 80 us for 1,000.  So with many sessions the rounds of the next
 * milliseconds are partial: only the active ones are watched, those that have
 * just said something or have something under way.
 */
void
clients_watch(struct server *as, struct ready *r, ms_t now)
{
	ms_t opens = opens_at(as, now);
	int n = as->places.taken;

	if (opens <= now)
		listener_watch(&as->listener, r);
	else
		ready_by(r, opens);
	as->partial = n >= PARTIAL_FROM && now < as->next_full_round;
	if (as->partial) {
		ready_by(r, as->next_full_round);
		n = as->places.active;
	}
	for (int k = 0; k < n; k++)
		session_watch(session_at(as, k), r);
}

static void
step(struct server *as, int i, const struct ready *r, ms_t now)
{
	struct session *s = &as->session[i];
	const char *uid;
	enum standing standing;

	session_step(as, s, r, now);
	if (s->state == FREE)
		return;
	standing = session_standing(s, &uid);
	admission_name(&as->places, i, uid[0] == '\0' ? 0 : person_number(uid),
	    standing, now);
	if (as->places.place[i].progress < s->spoke)
		admission_progress(&as->places, i, s->spoke);
}

static void
step_all(struct server *as, const struct ready *r, ms_t now)
{
	admission_rest(&as->places);
	for (int k = 0; k < as->places.taken; k++) {
		int i = as->places.order[k];
		const struct session *s = &as->session[i];

		step(as, i, r, now);
		if (s->state != READY || s->more ||
		    now - s->conn.last_progress < ACTIVE_TIME)
			admission_activate(&as->places, k);
	}
	as->next_full_round = now + PARTIAL_TIME;
}

void
clients_step(struct server *as, const struct ready *r, ms_t now)
{
	if (!as->partial)
		step_all(as, r, now);
	else
		for (int k = 0; k < as->places.active; k++)
			step(as, as->places.order[k], r, now);
	for (int k = as->places.active - 1; k >= 0; k--)
		if (session_at(as, k)->state == FREE)
			admission_leave(&as->places, as->places.order[k]);
	if (listener_readable(&as->listener, r))
		accept_some(as, now);
}

void
clients_ask_again(struct server *as, const char *uid, ms_t now)
{
	for (int k = 0; k < as->places.taken; k++) {
		struct session *s = session_at(as, k);

		if (s->state == PACING && strcmp(s->code.uid, uid) == 0)
			s->wait_until = now;
	}
}

void
clients_log_out(struct server *as, const char *uid)
{
	for (int k = 0; k < as->places.taken; k++)
		session_log_out(session_at(as, k), uid);
}

bool
clients_idle(struct server *as)
{
	for (int k = 0; k < as->places.taken; k++)
		if (!session_idle(session_at(as, k)))
			return false;
	return true;
}

void
clients_part(struct server *as)
{
	for (int k = 0; k < as->places.taken; k++) {
		struct session *s = session_at(as, k);

		if (conn_peer(&s->conn) != NULL)
			conn_close(&s->conn);
	}
}
