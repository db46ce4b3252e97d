/*
 * flooras - the least authentication server that still does the work: a
 * yardstick, as floorfs is.
 *
 *	flooras PORT
 *
 * One select() loop; REG, VLD, LOG, REQ, AUT; everything in memory, passwords
 * in the clear, nothing sent again, nothing checked that no answer needs.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bench.h"

#define TIDS 64

struct ticket {
	int tid;
	char op, name[25];
};

struct user {
	char pass[16];
	struct sockaddr_in device;
	int waits; /* the descriptor of the session that has asked */
	int rid, vc, tids;
	char op, name[25];
	struct ticket *ticket;
};

struct conn {
	int uid;
	size_t n;
	char in[256];
};

static struct user people[100000];
static struct conn *conns[FD_SETSIZE];
static fd_set readable;
static int top, udp, listener;
static uint64_t seed = 88172645463325252u;

static void
reply(int fd, const char *text)
{
	if (write(fd, text, strlen(text)) == -1)
		return;
}

static void
confirm(char out[128], int uid, int tid)
{
	struct user *p = &people[uid];
	int i = 0;

	while (i < p->tids && p->ticket[i].tid != tid)
		i++;
	if (i == p->tids) {
		snprintf(out, 128, "CNF %05d %04d E\n", uid, tid);
		return;
	}
	snprintf(out, 128, "CNF %05d %04d %c%s%s\n", uid, tid, p->ticket[i].op,
	    p->ticket[i].name[0] != '\0' ? " " : "", p->ticket[i].name);
	p->ticket[i] = p->ticket[--p->tids];
}

/* False where there is no answer. */
static bool
take_datagram(char out[128], const char *in)
{
	char pass[16], ip[32];
	int uid, number;

	if (sscanf(in, "VLD %5d %4d", &uid, &number) == 2) {
		confirm(out, uid, number);
	} else if (sscanf(in, "RVC %5d", &uid) == 1) {
		if (people[uid].waits > 0 && conns[people[uid].waits] != NULL)
			reply(people[uid].waits, "RRQ OK\n");
		people[uid].waits = 0;
		return false;
	} else if (sscanf(in, "REG %5d %15s %31s %5d", &uid, pass, ip,
		       &number) == 4) {
		struct user *p = &people[uid];

		memcpy(p->pass, pass, sizeof(p->pass));
		p->device.sin_family = AF_INET;
		p->device.sin_addr.s_addr = inet_addr(ip);
		p->device.sin_port = htons((uint16_t)number);
		snprintf(out, 128, "RRG OK\n");
	} else
		snprintf(out, 128, "ERR\n");
	return true;
}

static void
hear_udp(void)
{
	char in[256], out[128];
	struct sockaddr_in from;

	for (;;) {
		socklen_t len = sizeof(from);
		ssize_t n = recvfrom(
		    udp, in, sizeof(in) - 1, 0, (struct sockaddr *)&from, &len);

		if (n == -1)
			return;
		in[n] = '\0';
		if (take_datagram(out, in))
			sendto(udp, out, strlen(out), 0,
			    (struct sockaddr *)&from, len);
	}
}

static void
take_req(int fd, int uid, int rid, char op, const char *name)
{
	struct user *p = &people[uid];
	char out[128];
	int n;

	p->rid = rid;
	p->vc = (int)(next_random(&seed) % 10000);
	p->op = op;
	snprintf(p->name, sizeof(p->name), "%.24s", name);
	p->waits = fd;
	n = snprintf(out, sizeof(out), "VLC %05d %04d %c%s%s\n", uid, p->vc, op,
	    name[0] != '\0' ? " " : "", name);
	sendto(udp, out, (size_t)n, 0, (struct sockaddr *)&p->device,
	    sizeof(p->device));
}

static void
grant(int fd, struct user *p)
{
	char out[32];
	int tid, i;

	if (p->ticket == NULL)
		p->ticket = allocate(TIDS * sizeof(*p->ticket));
	if (p->tids == TIDS)
		p->tids = 0; /* nobody used them */
	do {
		tid = 1 + (int)(next_random(&seed) % 9999);
		for (i = 0; i < p->tids && p->ticket[i].tid != tid;)
			i++;
	} while (i < p->tids);
	p->ticket[p->tids].tid = tid;
	p->ticket[p->tids].op = p->op;
	memcpy(p->ticket[p->tids++].name, p->name, sizeof(p->name));
	p->vc = -1;
	snprintf(out, sizeof(out), "RAU %04d\n", tid);
	reply(fd, out);
}

static void
take_line(int fd, const char *line)
{
	char pass[16] = "", op, name[32] = "";
	int uid, rid, vc;

	if (sscanf(line, "LOG %5d %15s", &uid, pass) == 2) {
		bool ok = strcmp(people[uid].pass, pass) == 0;

		if (ok)
			conns[fd]->uid = uid;
		reply(fd, ok ? "RLO OK\n" : "RLO NOK\n");
	} else if (sscanf(line, "REQ %5d %4d %c %24s", &uid, &rid, &op, name) >=
	    3) {
		if (conns[fd]->uid == uid)
			take_req(fd, uid, rid, op, name);
		else
			reply(fd, "RRQ ELOG\n");
	} else if (sscanf(line, "AUT %5d %4d %4d", &uid, &rid, &vc) == 3) {
		struct user *p = &people[uid];

		if (conns[fd]->uid == uid && p->rid == rid && p->vc == vc)
			grant(fd, p);
		else
			reply(fd, "RAU 0\n");
	} else
		reply(fd, "ERR\n");
}

static void
take_bytes(int fd)
{
	struct conn *c = conns[fd];
	ssize_t n = read(fd, c->in + c->n, sizeof(c->in) - 1 - c->n);
	char *end;

	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0) {
		free(c);
		conns[fd] = NULL;
		FD_CLR((unsigned)fd, &readable);
		close(fd);
		return;
	}
	c->n += (size_t)n;
	while ((end = memchr(c->in, '\n', c->n)) != NULL) {
		*end++ = '\0';
		take_line(fd, c->in);
		c->n -= (size_t)(end - c->in);
		memmove(c->in, end, c->n);
	}
}

static void
accept_all(void)
{
	int fd;

	while ((fd = accept(listener, NULL, NULL)) != -1) {
		if (fd >= FD_SETSIZE) {
			close(fd);
			continue;
		}
		nonblock(fd);
		conns[fd] = allocate(sizeof(struct conn));
		conns[fd]->uid = -1;
		FD_SET((unsigned)fd, &readable);
		if (fd > top)
			top = fd;
	}
}

static void
step(void)
{
	fd_set r = readable;
	int left = select(top + 1, &r, NULL, NULL, NULL), highest = top;

	if (left == -1)
		die("select");
	if (FD_ISSET((unsigned)udp, &r)) {
		hear_udp();
		left--;
	}
	if (FD_ISSET((unsigned)listener, &r)) {
		accept_all();
		left--;
	}
	for (int fd = 0; fd <= highest && left > 0; fd++)
		if (fd != udp && fd != listener && FD_ISSET((unsigned)fd, &r)) {
			left--;
			if (conns[fd] != NULL)
				take_bytes(fd);
		}
}

int
main(int argc, char *argv[])
{
	int port = argc == 2 ? atoi(argv[1]) : 0;

	signal(SIGPIPE, SIG_IGN);
	raise_limit();
	listener = tcp_listen(port);
	udp = udp_socket(&port);
	nonblock(udp);
	FD_SET((unsigned)listener, &readable);
	FD_SET((unsigned)udp, &readable);
	top = udp > listener ? udp : listener;
	for (;;)
		step();
}
