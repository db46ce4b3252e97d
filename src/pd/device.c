#include <string.h>
#include <sys/socket.h>

#include "net/net.h"
#include "pd/device.h"
#include "pd/words.h"
#include "policy.h"
#include "ui/terminal.h"

#define BATCH 64        /* datagrams a round */
#define ROOM  (1 << 20) /* bytes that may wait for us */

uint16_t
device_open(struct device *d, const struct sockaddr_in *as,
    const struct sockaddr_in *self)
{
	memset(d, 0, sizeof(*d));
	d->as = as->sin_addr;
	d->self = self->sin_addr;
	d->fd = net_udp_at(self); /* so that RVC comes from where VLC went */
	if (d->fd == -1)
		return 0;
	net_receive_room(d->fd, ROOM);
	return net_port(d->fd);
}

static bool
is_loopback(struct in_addr a)
{
	return ntohl(a.s_addr) >> 24 == 127;
}

static bool
believed(const struct device *d, struct in_addr from)
{
	if (from.s_addr == d->as.s_addr)
		return true;
	return is_loopback(from) || from.s_addr == d->self.s_addr;
}

static void
answer(const struct device *d, const struct sockaddr_in *to,
    const struct msg *reply)
{
	char text[WIRE_TEXT_MAX];
	size_t n = wire_format(text, sizeof(text), reply);

	/* One that cannot be sent is lost: the AS will ask again. */
	sendto(d->fd, text, n, 0, (const struct sockaddr *)to, sizeof(*to));
}

void
device_tell(const struct msg *vlc, const char *age)
{
	tell(SAY_CODE, vlc->vc, op_name(vlc->op),
	    vlc->fname[0] != '\0' ? " " : "", vlc->fname, vlc->uid, age);
}

static void
take_vlc(struct device *d, const struct account *a, const struct msg *vlc,
    const struct sockaddr_in *from, ms_t now)
{
	bool ours = account_owns(a, vlc->uid);
	struct msg reply = { .type = MSG_RVC };

	if (ours && codes_add(&d->codes, vlc, now))
		device_tell(vlc, "");
	reply.status = ours && terminal_lost() == 0 ? ST_OK : ST_NOK;
	memcpy(reply.uid, vlc->uid, sizeof(reply.uid));
	answer(d, from, &reply);
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
	ready_read(r, d->fd);
}

void
device_step(struct device *d, const struct account *a, const struct ready *r)
{
	char text[1024];
	struct sockaddr_in from;
	struct msg m;

	if (!ready_can_read(r, d->fd))
		return;
	for (int i = 0; i < BATCH; i++) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(d->fd, text, sizeof(text), 0,
		    (struct sockaddr *)&from, &len);
		bool good;

		if (n == -1)
			return;
		if (!believed(d, from.sin_addr))
			continue;
		good = parse(text, (size_t)n, &m) == WIRE_OK;
		if (good && m.type == MSG_VLC)
			take_vlc(d, a, &m, &from, r->woke);
		else if ((m.type == MSG_UNKNOWN || wire_is_request(m.type)) &&
		    err_allowed(&d->errs, &from, r->woke))
			answer(d, &from, &(struct msg){ .type = MSG_ERR });
	}
}
