#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/listener.h"
#include "net/socket.h"
#include "sys/fd.h"

#define BACKLOG    1024
#define PAUSE_TIME 100

static int
open_spare(void)
{
	return set_fd_flags(open("/dev/null", O_RDONLY));
}

int
listener_open(struct listener *l, uint16_t port)
{
	struct addr any = { .ip = 0, .port = port };
	int one = 1;

	memset(l, 0, sizeof(*l));
	l->spare = open_spare();
	l->fd = socket_make(SOCK_STREAM);
	if (l->fd == -1)
		return -1;
	setsockopt(l->fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	socket_nodelay(l->fd); /* what it accepts inherits that */
	if (socket_bind(l->fd, &any) == -1 || listen(l->fd, BACKLOG) == -1)
		l->fd = close_with_errno(l->fd);
	return l->fd == -1 ? -1 : 0;
}

uint16_t
listener_port(const struct listener *l)
{
	return socket_self(l->fd).port;
}

void
listener_watch(const struct listener *l, struct ready *r)
{
	if (now_ms() < l->paused_until)
		ready_by(r, l->paused_until);
	else
		ready_read(r, l->fd);
}

bool
listener_readable(const struct listener *l, const struct ready *r)
{
	return ready_can_read(r, l->fd);
}

static int
accept_from(const struct listener *l, struct addr *peer)
{
	struct sockaddr_in in = { .sin_port = 0 };
	socklen_t len = sizeof(in);
	int fd = accept(l->fd, (struct sockaddr *)&in, &len);

	*peer = addr_from_system(&in);
	return fd;
}

static void
refuse(struct listener *l, int fd, const struct addr *peer, ms_t now)
{
	struct msg reply = { .type = MSG_ERR };
	struct conn c;

	conn_open(&c, fd, peer, now);
	if (conn_put(&c, &reply))
		conn_flush(&c, now); /* one that fails: the close says it */
	conn_close(&c);
	l->refused++;
}

/* No descriptor for the next client: lend it the spare one to be refused. */
static void
refuse_next(struct listener *l, ms_t now)
{
	struct addr peer;
	int fd = -1;

	if (l->spare != -1) {
		close(l->spare);
		fd = accept_from(l, &peer);
		if (fd != -1)
			refuse(l, fd, &peer, now);
	}
	l->spare = open_spare();
	if (fd == -1 || l->spare == -1)
		l->paused_until = now + PAUSE_TIME;
}

bool
listener_accept(struct listener *l, struct conn *c, ms_t now)
{
	struct addr peer;
	int fd = accept_from(l, &peer);

	if (fd >= FD_SETSIZE) {
		refuse(l, fd, &peer, now);
		return false;
	}
	if (fd == -1 &&
	    (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
		errno == ENOMEM))
		refuse_next(l, now);
	fd = set_fd_flags(fd);
	if (fd != -1 && l->secure != NULL)
		conn_open_secure(c, fd, &peer, l->secure, now);
	else if (fd != -1)
		conn_open(c, fd, &peer, now);
	return fd != -1;
}

void
listener_close(struct listener *l)
{
	if (l->fd != -1)
		close(l->fd);
	if (l->spare != -1)
		close(l->spare);
	l->fd = l->spare = -1;
}
