#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/dgram.h"
#include "net/sealed.h"
#include "net/socket.h"
#include "policy.h"
#include "sys/fd.h"

#define ERR_SOURCES 64

static const struct addr anywhere;

static int
bound(const struct addr *self)
{
	int fd = socket_make(SOCK_DGRAM);

	if (fd != -1 && socket_bind(fd, self) == -1)
		return close_with_errno(fd);
	return fd;
}

static int
opened(struct dgram *d, int fd)
{
	d->open = fd != -1;
	d->fd = fd;
	return d->open ? 0 : -1;
}

int
dgram_open(struct dgram *d, uint16_t port)
{
	struct addr any = { .ip = 0, .port = port };

	memset(d, 0, sizeof(*d));
	if (opened(d, bound(&any)) == -1)
		return -1;
	socket_tell_self(d->fd);
	return 0;
}

int
dgram_open_at(struct dgram *d, const struct addr *self)
{
	memset(d, 0, sizeof(*d));
	d->self = *self;
	if (opened(d, bound(self)) == 0)
		return 0;
	if (errno != EADDRNOTAVAIL)
		return -1;
	return dgram_open(d, self->port) == -1 ? -1 : 1;
}

int
dgram_dial(struct dgram *d, const struct addr *peer, const struct addr *self)
{
	int fd;

	memset(d, 0, sizeof(*d));
	d->peer = *peer;
	d->self = *self;
	fd = bound(&d->self);
	if (fd == -1 && errno == EADDRNOTAVAIL && self->port == 0) {
		d->self.ip = 0;
		fd = bound(&d->self);
	}
	if (fd != -1 && socket_connect(fd, peer) == -1)
		fd = close_with_errno(fd);
	return opened(d, fd);
}

void
dgram_secure(struct dgram *d, struct secure *secure)
{
	d->secure = secure;
}

int
dgram_dial_secure(struct dgram *d, const struct addr *peer,
    const struct addr *self, struct secure *secure,
    const struct secure_target *target)
{
	if (dgram_dial(d, peer, self) == -1)
		return -1;
	d->secure = secure;
	if (association_dial(d, target))
		return 0;
	dgram_close(d);
	errno = ENOBUFS;
	return -1;
}

/*
 * The socket stays, and what waits in it: to be connected to nobody gives it
 * its address back, and its port.  What fails here will fail at the next send.
 */
static void
connect_again(struct dgram *d)
{
	struct sockaddr nobody = { .sa_family = AF_UNSPEC };
	struct addr self = { .ip = d->self.ip, .port = dgram_port(d) };

	(void)connect(d->fd, &nobody, sizeof(nobody));
	if (socket_bind(d->fd, &self) == -1 && errno == EADDRNOTAVAIL &&
	    d->self.port == 0) {
		d->self.ip = self.ip = 0;
		socket_bind(d->fd, &self);
	}
	socket_connect(d->fd, &d->peer);
}

void
dgram_redial(struct dgram *d)
{
	connect_again(d);
	if (d->secure != NULL)
		association_redial(d);
}

void
dgram_close(struct dgram *d)
{
	if (d->open && d->secure != NULL)
		association_close(d);
	if (d->open)
		close(d->fd);
	d->open = false;
}

void
dgram_buffer(struct dgram *d, int bytes)
{
	setsockopt(d->fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

uint16_t
dgram_port(const struct dgram *d)
{
	return dgram_self(d).port;
}

struct addr
dgram_self(const struct dgram *d)
{
	return socket_self(d->fd);
}

void
dgram_watch(const struct dgram *d, struct ready *r)
{
	if (d->open)
		ready_read(r, d->fd);
	if (d->open && d->secure != NULL)
		association_watch(d, r);
}

bool
dgram_readable(const struct dgram *d, const struct ready *r)
{
	return d->open &&
	    (ready_can_read(r, d->fd) ||
		(d->secure != NULL && association_due(d, r->woke)));
}

/*
 * A refusal that is told now answers an earlier datagram, and this one has not
 * left: its own answer counts.  Any other error may come from an address that
 * we have no more.
 */
bool
dgram_send_dialled(struct dgram *d, const void *data, size_t n)
{
	if (send(d->fd, data, n, 0) != -1)
		return true;
	if (errno == EAGAIN || errno == ENOBUFS || errno == ENOMEM)
		return false;
	if (errno != ECONNREFUSED)
		connect_again(d);
	return send(d->fd, data, n, 0) != -1;
}

bool
dgram_send(struct dgram *d, const struct addr *to, const struct addr *self,
    const void *data, size_t n)
{
	if (to == NULL && d->secure != NULL)
		return association_send(d, data, n);
	if (to == NULL)
		return dgram_send_dialled(d, data, n);
	if (self != NULL && socket_send(d->fd, data, n, to, self) != -1)
		return true;
	return socket_send(d->fd, data, n, to, &anywhere) != -1;
}

unsigned long
dgram_session(const struct dgram *d)
{
	return d->session;
}

bool
dgram_answer(struct dgram *d, unsigned long session, const struct addr *to,
    const struct addr *self, const void *data, size_t n)
{
	return session == 0 ? dgram_send(d, to, self, data, n) :
			      association_answer(d, session, data, n);
}

ssize_t
dgram_receive(
    struct dgram *d, void *data, size_t n, struct addr *from, struct addr *self)
{
	if (d->secure != NULL)
		return association_receive(d, data, n, from, self);
	for (;;) {
		ssize_t got = socket_receive(d->fd, data, n, from, self);

		if (got == -1 && errno == ECONNREFUSED)
			return DGRAM_REFUSED;
		if (got == -1 && errno != EINTR)
			return DGRAM_NONE;
		/* While it was dialled again anybody could send to it. */
		if (got != -1 &&
		    (d->peer.port == 0 || addr_same(from, &d->peer)))
			return got;
	}
}

/* When the last ERRs went to a host: the n-th at sent[n % ERR_PER_SECOND]. */
static struct source {
	uint32_t ip;
	unsigned long count;
	ms_t sent[ERR_PER_SECOND];
} sources[ERR_SOURCES];

/* 0: none has gone there. */
static ms_t
last_err(const struct source *s)
{
	return s->count > 0 ? s->sent[(s->count - 1) % ERR_PER_SECOND] : 0;
}

/* Its own entry, or the one that has been quiet for longest. */
static struct source *
source_of(uint32_t ip)
{
	struct source *quietest = sources;

	for (struct source *s = sources; s < sources + ERR_SOURCES; s++) {
		if (s->count > 0 && s->ip == ip)
			return s;
		if (last_err(s) < last_err(quietest))
			quietest = s;
	}
	return quietest;
}

/* A host gives its entry to another once its last second is over. */
bool
dgram_may_err(const struct addr *to, ms_t now)
{
	struct source *s = source_of(to->ip);
	ms_t *oldest;

	if (s->count == 0 || s->ip != to->ip) {
		if (s->count > 0 && now - last_err(s) < SECONDS)
			return false;
		s->ip = to->ip;
		s->count = 0;
	}
	oldest = &s->sent[s->count % ERR_PER_SECOND];
	if (s->count >= ERR_PER_SECOND && now - *oldest < SECONDS)
		return false;
	*oldest = now;
	s->count++;
	return true;
}
