#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "net/conn.h"
#include "policy.h"

void
conn_open(struct conn *c, int fd, const struct sockaddr_in *peer, ms_t now)
{
	c->fd = fd;
	c->ended = c->shut = false;
	c->linger_since = 0;
	c->peer = *peer;
	c->last_progress = now;
	c->in.len = c->out.len = 0;
}

void
conn_close(struct conn *c)
{
	if (c->fd != -1)
		close(c->fd);
	c->fd = -1;
	wipe(c->in.data, c->in.len);
	c->in.len = 0;
}

static ssize_t
result(struct conn *c, ssize_t n, ms_t now)
{
	if (n > 0)
		c->last_progress = now;
	if (n >= 0)
		return n;
	if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)
		return CONN_LATER;
	return CONN_LOST;
}

ssize_t
conn_read(struct conn *c, void *data, size_t n, ms_t now)
{
	ssize_t got = result(c, read(c->fd, data, n), now);

	if (got == CONN_ENDED)
		c->ended = true;
	return got;
}

ssize_t
conn_write(struct conn *c, const void *data, size_t n, ms_t now)
{
	return result(c, write(c->fd, data, n), now);
}

bool
conn_fill(struct conn *c, ms_t now)
{
	size_t room = sizeof(c->in.data) - c->in.len;
	ssize_t n = CONN_LATER;

	if (room > 0)
		n = conn_read(c, c->in.data + c->in.len, room, now);
	if (n > 0)
		c->in.len += (size_t)n;
	return n != CONN_LOST;
}

bool
conn_flush(struct conn *c, ms_t now)
{
	ssize_t n = conn_write(c, c->out.data, c->out.len, now);

	if (n > 0)
		buf_drop(&c->out, (size_t)n);
	return n != CONN_LOST;
}

enum wire_result
conn_take(struct conn *c, struct msg *msg)
{
	size_t used = 0;
	enum wire_result took = wire_parse(c->in.data, c->in.len, &used, msg);

	if (took == WIRE_MORE && c->ended && c->in.len > 0) {
		used = c->in.len;
		took = WIRE_BAD;
	}
	if (took != WIRE_MORE)
		buf_drop(&c->in, used);
	return took;
}

bool
conn_put(struct conn *c, const struct msg *msg)
{
	size_t n = wire_format(
	    c->out.data + c->out.len, sizeof(c->out.data) - c->out.len, msg);

	c->out.len += n;
	return n > 0;
}

ms_t
conn_linger_until(const struct conn *c)
{
	ms_t idle = c->last_progress + LINGER_IDLE;

	if (c->out.len > 0)
		return c->last_progress + LINE_TIME;
	if (!c->shut)
		return c->linger_since + LINGER_FIRST;
	return idle < c->linger_since + LINGER_TIME ?
	    idle :
	    c->linger_since + LINGER_TIME;
}

bool
conn_linger(struct conn *c, void *scratch, size_t n, ms_t now)
{
	if (c->out.len > 0)
		return now >= conn_linger_until(c);
	if (c->linger_since == 0)
		c->linger_since = c->last_progress = now;
	else if (!c->ended && conn_read(c, scratch, n, now) == CONN_LOST)
		return true;
	if (!c->ended && !c->shut && now >= conn_linger_until(c)) {
		shutdown(c->fd, SHUT_WR);
		c->shut = true;
	}
	return c->ended || now >= conn_linger_until(c);
}

void
buf_drop(struct buf *b, size_t n)
{
	b->len -= n;
	memmove(b->data, b->data + n, b->len);
	wipe(b->data + b->len, n); /* a password may have been in it */
}
