#include "as/devices.h"
#include "as/server.h"
#include "policy.h"

#define ACCEPTS_A_ROUND 64
#define PARTIAL_FROM    64 /* sessions; below, a full round costs no more */
#define PARTIAL_TIME    8  /* ms between full rounds */
#define ACTIVE_TIME     20 /* ms since its last byte */
#define USER_AGE        (10 * MINUTES) /* silent, and somebody else waits */

/* Places that are taken: a VLC under way takes a descriptor as well. */
static int
taken(const struct server *as)
{
	return as->sessions + devices_called();
}

static bool
under_pressure(const struct server *as)
{
	return taken(as) >= as->sessions_max * 3 / 4;
}

static bool
is_full(const struct server *as)
{
	return taken(as) >= as->sessions_max;
}

/*
 * When a session may be sent away for a new one.  Under pressure, from three
 * quarters of the places on, a stranger may who has been silent for long.  With
 * all of them taken so may any stranger, once it has had the time to speak, and
 * whoever has got its last reply; only then a user who has long been silent.
 */
static ms_t
evictable_at(const struct server *as, const struct session *s)
{
	bool full = is_full(as);

	if (s->state == LINGERING && s->conn.linger_since != 0)
		return full ? s->conn.linger_since + EVICT_GRACE : NEVER;
	if (s->state != READY && s->state != DELAYED)
		return NEVER;
	if (s->uid[0] == '\0')
		return s->conn.last_progress + (full ? EVICT_GRACE : EVICT_AGE);
	return full && s->state == READY ? s->conn.last_progress + USER_AGE :
					   NEVER;
}

/* The one that may go first, or NULL; *when it may. */
static struct session *
first_to_go(struct server *as, ms_t *when)
{
	struct session *first = NULL;

	*when = NEVER;
	for (int i = 0; i < as->sessions_top; i++) {
		ms_t t = evictable_at(as, &as->session[i]);

		if (t < *when) {
			*when = t;
			first = &as->session[i];
		}
	}
	return first;
}

static struct session *
find_free(struct server *as)
{
	for (int i = 0; i < as->sessions_max; i++)
		if (as->session[i].state == FREE) {
			if (i >= as->sessions_top)
				as->sessions_top = i + 1;
			return &as->session[i];
		}
	return NULL;
}

static void
evict(struct server *as, struct session *s)
{
	session_end(s);
	as->sessions--;
	as->count.evicted++;
}

static void
open_session(struct server *as, const struct conn *c)
{
	struct session *s = find_free(as);

	session_open(s, c);
	as->sessions++;
	as->count.connections++;
	if (as->active_n < SESSIONS_MAX)
		as->active[as->active_n++] = s;
}

/* When there is, or can be made, a place for one more. */
static ms_t
room_at(struct server *as, ms_t now)
{
	ms_t when = now;

	if (is_full(as))
		first_to_go(as, &when);
	return when;
}

static void
accept_some(struct server *as, ms_t now)
{
	for (int i = 0; i < ACCEPTS_A_ROUND && room_at(as, now) <= now; i++) {
		struct conn c;
		struct session *first;
		ms_t when;

		if (!listener_accept(&as->listener, &c, now))
			return;
		first = under_pressure(as) ? first_to_go(as, &when) : NULL;
		if (first != NULL && when <= now)
			evict(as, first);
		open_session(as, &c);
	}
}

/*
 * A full round asks everybody and costs by how many there are, silent or not:
 * select() takes 80 us for 1,000.  So with many sessions the rounds of the next
 * millisecond are brief: only the active ones are watched, those that have just
 * said something or have something under way.
 */
void
clients_watch(struct server *as, struct ready *r, ms_t now)
{
	ms_t room = room_at(as, now);

	if (room <= now)
		listener_watch(&as->listener, r);
	else
		ready_by(r, room);
	as->partial = as->sessions >= PARTIAL_FROM && now < as->next_full_round;
	if (as->partial) {
		ready_by(r, as->next_full_round);
		for (int i = 0; i < as->active_n; i++)
			session_watch(as->active[i], r);
		return;
	}
	for (int i = 0; i < as->sessions_top; i++)
		session_watch(&as->session[i], r);
}

/* False when the session is over, or was before. */
static bool
step(struct server *as, struct session *s, const struct ready *r, ms_t now)
{
	if (s->state == FREE)
		return false;
	session_step(as, s, r, now);
	if (s->state == FREE)
		as->sessions--;
	return s->state != FREE;
}

static void
step_all(struct server *as, const struct ready *r, ms_t now)
{
	int top = 0;

	as->active_n = 0;
	for (int i = 0; i < as->sessions_top; i++) {
		struct session *s = &as->session[i];

		if (!step(as, s, r, now))
			continue;
		top = i + 1;
		if (s->state != READY || s->more ||
		    now - s->conn.last_progress < ACTIVE_TIME)
			as->active[as->active_n++] = s;
	}
	as->sessions_top = top;
	as->next_full_round = now + PARTIAL_TIME;
}

void
clients_step(struct server *as, const struct ready *r, ms_t now)
{
	if (!as->partial)
		step_all(as, r, now);
	for (int i = 0; as->partial && i < as->active_n; i++)
		step(as, as->active[i], r, now);
	if (listener_readable(&as->listener, r))
		accept_some(as, now);
}

void
clients_log_out(struct server *as, const char *uid)
{
	for (int i = 0; i < as->sessions_top; i++)
		session_log_out(&as->session[i], uid);
}

bool
clients_idle(const struct server *as)
{
	for (int i = 0; i < as->sessions_top; i++)
		if (!session_idle(&as->session[i]))
			return false;
	return true;
}
