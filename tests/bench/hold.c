/*
 * hold - transfers that are under way and stay so.
 *
 *	hold COUNT SECONDS PORT
 *
 * Half of them are uploads of which a part has come, half are downloads that
 * nobody reads, of user 00000's 15 files, which must be large.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static char data[100000];

static void
begin(int fd, int i)
{
	int k = i / 2, uid = 1000 + k / 15, f = k % 15;
	char text[128];
	int n;

	if (i % 2 == 0)
		n = snprintf(
		    text, sizeof(text), "RTV 00000 2%03d f%02d.dat\n", k, f);
	else
		n = snprintf(text, sizeof(text),
		    "UPL %05d 3%03d f%02d.dat 1000000 ", uid, f, f);
	write_all(fd, text, (size_t)n);
	if (i % 2 == 1)
		write_all(fd, data, sizeof(data));
}

static bool
is_under_way(int fd, int i)
{
	char head[8];
	ssize_t n = recv(fd, head, sizeof(head), MSG_PEEK | MSG_DONTWAIT);

	return i % 2 == 0 ? n == 8 && memcmp(head, "RRT OK ", 7) == 0 : n == -1;
}

int
main(int argc, char *argv[])
{
	int n = argc == 4 ? atoi(argv[1]) : 0;
	int *fd = allocate((size_t)n * sizeof(*fd)), bad = 0;
	struct timespec nap = { 0 };

	if (n == 0)
		return 2;
	raise_limit();
	for (int i = 0; i < n; i++) {
		fd[i] = tcp_connect(atoi(argv[3]), 1);
		if (fd[i] == -1)
			die("connect");
		begin(fd[i], i);
	}
	nap.tv_sec = atoi(argv[2]);
	nanosleep(&nap, NULL);
	for (int i = 0; i < n; i++)
		bad += !is_under_way(fd[i], i);
	if (bad > 0)
		fprintf(stderr, "hold: %d of %d are not under way\n", bad, n);
	return bad > 0;
}
