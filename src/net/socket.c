/* glibc shows IP_PKTINFO only to those who ask for more than POSIX. */
#define _DEFAULT_SOURCE
#include <errno.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>

#include "net/socket.h"
#include "sys/fd.h"

struct addr
addr_from_system(const struct sockaddr_in *in)
{
	return (struct addr){ .ip = ntohl(in->sin_addr.s_addr),
		.port = ntohs(in->sin_port) };
}

struct sockaddr_in
addr_to_system(const struct addr *a)
{
	struct sockaddr_in in = { .sin_family = AF_INET,
		.sin_port = htons(a->port) };

	in.sin_addr.s_addr = htonl(a->ip);
	return in;
}

int
socket_make(int type)
{
	return set_fd_flags(socket(AF_INET, type, 0));
}

int
socket_bind(int fd, const struct addr *self)
{
	struct sockaddr_in in = addr_to_system(self);

	return bind(fd, (const struct sockaddr *)&in, sizeof(in));
}

int
socket_connect(int fd, const struct addr *peer)
{
	struct sockaddr_in in = addr_to_system(peer);

	if (connect(fd, (const struct sockaddr *)&in, sizeof(in)) == -1 &&
	    errno != EINPROGRESS)
		return -1;
	return 0;
}

struct addr
socket_self(int fd)
{
	struct sockaddr_in in = { .sin_port = 0 };
	socklen_t len = sizeof(in);

	getsockname(fd, (struct sockaddr *)&in, &len);
	return addr_from_system(&in);
}

void
socket_nodelay(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

struct iovec
socket_piece(const void *data, size_t n)
{
	union {
		const void *given;
		void *wanted;
	} base = { .given = data };

	return (struct iovec){ .iov_base = base.wanted, .iov_len = n };
}

#ifdef IP_PKTINFO

/* A datagram with the address on our side beside it. */
struct datagram {
	struct msghdr head;
	struct iovec bytes;
	struct sockaddr_in peer;
	union {
		size_t align; /* as a cmsghdr wants it */
		char space[CMSG_SPACE(sizeof(struct in_pktinfo))];
	} control;
};

static void
prepare(struct datagram *d, const void *data, size_t n)
{
	memset(d, 0, sizeof(*d));
	d->bytes = socket_piece(data, n);
	d->head.msg_iov = &d->bytes;
	d->head.msg_iovlen = 1;
	d->head.msg_name = &d->peer;
	d->head.msg_namelen = sizeof(d->peer);
	d->head.msg_control = d->control.space;
	d->head.msg_controllen = sizeof(d->control.space);
}

void
socket_tell_self(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_IP, IP_PKTINFO, &one, sizeof(one));
}

ssize_t
socket_receive(
    int fd, void *data, size_t n, struct addr *from, struct addr *self)
{
	struct datagram d;
	struct in_pktinfo info;
	const struct cmsghdr *c;
	ssize_t got;

	prepare(&d, data, n);
	got = recvmsg(fd, &d.head, 0);
	*from = addr_from_system(&d.peer);
	self->ip = 0;
	c = got == -1 ? NULL : CMSG_FIRSTHDR(&d.head);
	if (c != NULL && c->cmsg_level == IPPROTO_IP &&
	    c->cmsg_type == IP_PKTINFO) {
		memcpy(&info, CMSG_DATA(c), sizeof(info));
		self->ip = ntohl(info.ipi_spec_dst.s_addr);
	}
	return got;
}

ssize_t
socket_send(int fd, const void *data, size_t n, const struct addr *to,
    const struct addr *self)
{
	struct datagram d;
	struct in_pktinfo info;
	struct cmsghdr *c;

	prepare(&d, data, n);
	d.peer = addr_to_system(to);
	if (self->ip == 0) {
		d.head.msg_controllen = 0;
		return sendmsg(fd, &d.head, 0);
	}
	c = CMSG_FIRSTHDR(&d.head);
	c->cmsg_level = IPPROTO_IP;
	c->cmsg_type = IP_PKTINFO;
	c->cmsg_len = CMSG_LEN(sizeof(info));
	memset(&info, 0, sizeof(info));
	info.ipi_spec_dst.s_addr = htonl(self->ip);
	memcpy(CMSG_DATA(c), &info, sizeof(info));
	return sendmsg(fd, &d.head, 0);
}

#else /* from where it leaves is the system's choice */

void
socket_tell_self(int fd)
{
	(void)fd;
}

ssize_t
socket_receive(
    int fd, void *data, size_t n, struct addr *from, struct addr *self)
{
	struct sockaddr_in in = { .sin_port = 0 };
	socklen_t len = sizeof(in);
	ssize_t got = recvfrom(fd, data, n, 0, (struct sockaddr *)&in, &len);

	*from = addr_from_system(&in);
	self->ip = 0;
	return got;
}

ssize_t
socket_send(int fd, const void *data, size_t n, const struct addr *to,
    const struct addr *self)
{
	struct sockaddr_in in = addr_to_system(to);

	(void)self;
	return sendto(fd, data, n, 0, (const struct sockaddr *)&in, sizeof(in));
}

#endif
