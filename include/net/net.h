/*
 * net - addresses, sockets, the listener and the signal pipe.
 *
 * Every socket made here is non-blocking, closed on exec, and below FD_SETSIZE.
 * Functions that make a descriptor return it, or -1 with errno set.
 */
#ifndef NET_H
#define NET_H

#include <netinet/in.h>
#include <stdint.h>

#include "policy.h"
#include "sys/ready.h"

#define NET_NAME_MAX 24 /* "255.255.255.255:65535" */

/*
 * The IPv4 address of a host name or address; NULL, or what is wrong with it.
 * Asks the system's resolver and may take its time: before the loop only.
 */
const char *net_resolve(
    struct sockaddr_in *addr, const char *host, uint16_t port);

/* addr from text that is a valid F_IP (wire.h). */
void net_address(struct sockaddr_in *addr, const char *ip, uint16_t port);

/* A whole decimal port, 1-65535, or also 0 where that is allowed. */
bool net_port_scan(const char *text, bool zero, uint16_t *port);

bool net_same(const struct sockaddr_in *a, const struct sockaddr_in *b);
struct sockaddr_in net_self(int fd); /* where it is bound */
uint16_t net_port(int fd);           /* that a socket is bound to */
char *net_name(char out[NET_NAME_MAX], const struct sockaddr_in *addr);

int net_udp(uint16_t port);                     /* bound; 0: any */
int net_udp_at(const struct sockaddr_in *self); /* where that is no address
						   of this host: net_udp() */
int net_udp_to(const struct sockaddr_in *peer); /* connected */
int net_udp_from(
    const struct sockaddr_in *self, const struct sockaddr_in *peer); /* both */
int net_receive_room(int fd, int bytes); /* for bursts of datagrams */

/* Begin to connect; when writable, net_connected() is 0 or -1 with errno. */
int net_connect(const struct sockaddr_in *peer);
int net_connected(int fd);

/* No Nagle delay: our replies are whole when they are written. */
void net_nodelay(int fd);

/*
 * A TCP listener that neither spins nor goes deaf when descriptors run out: a
 * spare one is given up to accept and refuse a client with "ERR\n", and where
 * even that fails the listener is left alone for 100 ms.
 */
struct listener {
	int fd, spare;
	ms_t paused_until;
	unsigned long refused;
};

int listener_open(struct listener *l, uint16_t port); /* 0 or -1 */
void listener_watch(const struct listener *l, struct ready *r);

/* The next client, or -1 when there is none (now). */
int listener_accept(struct listener *l, struct sockaddr_in *peer, ms_t now);
void listener_close(struct listener *l);

/*
 * May an ERR datagram go to this address now?  At most ERR_PER_SECOND may in
 * any second, so that two peers that misunderstand each other do not storm.
 */
#define ERR_SOURCES 64

struct err_quota {
	struct {
		struct in_addr to;
		unsigned long count;       /* ever; the n-th was sent at */
		ms_t sent[ERR_PER_SECOND]; /* sent[n % ERR_PER_SECOND] */
	} source[ERR_SOURCES];
};

bool err_allowed(struct err_quota *q, const struct sockaddr_in *to, ms_t now);

/*
 * From now on SIGPIPE and SIGXFSZ are ignored (write() tells) and the n signals
 * arrive as bytes at the descriptor that is returned; net_signal() gives the
 * next one, or 0.
 */
int net_signals(const int *signals, int n);
int net_signal(int fd);

#endif
