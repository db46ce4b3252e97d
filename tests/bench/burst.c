#include "burst.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define OPEN_MAX_AT_ONCE 900 /* of the AS's 992, so that others get in, too */

static void
send_vld(struct person *p, int uid)
{
	char text[32];
	snprintf(text, sizeof(text), "VLD %05d 1234\n", uid);

	say_to(p->validator, p->as, "%s", text);
}

/* Which of the window's users the next answer is for. */
static size_t
hear_answer(struct person *p, int first)
{
	struct pollfd wait = { .fd = p->validator, .events = POLLIN };
	char in[256];
	ssize_t n = recv(p->validator, in, sizeof(in) - 1, MSG_DONTWAIT);

	if (n == -1 && poll(&wait, 1, 5000) == 1)
		n = recv(p->validator, in, sizeof(in) - 1, 0);
	if (n < 9)
		fell_short("CNF", "lost");
	in[n] = '\0';
	return (size_t)(atoi(in + 4) - first);
}

size_t
burst_vld(struct person *p, int first, size_t window, size_t count, double end,
    double *took)
{
	double *at = allocate(window * sizeof(*at));
	size_t sent = 0, got = 0;

	for (; sent < window && sent < count; sent++) {
		at[sent] = seconds();
		send_vld(p, first + (int)sent);
	}
	while (got < sent) {
		size_t i = hear_answer(p, first) % window;

		took[got++] = seconds() - at[i];
		if (sent == count || seconds() >= end)
			continue;
		at[i] = seconds();
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

	hear(fd, line, sizeof(line));
	if (strcmp(line, "RLO OK") != 0)
		fell_short("LOG", line);
	close(fd);
}

void
burst_login(const char *label, int port, int base, int users)
{
	struct pollfd *wait = allocate((size_t)users * sizeof(*wait));
	double *at = allocate((size_t)users * sizeof(*at)), t = seconds();
	int begun = 0, ended = 0;

	while (ended < users) {
		for (; begun < users && begun - ended < OPEN_MAX_AT_ONCE;
		     begun++) {
			at[begun] = seconds();
			wait[begun].fd = begin_login(port, base + begun, begun);
			wait[begun].events = POLLIN;
		}
		if (poll(wait, (nfds_t)begun, 60000) < 1)
			fell_short("LOG", "no answer");
		for (int i = 0; i < begun; i++)
			if (wait[i].revents != 0) {
				end_login(wait[i].fd);
				wait[i].fd = -1;
				at[i] = seconds() - at[i];
				ended++;
			}
	}
	figure(label, "ops", (double)users / (seconds() - t), "op/s");
	figure_latency(label, at, (size_t)users);
}
