/*
 * stubas - an authentication server that always says yes, for measuring a file
 * server alone.
 *
 *	stubas PORT [DIR]
 *
 * What a VLD asks about is in its TID: 1xxx list, 2xxx retrieve, 3xxx upload,
 * 4xxx delete, 5xxx remove; the file is "fNN.dat" with NN = xxx modulo 15, so
 * that one file can be asked for many times with other TIDs.  With DIR, which
 *has an AS's keys, it answers over DTLS as well.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>

#include "bench.h"
#include "party.h"

static int
reply(char out[64], const char *in)
{
	int uid, tid;
	char op;

	if (sscanf(in, "VLD %5d %4d", &uid, &tid) != 2)
		return snprintf(out, 64, "ERR\n");
	op = "ELRUDXEEEE"[tid / 1000 % 10];
	if (strchr("RUD", op) == NULL)
		return snprintf(out, 64, "CNF %05d %04d %c\n", uid, tid, op);
	return snprintf(out, 64, "CNF %05d %04d %c f%02d.dat\n", uid, tid, op,
	    tid % 1000 % 15);
}

static void
drain(int fd)
{
	struct sockaddr_in from;
	char in[128], out[64];

	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(
		    fd, in, sizeof(in) - 1, 0, (struct sockaddr *)&from, &len);

		if (n == -1)
			return;
		in[n] = '\0';
		n = reply(out, in);
		sendto(fd, out, (size_t)n, 0, (struct sockaddr *)&from, len);
	}
}

static _Noreturn void
serve_sealed(int port, const char *dir)
{
	static const struct party_room room = { 0, SECURE_LINES, 64 };
	static struct party party;
	struct dgram d;
	struct ready r = { 0 };
	char in[128], out[64];
	struct addr from, self;

	party_open(&party, dir, &room);
	party_serve(&d, &party, port);
	for (;;) {
		ssize_t n;

		ready_begin(&r);
		dgram_watch(&d, &r);
		if (ready_wait(&r) == -1)
			die("select");
		while ((n = dgram_receive(
			    &d, in, sizeof(in) - 1, &from, &self)) >= 0) {
			in[n] = '\0';
			n = reply(out, in);
			dgram_answer(&d, dgram_session(&d), &from, &self, out,
			    (size_t)n);
		}
	}
}

int
main(int argc, char *argv[])
{
	int port = argc >= 2 ? atoi(argv[1]) : 0, fd;

	if (argc == 3)
		serve_sealed(port, argv[2]);
	fd = udp_socket(&port);

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
