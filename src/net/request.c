#include <string.h>

#include "net/request.h"
#include "policy.h"

/* How long each attempt waits; after the last one the request has failed. */
static const ms_t patience[] = { REQUEST_PATIENCE };

#define ATTEMPTS (int)(sizeof(patience) / sizeof(patience[0]))

/* A datagram that cannot be sent is one that got lost: the next one may not. */
static enum request_state
attempt(struct request *q, struct dgram *d, ms_t now)
{
	if (q->sent == ATTEMPTS) {
		request_end(q);
		return REQUEST_FAILED;
	}
	if (q->sent > 0)
		dgram_redial(d);
	dgram_send(d, NULL, NULL, q->text, q->len);
	q->deadline = now + patience[q->sent++];
	return REQUEST_WAITING;
}

enum request_state
request_start(
    struct request *q, struct dgram *d, const struct msg *msg, ms_t now)
{
	memset(q, 0, sizeof(*q));
	q->len = wire_format(q->text, sizeof(q->text), msg);
	return q->len > 0 ? attempt(q, d, now) : REQUEST_FAILED;
}

void
request_watch(const struct request *q, struct ready *r)
{
	if (q->len > 0)
		ready_by(r, q->deadline);
}

enum request_state
request_step(struct request *q, struct dgram *d, ms_t now)
{
	if (q->len == 0)
		return REQUEST_NONE;
	return now < q->deadline ? REQUEST_WAITING : attempt(q, d, now);
}

void
request_end(struct request *q)
{
	q->len = 0;
}

int
request_receive(struct dgram *d, struct msg *m)
{
	char text[1024];
	struct addr from, self;
	ssize_t n;

	while ((n = dgram_receive(d, text, sizeof(text), &from, &self)) >= 0)
		if (wire_parse_datagram(text, (size_t)n, m) == WIRE_OK)
			return 1;
	return (int)n;
}
