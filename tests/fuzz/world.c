/* Descriptors, sockets, select() and the clock of the world. */
#include <arpa/inet.h>
#include <signal.h>

#include "world.h"

#define FIRST     3   /* what programs close or ask as 0 to 2 is not here */
#define SPINS_MAX 3000 /* rounds on one step: more is a loop without end */

struct end world_fd[WORLD_FDS];
ms_t world_now;
bool world_tty;
int world_full;
struct world_on world_on;

static int kept, top = FIRST; /* all descriptors from top on are free */
static bool woken;
static int spins;
static uint16_t next_port;

/* A datagram that waits: its head, then its bytes. */
struct waiting {
	struct sockaddr_in from;
	size_t n;
};

void
require(bool truth)
{
	if (!truth)
		abort();
}

bool
world_is(int fd, enum end_kind kind)
{
	return fd >= FIRST && fd < top && world_fd[fd].kind == kind;
}

static struct end *
end_of(int fd)
{
	require(fd >= FIRST && fd < top && world_fd[fd].kind != END_NONE);
	return &world_fd[fd];
}

static int
new_end(enum end_kind kind)
{
	int fd = FIRST;
	struct end *e;

	while (fd < top && world_fd[fd].kind != END_NONE)
		fd++;
	require(fd < WORLD_FDS);
	if (fd == top)
		top++;
	e = &world_fd[fd];
	e->kind = kind;
	memset(&e->peer, 0, sizeof(e->peer));
	e->port = 0;
	e->ended = e->shut = e->connecting = false;
	e->error = 0;
	e->room = SIZE_MAX;
	e->in_len = e->out_len = e->at = 0;
	e->inode = -1;
	return fd;
}

static bool
no_place(void)
{
	if (world_full == 0)
		return false;
	world_full--;
	world_failed = true;
	return true;
}

int
world_new(enum end_kind kind)
{
	if (top < WORLD_FDS && !no_place())
		return new_end(kind);
	errno = EMFILE;
	return -1;
}

void
world_keep(void)
{
	kept = top;
	world_disk_keep();
}

void
world_reset(void)
{
	for (int fd = FIRST; fd < top; fd++) {
		world_fd[fd].in_len = world_fd[fd].out_len = 0;
		world_fd[fd].error = 0;
		if (fd >= kept)
			world_fd[fd].kind = END_NONE;
	}
	top = kept > FIRST ? kept : FIRST;
	world_now = 1000000;
	world_tty = woken = false;
	world_full = spins = 0;
	next_port = 40000;
	world_disk_reset();
	world_pool_reset();
	world_random_reset();
}

bool
world_is_tidy(void)
{
	for (int fd = kept > FIRST ? kept : FIRST; fd < top; fd++)
		if (world_fd[fd].kind != END_NONE)
			return false;
	return true;
}

/* The other sides */

int
world_stream(void)
{
	return new_end(END_STREAM);
}

int
world_datagrams(uint16_t port)
{
	int fd = new_end(END_DATAGRAMS);

	world_fd[fd].port = port;
	return fd;
}

int
world_client(int listener, const struct sockaddr_in *from)
{
	struct end *l = end_of(listener);
	int fd;

	if (top == WORLD_FDS || l->in_len == WORLD_IN)
		return -1;
	fd = new_end(END_STREAM);
	world_fd[fd].peer = *from;
	l->in[l->in_len++] = (char)fd;
	return fd;
}

void
world_send(int fd, const void *data, size_t n)
{
	struct end *e = end_of(fd);

	if (e->ended || e->error != 0 || n > WORLD_IN - e->in_len)
		return;
	memcpy(e->in + e->in_len, data, n);
	e->in_len += n;
}

void
world_datagram(
    int fd, const struct sockaddr_in *from, const void *data, size_t n)
{
	struct end *e = end_of(fd);
	struct waiting w = { *from, n };

	/* The system keeps foreign ones from a connected socket. */
	if (n > WORLD_IN - e->in_len ||
	    sizeof(w) > WORLD_IN - e->in_len - n ||
	    (e->peer.sin_port != 0 &&
		(from->sin_port != e->peer.sin_port ||
		    from->sin_addr.s_addr != e->peer.sin_addr.s_addr)))
		return;
	memcpy(e->in + e->in_len, &w, sizeof(w));
	memcpy(e->in + e->in_len + sizeof(w), data, n);
	e->in_len += sizeof(w) + n;
}

void
world_wake(void)
{
	woken = true;
}

struct sockaddr_in
world_address(const char *ip, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	require(inet_pton(AF_INET, ip, &a.sin_addr) == 1);
	return a;
}

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
	struct end *e = end_of(fd);

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
	struct end *e = end_of(fd);
	size_t keep;

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

ssize_t
world_recvfrom(int fd, void *data, size_t n, int flags, struct sockaddr *from,
    socklen_t *len)
{
	struct end *e = end_of(fd);
	struct waiting w;
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
	struct end *e = end_of(fd);
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

/* Waiting */

static bool
can_read(const struct end *e)
{
	if (e->kind == END_STREAM && e->connecting)
		return false;
	return e->in_len > 0 || e->error != 0 ||
	    (e->kind == END_STREAM && e->ended);
}

static bool
can_write(const struct end *e)
{
	if (e->kind == END_STREAM && e->connecting)
		return false;
	return e->room > 0 || e->error != 0;
}

/* What of *want is ready, into *set. */
static int
pick(int n, const fd_set *want, fd_set *set, bool (*can)(const struct end *))
{
	int found = 0;

	FD_ZERO(set);
	for (int fd = 0; fd < n; fd++)
		if (FD_ISSET(fd, want) && can(end_of(fd))) {
			FD_SET(fd, set);
			found++;
		}
	return found;
}

int
world_select(
    int n, fd_set *r, fd_set *w, fd_set *x, const struct timeval *patience)
{
	ms_t until = patience == NULL ?
	    NEVER :
	    world_now + patience->tv_sec * 1000 + patience->tv_usec / 1000;
	fd_set want_r = *r, want_w = *w;

	(void)x;
	require(n <= top && ++spins < SPINS_MAX);
	for (;;) {
		int found =
		    pick(n, &want_r, r, can_read) + pick(n, &want_w, w, can_write);

		if (found > 0 || woken || world_now >= until) {
			woken = false;
			return found;
		}
		spins = 0;
		world_on.turn(until);
	}
}

ms_t
now_ms(void)
{
	return world_now;
}

/* The rest of what programs do with descriptors */

int
world_close(int fd)
{
	struct end *e = end_of(fd);
	int result = 0;

	if (e->kind == END_STREAM && world_on.closed != NULL)
		world_on.closed(fd);
	if (e->kind == END_LISTENER) /* and so all that nobody accepted */
		for (size_t i = 0; i < e->in_len; i++)
			world_fd[(unsigned char)e->in[i]].kind = END_NONE;
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
	end_of(fd)->port =
	    addr.sin_port != 0 ? ntohs(addr.sin_port) : next_port++;
	return 0;
}

/* A stream is connected when the entry ends the connecting. */
int
world_connect(int fd, const struct sockaddr *to, socklen_t len)
{
	struct end *e = end_of(fd);

	require(len == sizeof(e->peer));
	memcpy(&e->peer, to, sizeof(e->peer));
	if (e->peer.sin_port == 0)
		return (int)fail(EINVAL);
	e->connecting = e->kind == END_STREAM;
	if (world_on.connected != NULL)
		world_on.connected(fd);
	return e->connecting ? (int)fail(EINPROGRESS) : 0;
}

int
world_listen(int fd, int n)
{
	(void)n;
	end_of(fd)->kind = END_LISTENER;
	return 0;
}

int
world_accept(int fd, struct sockaddr *from, socklen_t *len)
{
	struct end *l = end_of(fd);
	int client;

	require(l->kind == END_LISTENER);
	if (l->in_len == 0)
		return (int)fail(EAGAIN);
	if (no_place())
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
	struct end *e = end_of(fd);

	require(e->kind == END_STREAM && how == SHUT_WR);
	e->shut = true;
	return 0;
}

int
world_getsockname(int fd, struct sockaddr *to, socklen_t *len)
{
	struct sockaddr_in addr = world_address("0.0.0.0", end_of(fd)->port);

	require(*len == sizeof(addr));
	memcpy(to, &addr, sizeof(addr));
	return 0;
}

int
world_getsockopt(int fd, int level, int name, void *to, socklen_t *len)
{
	struct end *e = end_of(fd);

	require(level == SOL_SOCKET && name == SO_ERROR && *len == sizeof(int));
	memcpy(to, &e->error, sizeof(int));
	return 0;
}

int
world_setsockopt(
    int fd, int level, int name, const void *value, socklen_t len)
{
	(void)level, (void)name, (void)value, (void)len;
	end_of(fd);
	return 0;
}

int
world_isatty(int fd)
{
	return fd <= STDERR_FILENO && world_tty;
}
