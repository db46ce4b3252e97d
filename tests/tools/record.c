/*
 * record - a relay for TCP and UDP that keeps all that passes, as one who sits
 * on the wire would.
 *
 *	record FILE TARGET...	relays to 127.0.0.1:TARGET, each at a free port
 *	record -w FILE PORT	watches the UDP datagrams at PORT on the
 *				loopback interface: for root, on Linux
 *
 * Tells its ports in one line on stdout, "record at P1 P2", or "record watches
 * PORT"; exit 77 where it may not watch. What passes in either direction goes
 * to FILE, in the order in which it came. SIGTERM ends it, exit 0.
 */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <unistd.h>

#ifdef __linux__
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#endif

#define TARGETS 8
#define STREAMS 256
#define PEERS   256
#define AT_ONCE 65536

/* One direction of a stream. */
struct way {
	int from, to;
	size_t at, len; /* of bytes: what is to be written */
	bool ended;     /* from has said all, and to knows */
	char bytes[AT_ONCE];
};

struct stream {
	bool used;
	struct way way[2];
};

struct peer {
	struct sockaddr_in addr;
	int fd, door; /* speaks for it to the target; where it came to */
};

struct target {
	struct sockaddr_in addr;
	int tcp, udp;
};

static struct target targets[TARGETS];
static struct stream streams[STREAMS];
static struct peer peers[PEERS];
static int ntargets, npeers, nfds;
static FILE *kept;
static sigset_t outside;
static volatile sig_atomic_t stopped;
static fd_set readable, writable;

static void
on_signal(int sig)
{
	stopped = sig;
}

static _Noreturn void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
keep(const void *bytes, size_t n)
{
	if (fwrite(bytes, 1, n, kept) != n)
		die("record: the file");
}

static struct sockaddr_in
loopback(unsigned long port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)port);
	return a;
}

static int
checked(int fd)
{
	if (fd == -1 || fd >= FD_SETSIZE)
		die("record: socket");
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static int
bound(int type, unsigned long port)
{
	struct sockaddr_in me = loopback(port);
	int fd = checked(socket(AF_INET, type, 0));

	if (bind(fd, (struct sockaddr *)&me, sizeof(me)) == 0)
		return fd;
	close(fd);
	return -1;
}

static unsigned
port_of(int fd)
{
	struct sockaddr_in me;
	socklen_t len = sizeof(me);

	getsockname(fd, (struct sockaddr *)&me, &len);
	return ntohs(me.sin_port);
}

/* The same free port for both. */
static void
open_target(struct target *t, unsigned long port)
{
	t->addr = loopback(port);
	for (int tries = 0; tries < 16; tries++) {
		t->tcp = bound(SOCK_STREAM, 0);
		t->udp = t->tcp != -1 ? bound(SOCK_DGRAM, port_of(t->tcp)) : -1;
		if (t->udp != -1 && listen(t->tcp, 64) == 0)
			return;
		close(t->tcp);
	}
	die("record: no port");
}

static void
take_stream(const struct target *t)
{
	int near = accept(t->tcp, NULL, NULL), far;
	struct stream *s = streams;

	if (near == -1)
		return;
	while (s < streams + STREAMS && s->used)
		s++;
	far = checked(socket(AF_INET, SOCK_STREAM, 0));
	if (s == streams + STREAMS ||
	    (connect(far, (const struct sockaddr *)&t->addr, sizeof(t->addr)) ==
		    -1 &&
		errno != EINPROGRESS)) {
		close(near);
		close(far);
		return;
	}
	memset(s, 0, sizeof(*s));
	s->used = true;
	s->way[0].from = s->way[1].to = checked(near);
	s->way[0].to = s->way[1].from = far;
}

/* Nothing could be moved just now, or else the stream is cut. */
static bool
later(void)
{
	return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
}

/* False: the whole stream is over. */
static bool
move(struct way *w)
{
	ssize_t n;

	if (w->len == 0 && !w->ended && FD_ISSET(w->from, &readable)) {
		n = read(w->from, w->bytes, sizeof(w->bytes));
		if (n == -1)
			return later();
		if (n == 0) {
			w->ended = true;
			shutdown(w->to, SHUT_WR);
		}
		keep(w->bytes, (size_t)n);
		w->at = 0;
		w->len = (size_t)n;
	} else if (w->len > 0 && FD_ISSET(w->to, &writable)) {
		n = send(w->to, w->bytes + w->at, w->len, MSG_NOSIGNAL);
		if (n == -1)
			return later();
		w->at += (size_t)n;
		w->len -= (size_t)n;
	}
	return true;
}

static void
move_stream(struct stream *s)
{
	bool good = move(&s->way[0]) && move(&s->way[1]);

	if (good && !(s->way[0].ended && s->way[1].ended))
		return;
	close(s->way[0].from);
	close(s->way[0].to);
	s->used = false;
}

/* Who sends to a door has a socket of its own at the target. */
static int
socket_for(const struct sockaddr_in *from, int door)
{
	int i = 0;

	while (i < npeers &&
	    (peers[i].door != door ||
		memcmp(&peers[i].addr, from, sizeof(*from)) != 0))
		i++;
	if (i == PEERS)
		return -1;
	if (i == npeers)
		peers[npeers++] =
		    (struct peer){ *from, bound(SOCK_DGRAM, 0), door };
	return peers[i].fd;
}

static void
take_question(const struct target *t)
{
	char bytes[2048];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(
	    t->udp, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &len);
	int fd = n > 0 ? socket_for(&from, t->udp) : -1;

	if (fd == -1)
		return;
	keep(bytes, (size_t)n);
	sendto(fd, bytes, (size_t)n, 0, (const struct sockaddr *)&t->addr,
	    sizeof(t->addr));
}

static void
take_answer(const struct peer *p)
{
	char bytes[2048];
	ssize_t n = recv(p->fd, bytes, sizeof(bytes), 0);

	if (n <= 0)
		return;
	keep(bytes, (size_t)n);
	sendto(p->door, bytes, (size_t)n, 0, (const struct sockaddr *)&p->addr,
	    sizeof(p->addr));
}

static void
watch(int fd, fd_set *set)
{
	FD_SET(fd, set);
	if (fd >= nfds)
		nfds = fd + 1;
}

static void
watch_all(void)
{
	FD_ZERO(&readable);
	FD_ZERO(&writable);
	for (int i = 0; i < ntargets; i++) {
		watch(targets[i].tcp, &readable);
		watch(targets[i].udp, &readable);
	}
	for (int i = 0; i < npeers; i++)
		watch(peers[i].fd, &readable);
	for (struct stream *s = streams; s < streams + STREAMS; s++)
		for (int i = 0; s->used && i < 2; i++) {
			if (s->way[i].len > 0)
				watch(s->way[i].to, &writable);
			else if (!s->way[i].ended)
				watch(s->way[i].from, &readable);
		}
}

static void
one_round(void)
{
	watch_all();
	if (pselect(nfds, &readable, &writable, NULL, NULL, &outside) == -1) {
		if (errno != EINTR)
			die("record: select");
		return;
	}
	for (struct stream *s = streams; s < streams + STREAMS; s++)
		if (s->used)
			move_stream(s);
	for (int i = npeers - 1; i >= 0; i--)
		if (FD_ISSET(peers[i].fd, &readable))
			take_answer(&peers[i]);
	for (int i = 0; i < ntargets; i++) {
		if (FD_ISSET(targets[i].udp, &readable))
			take_question(&targets[i]);
		if (FD_ISSET(targets[i].tcp, &readable))
			take_stream(&targets[i]);
	}
}

static void
relay(void)
{
	printf("record at");
	for (int i = 0; i < ntargets; i++)
		printf(" %u", port_of(targets[i].tcp));
	printf("\n");
	fflush(stdout);
	while (!stopped)
		one_round();
}

#ifdef __linux__
/* A datagram to or from the port, in an IP packet. */
static void
take_packet(const unsigned char *ip, size_t n, unsigned port)
{
	size_t head = (size_t)(ip[0] & 15) * 4;

	if (n < head + 8 || ip[9] != IPPROTO_UDP)
		return;
	ip += head;
	if ((unsigned)(ip[0] << 8 | ip[1]) == port ||
	    (unsigned)(ip[2] << 8 | ip[3]) == port)
		keep(ip + 8, n - head - 8);
}

static int
watch_port(unsigned port)
{
	static unsigned char packet[AT_ONCE];
	struct sockaddr_ll at = { .sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex("lo") };
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));
	socklen_t len = sizeof(at);

	if (fd == -1 || bind(fd, (struct sockaddr *)&at, sizeof(at)) == -1)
		return 77;
	printf("record watches %u\n", port);
	fflush(stdout);
	FD_ZERO(&readable);
	while (!stopped) {
		ssize_t n;

		FD_SET(fd, &readable);
		if (pselect(fd + 1, &readable, NULL, NULL, NULL, &outside) ==
		    -1)
			continue;
		n = recvfrom(fd, packet, sizeof(packet), 0,
		    (struct sockaddr *)&at, &len);
		/* Each is seen when it leaves and when it comes. */
		if (n >= 20 && at.sll_pkttype != PACKET_OUTGOING)
			take_packet(packet, (size_t)n, port);
	}
	return 0;
}
#else
static int
watch_port(unsigned port)
{
	(void)port;
	return 77;
}
#endif

static void
heed_signals(void)
{
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t held;

	sigemptyset(&held);
	sigaddset(&held, SIGTERM);
	sigaddset(&held, SIGINT);
	sigprocmask(SIG_BLOCK, &held, &outside);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGINT, &sa, NULL);
}

int
main(int argc, char **argv)
{
	bool watching = argc == 4 && strcmp(argv[1], "-w") == 0;
	int status = 0;

	if (argc < 3 || (!watching && argc > 2 + TARGETS)) {
		fputs("usage: record FILE TARGET...\n"
		      "       record -w FILE PORT\n",
		    stderr);
		return 2;
	}
	kept = fopen(argv[watching ? 2 : 1], "w");
	if (kept == NULL)
		die("record: the file");
	setvbuf(kept, NULL, _IONBF, 0); /* it may be read at any time */
	heed_signals();
	if (watching)
		status = watch_port((unsigned)strtoul(argv[3], NULL, 10));
	for (int i = 2; i < argc && !watching; i++)
		open_target(&targets[ntargets++], strtoul(argv[i], NULL, 10));
	if (!watching)
		relay();
	if (fclose(kept) != 0)
		die("record: the file");
	return status;
}
