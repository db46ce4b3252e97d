#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/net.h"
#include "policy.h"
#include "sys/fd.h"
#include "test.h"

static const struct {
	const char *text;
	bool zero, good;
	uint16_t port;
} ports[] = {
	{ "1", false, true, 1 },
	{ "65535", false, true, 65535 },
	{ "00080", false, true, 80 },
	{ "0", true, true, 0 },
	{ "0", false, false, 0 },
	{ "00000", false, false, 0 },
	{ "65536", false, false, 0 },
	{ "99999", true, false, 0 },
	{ "000080", false, false, 0 },
	{ "", true, false, 0 },
	{ "-1", true, false, 0 },
	{ "+80", false, false, 0 },
	{ " 80", false, false, 0 },
	{ "80 ", false, false, 0 },
	{ "0x50", false, false, 0 },
	{ "80a", false, false, 0 },
};

static void
a_port_is_a_whole_decimal_number(void)
{
	for (size_t i = 0; i < LEN(ports); i++) {
		uint16_t port = 0;
		bool good = net_port_scan(ports[i].text, ports[i].zero, &port);

		CHECK(good == ports[i].good, "'%s'", ports[i].text);
		CHECK(!good || port == ports[i].port, "'%s'", ports[i].text);
	}
}

static const struct {
	const char *ip, *name;
} addresses[] = {
	{ "0.0.0.0", "0.0.0.0:7" },
	{ "127.0.0.1", "127.0.0.1:7" },
	{ "255.255.255.255", "255.255.255.255:7" },
	{ "010.001.000.099", "10.1.0.99:7" }, /* decimal, never octal */
	{ "1.2.3.4", "1.2.3.4:7" },
};

static void
an_address_is_read_as_decimal_and_named(void)
{
	struct sockaddr_in a, b;
	char name[NET_NAME_MAX];

	for (size_t i = 0; i < LEN(addresses); i++) {
		net_address(&a, addresses[i].ip, 7);
		CHECK(strcmp(net_name(name, &a), addresses[i].name) == 0, "%s",
		    name);
	}
	net_address(&a, "255.255.255.255", 65535);
	CHECK(strlen(net_name(name, &a)) < NET_NAME_MAX &&
		strcmp(name, "255.255.255.255:65535") == 0,
	    "%s", name);
	b = a;
	CHECK(net_same(&a, &b), "same");
	b.sin_port = htons(65534);
	CHECK(!net_same(&a, &b), "another port");
	net_address(&b, "255.255.255.254", 65535);
	CHECK(!net_same(&a, &b), "another host");
	CHECK(net_resolve(&b, "127.0.0.1", 80) == NULL &&
		strcmp(net_name(name, &b), "127.0.0.1:80") == 0,
	    "%s", name);
	CHECK(net_resolve(&b, "no.such.host.invalid", 80) != NULL, "none");
}

static bool
is_groomed(int fd)
{
	return (fcntl(fd, F_GETFL) & O_NONBLOCK) != 0 &&
	    (fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0;
}

static void
sockets_do_not_block_and_are_not_inherited(void)
{
	struct listener l;
	struct sockaddr_in at, peer;
	int udp = net_udp(0), tcp, got = -1, prompt = 0;
	socklen_t len = sizeof(prompt);
	struct ready r = { .nfds = 0 };

	CHECK(udp != -1 && is_groomed(udp), "UDP");
	CHECK(net_udp(net_port(udp)) == -1 && errno == EADDRINUSE, "twice");
	CHECK(listener_open(&l, 0) == 0 && is_groomed(l.fd) &&
		is_groomed(l.spare),
	    "listener");
	CHECK(listener_accept(&l, &peer, 0) == -1, "nobody yet");
	net_address(&at, "127.0.0.1", net_port(l.fd));
	tcp = net_connect(&at);
	CHECK(tcp != -1 && is_groomed(tcp), "TCP");
	ready_begin(&r);
	listener_watch(&l, &r);
	ready_wait(&r);
	CHECK(ready_can_read(&r, l.fd), "a client");
	got = listener_accept(&l, &peer, now_ms());
	CHECK(got != -1 && is_groomed(got), "accepted");
	CHECK(getsockopt(got, IPPROTO_TCP, TCP_NODELAY, &prompt, &len) == 0 &&
		prompt != 0,
	    "a short reply leaves at once");
	CHECK(ntohs(peer.sin_port) == net_port(tcp), "its port");
	CHECK(net_connected(tcp) == 0, "%s", strerror(errno));
	close(got);
	close(tcp);
	close(udp);
	listener_close(&l);
	listener_close(&l);
	close(l.spare);
}

static void
a_refused_connection_says_so(void)
{
	struct sockaddr_in at;
	struct ready r = { .nfds = 0 };
	int udp = net_udp(0), tcp;

	net_address(&at, "127.0.0.1", net_port(udp)); /* no TCP there */
	tcp = net_connect(&at);
	if (tcp != -1) {
		ready_begin(&r);
		ready_write(&r, tcp);
		ready_wait(&r);
		CHECK(net_connected(tcp) == -1 && errno == ECONNREFUSED, "%s",
		    strerror(errno));
		close(tcp);
	}
	close(udp);
}

/* In a child, whose descriptors are few: what a client of it reads. */
static int
starve(void)
{
	struct rlimit few = { .rlim_cur = 30, .rlim_max = 30 };
	struct listener l;
	struct sockaddr_in at, peer;
	int clients[2], full = 0;
	char text[8] = "";

	if (listener_open(&l, 0) == -1)
		return 1;
	net_address(&at, "127.0.0.1", net_port(l.fd));
	for (int i = 0; i < 2; i++) {
		clients[i] = socket(AF_INET, SOCK_STREAM, 0);
		if (connect(clients[i], (struct sockaddr *)&at, sizeof(at)))
			return 2;
	}
	if (setrlimit(RLIMIT_NOFILE, &few) == -1 || fd_limit() != 30)
		return 3;
	while (full != -1)
		full = dup(STDERR_FILENO);
	for (int i = 0; i < 2; i++)
		if (listener_accept(&l, &peer, now_ms()) != -1 ||
		    read(clients[i], text, sizeof(text)) != 4 ||
		    memcmp(text, "ERR\n", 4) != 0 ||
		    read(clients[i], text, sizeof(text)) != 0)
			return 4;
	if (l.refused != 2 || l.paused_until != 0)
		return 5;
	return 0;
}

/* No spare one and a client that waits: it is left alone for 100 ms. */
static int
starve_fully(void)
{
	struct rlimit few = { .rlim_cur = 30, .rlim_max = 30 };
	struct listener l;
	struct sockaddr_in at, peer;
	struct ready r = { .nfds = 0 };
	int client = socket(AF_INET, SOCK_STREAM, 0), full = 0;
	ms_t start = now_ms();

	if (listener_open(&l, 0) == -1)
		return 1;
	net_address(&at, "127.0.0.1", net_port(l.fd));
	if (connect(client, (struct sockaddr *)&at, sizeof(at)) == -1)
		return 2;
	setrlimit(RLIMIT_NOFILE, &few);
	close(l.spare);
	l.spare = -1;
	while (full != -1)
		full = dup(STDERR_FILENO);
	if (listener_accept(&l, &peer, start) != -1 ||
	    l.paused_until != start + 100)
		return 3;
	ready_begin(&r);
	listener_watch(&l, &r);
	if (r.deadline != l.paused_until || r.nfds != 0)
		return 4;
	ready_wait(&r);
	close(10); /* some of the dup()s */
	close(11);
	ready_begin(&r);
	listener_watch(&l, &r);
	ready_by(&r, now_ms() + 5000);
	ready_wait(&r);
	if (!ready_can_read(&r, l.fd))
		return 5;
	return listener_accept(&l, &peer, now_ms()) == -1 ? 6 : 0;
}

static int
in_a_child(int (*run)(void))
{
	int status;
	pid_t child = fork();

	if (child == 0)
		_exit(run());
	waitpid(child, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void
a_listener_without_descriptors_refuses_or_rests(void)
{
	CHECK(in_a_child(starve) == 0, "step %d", in_a_child(starve));
	CHECK(
	    in_a_child(starve_fully) == 0, "step %d", in_a_child(starve_fully));
}

static int
outgrow(void)
{
	struct rlimit many;
	struct listener l;
	struct sockaddr_in at, peer;
	char text[8];
	int client, fd;

	getrlimit(RLIMIT_NOFILE, &many);
	if (many.rlim_max < FD_SETSIZE + 10)
		return 0; /* cannot be tried here */
	many.rlim_cur = FD_SETSIZE + 10;
	setrlimit(RLIMIT_NOFILE, &many);
	if (fd_limit() != FD_SETSIZE || listener_open(&l, 0) == -1)
		return 1;
	client = socket(AF_INET, SOCK_STREAM, 0);
	net_address(&at, "127.0.0.1", net_port(l.fd));
	if (connect(client, (struct sockaddr *)&at, sizeof(at)) == -1)
		return 2;
	do
		fd = dup(STDERR_FILENO);
	while (fd != -1 && fd < FD_SETSIZE - 1);
	if (net_udp(0) != -1 || errno != EMFILE)
		return 3;
	if (listener_accept(&l, &peer, 0) != -1 || l.refused != 1)
		return 4;
	return read(client, text, sizeof(text)) == 4 ? 0 : 5;
}

static void
no_descriptor_is_beyond_what_select_can_watch(void)
{
	CHECK(in_a_child(outgrow) == 0, "step %d", in_a_child(outgrow));
}

/* One source, in one second after another: five each. */
static void
five_err_a_second_go_to_one_source(void)
{
	static struct err_quota q;
	struct sockaddr_in a, b;
	int sent = 0;

	net_address(&a, "10.0.0.1", 1);
	net_address(&b, "10.0.0.2", 1);
	for (ms_t now = 1000000; now < 1010000; now += 10) {
		a.sin_port = htons((uint16_t)(now % 60000));
		sent += err_allowed(&q, &a, now);
	}
	CHECK(sent == 10 * ERR_PER_SECOND, "%d", sent);
	CHECK(err_allowed(&q, &b, 1009999), "another source");
}

/* Nor do the late ones of a second and the early ones of the next add up. */
static void
five_err_go_in_any_second(void)
{
	static struct err_quota q;
	struct sockaddr_in a;
	int late = 0, early = 0;

	net_address(&a, "10.0.0.1", 1);
	CHECK(err_allowed(&q, &a, 1000000), "the first");
	for (int i = 0; i < 10; i++)
		late += err_allowed(&q, &a, 1000990);
	for (int i = 0; i < 10; i++)
		early += err_allowed(&q, &a, 1001000);
	CHECK(late == ERR_PER_SECOND - 1 && early == 1, "%d %d", late, early);
}

/* Among many sources the one that storms is still reservation. */
static void
a_storm_among_others_is_held(void)
{
	static struct err_quota q;
	struct sockaddr_in a, b;
	int sent = 0;
	char ip[16];

	net_address(&a, "0.0.0.0", 1);
	CHECK(err_allowed(&q, &a, 1000000), "the all-zero address");
	net_address(&a, "10.0.0.1", 1);
	for (int i = 0; i < 1000; i++) {
		sent += err_allowed(&q, &a, 1000000 + i / 2);
		if (i % 100 == 0) {
			snprintf(ip, sizeof(ip), "10.0.1.%d", i / 100);
			net_address(&b, ip, 1);
			CHECK(err_allowed(&q, &b, 1000000 + i / 2), "%s", ip);
		}
	}
	CHECK(sent == ERR_PER_SECOND, "%d", sent);
}

static void
signals_come_as_bytes_in_their_order(void)
{
	static const int numbers[] = { SIGTERM, SIGUSR1 };
	int ends[2], fd = net_signals(numbers, 2);
	struct ready r = { .nfds = 0 };

	CHECK(fd != -1 && is_groomed(fd), "the pipe");
	CHECK(net_signal(fd) == 0, "none yet");
	raise(SIGUSR1);
	raise(SIGTERM);
	ready_begin(&r);
	ready_read(&r, fd);
	ready_wait(&r);
	CHECK(ready_can_read(&r, fd), "select() sees them");
	CHECK(net_signal(fd) == SIGUSR1 && net_signal(fd) == SIGTERM, "both");
	CHECK(net_signal(fd) == 0, "no more");
	for (int i = 0; i < 70000; i++) /* a full pipe does not block */
		raise(SIGUSR1);
	CHECK(pipe(ends) == 0 && close(ends[0]) == 0, "pipe");
	CHECK(write(ends[1], "x", 1) == -1 && errno == EPIPE, "SIGPIPE");
	close(ends[1]);
}

int
main(void)
{
	a_port_is_a_whole_decimal_number();
	an_address_is_read_as_decimal_and_named();
	sockets_do_not_block_and_are_not_inherited();
	a_refused_connection_says_so();
	a_listener_without_descriptors_refuses_or_rests();
	no_descriptor_is_beyond_what_select_can_watch();
	five_err_a_second_go_to_one_source();
	five_err_go_in_any_second();
	a_storm_among_others_is_held();
	signals_come_as_bytes_in_their_order();
	return test_done("net");
}
