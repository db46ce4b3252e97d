#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "net/conn.h"
#include "net/sealed.h"
#include "net/socket.h"
#include "policy.h"

#define UNWANTED 65536 /* bytes of it in one read */

void
conn_open(struct conn *c, int fd, const struct addr *peer, ms_t now)
{
	c->state = CONN_OPEN;
	c->fd = fd;
	c->ended = c->shut = c->unwelcome = false;
	c->slot = NULL;
	c->error = 0;
	c->linger_since = 0;
	c->peer = *peer;
	c->last_progress = now;
	c->in.len = c->out.len = 0;
}

void
conn_dial(struct conn *c, const struct addr *peer, ms_t now)
{
	conn_open(c, socket_make(SOCK_STREAM), peer, now);
	c->state = CONN_CONNECTING;
	if (c->fd == -1 || socket_connect(c->fd, peer) == -1)
		c->error = errno;
}

/* With no slot free it is treated as plain, which it is not. */
void
conn_open_secure(struct conn *c, int fd, const struct addr *peer,
    struct secure *secure, ms_t now)
{
	conn_open(c, fd, peer, now);
	c->slot = sealed_take(secure, peer, now);
	if (c->slot != NULL)
		c->slot->end.answers = true;
	else
		c->unwelcome = true;
}

void
conn_dial_secure(struct conn *c, const struct addr *peer, struct secure *secure,
    const struct secure_target *target, ms_t now)
{
	conn_dial(c, peer, now);
	c->slot = sealed_take(secure, peer, now);
	if (c->slot != NULL)
		secure_target_of(&c->slot->end, target);
	else
		c->error = ENOBUFS;
}

const struct tls_peer *
conn_peer(const struct conn *c)
{
	if (c->slot == NULL ||
	    (c->slot->end.phase != SECURE_JUDGING &&
		c->slot->end.phase != SECURE_OPEN))
		return NULL;
	return &c->slot->end.tls.peer;
}

void
conn_believe(struct conn *c, bool yes)
{
	if (c->slot != NULL)
		secure_believe(&c->slot->end, yes);
}

const char *
conn_why(const struct conn *c)
{
	return c->slot != NULL && c->slot->end.phase == SECURE_OVER ?
	    secure_why(&c->slot->end) :
	    NULL;
}

static int
lost(struct conn *c, int error)
{
	c->error = error;
	return CONN_LOST;
}

int
conn_connect(struct conn *c, const struct ready *r)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (c->error != 0)
		return CONN_LOST;
	if (c->slot != NULL && c->slot->end.phase != SECURE_WAITING)
		return sealed_connect(c, r->woke);
	if (!ready_can_write(r, c->fd))
		return r->woke < conn_deadline(c) ? CONN_LATER :
						    lost(c, ETIMEDOUT);
	if (getsockopt(c->fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		error = errno;
	if (error != 0)
		return lost(c, error);
	socket_nodelay(c->fd);
	c->last_progress = r->woke;
	if (c->slot != NULL)
		return sealed_connect(c, r->woke);
	c->state = CONN_OPEN;
	return 1;
}

void
conn_close(struct conn *c)
{
	if (c->slot != NULL)
		sealed_close(c);
	if (c->state != CONN_NONE && c->fd != -1)
		close(c->fd);
	c->state = CONN_NONE;
	c->fd = -1;
	wipe(c->in.data, c->in.len);
	c->in.len = c->out.len = 0;
}

struct addr
conn_self(const struct conn *c)
{
	return socket_self(c->fd);
}

ms_t
conn_deadline(const struct conn *c)
{
	ms_t idle = c->last_progress + LINGER_IDLE, handshake;

	if (c->slot != NULL && sealed_has_deadline(c, &handshake))
		return handshake;
	if (c->state == CONN_JUDGING)
		return NEVER;
	if (c->state == CONN_CONNECTING)
		return c->error != 0 ? 0 : c->last_progress + CONNECT_TIME;
	if (conn_unsent(c) > 0)
		return c->last_progress + STALL_TIME;
	if (c->linger_since == 0)
		return NEVER;
	if (!c->shut)
		return c->linger_since + LINGER_FIRST;
	return idle < c->linger_since + LINGER_TIME ?
	    idle :
	    c->linger_since + LINGER_TIME;
}

void
conn_watch(const struct conn *c, struct ready *r, int want)
{
	if (c->state == CONN_NONE)
		return;
	if (c->slot != NULL &&
	    (c->slot->end.answers || c->slot->end.phase != SECURE_WAITING)) {
		sealed_watch(c, r, want);
		ready_by(r, conn_deadline(c));
		return;
	}
	if (c->state == CONN_OPEN && (want & CONN_IN) != 0 && !c->ended)
		ready_read(r, c->fd);
	if (c->state == CONN_CONNECTING || (want & CONN_OUT) != 0 ||
	    c->out.len > 0)
		ready_write(r, c->fd);
	ready_by(r, conn_deadline(c));
}

bool
conn_readable(const struct conn *c, const struct ready *r)
{
	return c->state == CONN_OPEN &&
	    (ready_can_read(r, c->fd) ||
		(c->slot != NULL && sealed_readable(c, r)));
}

bool
conn_writable(const struct conn *c, const struct ready *r)
{
	return c->state == CONN_OPEN && ready_can_write(r, c->fd);
}

/* What a system call has said. */
static ssize_t
result(struct conn *c, ssize_t n, ms_t now)
{
	if (n > 0)
		c->last_progress = now;
	if (n >= 0)
		return n;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return CONN_LATER;
	return lost(c, errno);
}

/* A cut is told once, by a read or a write: later it would look like an end. */
static ssize_t
receive(struct conn *c, void *data, size_t n, ms_t now)
{
	ssize_t got;

	if (c->slot != NULL && !sealed_is_plain(c, now))
		return sealed_read(c, data, n, now);
	got = result(c, read(c->fd, data, n), now);
	if (got == 0 && c->error != 0)
		return CONN_LOST;
	if (got == 0)
		c->ended = true;
	return got;
}

static void
drop(struct conn_buf *b, size_t n)
{
	b->len -= n;
	memmove(b->data, b->data + n, b->len);
	wipe(b->data + b->len, n); /* a password may have been in it */
}

bool
conn_fill(struct conn *c, ms_t now)
{
	size_t space = sizeof(c->in.data) - c->in.len;
	ssize_t n = CONN_LATER;

	if (space > 0)
		n = receive(c, c->in.data + c->in.len, space, now);
	if (n > 0)
		c->in.len += (size_t)n;
	return n != CONN_LOST;
}

ssize_t
conn_read(struct conn *c, void *data, size_t n, ms_t now)
{
	size_t have = n < c->in.len ? n : c->in.len;
	ssize_t got = CONN_ENDED;

	memcpy(data, c->in.data, have);
	drop(&c->in, have);
	if (have < n && !c->ended)
		got = receive(c, (char *)data + have, n - have, now);
	if (got > 0)
		return (ssize_t)have + got;
	return have > 0 ? (ssize_t)have : got;
}

/* One write of what is kept and n bytes more: how many of these have left. */
static ssize_t
transmit(struct conn *c, const void *data, size_t n, ms_t now)
{
	struct iovec pieces[2] = { socket_piece(c->out.data, c->out.len),
		socket_piece(data, n) };
	struct msghdr head = { .msg_iov = pieces, .msg_iovlen = 2 };
	size_t kept = c->out.len;
	ssize_t sent = result(c, sendmsg(c->fd, &head, MSG_NOSIGNAL), now);

	if (sent == CONN_LOST)
		c->out.len = 0; /* nobody will take it */
	if (sent < 0)
		return sent;
	if ((size_t)sent < kept) {
		drop(&c->out, (size_t)sent);
		return CONN_LATER;
	}
	c->out.len = 0;
	return sent - (ssize_t)kept;
}

bool
conn_flush(struct conn *c, ms_t now)
{
	if (c->slot != NULL)
		return sealed_flush(c, now);
	return c->out.len == 0 || transmit(c, "", 0, now) != CONN_LOST;
}

ssize_t
conn_write(struct conn *c, const void *data, size_t n, ms_t now)
{
	ssize_t sent;
	size_t left;

	if (c->slot != NULL)
		return sealed_write(c, data, n, now);
	sent = transmit(c, data, n, now);
	if (sent == CONN_LOST)
		return sent;
	left = sent > 0 ? n - (size_t)sent : n;
	if (left <= sizeof(c->out.data) - c->out.len) {
		memcpy(c->out.data + c->out.len,
		    (const char *)data + (n - left), left);
		c->out.len += left;
		left = 0;
	}
	return left < n ? (ssize_t)(n - left) : CONN_LATER;
}

size_t
conn_unsent(const struct conn *c)
{
	return c->out.len + (c->slot != NULL ? c->slot->unsent : 0);
}

/* What comes in plain text where that is refused. */
static enum wire_result
take_unwelcome(struct conn *c, struct msg *msg)
{
	memset(msg, 0, sizeof(*msg));
	if (c->in.len == 0)
		return WIRE_MORE;
	drop(&c->in, c->in.len);
	return WIRE_BAD;
}

enum wire_result
conn_take(struct conn *c, struct msg *msg)
{
	size_t used = 0;
	enum wire_result took;

	if (c->unwelcome)
		return take_unwelcome(c, msg);
	took = wire_parse(c->in.data, c->in.len, &used, msg);

	if (took == WIRE_MORE && c->ended && c->in.len > 0) {
		used = c->in.len;
		took = WIRE_BAD;
	}
	if (took != WIRE_MORE)
		drop(&c->in, used);
	return took;
}

size_t
conn_untaken(const struct conn *c)
{
	return c->in.len;
}

void
conn_drop_input(struct conn *c)
{
	c->in.len = 0;
}

void
conn_drop_nuls(struct conn *c)
{
	size_t n = 0;

	while (n < c->in.len && c->in.data[n] == '\0')
		n++;
	drop(&c->in, n);
}

bool
conn_put(struct conn *c, const struct msg *msg)
{
	size_t n = wire_format(
	    c->out.data + c->out.len, sizeof(c->out.data) - c->out.len, msg);

	c->out.len += n;
	return n > 0;
}

bool
conn_linger(struct conn *c, ms_t now)
{
	static char unwanted[UNWANTED];

	if (conn_unsent(c) > 0)
		return now >= conn_deadline(c);
	c->in.len = 0;
	if (c->linger_since == 0)
		c->linger_since = c->last_progress = now;
	else if (!c->ended &&
	    conn_read(c, unwanted, sizeof(unwanted), now) == CONN_LOST)
		return true;
	if (!c->ended && !c->shut && now >= conn_deadline(c)) {
		if (c->slot != NULL)
			sealed_goodbye(c, now);
		shutdown(c->fd, SHUT_WR);
		c->shut = true;
	}
	return c->ended || now >= conn_deadline(c);
}
