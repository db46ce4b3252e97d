#define _DEFAULT_SOURCE /* IP_BIND_ADDRESS_NO_PORT */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "peer.h"

#define GIVEN_FROM 10000 /* ports that free_port() gives, ... */
#define GIVEN_MAX  20000 /* ... so many at most */
#define SLICE      20    /* ms between two looks whether there is still hope */

_Thread_local int patience = PATIENCE;
bool (*is_hopeless)(void);

struct sockaddr_in
address_of(const char *ip, uint16_t port)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons(port) };

	inet_pton(AF_INET, ip, &a.sin_addr);
	return a;
}

static int
bound(int type, const char *from, uint16_t port)
{
	struct sockaddr_in me = address_of(from, port);
	int fd = socket(AF_INET, type, 0), one = 1;

	if (fd == -1)
		return -1;
	(void)one;
	fcntl(fd, F_SETFD, FD_CLOEXEC);
#ifdef IP_BIND_ADDRESS_NO_PORT /* the port is chosen by connect() */
	if (type == SOCK_STREAM && port == 0)
		setsockopt(
		    fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
#endif
	if ((port != 0 || strcmp(from, LOCAL) != 0 || type == SOCK_DGRAM) &&
	    bind(fd, (struct sockaddr *)&me, sizeof(me)) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

uint16_t
free_port(void)
{
	static unsigned next;
	unsigned first = (unsigned)getpid() * 101;
	uint16_t port = 0;

	while (next < GIVEN_MAX && port == 0) {
		uint16_t at =
		    (uint16_t)(GIVEN_FROM + (first + next++) % GIVEN_MAX);
		int udp = bound(SOCK_DGRAM, "0.0.0.0", at);
		int tcp = bound(SOCK_STREAM, "0.0.0.0", at);

		if (udp != -1 && tcp != -1)
			port = at;
		close(udp);
		close(tcp);
	}
	return port;
}

static bool
wait_for(int fd, short what, int ms)
{
	double until = seconds() + ms / 1e3;
	struct pollfd p = { .fd = fd, .events = what };

	for (;;) {
		int left = (int)((until - seconds()) * 1e3);
		int n = poll(&p, 1, left < 0 ? 0 : left < SLICE ? left : SLICE);

		if (n > 0)
			return true;
		if (left <= 0 || (is_hopeless != NULL && is_hopeless()))
			return false;
	}
}

int
tcp_to(const char *from, uint16_t port)
{
	struct sockaddr_in to = address_of(LOCAL, port);
	int fd = bound(SOCK_STREAM, from, 0), error = 0;
	socklen_t len = sizeof(error);

	if (fd == -1)
		return -1;
	fcntl(fd, F_SETFL, O_NONBLOCK);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == -1 &&
	    (errno != EINPROGRESS || !wait_for(fd, POLLOUT, patience) ||
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) == -1 ||
		error != 0)) {
		close(fd);
		return -1;
	}
	fcntl(fd, F_SETFL, 0);
	return fd;
}

int
udp_at(const char *from, uint16_t port)
{
	return bound(SOCK_DGRAM, from, port);
}

uint16_t
port_of(int fd)
{
	struct sockaddr_in a = { .sin_port = 0 };
	socklen_t len = sizeof(a);

	getsockname(fd, (struct sockaddr *)&a, &len);
	return ntohs(a.sin_port);
}

bool
wait_readable(int fd, int ms)
{
	return wait_for(fd, POLLIN, ms);
}

int
wait_either(int a, int b, int ms)
{
	struct pollfd p[2] = { { .fd = a, .events = POLLIN },
		{ .fd = b, .events = POLLIN } };

	if (poll(p, 2, ms < SLICE ? ms : SLICE) < 1)
		return -1;
	return p[0].revents != 0 ? a : b;
}

/* What goes without waiting; into a pipe, once there is room. */
static ssize_t
say_some(int fd, const char *at, size_t n)
{
	ssize_t sent = send(fd, at, n, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (sent != -1 || errno != ENOTSOCK)
		return sent;
	if (!wait_for(fd, POLLOUT, patience))
		return -1;
	return write(fd, at, n < PIPE_BUF ? n : PIPE_BUF);
}

bool
say_all(int fd, const void *data, size_t n)
{
	const char *at = data;

	while (n > 0) {
		ssize_t sent = say_some(fd, at, n);

		if (sent == -1 && errno != EINTR &&
		    (errno != EAGAIN || !wait_for(fd, POLLOUT, patience)))
			return false;
		if (sent > 0) {
			at += sent;
			n -= (size_t)sent;
		}
	}
	return true;
}

bool
say(int fd, const char *format, ...)
{
	char text[SAID_ROOM];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return say_all(fd, text, (size_t)n);
}

static bool
datagram(int fd, const struct sockaddr_in *to, const char *text, int n)
{
	return sendto(fd, text, (size_t)n, 0, (const struct sockaddr *)to,
		   sizeof(*to)) == n;
}

bool
say_to(int fd, uint16_t port, const char *format, ...)
{
	struct sockaddr_in to = address_of(LOCAL, port);
	char text[SAID_ROOM];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return datagram(fd, &to, text, n);
}

bool
answer(int fd, const struct sockaddr_in *to, const char *format, ...)
{
	char text[SAID_ROOM];
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	return datagram(fd, to, text, n);
}

/* Up to a newline and no further; from a pipe byte by byte. */
static ssize_t
hear_some(int fd, char *at, size_t room)
{
	ssize_t n = recv(fd, at, room, MSG_PEEK | MSG_DONTWAIT);
	const char *end;

	if (n == -1)
		return errno == ENOTSOCK ? read(fd, at, 1) : -1;
	end = memchr(at, '\n', (size_t)n);
	return read(fd, at, end == NULL ? (size_t)n : (size_t)(end - at) + 1);
}

bool
hear(int fd, char *line, size_t room)
{
	size_t n = 0;

	while (n + 1 < room && wait_readable(fd, patience)) {
		ssize_t got = hear_some(fd, line + n, room - 1 - n);

		if (got == -1 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
		if (line[n - 1] == '\n') {
			line[n - 1] = '\0';
			return true;
		}
	}
	line[n] = '\0';
	return false;
}

bool
hear_like(int fd, char *line, size_t room, const char *part)
{
	while (hear(fd, line, room))
		if (strstr(line, part) != NULL)
			return true;
	return false;
}

bool
hears(int fd, const char *line)
{
	char text[SAID_ROOM];

	if (hear(fd, text, sizeof(text)) && strcmp(text, line) == 0)
		return true;
	flaw("heard \"%.80s\", not \"%s\"", text, line);
	return false;
}

bool
hear_datagram(int fd, char *text, size_t room, struct sockaddr_in *from, int ms)
{
	struct sockaddr_in ignored;
	socklen_t len = sizeof(ignored);
	ssize_t n;

	text[0] = '\0';
	if (!wait_readable(fd, ms))
		return false;
	n = recvfrom(fd, text, room - 1, MSG_DONTWAIT,
	    (struct sockaddr *)(from == NULL ? &ignored : from), &len);
	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
	return n >= 0;
}
