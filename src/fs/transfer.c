#include <errno.h>
#include <unistd.h>

#include "fs/transfer.h"
#include "sys/disk.h"

#define BUFFER_SIZE 262144 /* the size at which copying is fastest */

static char scratch[BUFFER_SIZE];

static size_t
least(size_t n, uint64_t left)
{
	return left < n ? (size_t)left : n;
}

enum transfer
transfer_receive(
    struct conn *c, struct upload *up, uint64_t size, uint64_t *left, ms_t now)
{
	ssize_t got = conn_read(c, scratch, least(BUFFER_SIZE, *left + 1), now);
	size_t n = got > 0 ? (size_t)got : 0;
	size_t data = least(n, *left);

	if (got == CONN_LOST)
		return TRANSFER_LOST;
	if (data > 0)
		disk_preallocate(
		    up->fd, &up->preallocated, size - *left + data, size);
	if (disk_write(up->fd, scratch, data) == -1)
		return TRANSFER_DISK;
	*left -= data;
	if (n > data)
		return scratch[data] == '\n' ? TRANSFER_DONE : TRANSFER_OVER;
	if (!c->ended)
		return TRANSFER_MORE;
	return *left == 0 ? TRANSFER_DONE : TRANSFER_SHORT;
}

/* At most max bytes of the file, just before its last left ones. */
static ssize_t
load(int file, char *to, size_t max, uint64_t size, uint64_t left)
{
	size_t want = least(max, left), have = 0;

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
 * The head, which c keeps, data and newline leave in one write: a small file
 * takes no other.  What c does not accept is read again, from the cache, rather
 * than kept: of it nothing has left.
 */
enum transfer
transfer_send(struct conn *c, int file, uint64_t size, uint64_t *left, ms_t now)
{
	ssize_t data = load(file, scratch, BUFFER_SIZE - 1, size, *left);
	ssize_t accepted;
	size_t n;

	if (data == -1)
		return TRANSFER_DISK;
	if (data == 0 && *left > 0)
		return TRANSFER_SHORT;
	n = (size_t)data;
	if (n == *left)
		scratch[n++] = '\n';
	accepted = conn_write(c, scratch, n, now);
	if (accepted < 0)
		return accepted == CONN_LOST ? TRANSFER_LOST : TRANSFER_MORE;
	if ((size_t)accepted == n && n > *left) {
		*left = 0;
		return TRANSFER_DONE;
	}
	*left -= least((size_t)data, (uint64_t)accepted);
	return TRANSFER_MORE;
}
