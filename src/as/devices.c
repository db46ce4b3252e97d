#include <errno.h>
#include <string.h>

#include "as/devices.h"
#include "crypto/secret.h"
#include "policy.h"

static int called;
static struct secure *secure;

/* By the first byte of the key; of another device's nothing is resumed. */
static struct tls_ticket tickets[DEVICE_TICKETS];

/* Of VLCs that were answered, the oldest first. */
static struct dgram idle[IDLE_SOCKETS];
static int idle_n;

int
devices_called(void)
{
	return called;
}

void
devices_secure(struct secure *s)
{
	secure = s;
}

static struct dgram
take_idle(int i)
{
	struct dgram d = idle[i];

	idle_n--;
	memmove(&idle[i], &idle[i + 1], sizeof(idle[0]) * (size_t)(idle_n - i));
	return d;
}

void
devices_close_idle(void)
{
	while (idle_n > 0) {
		struct dgram d = take_idle(0);

		dgram_close(&d);
	}
}

/* Is it sealed for this key; NULL: is it plain? */
static bool
is_for(const struct dgram *d, const uint8_t *key)
{
	const struct tls_peer *peer = dgram_peer(d);

	if (key == NULL || peer == NULL)
		return key == NULL && d->secure == NULL;
	return same_bytes(peer->fingerprint, key, SHA256_LEN);
}

/*
 * One that stays for this device.  Where a second answer has come it is not
 * used again: that, or a third, would be taken for the next one's.
 */
static bool
find_idle(struct dgram *d, const struct addr *device, const uint8_t *key,
    const struct addr *self)
{
	struct msg stale;

	for (int i = 0; i < idle_n; i++) {
		if (!addr_same(&idle[i].peer, device) ||
		    idle[i].self.ip != self->ip || !is_for(&idle[i], key))
			continue;
		*d = take_idle(i);
		if (request_receive(d, &stale) == DGRAM_NONE)
			return true;
		dgram_close(d);
		return false;
	}
	return false;
}

static int
dial(struct dgram *d, const struct addr *device, const uint8_t *key,
    const struct addr *self)
{
	struct secure_target target = { .pinned = true };

	if (key == NULL)
		return dgram_dial(d, device, self);
	if (secure == NULL) {
		errno = EACCES;
		return -1;
	}
	memcpy(target.pin, key, sizeof(target.pin));
	target.ticket = &tickets[key[0] % DEVICE_TICKETS];
	return dgram_dial_secure(d, device, self, secure, &target);
}

bool
devices_call(struct vlc *v, const struct addr *device, const uint8_t *key,
    const struct addr *self, const struct msg *vlc, ms_t now)
{
	if (!find_idle(&v->dgram, device, key, self) &&
	    dial(&v->dgram, device, key, self) == -1)
		return false;
	called++;
	request_start(&v->request, &v->dgram, vlc, now);
	return true;
}

void
devices_watch(const struct vlc *v, struct ready *r)
{
	dgram_watch(&v->dgram, r);
	request_watch(&v->request, r);
}

/*
 * A device says OK for this user; NOK for any: some name the user that they
 * were asked for, some their own.
 */
static enum device_event
answer_of(struct vlc *v, const char *uid)
{
	struct msg rvc;
	int got;

	while ((got = request_receive(&v->dgram, &rvc)) == 1) {
		if (rvc.type != MSG_RVC)
			continue;
		if (rvc.status == ST_NOK)
			return DEVICE_REFUSED;
		if (strcmp(rvc.uid, uid) == 0)
			return DEVICE_CONFIRMED;
	}
	return got == DGRAM_REFUSED ? DEVICE_REFUSED : DEVICE_QUIET;
}

enum device_event
devices_step(struct vlc *v, const char *uid, const struct ready *r)
{
	enum device_event event = DEVICE_QUIET;

	if (dgram_readable(&v->dgram, r))
		event = answer_of(v, uid);
	if (event != DEVICE_QUIET)
		return event;
	if (v->request.sent == 1)
		v->dgram.self.ip = v->second_self.ip;
	return request_step(&v->request, &v->dgram, r->woke) ==
		REQUEST_WAITING ?
	    DEVICE_QUIET :
	    DEVICE_SILENT;
}

/* More than one VLC may bring more than one answer: no use for it then. */
void
devices_end(struct vlc *v, bool confirmed)
{
	request_end(&v->request);
	if (!v->dgram.open)
		return;
	called--;
	if (confirmed && v->request.sent == 1) {
		if (idle_n == IDLE_SOCKETS) {
			struct dgram oldest = take_idle(0);

			dgram_close(&oldest);
		}
		idle[idle_n++] = v->dgram;
		v->dgram.open = false;
	}
	dgram_close(&v->dgram);
}
