#include <string.h>

#include "pd/device.h"
#include "pd/words.h"
#include "policy.h"
#include "ui/terminal.h"

#define BATCH       64        /* datagrams a round */
#define WAITING_MAX (1 << 20) /* bytes that may wait for us */

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
	if (result != -1)
		dgram_buffer(&d->dgram, WAITING_MAX);
	if (result != -1 && secure != NULL)
		dgram_secure(&d->dgram, secure);
	return result;
}

uint16_t
device_port(const struct device *d)
{
	return dgram_port(&d->dgram);
}

/* Of what is sealed the program has judged the sender already. */
static bool
believed(const struct device *d, const struct addr *from)
{
	if (d->secure != NULL)
		return dgram_peer(&d->dgram) != NULL;
	return addr_same_host(from, &d->as) || addr_same_host(from, &d->self) ||
	    addr_is_loopback(from);
}

/* self is where the question came to, so that the answer comes from there. */
static void
answer(struct device *d, const struct addr *to, const struct addr *self,
    const struct msg *reply)
{
	char text[WIRE_TEXT_MAX];
	size_t n = wire_format(text, sizeof(text), reply);

	/* One that cannot be sent is lost: the AS will ask again. */
	dgram_answer(&d->dgram, dgram_session(&d->dgram), to, self, text, n);
}

void
device_tell(const struct msg *vlc, const char *age)
{
	tell(SAY_CODE, vlc->vc, op_name(vlc->op),
	    vlc->fname[0] != '\0' ? " " : "", vlc->fname, vlc->uid, age);
}

static void
take_vlc(struct device *d, const struct account *a, const struct msg *vlc,
    const struct addr *from, const struct addr *self, ms_t now)
{
	bool ours = account_owns(a, vlc->uid);
	struct msg reply = { .type = MSG_RVC };

	if (ours && codes_add(&d->codes, vlc, now))
		device_tell(vlc, "");
	reply.status = ours && terminal_lost() == 0 ? ST_OK : ST_NOK;
	memcpy(reply.uid, vlc->uid, sizeof(reply.uid));
	answer(d, from, self, &reply);
}

/* A string's NUL ends a datagram: there are programs that send what follows. */
static enum wire_result
parse(const char *text, size_t n, struct msg *m)
{
	const char *nul = memchr(text, '\0', n);

	return wire_parse_datagram(
	    text, nul != NULL ? (size_t)(nul - text) : n, m);
}

void
device_watch(const struct device *d, struct ready *r)
{
	dgram_watch(&d->dgram, r);
}

void
device_step(struct device *d, const struct account *a, const struct ready *r)
{
	char text[1024];
	struct addr from, self;
	struct msg m;

	if (!dgram_readable(&d->dgram, r))
		return;
	for (int i = 0; i < BATCH; i++) {
		ssize_t n =
		    dgram_receive(&d->dgram, text, sizeof(text), &from, &self);
		bool good;

		if (n < 0)
			return;
		if (!believed(d, &from))
			continue;
		good = parse(text, (size_t)n, &m) == WIRE_OK;
		if (good && m.type == MSG_VLC)
			take_vlc(d, a, &m, &from, &self, r->woke);
		else if ((m.type == MSG_UNKNOWN || wire_is_request(m.type)) &&
		    dgram_may_err(&from, r->woke))
			answer(
			    d, &from, &self, &(struct msg){ .type = MSG_ERR });
	}
}
