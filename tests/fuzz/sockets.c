/* The calls on the sockets of the world, and on all descriptors. */
#include <arpa/inet.h>

#include "world.h"

uint16_t world_port; /* the next that is free */

/* Moving bytes */

static void
drop(struct end *e, size_t n)
{
	e->in_len -= n;
	memmove(e->in, e->in + n, e->in_len);
}

static ssize_t
fail(int error)
{
	errno = error;
	return -1;
}

ssize_t
world_read(int fd, void *data, size_t n)
{
	struct end *e = world_end_of(fd);

	if (e->kind == END_FILE) {
		ssize_t got = world_file_read(e, data, n, e->at);

		e->at += got > 0 ? (size_t)got : 0;
		return got;
	}
	require(e->kind == END_STREAM && !e->connecting);
	if (e->error != 0)
		return fail(e->error);
	if (e->in_len == 0)
		return e->ended ? 0 : fail(EAGAIN);
	if (n > e->in_len)
		n = e->in_len;
	memcpy(data, e->in, n);
	drop(e, n);
	return (ssize_t)n;
}

ssize_t
world_write(int fd, const void *data, size_t n)
{
	struct end *e;
	size_t keep;

	if (fd <= STDERR_FILENO)
		return (ssize_t)n;
	e = world_end_of(fd);
	if (e->kind == END_FILE)
		return world_file_write(e, data, n);
	require(e->kind == END_STREAM && !e->connecting && !e->shut);
	if (e->error != 0)
		return fail(e->error == ECONNRESET ? EPIPE : e->error);
	if (e->room == 0 && n > 0)
		return fail(EAGAIN);
	if (n > e->room)
		n = e->room;
	e->room -= e->room == SIZE_MAX ? 0 : n;
	keep = WORLD_OUT - e->out_len < n ? WORLD_OUT - e->out_len : n;
	memcpy(e->out + e->out_len, data, keep);
	e->out_len += keep;
	if (world_on.wrote != NULL)
		world_on.wrote(fd);
	return (ssize_t)n;
}

/* To a stream, all pieces one behind the other. */
ssize_t
world_sendmsg(int fd, const struct msghdr *m, int flags)
{
	ssize_t sent = 0;

	require(flags == MSG_NOSIGNAL && m->msg_name == NULL);
	for (size_t i = 0; i < (size_t)m->msg_iovlen; i++) {
		const struct iovec *piece = &m->msg_iov[i];
		ssize_t n;

		if (piece->iov_len == 0)
			continue;
		n = world_write(fd, piece->iov_base, piece->iov_len);
		if (n == -1)
			return sent > 0 ? sent : -1;
		sent += n;
		if ((size_t)n < piece->iov_len)
			break;
	}
	return sent;
}

ssize_t
world_recvfrom(int fd, void *data, size_t n, int flags, struct sockaddr *from,
    socklen_t *len)
{
	struct end *e = world_end_of(fd);
	struct world_waiting w;
	int error = e->error;

	require(e->kind == END_DATAGRAMS && flags == 0);
	e->error = 0;
	if (error == 0 && e->in_len == 0)
		error = EAGAIN;
	if (error != 0) {
		if (world_on.heard != NULL)
			world_on.heard(fd, NULL, 0, NULL);
		return fail(error);
	}
	memcpy(&w, e->in, sizeof(w));
	if (world_on.heard != NULL)
		world_on.heard(fd, e->in + sizeof(w), w.n, &w.from);
	if (from != NULL) {
		require(*len == sizeof(w.from));
		memcpy(from, &w.from, sizeof(w.from));
	}
	if (n > w.n)
		n = w.n;
	memcpy(data, e->in + sizeof(w), n);
	drop(e, sizeof(w) + w.n);
	return (ssize_t)n;
}

ssize_t
world_recv(int fd, void *data, size_t n, int flags)
{
	return world_recvfrom(fd, data, n, flags, NULL, NULL);
}

ssize_t
world_send_to(int fd, const void *data, size_t n, int flags,
    const struct sockaddr *to, socklen_t len)
{
	struct end *e = world_end_of(fd);
	struct sockaddr_in addr;
	int error = e->error;

	require(e->kind == END_DATAGRAMS && flags == 0);
	require((to == NULL) == (e->peer.sin_port != 0));
	e->error = 0;
	if (error != 0)
		return fail(error);
	if (to != NULL) {
		require(len == sizeof(addr));
		memcpy(&addr, to, sizeof(addr));
	}
	if (world_on.said != NULL)
		world_on.said(fd, data, n, to != NULL ? &addr : NULL);
	return (ssize_t)n;
}

/* The rest of what programs do with descriptors */

int
world_close(int fd)
{
	struct end *e = world_end_of(fd);
	int result = 0;

	if (e->kind == END_STREAM && world_on.closed != NULL)
		world_on.closed(fd);
	if (e->kind == END_LISTENER) /* and so all that nobody accepted */
		for (size_t i = 0; i < e->in_len; i++)
			world_close((unsigned char)e->in[i]);
	if (e->kind == END_FILE)
		result = world_file_close(e);
	e->kind = END_NONE;
	return result;
}

int
world_socket(int family, int type, int protocol)
{
	require(family == AF_INET && protocol == 0);
	return world_new(type == SOCK_DGRAM ? END_DATAGRAMS : END_STREAM);
}

int
world_bind(int fd, const struct sockaddr *to, socklen_t len)
{
	struct sockaddr_in addr;

	require(len == sizeof(addr));
	memcpy(&addr, to, sizeof(addr));
	world_end_of(fd)->port =
	    addr.sin_port != 0 ? ntohs(addr.sin_port) : world_port++;
	return 0;
}

/* A stream is connected when the entry ends the connecting. */
int
world_connect(int fd, const struct sockaddr *to, socklen_t len)
{
	struct end *e = world_end_of(fd);

	require(len == sizeof(e->peer));
	memcpy(&e->peer, to, sizeof(e->peer));
	if (e->peer.sin_port == 0)
		return (int)fail(EINVAL);
	if (e->port == 0)
		e->port = world_port++;
	e->connecting = e->kind == END_STREAM;
	if (world_on.connected != NULL)
		world_on.connected(fd);
	return e->connecting ? (int)fail(EINPROGRESS) : 0;
}

int
world_listen(int fd, int n)
{
	(void)n;
	world_end_of(fd)->kind = END_LISTENER;
	return 0;
}

int
world_accept(int fd, struct sockaddr *from, socklen_t *len)
{
	struct end *l = world_end_of(fd);
	int client;

	require(l->kind == END_LISTENER);
	if (l->in_len == 0)
		return (int)fail(EAGAIN);
	if (world_no_place())
		return (int)fail(EMFILE);
	client = (unsigned char)l->in[0];
	drop(l, 1);
	if (from != NULL) {
		require(*len == sizeof(struct sockaddr_in));
		memcpy(from, &world_fd[client].peer, *len);
	}
	return client;
}

int
world_shutdown(int fd, int how)
{
	struct end *e = world_end_of(fd);

	require(e->kind == END_STREAM && how == SHUT_WR);
	e->shut = true;
	return 0;
}

int
world_getsockname(int fd, struct sockaddr *to, socklen_t *len)
{
	struct sockaddr_in addr =
	    world_address("0.0.0.0", world_end_of(fd)->port);

	require(*len == sizeof(addr));
	memcpy(to, &addr, sizeof(addr));
	return 0;
}

int
world_getsockopt(int fd, int level, int name, void *to, socklen_t *len)
{
	struct end *e = world_end_of(fd);

	require(level == SOL_SOCKET && name == SO_ERROR && *len == sizeof(int));
	memcpy(to, &e->error, sizeof(int));
	return 0;
}

int
world_setsockopt(int fd, int level, int name, const void *value, socklen_t len)
{
	(void)level, (void)name, (void)value, (void)len;
	world_end_of(fd);
	return 0;
}

int
world_isatty(int fd)
{
	return fd <= STDERR_FILENO && world_tty;
}
