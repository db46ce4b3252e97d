/*
 * device - the UDP server that takes the codes (VLC) and confirms them (RVC).
 *
 * Only the AS's address is believed, from any port, since an AS may send each
 * code from a socket of its own; and this host's, since an AS on it may send
 * from another of its addresses than we know it by.  Others are ignored; and
 * where we speak securely, all that is not sealed by the AS that we know.
 */
#ifndef DEVICE_H
#define DEVICE_H

#include "pd/account.h"
#include "pd/codes.h"

struct device {
	struct dgram dgram;    /* opened at self */
	struct addr as, self;  /* self: PDIP, and the port that we have got */
	struct secure *secure; /* NULL: plain */
	struct codes codes;
};

/*
 * At self, whose port may be 0: any.  0, or -1 with errno, or 1 where self is
 * no address of this host: at all addresses, then.
 */
int device_open(struct device *d, const struct addr *as,
    const struct addr *self, struct secure *secure);

void device_watch(const struct device *d, struct ready *r);

/* Take what has come, DATAGRAMS_A_ROUND at most; new codes of our user are
 * told. */
void device_step(
    struct device *d, const struct account *a, const struct ready *r);

/* With its age, such as " 3 min ago", or "". */
void device_tell(const struct msg *vlc, const char *age);

#endif
