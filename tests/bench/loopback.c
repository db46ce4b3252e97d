#define _DEFAULT_SOURCE /* IP_BIND_ADDRESS_NO_PORT */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

static struct sockaddr_in
address(int port, int last)
{
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)port) };

	a.sin_addr.s_addr = htonl(0x7f000000u + (unsigned)last);
	return a;
}

static void
bind_to(int fd, const struct sockaddr_in *a)
{
	if (bind(fd, (const struct sockaddr *)a, sizeof(*a)) == -1)
		die("bind to port %d", ntohs(a->sin_port));
}

int
tcp_listen(int port)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = address(port, 1);

	if (fd == -1)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	bind_to(fd, &a);
	if (listen(fd, 1024) == -1)
		die("listen");
	nonblock(fd);
	return fd;
}

int
udp_socket(int *port)
{
	int fd = socket(AF_INET, SOCK_DGRAM, 0), room = 4 << 20;
	struct sockaddr_in a = address(*port, 1);
	socklen_t n = sizeof(a);

	if (fd == -1)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	bind_to(fd, &a);
	getsockname(fd, (struct sockaddr *)&a, &n);
	*port = ntohs(a.sin_port);
	return fd;
}

int
tcp_connect(int port, int source)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in to = address(port, 1), from = address(0, source);

	if (fd == -1)
		die("socket");
	if (source > 1) {
#ifdef IP_BIND_ADDRESS_NO_PORT /* the port is chosen by connect() */
		setsockopt(
		    fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one, sizeof(one));
#endif
		bind_to(fd, &from);
	}
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
		return fd;
	one = errno;
	close(fd);
	errno = one;
	return -1;
}

int
source_address(int client, size_t i)
{
	unsigned n = (unsigned)getppid() * 1021u + (unsigned)client * 67u +
	    (unsigned)(i / 2000) * 7919u;

	return 256 + (int)(n % 0xfffe00u);
}

void
nonblock(int fd)
{
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		die("fcntl");
}

void
write_all(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n > 0) {
		ssize_t wrote = write(fd, p, n);

		if (wrote == -1 && errno != EINTR)
			die("write");
		if (wrote > 0) {
			p += wrote;
			n -= (size_t)wrote;
		}
	}
}

size_t
read_line(int fd, char *line, size_t room)
{
	size_t n = 0;

	while (n + 1 < room && (n == 0 || line[n - 1] != '\n')) {
		ssize_t got = read(fd, line + n, room - 1 - n);

		if (got == -1 && errno == EINTR)
			continue;
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	line[n] = '\0';
	return n;
}

void
send_to(int fd, int port, const char *text, size_t n)
{
	struct sockaddr_in a = address(port, 1);

	if (sendto(fd, text, n, 0, (struct sockaddr *)&a, sizeof(a)) == -1)
		die("sendto");
}
