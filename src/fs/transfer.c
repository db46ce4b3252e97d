#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fs/transfer.h"
#include "sys/disk.h"

#define ROOM 262144 /* the size at which copying is fastest */

static char scratch[ROOM];

static size_t
least(size_t n, uint64_t left)
{
	return left < n ? (size_t)left : n;
}

/* Up to want bytes into the scratch: what c->in has, then one read. */
static size_t
gather(struct conn *c, size_t want, bool *lost, ms_t now)
{
	size_t n = least(want, c->in.len);
	ssize_t got = 0;

	memcpy(scratch, c->in.data, n);
	buf_drop(&c->in, n);
	if (n < want && !c->ended)
		got = conn_read(c, scratch + n, want - n, now);
	*lost = got == CONN_LOST;
	return got > 0 ? n + (size_t)got : n;
}

enum transfer
transfer_take(
    struct conn *c, struct upload *up, uint64_t size, uint64_t *left, ms_t now)
{
	bool lost;
	size_t n = gather(c, least(ROOM, *left + 1), &lost, now);
	size_t data = least(n, *left);

	if (lost)
		return TRANSFER_LOST;
	if (data > 0)
		disk_room(up->fd, &up->room, size - *left + data, size);
	if (disk_write(up->fd, scratch, data) == -1)
		return TRANSFER_DISK;
	*left -= data;
	if (n > data)
		return scratch[data] == '\n' ? TRANSFER_DONE : TRANSFER_OVER;
	if (!c->ended)
		return TRANSFER_MORE;
	return *left == 0 ? TRANSFER_DONE : TRANSFER_SHORT;
}

/* At most room bytes of the file, just before its last left ones. */
static ssize_t
load(int file, char *to, size_t room, uint64_t size, uint64_t left)
{
	size_t want = least(room, left), have = 0;

	while (have < want) {
		ssize_t n = pread(
		    file, to + have, want - have, (off_t)(size - left + have));

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			return n;
		have += (size_t)n;
	}
	return (ssize_t)have;
}

/*
 * Head, data and newline leave in one write: a small file takes no other.  What
 * does not leave is read again, from the cache, rather than kept.
 */
enum transfer
transfer_give(struct conn *c, int file, uint64_t size, uint64_t *left, ms_t now)
{
	size_t head = c->out.len;
	ssize_t data, sent;
	bool last;

	memcpy(scratch, c->out.data, head);
	data = load(file, scratch + head, ROOM - head - 1, size, *left);
	if (data == -1)
		return TRANSFER_DISK;
	if (data == 0 && *left > 0)
		return TRANSFER_SHORT;
	last = (uint64_t)data == *left;
	scratch[head + (size_t)data] = '\n';
	sent = conn_write(c, scratch, head + (size_t)data + last, now);
	if (sent < 0)
		return sent == CONN_LOST ? TRANSFER_LOST : TRANSFER_MORE;
	buf_drop(&c->out, least(head, (uint64_t)sent));
	if ((size_t)sent <= head)
		return TRANSFER_MORE;
	*left -= least((size_t)data, (uint64_t)sent - head);
	return last && (size_t)sent == head + (size_t)data + 1 ? TRANSFER_DONE :
								 TRANSFER_MORE;
}

bool
transfer_linger(struct conn *c, ms_t now)
{
	return conn_linger(c, scratch, ROOM, now);
}
