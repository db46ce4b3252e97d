/*
 * echo - every datagram back to its sender: the floor of UDP request-reply.
 * usage: echo PORT
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "bench.h"

static void
drain(int fd)
{
	struct sockaddr_in from;
	char text[256];

	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(
		    fd, text, sizeof(text), 0, (struct sockaddr *)&from, &len);

		if (n == -1)
			return;
		sendto(fd, text, (size_t)n, 0, (struct sockaddr *)&from, len);
	}
}

int
main(int argc, char *argv[])
{
	int port = argc == 2 ? atoi(argv[1]) : 0, fd = udp_socket(&port);

	nonblock(fd);
	for (;;) {
		fd_set set;

		FD_ZERO(&set);
		FD_SET(fd, &set);
		if (select(fd + 1, &set, NULL, NULL, NULL) == -1)
			die("select");
		drain(fd);
	}
}
