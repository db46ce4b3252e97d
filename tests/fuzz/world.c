/* The descriptors of the world, who is at their other ends, and select(). */
#include <arpa/inet.h>

#include "world.h"

#define FIRST     3    /* what programs close or ask as 0 to 2 is not here */
#define SPINS_MAX 3000 /* rounds on one step: more is a loop without end */

struct end world_fd[WORLD_FDS];
ms_t world_now;
bool world_tty;
int world_full;
struct world_on world_on;

static int kept, top = FIRST; /* all descriptors from top on are free */
static enum end_kind kept_kind[WORLD_FDS]; /* of those before it */
static int kept_inode[WORLD_FDS];
static bool woken;
static int spins;

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

struct end *
world_end_of(int fd)
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

bool
world_no_place(void)
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
	if (top < WORLD_FDS && !world_no_place())
		return new_end(kind);
	errno = EMFILE;
	return -1;
}

/* As a child of the pool has it: nobody can close or take it away. */
int
world_dup(int fd)
{
	struct end *e = world_end_of(fd);
	int other = new_end(END_FILE);

	require(e->kind == END_FILE);
	world_fd[other].inode = e->inode;
	world_file_dup(e->inode);
	return other;
}

void
world_keep(void)
{
	kept = top;
	for (int fd = 0; fd < kept; fd++) {
		kept_kind[fd] = world_fd[fd].kind;
		kept_inode[fd] = world_fd[fd].inode;
	}
	world_disk_keep();
}

void
world_reset(void)
{
	for (int fd = FIRST; fd < (top > kept ? top : kept); fd++) {
		world_fd[fd].in_len = world_fd[fd].out_len = 0;
		world_fd[fd].error = 0;
		world_fd[fd].kind = fd < kept ? kept_kind[fd] : END_NONE;
		if (fd < kept)
			world_fd[fd].inode = kept_inode[fd];
	}
	top = kept > FIRST ? kept : FIRST;
	world_now = 1000000;
	world_tty = woken = false;
	world_full = spins = 0;
	world_port = 40000;
	world_disk_reset();
	world_dirs_reset();
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
	struct end *l = world_end_of(listener);
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
	struct end *e = world_end_of(fd);

	if (e->ended || e->error != 0 || n > WORLD_IN - e->in_len)
		return;
	memcpy(e->in + e->in_len, data, n);
	e->in_len += n;
}

void
world_datagram(
    int fd, const struct sockaddr_in *from, const void *data, size_t n)
{
	struct end *e = world_end_of(fd);
	struct world_waiting w = { *from, n };

	/* The system keeps foreign ones from a connected socket. */
	if (n > WORLD_IN - e->in_len || sizeof(w) > WORLD_IN - e->in_len - n ||
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

/* What of the n is wanted and ready, into *r and *w: how many. */
static int
pick(int n, const fd_set *want_r, const fd_set *want_w, fd_set *r, fd_set *w)
{
	int found = 0;

	FD_ZERO(r);
	FD_ZERO(w);
	for (int fd = FIRST; fd < n; fd++) {
		if (FD_ISSET(fd, want_r) && can_read(world_end_of(fd))) {
			FD_SET(fd, r);
			found++;
		}
		if (FD_ISSET(fd, want_w) && can_write(world_end_of(fd))) {
			FD_SET(fd, w);
			found++;
		}
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
	fd_set want_r, want_w;

	(void)x;
	want_r = *r;
	want_w = *w;
	require(n <= top && ++spins < SPINS_MAX);
	for (;;) {
		int found = pick(n, &want_r, &want_w, r, w);

		if (found > 0 || woken || world_now >= until) {
			woken = false;
			return found;
		}
		spins = 0;
		world_on.turn(until);
	}
}

/* Whether stdout and stderr are read: they are. */
int
world_poll(struct pollfd *p, nfds_t n, int patience)
{
	require(n == 1 && patience == 0 && p->fd <= STDERR_FILENO);
	return 1;
}

ms_t
now_ms(void)
{
	return world_now;
}
