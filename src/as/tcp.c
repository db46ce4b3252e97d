#include "as.h"
#include "policy.h"

#define ACCEPTS_A_ROUND 64

static bool
under_pressure(const struct server *as)
{
	return as->sessions >= as->sessions_max * 3 / 4;
}

static bool
is_full(const struct server *as)
{
	return as->sessions >= as->sessions_max;
}

/* The one that has waited longest without logging in, NULL if none may go. */
static struct session *
evictable(struct server *as, ms_t now)
{
	struct session *oldest = NULL;
	ms_t age = is_full(as) ? 0 : EVICT_AGE;

	for (int i = 0; i < as->sessions_top; i++) {
		struct session *s = &as->session[i];

		if (s->state == READY && s->uid[0] == '\0' &&
		    now - s->conn.moved >= age &&
		    (oldest == NULL || s->conn.moved < oldest->conn.moved))
			oldest = s;
	}
	return oldest;
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

static bool
may_accept(struct server *as, ms_t now)
{
	return as->stop_by == 0 && (!is_full(as) || evictable(as, now) != NULL);
}

static void
accept_some(struct server *as, ms_t now)
{
	for (int i = 0; i < ACCEPTS_A_ROUND && may_accept(as, now); i++) {
		struct sockaddr_in peer;
		struct session *oldest;
		int fd = listener_accept(&as->listener, &peer, now);

		if (fd == -1)
			return;
		oldest = under_pressure(as) ? evictable(as, now) : NULL;
		if (oldest != NULL)
			evict(as, oldest);
		session_open(find_free(as), fd, &peer, now);
		as->sessions++;
		as->count.connections++;
	}
}

void
tcp_watch(struct server *as, struct ready *r, ms_t now)
{
	if (may_accept(as, now))
		listener_watch(&as->listener, r);
	for (int i = 0; i < as->sessions_top; i++)
		session_watch(&as->session[i], r);
}

void
tcp_step(struct server *as, const struct ready *r, ms_t now)
{
	int top = 0, n = 0;

	for (int i = 0; i < as->sessions_top; i++) {
		session_step(as, &as->session[i], r, now);
		if (as->session[i].state != FREE) {
			top = i + 1;
			n++;
		}
	}
	as->sessions_top = top;
	as->sessions = n;
	if (ready_can_read(r, as->listener.fd))
		accept_some(as, now);
}

void
tcp_log_out(struct server *as, const char *uid)
{
	for (int i = 0; i < as->sessions_top; i++)
		session_log_out(&as->session[i], uid);
}

bool
tcp_idle(const struct server *as)
{
	for (int i = 0; i < as->sessions_top; i++)
		if (!session_idle(&as->session[i]))
			return false;
	return true;
}
