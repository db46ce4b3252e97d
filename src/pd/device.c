#include <string.h>

#include "pd/device.h"
#include "pd/words.h"
#include "policy.h"
#include "ui/terminal.h"

int
device_open(struct device *d, const struct addr *as, const struct addr *self,
    struct secure *secure)
{
	int result;

	memset(d, 0, sizeof(*d));
	d->as = *as;
	d->self = *self;
	d->secure = secure;
	result = dgram_open_at(&d->dgram, self);
	if (result != -1) {
		d->self.port = dgram_port(&d->dgram);
		dgram_buffer(&d->dgram, DATAGRAMS_WAITING);
		if (secure != NULL)
			dgram_secure(&d->dgram, secure);
	}
	return result;
}

/* Of what is sealed the program has judged the sender already. */
static bool
is_believed(const struct device *d, const struct addr *from)
{
	if (d->secure != NULL)
		return dgram_peer(&d->dgram) != NULL;
	return addr_same_host(from, &d->as) || addr_same_host(from, &d->self) ||
	    addr_is_loopback(from);
}

void
device_tell(const struct msg *vlc, const char *age)
{
	tell(SAY_CODE, vlc->vc, op_name(vlc->op),
	    vlc->fname[0] != '\0' ? " " : "", vlc->fname, vlc->uid, age);
}

static struct msg
take_vlc(
    struct device *d, const struct account *a, const struct msg *vlc, ms_t now)
{
	struct msg reply = { .type = MSG_RVC, .status = ST_NOK };

	memcpy(reply.uid, vlc->uid, sizeof(reply.uid));
	if (!account_owns(a, vlc->uid))
		return reply;
	if (codes_add(&d->codes, vlc, now))
		device_tell(vlc, "");
	if (terminal_lost() == 0)
		reply.status = ST_OK;
	return reply;
}

/* What a datagram is replied to with; MSG_UNKNOWN: with nothing. */
static struct msg
take(struct device *d, const struct account *a, const char *text, size_t n,
    const struct addr *from, ms_t now)
{
	/* A string's NUL ends it: there are programs that send what follows. */
	const char *nul = memchr(text, '\0', n);
	size_t len = nul != NULL ? (size_t)(nul - text) : n;
	struct msg m;

	if (wire_parse_datagram(text, len, &m) == WIRE_OK && m.type == MSG_VLC)
		return take_vlc(d, a, &m, now);
	if ((m.type == MSG_UNKNOWN || wire_is_request(m.type)) &&
	    dgram_may_err(from, now))
		return (struct msg){ .type = MSG_ERR };
	return (struct msg){ .type = MSG_UNKNOWN };
}

void
device_watch(const struct device *d, struct ready *r)
{
	dgram_watch(&d->dgram, r);
}

/*
 * A reply leaves from where the datagram came to.  One that cannot be sent is
 * lost: the AS will ask again.
 */
void
device_step(struct device *d, const struct account *a, const struct ready *r)
{
	char text[1024];
	struct addr from, self;
	struct msg reply;
	ssize_t n;

	if (!dgram_readable(&d->dgram, r))
		return;
	for (int i = 0; i < DATAGRAMS_A_ROUND; i++) {
		n = dgram_receive(&d->dgram, text, sizeof(text), &from, &self);
		if (n < 0)
			return;
		if (!is_believed(d, &from))
			continue;
		reply = take(d, a, text, (size_t)n, &from, r->woke);
		if (reply.type != MSG_UNKNOWN)
			dgram_answer(&d->dgram, dgram_session(&d->dgram), &from,
			    &self, text,
			    wire_format(text, sizeof(text), &reply));
	}
}
