/*
 * devices - the VLCs that are out to personal devices, each on a socket of its
 * own (section 3.1 c, d).
 *
 * The socket is dialled to the device, so that only its answer comes, and from
 * another port each time a forged one would have to guess.  The sockets of the
 * last few that were answered stay, for the same devices' next.
 *
 * A device believes the address of the AS that it knows, which is where it has
 * registered: its codes leave from there.
 */
#ifndef DEVICES_H
#define DEVICES_H

#include "net/request.h"
#include "net/secure.h"

/* A code on its way.  All-zero: none. */
struct vlc {
	struct dgram dgram;
	struct request request;
	struct addr second_self; /* where the second sending leaves from */
};

enum device_event {
	DEVICE_QUIET,
	DEVICE_CONFIRMED,
	DEVICE_REFUSED, /* by it, or nobody is there */
	DEVICE_SILENT   /* no answer has come in time */
};

/* What to seal with; NULL, as before: nothing. */
void devices_secure(struct secure *secure);

/*
 * Send a VLC to a device, from our address self (ip 0: any): sealed for the one
 * whose certificate has the fingerprint key, or plain where that is NULL.
 * False where no socket can be had, or nothing to seal with: see errno; nothing
 * is under way then.
 */
bool devices_call(struct vlc *v, const struct addr *device, const uint8_t *key,
    const struct addr *self, const struct msg *vlc, ms_t now);

void devices_watch(const struct vlc *v, struct ready *r);

/* What has come of it, about the code for uid; it is still to be ended. */
enum device_event devices_step(
    struct vlc *v, const char *uid, const struct ready *r);

/* The end, good or bad; may be called twice. */
void devices_end(struct vlc *v, bool confirmed);

int devices_called(void);      /* VLCs that are out, a descriptor each */
void devices_close_idle(void); /* close the sockets that stay */

#endif
