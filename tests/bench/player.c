#include <netinet/in.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "asload.h"

#define TRIES    5
#define PATIENCE 20000 /* milliseconds, for what comes over TCP */

void
fell_short(const char *what, const char *got)
{
	fprintf(stderr, "asload: %s: \"%s\"\n", what, got);
	exit(1);
}

void
player_open(struct player *p, int as_port, int device_port)
{
	int any = 0;

	p->as_port = as_port;
	p->session = -1;
	p->device_port = device_port;
	p->device = udp_socket(&p->device_port);
	p->fs = udp_socket(&any);
}

void
player_ask(const struct player *p, const char *text, char answer[256])
{
	struct pollfd wait = { .fd = p->fs, .events = POLLIN };

	for (int i = 0; i < TRIES; i++) {
		ssize_t n;

		send_to(p->fs, p->as_port, text, strlen(text));
		if (poll(&wait, 1, 1000) != 1)
			continue;
		n = recv(p->fs, answer, 255, 0);
		if (n > 0) {
			answer[n] = '\0';
			return;
		}
	}
	fell_short("no answer", text);
}

void
player_register(const struct player *p, int uid, int port)
{
	char text[128], in[256];

	snprintf(text, sizeof(text), "REG %05d %s 127.0.0.1 %d\n", uid,
	    BENCH_PASS, port);
	player_ask(p, text, in);
	if (strcmp(in, "RRG OK\n") != 0)
		fell_short("REG", in);
}

void
player_connect(struct player *p, int source)
{
	p->session = tcp_connect(p->as_port, source);
	if (p->session == -1)
		die("connect to port %d", p->as_port);
}

void
player_log_in(struct player *p, int uid)
{
	char text[64];
	int n = snprintf(text, sizeof(text), "LOG %05d %s\n", uid, BENCH_PASS);

	write_all(p->session, text, (size_t)n);
	read_line(p->session, text, sizeof(text));
	if (strcmp(text, "RLO OK\n") != 0)
		fell_short("LOG", text);
}

void
player_leave(struct player *p)
{
	close(p->session);
	p->session = -1;
}

/* The device's part: the code that came for uid. */
static int
confirm_code(const struct player *p, int uid)
{
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char in[256];
	int whose, vc = -1;
	ssize_t n = recvfrom(
	    p->device, in, sizeof(in) - 1, 0, (struct sockaddr *)&from, &len);

	in[n > 0 ? n : 0] = '\0';
	if (sscanf(in, "VLC %5d %4d", &whose, &vc) != 2 || whose != uid)
		fell_short("VLC", in);
	n = snprintf(in, sizeof(in), "RVC %05d OK\n", uid);
	sendto(p->device, in, (size_t)n, 0, (struct sockaddr *)&from, len);
	return vc;
}

static int
obtain_code(const struct player *p, int uid, int rid, const char *name)
{
	struct pollfd wait[2] = { { .fd = p->session, .events = POLLIN },
		{ .fd = p->device, .events = POLLIN } };
	char text[128];
	int vc = -1;

	snprintf(text, sizeof(text), "REQ %05d %04d R %s\n", uid, rid, name);
	write_all(p->session, text, strlen(text));
	do {
		if (poll(wait, 2, PATIENCE) < 1)
			fell_short("no RRQ", text);
		if (wait[1].revents != 0)
			vc = confirm_code(p, uid);
	} while (wait[0].revents == 0);
	read_line(p->session, text, sizeof(text));
	if (strcmp(text, "RRQ OK\n") != 0 || vc == -1)
		fell_short("REQ", text);
	return vc;
}

void
player_cycle(struct player *p, int uid, size_t i)
{
	int rid = 1000 + (int)(i % 9000), tid = 0, whose, which;
	char name[16], text[128], in[256], op = '?';

	snprintf(name, sizeof(name), "f%02zu.dat", i % 15);
	snprintf(text, sizeof(text), "AUT %05d %04d %04d\n", uid, rid,
	    obtain_code(p, uid, rid, name));
	write_all(p->session, text, strlen(text));
	read_line(p->session, text, sizeof(text));
	if (sscanf(text, "RAU %4d", &tid) != 1 || tid == 0)
		fell_short("AUT", text);
	snprintf(text, sizeof(text), "VLD %05d %04d\n", uid, tid);
	player_ask(p, text, in);
	if (sscanf(in, "CNF %5d %4d %c", &whose, &which, &op) != 3 || op != 'R')
		fell_short("VLD", in);
}
