/*
 * lossy - a UDP relay that loses, repeats, delays and reorders datagrams.
 *
 *	lossy [-l LOSS%] [-r REPEAT%] [-d DELAY] [-j JITTER] [-s SEED]
 *	      [-q COUNT] [-a COUNT] PORT TARGET
 *
 * What comes to 127.0.0.1:PORT goes to 127.0.0.1:TARGET, from a socket of its
 * own for each sender, and the answers go back; PORT 0 takes a free one. The
 * port is told on stdout, in one line. Each datagram waits DELAY ms and up to
 * JITTER ms more, which is what reorders them. The first -q datagrams to the
 * target and the first -a answers are lost. The same seed and the same traffic
 * lose the same datagrams. SIGTERM ends it: it tells what it did, exit 0.
 */
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define PEERS    256
#define LATE     1024
#define DATAGRAM 2048

typedef int64_t ms_t; /* milliseconds, monotonic clock */

/* One who sends to PORT, and the socket that speaks for it to TARGET. */
struct peer {
	struct sockaddr_in addr;
	int fd;
};

/* A datagram on its way; len 0: a free slot. */
struct late {
	ms_t due;
	int fd;
	struct sockaddr_in to;
	size_t len;
	char bytes[DATAGRAM];
};

static struct {
	unsigned long loss, repeat, delay, jitter, seed, asks, answers;
} want;
static struct {
	unsigned long seen, lost, repeated;
} did;
static struct peer peers[PEERS];
static struct late late[LATE];
static int npeers, door; /* door: the socket at PORT */
static struct sockaddr_in target;
static uint64_t state;
static sigset_t outside; /* the signal mask while we wait */
static volatile sig_atomic_t stopped;

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

static ms_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (ms_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* The next number below n of a sequence that the seed decides (splitmix64). */
static unsigned long
draw(unsigned long n)
{
	uint64_t z = state += 0x9e3779b97f4a7c15;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return (unsigned long)((z ^ z >> 31) % n);
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
socket_at(unsigned long port)
{
	struct sockaddr_in me = loopback(port);
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	if (fd == -1 || fd >= FD_SETSIZE ||
	    bind(fd, (struct sockaddr *)&me, sizeof(me)) == -1)
		die("lossy: socket");
	return fd;
}

/* The socket that speaks for that sender, a new one for a new one, or -1. */
static int
socket_for(const struct sockaddr_in *from)
{
	int i = 0;

	while (i < npeers && memcmp(&peers[i].addr, from, sizeof(*from)) != 0)
		i++;
	if (i == PEERS)
		return -1;
	if (i == npeers) {
		peers[npeers].addr = *from;
		peers[npeers++].fd = socket_at(0);
	}
	return peers[i].fd;
}

static void
put(int fd, const struct sockaddr_in *to, const char *bytes, size_t len)
{
	for (int i = 0; i < LATE; i++)
		if (late[i].len == 0) {
			late[i].due = now_ms() + (ms_t)want.delay +
			    (ms_t)draw(want.jitter + 1);
			late[i].fd = fd;
			late[i].to = *to;
			late[i].len = len;
			memcpy(late[i].bytes, bytes, len);
			return;
		}
	did.lost++;
}

/* Decides a datagram's fate; *first is how many of its way are still lost. */
static void
relay(int fd, const struct sockaddr_in *to, const char *bytes, size_t len,
    unsigned long *first)
{
	did.seen++;
	if (*first > 0 || draw(100) < want.loss) {
		*first -= *first > 0;
		did.lost++;
		return;
	}
	put(fd, to, bytes, len);
	if (draw(100) < want.repeat) {
		did.repeated++;
		put(fd, to, bytes, len);
	}
}

static void
hear_asker(void)
{
	char bytes[DATAGRAM];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(
	    door, bytes, sizeof(bytes), 0, (struct sockaddr *)&from, &len);
	int fd = n > 0 ? socket_for(&from) : -1;

	if (fd != -1)
		relay(fd, &target, bytes, (size_t)n, &want.asks);
}

static void
hear_answer(const struct peer *p)
{
	char bytes[DATAGRAM];
	ssize_t n = recv(p->fd, bytes, sizeof(bytes), 0);

	if (n > 0)
		relay(door, &p->addr, bytes, (size_t)n, &want.answers);
}

/* Sends what is due; returns when the next one is, or a minute from now. */
static ms_t
send_due(void)
{
	ms_t now = now_ms(), next = now + 60000;

	for (struct late *l = late; l < late + LATE; l++) {
		if (l->len > 0 && l->due <= now) {
			sendto(l->fd, l->bytes, l->len, 0,
			    (struct sockaddr *)&l->to, sizeof(l->to));
			l->len = 0;
		}
		if (l->len > 0 && l->due < next)
			next = l->due;
	}
	return next;
}

static void
one_round(void)
{
	ms_t due = send_due(), now = now_ms(), left = due > now ? due - now : 0;
	struct timespec t = { (time_t)(left / 1000), left % 1000 * 1000000 };
	int nfds = door + 1;
	fd_set r;

	FD_ZERO(&r);
	FD_SET(door, &r);
	for (int i = 0; i < npeers; i++) {
		FD_SET(peers[i].fd, &r);
		nfds = peers[i].fd < nfds ? nfds : peers[i].fd + 1;
	}
	if (pselect(nfds, &r, NULL, NULL, &t, &outside) == -1) {
		if (errno != EINTR)
			die("lossy: select");
		return;
	}
	for (int i = npeers - 1; i >= 0; i--)
		if (FD_ISSET(peers[i].fd, &r))
			hear_answer(&peers[i]);
	if (FD_ISSET(door, &r))
		hear_asker();
}

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

static bool
options(int argc, char **argv)
{
	static const char letters[] = "lrdjsqa";
	unsigned long *values[] = { &want.loss, &want.repeat, &want.delay,
		&want.jitter, &want.seed, &want.asks, &want.answers };
	int c;

	while ((c = getopt(argc, argv, "l:r:d:j:s:q:a:")) != -1) {
		const char *letter = strchr(letters, c);

		if (letter == NULL)
			return false;
		*values[letter - letters] = strtoul(optarg, NULL, 10);
	}
	return argc - optind == 2;
}

int
main(int argc, char **argv)
{
	struct sockaddr_in me;
	socklen_t len = sizeof(me);

	if (!options(argc, argv)) {
		fputs("usage: lossy [-l LOSS%] [-r REPEAT%] [-d DELAY] "
		      "[-j JITTER]\n\t[-s SEED] [-q COUNT] [-a COUNT] "
		      "PORT TARGET\n",
		    stderr);
		return 2;
	}
	state = want.seed;
	door = socket_at(strtoul(argv[optind], NULL, 10));
	target = loopback(strtoul(argv[optind + 1], NULL, 10));
	getsockname(door, (struct sockaddr *)&me, &len);
	heed_signals();
	printf("lossy at port %d\n", ntohs(me.sin_port));
	fflush(stdout);
	while (!stopped)
		one_round();
	printf("%lu seen, %lu lost, %lu repeated\n", did.seen, did.lost,
	    did.repeated);
	return 0;
}
