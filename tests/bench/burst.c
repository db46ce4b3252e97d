#include "burst.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OPEN_MAX_AT_ONCE 900 /* of the AS's 992, so that others get in, too */

static void
send_vld(const struct player *p, int uid)
{
	char text[32];
	int n = snprintf(text, sizeof(text), "VLD %05d 1234\n", uid);

	send_to(p->fs, p->as_port, text, (size_t)n);
}

/* Which of the window's users the next answer is for. */
static size_t
hear(const struct player *p, int first)
{
	struct pollfd wait = { .fd = p->fs, .events = POLLIN };
	char in[256];
	ssize_t n = recv(p->fs, in, sizeof(in) - 1, MSG_DONTWAIT);

	if (n == -1 && poll(&wait, 1, 5000) == 1)
		n = recv(p->fs, in, sizeof(in) - 1, 0);
	if (n < 9)
		fell_short("CNF", "lost");
	in[n] = '\0';
	return (size_t)(atoi(in + 4) - first);
}

size_t
burst_vld(const struct player *p, int first, size_t window, size_t count,
    double end, double *seconds)
{
	double *at = allocate(window * sizeof(*at));
	size_t sent = 0, got = 0;

	for (; sent < window && sent < count; sent++) {
		at[sent] = now();
		send_vld(p, first + (int)sent);
	}
	while (got < sent) {
		size_t i = hear(p, first) % window;

		seconds[got++] = now() - at[i];
		if (sent == count || now() >= end)
			continue;
		at[i] = now();
		send_vld(p, first + (int)i);
		sent++;
	}
	free(at);
	return got;
}

/* The next user has begun to log in on a connection of its own. */
static int
begin_login(int port, int uid, int from)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "LOG %05d %s\n", uid, BENCH_PASS);
	int fd = tcp_connect(port, 256 + from);

	if (fd == -1)
		die("connect to port %d", port);
	write_all(fd, text, (size_t)n);
	return fd;
}

static void
end_login(int fd)
{
	char line[64];

	read_line(fd, line, sizeof(line));
	if (strcmp(line, "RLO OK\n") != 0)
		fell_short("LOG", line);
	close(fd);
}

void
burst_login(const char *label, int port, int base, int users)
{
	struct pollfd *wait = allocate((size_t)users * sizeof(*wait));
	double *at = allocate((size_t)users * sizeof(*at)), t = now();
	int begun = 0, ended = 0;

	while (ended < users) {
		for (; begun < users && begun - ended < OPEN_MAX_AT_ONCE;
		     begun++) {
			at[begun] = now();
			wait[begun].fd = begin_login(port, base + begun, begun);
			wait[begun].events = POLLIN;
		}
		if (poll(wait, (nfds_t)begun, 60000) < 1)
			fell_short("LOG", "no answer");
		for (int i = 0; i < begun; i++)
			if (wait[i].revents != 0) {
				end_login(wait[i].fd);
				wait[i].fd = -1;
				at[i] = now() - at[i];
				ended++;
			}
	}
	figure(label, "ops", (double)users / (now() - t), "op/s");
	figure_latency(label, at, (size_t)users);
}
