/*
 * program - how user and pd begin and wait: what both say of it is the same.
 */
#ifndef PROGRAM_H
#define PROGRAM_H

#include "net/addr.h"
#include "sys/ready.h"

/*
 * The address of a host, which the option -letter names, to *addr; false, with
 * the reason said, where it has none.  Asking for it may take a while: that is
 * said, too.
 */
bool program_find(const char *program, char letter, const char *host,
    uint16_t port, struct addr *addr);

/* Signals and the random source; false, with the reason said. */
bool program_open(const char *program);

/* ready_wait(); false, with the reason said, where it has failed. */
bool program_wait(const char *program, struct ready *r);

#endif
