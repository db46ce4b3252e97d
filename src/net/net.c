#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/net.h"
#include "policy.h"
#include "sys/fd.h"

#define BACKLOG    1024
#define PAUSE_TIME 100

static int signal_pipe[2] = { -1, -1 };

const char *
net_resolve(struct sockaddr_in *addr, const char *host, uint16_t port)
{
	struct addrinfo want = { .ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	int error = getaddrinfo(host, NULL, &want, &found);

	if (error != 0)
		return gai_strerror(error);
	memcpy(addr, found->ai_addr, sizeof(*addr));
	addr->sin_port = htons(port);
	freeaddrinfo(found);
	return NULL;
}

void
net_address(struct sockaddr_in *addr, const char *ip, uint16_t port)
{
	uint32_t host = 0;

	memset(addr, 0, sizeof(*addr));
	addr->sin_family = AF_INET;
	addr->sin_port = htons(port);
	for (int part = 0; part < 4; part++) {
		host = host << 8 | (uint32_t)strtoul(ip, NULL, 10);
		ip += strcspn(ip, ".");
		ip += *ip == '.';
	}
	addr->sin_addr.s_addr = htonl(host);
}

bool
net_port_scan(const char *text, bool zero, uint16_t *port)
{
	size_t n = strlen(text);
	unsigned long value;

	if (n == 0 || n > 5 || strspn(text, "0123456789") != n)
		return false;
	value = strtoul(text, NULL, 10);
	*port = (uint16_t)value;
	return value <= UINT16_MAX && (value > 0 || zero);
}

bool
net_same(const struct sockaddr_in *a, const struct sockaddr_in *b)
{
	return a->sin_addr.s_addr == b->sin_addr.s_addr &&
	    a->sin_port == b->sin_port;
}

struct sockaddr_in
net_self(int fd)
{
	struct sockaddr_in addr = { .sin_port = 0 };
	socklen_t len = sizeof(addr);

	getsockname(fd, (struct sockaddr *)&addr, &len);
	return addr;
}

uint16_t
net_port(int fd)
{
	struct sockaddr_in addr = net_self(fd);

	return ntohs(addr.sin_port);
}

char *
net_name(char out[NET_NAME_MAX], const struct sockaddr_in *addr)
{
	char ip[INET_ADDRSTRLEN] = "?";

	inet_ntop(AF_INET, &addr->sin_addr, ip, sizeof(ip));
	snprintf(
	    out, NET_NAME_MAX, "%s:%u", ip, (unsigned)ntohs(addr->sin_port));
	return out;
}

static int
bound(int type, const struct sockaddr_in *addr)
{
	int one = 1, fd = set_fd_flags(socket(AF_INET, type, 0));

	if (fd == -1)
		return -1;
	/* On UDP it would let a second AS steal the first one's datagrams. */
	if (type == SOCK_STREAM)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (const struct sockaddr *)addr, sizeof(*addr)) == -1)
		return close_with_errno(fd);
	return fd;
}

static int
bound_to_any(int type, uint16_t port)
{
	struct sockaddr_in any = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	return bound(type, &any);
}

static int
connected(int type, const struct sockaddr_in *peer)
{
	int fd = set_fd_flags(socket(AF_INET, type, 0));

	if (fd == -1)
		return -1;
	if (connect(fd, (const struct sockaddr *)peer, sizeof(*peer)) == -1 &&
	    errno != EINPROGRESS)
		return close_with_errno(fd);
	return fd;
}

int
net_udp(uint16_t port)
{
	return bound_to_any(SOCK_DGRAM, port);
}

int
net_udp_at(const struct sockaddr_in *self)
{
	int fd = bound(SOCK_DGRAM, self);

	if (fd == -1 && errno == EADDRNOTAVAIL)
		fd = net_udp(ntohs(self->sin_port));
	return fd;
}

int
net_udp_to(const struct sockaddr_in *peer)
{
	return connected(SOCK_DGRAM, peer);
}

int
net_udp_from(const struct sockaddr_in *self, const struct sockaddr_in *peer)
{
	int fd = bound(SOCK_DGRAM, self);

	if (fd != -1 &&
	    connect(fd, (const struct sockaddr *)peer, sizeof(*peer)) == -1)
		return close_with_errno(fd);
	return fd;
}

int
net_receive_room(int fd, int bytes)
{
	return setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof(bytes));
}

int
net_connect(const struct sockaddr_in *peer)
{
	return connected(SOCK_STREAM, peer);
}

int
net_connected(int fd)
{
	int error = 0;
	socklen_t len = sizeof(error);

	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1)
		return -1;
	errno = error;
	return error == 0 ? 0 : -1;
}

void
net_nodelay(int fd)
{
	int one = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

static int
open_spare(void)
{
	return set_fd_flags(open("/dev/null", O_RDONLY));
}

int
listener_open(struct listener *l, uint16_t port)
{
	memset(l, 0, sizeof(*l));
	l->spare = open_spare();
	l->fd = bound_to_any(SOCK_STREAM, port);
	if (l->fd == -1)
		return -1;
	net_nodelay(l->fd); /* what it accepts inherits that */
	if (listen(l->fd, BACKLOG) == -1)
		l->fd = close_with_errno(l->fd);
	return l->fd == -1 ? -1 : 0;
}

void
listener_watch(const struct listener *l, struct ready *r)
{
	if (now_ms() < l->paused_until)
		ready_by(r, l->paused_until);
	else
		ready_read(r, l->fd);
}

static void
refuse(struct listener *l, int fd)
{
	if (write(fd, "ERR\n", 4) == -1) {
		/* It hears nothing, then: the close says it. */
	}
	close(fd);
	l->refused++;
}

/* No descriptor for the next client: lend it the spare one to be refused. */
static void
refuse_next(struct listener *l, ms_t now)
{
	int fd = -1;

	if (l->spare != -1) {
		close(l->spare);
		fd = accept(l->fd, NULL, NULL);
		if (fd != -1)
			refuse(l, fd);
	}
	l->spare = open_spare();
	if (fd == -1 || l->spare == -1)
		l->paused_until = now + PAUSE_TIME;
}

int
listener_accept(struct listener *l, struct sockaddr_in *peer, ms_t now)
{
	socklen_t len = sizeof(*peer);
	int fd = accept(l->fd, (struct sockaddr *)peer, &len);

	if (fd >= FD_SETSIZE) {
		refuse(l, fd);
		return -1;
	}
	if (fd != -1) {
		return set_fd_flags(fd);
	}
	if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
	    errno == ENOMEM)
		refuse_next(l, now);
	return -1;
}

void
listener_close(struct listener *l)
{
	if (l->fd != -1)
		close(l->fd);
	if (l->spare != -1)
		close(l->spare);
	l->fd = l->spare = -1;
}

/* When the last ERR went there; 0: none has. */
static ms_t
last_err(const struct err_quota *q, int i)
{
	unsigned long n = q->source[i].count;

	return n > 0 ? q->source[i].sent[(n - 1) % ERR_PER_SECOND] : 0;
}

/* A source gives its place to another once its last second is over. */
bool
err_allowed(struct err_quota *q, const struct sockaddr_in *to, ms_t now)
{
	int at = 0;
	unsigned long n;

	for (int i = 0; i < ERR_SOURCES; i++) {
		if (q->source[i].to.s_addr == to->sin_addr.s_addr) {
			at = i;
			break;
		}
		if (last_err(q, i) < last_err(q, at))
			at = i;
	}
	if (q->source[at].to.s_addr != to->sin_addr.s_addr) {
		if (last_err(q, at) != 0 && now - last_err(q, at) < SECONDS)
			return false;
		q->source[at].to = to->sin_addr;
		q->source[at].count = 0;
	}
	n = q->source[at].count;
	if (n >= ERR_PER_SECOND &&
	    now - q->source[at].sent[n % ERR_PER_SECOND] < SECONDS)
		return false;
	q->source[at].sent[n % ERR_PER_SECOND] = now;
	q->source[at].count = n + 1;
	return true;
}

static void
remember_signal(int number)
{
	int error = errno;
	unsigned char byte = (unsigned char)number;

	if (write(signal_pipe[1], &byte, 1) == -1) {
		/* A full pipe holds enough of them already. */
	}
	errno = error;
}

int
net_signals(const int *signals, int n)
{
	struct sigaction action = { .sa_handler = SIG_IGN };

	sigaction(SIGPIPE, &action, NULL);
	sigaction(SIGXFSZ, &action, NULL);
	if (pipe(signal_pipe) == -1 || set_fd_flags(signal_pipe[0]) == -1 ||
	    set_fd_flags(signal_pipe[1]) == -1)
		return -1;
	action.sa_handler = remember_signal;
	action.sa_flags = SA_RESTART;
	for (int i = 0; i < n; i++)
		if (sigaction(signals[i], &action, NULL) == -1)
			return -1;
	return signal_pipe[0];
}

int
net_signal(int fd)
{
	unsigned char byte;

	return read(fd, &byte, 1) == 1 ? byte : 0;
}
