#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "net/request.h"
#include "policy.h"

/* How long each attempt waits; after the last one the call has failed. */
static const ms_t patience[] = { REQUEST_PATIENCE };

#define ATTEMPTS (int)(sizeof(patience) / sizeof(patience[0]))

/*
 * A refusal that is reported now answers an earlier datagram, and this one has
 * not left: send it again, its own answer counts.  A datagram that cannot be
 * sent for another reason is one that got lost: the next one may not.
 */
static enum request_state
attempt(struct request *c, ms_t now)
{
	if (c->sent == ATTEMPTS) {
		request_end(c);
		return REQUEST_FAILED;
	}
	if (send(c->fd, c->text, c->len, 0) == -1 && errno == ECONNREFUSED)
		send(c->fd, c->text, c->len, 0);
	c->deadline = now + patience[c->sent++];
	return REQUEST_WAITING;
}

enum request_state
request_start(struct request *c, int fd, const struct msg *msg, ms_t now)
{
	memset(c, 0, sizeof(*c));
	c->fd = fd;
	c->len = wire_format(c->text, sizeof(c->text), msg);
	return c->len > 0 ? attempt(c, now) : REQUEST_FAILED;
}

void
request_watch(const struct request *c, struct ready *r)
{
	if (c->len > 0)
		ready_by(r, c->deadline);
}

enum request_state
request_step(struct request *c, ms_t now)
{
	if (c->len == 0)
		return REQUEST_NONE;
	return now < c->deadline ? REQUEST_WAITING : attempt(c, now);
}

void
request_end(struct request *c)
{
	c->len = 0;
}

int
dgram_receive(int fd, struct msg *m)
{
	char text[1024];

	for (;;) {
		ssize_t n = recv(fd, text, sizeof(text), 0);

		if (n == -1 && errno == ECONNREFUSED)
			return -1;
		if (n == -1 && errno != EINTR)
			return 0;
		if (n >= 0 &&
		    wire_parse_datagram(text, (size_t)n, m) == WIRE_OK)
			return 1;
	}
}
