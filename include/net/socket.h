/*
 * socket - what conn, dgram and listener share: how sockets are made.
 *
 * For src/net alone: no program includes it.  Every descriptor made here is
 * non-blocking, closed on exec, and below FD_SETSIZE.
 */
#ifndef SOCKET_H
#define SOCKET_H

#include <netinet/in.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "net/addr.h"

struct addr addr_from_system(const struct sockaddr_in *in);
struct sockaddr_in addr_to_system(const struct addr *a);

/* type is SOCK_STREAM or SOCK_DGRAM: a descriptor, or -1 with errno. */
int socket_make(int type);

/* 0, or -1 with errno; a stream is only on its way then. */
int socket_bind(int fd, const struct addr *self); /* all-zero: any */
int socket_connect(int fd, const struct addr *peer);

struct addr socket_self(int fd); /* our side of it; all-zero: none */

/* No Nagle delay: what we write is whole when it is written. */
void socket_nodelay(int fd);

/* A piece of what sendmsg() sends: it writes to none, whatever its type says.
 */
struct iovec socket_piece(const void *data, size_t n);

/*
 * One datagram, as recvfrom() and sendto(), and the address on our side: where
 * it came to, after socket_tell_self(), and where it is to leave from.  ip 0
 * stands for what is not known, or the system's choice.
 */
void socket_tell_self(int fd);
ssize_t socket_receive(
    int fd, void *data, size_t n, struct addr *from, struct addr *self);
ssize_t socket_send(int fd, const void *data, size_t n, const struct addr *to,
    const struct addr *self);

#endif
