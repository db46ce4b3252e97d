/*
 * burst - many requests under way at once, from one process.
 */
#ifndef BURST_H
#define BURST_H

#include "asload.h"

/*
 * count VLDs of unknown TIDs, window of them under way, until the time end; how
 * many have been answered, and how long each took.
 */
size_t burst_vld(struct person *p, int first, size_t window, size_t count,
    double end, double *took);

/* All users log in at once; figures: how many a second, and the latency. */
void burst_login(const char *label, int port, int base, int users);

#endif
