/*
 * udp - the datagrams of personal devices and the FS (sections 3.1, 3.3).
 */
#ifndef UDP_H
#define UDP_H

#include "as/server.h"

void udp_watch(const struct server *as, struct ready *r);
void udp_step(struct server *as, const struct ready *r, ms_t now);

#endif
