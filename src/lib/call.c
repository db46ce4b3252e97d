#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "call.h"
#include "policy.h"

/* How long each attempt waits; after the last one the call has failed. */
static const ms_t patience[] = { CALL_PATIENCE };

#define ATTEMPTS (int)(sizeof(patience) / sizeof(patience[0]))

/*
 * A refusal that is reported now answers an earlier datagram, and this one has
 * not left: send it again, its own answer counts.  A datagram that cannot be
 * sent for another reason is one that got lost: the next one may not.
 */
static enum call_state
attempt(struct call *c, ms_t now)
{
	if (c->sent == ATTEMPTS) {
		call_end(c);
		return CALL_FAILED;
	}
	if (send(c->fd, c->text, c->len, 0) == -1 && errno == ECONNREFUSED)
		send(c->fd, c->text, c->len, 0);
	c->deadline = now + patience[c->sent++];
	return CALL_WAITING;
}

enum call_state
call_start(struct call *c, int fd, const struct msg *msg, ms_t now)
{
	memset(c, 0, sizeof(*c));
	c->fd = fd;
	c->len = wire_format(c->text, sizeof(c->text), msg);
	return c->len > 0 ? attempt(c, now) : CALL_FAILED;
}

void
call_watch(const struct call *c, struct ready *r)
{
	if (c->len > 0)
		ready_by(r, c->deadline);
}

enum call_state
call_step(struct call *c, ms_t now)
{
	if (c->len == 0)
		return CALL_NONE;
	return now < c->deadline ? CALL_WAITING : attempt(c, now);
}

void
call_end(struct call *c)
{
	c->len = 0;
}

int
call_hear(int fd, struct msg *m)
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
