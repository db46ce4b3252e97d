#include <errno.h>
#include <stddef.h>

#include "sys/ready.h"

void
ready_begin(struct ready *r)
{
	FD_ZERO(&r->read);
	FD_ZERO(&r->write);
	r->nfds = 0;
	r->deadline = NEVER;
}

static void
watch(struct ready *r, int fd, fd_set *set)
{
	if (fd < 0 || fd >= FD_SETSIZE)
		return;
	FD_SET((unsigned)fd, set);
	if (fd >= r->nfds)
		r->nfds = fd + 1;
}

void
ready_read(struct ready *r, int fd)
{
	watch(r, fd, &r->read);
}

void
ready_write(struct ready *r, int fd)
{
	watch(r, fd, &r->write);
}

void
ready_by(struct ready *r, ms_t deadline)
{
	if (deadline < r->deadline)
		r->deadline = deadline;
}

int
ready_wait(struct ready *r)
{
	struct timeval tv, *timeout = NULL;
	ms_t now = now_ms();
	int result;

	if (r->woke != 0 && now - r->woke > r->longest)
		r->longest = now - r->woke;
	if (r->deadline != NEVER) {
		ms_t left = r->deadline > now ? r->deadline - now : 0;

		tv.tv_sec = (time_t)(left / 1000);
		tv.tv_usec = (suseconds_t)(left % 1000 * 1000);
		timeout = &tv;
	}
	result = select(r->nfds, &r->read, &r->write, NULL, timeout);
	r->woke = now_ms();
	if (result != -1)
		return 0;
	FD_ZERO(&r->read);
	FD_ZERO(&r->write);
	return errno == EINTR ? 0 : -1;
}

static bool
is_set(int fd, const fd_set *set)
{
	return fd >= 0 && fd < FD_SETSIZE && FD_ISSET((unsigned)fd, set);
}

bool
ready_can_read(const struct ready *r, int fd)
{
	return is_set(fd, &r->read);
}

bool
ready_can_write(const struct ready *r, int fd)
{
	return is_set(fd, &r->write);
}
