/*
 * bench - what the measuring tools share.
 *
 * A tool prints one figure a line, "name value unit"; table.awk makes medians
 * and ratios of them.  All times are seconds.  Whatever goes wrong ends a tool
 * with a message and status 1, so that no wrong run is ever counted.
 */
#ifndef BENCH_H
#define BENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../lib/peer.h"

#define BENCH_PASS "abcd1234" /* of every user that the tools make */
#define BENCH_PD   27190      /* the port of their devices, see fillas */

_Noreturn void die(const char *format, ...)
    __attribute__((__format__(__printf__, 1, 2)));
void figure(
    const char *label, const char *name, double value, const char *unit);

size_t parse_size(const char *text); /* 64K, 1M, 1G */
void *allocate(size_t n);
void *shared(size_t n); /* zeroed memory, shared with children */
void raise_limit(void); /* of descriptors */
void fill_random(void *data, size_t n, uint64_t seed);
uint64_t next_random(uint64_t *state); /* xorshift64* */

void sort_doubles(double *v, size_t n);
double percentile(const double *sorted, size_t n, double p);
void figure_latency(const char *label, double *took, size_t n); /* sorts */

/* Sockets of 127.0.0.1, beside those of tests/lib/peer.h. */
int tcp_listen(int port);
int udp_socket(int *port); /* with much room; 0: any port, and which */

/*
 * Connect from 127.0.0.0 + source: -1 when refused.  source_address() gives a
 * new one every 2000 connections, so that we never run out of ports.
 */
int tcp_connect(int port, int source);
int source_address(int client, size_t i);

void nonblock(int fd);
void write_all(int fd, const void *data, size_t n);

#endif
