#include <errno.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "net/dgram.h"
#include "net/listener.h"
#include "net/signals.h"
#include "net/socket.h"
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
		bool good = addr_port_scan(ports[i].text, ports[i].zero, &port);

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
	struct addr a, b;
	char name[ADDR_NAME_MAX];

	for (size_t i = 0; i < LEN(addresses); i++) {
		a = addr_parse(addresses[i].ip, 7);
		CHECK(strcmp(addr_name(name, &a), addresses[i].name) == 0, "%s",
		    name);
	}
	a = addr_parse("255.255.255.255", 65535);
	CHECK(strlen(addr_name(name, &a)) < ADDR_NAME_MAX &&
		strcmp(name, "255.255.255.255:65535") == 0,
	    "%s", name);
	b = a;
	CHECK(addr_same(&a, &b), "same");
	b.port = 65534;
	CHECK(!addr_same(&a, &b), "another port");
	b = addr_parse("255.255.255.254", 65535);
	CHECK(!addr_same(&a, &b), "another host");
	CHECK(addr_resolve(&b, "127.0.0.1", 80) == NULL &&
		strcmp(addr_name(name, &b), "127.0.0.1:80") == 0,
	    "%s", name);
	CHECK(addr_resolve(&b, "no.such.host.invalid", 80) != NULL, "none");
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
	struct addr at;
	struct dgram udp, other;
	struct conn c, got;
	int prompt = 0;
	socklen_t len = sizeof(prompt);
	struct ready r = { .nfds = 0 };

	CHECK(dgram_open(&udp, 0) == 0 && is_groomed(udp.fd), "UDP");
	CHECK(dgram_open(&other, dgram_port(&udp)) == -1 &&
		errno == EADDRINUSE && !other.open,
	    "twice");
	CHECK(listener_open(&l, 0) == 0 && is_groomed(l.fd) &&
		is_groomed(l.spare),
	    "listener");
	CHECK(!listener_accept(&l, &got, 0), "nobody yet");
	at = addr_parse("127.0.0.1", listener_port(&l));
	conn_dial(&c, &at, now_ms());
	CHECK(c.state == CONN_CONNECTING && is_groomed(c.fd), "TCP");
	ready_begin(&r);
	listener_watch(&l, &r);
	ready_wait(&r);
	CHECK(listener_readable(&l, &r), "a client");
	CHECK(listener_accept(&l, &got, now_ms()) && is_groomed(got.fd),
	    "accepted");
	CHECK(
	    getsockopt(got.fd, IPPROTO_TCP, TCP_NODELAY, &prompt, &len) == 0 &&
		prompt != 0,
	    "a short reply leaves at once");
	CHECK(got.peer.port == conn_self(&c).port, "its port");
	ready_begin(&r);
	conn_watch(&c, &r, 0);
	ready_wait(&r);
	CHECK(conn_connect(&c, &r) == 1 && c.state == CONN_OPEN, "connected");
	conn_close(&got);
	conn_close(&c);
	dgram_close(&udp);
	dgram_close(&udp);
	listener_close(&l);
	listener_close(&l);
}

/* How a connection that nobody accepts is told; *waited: with a wait before. */
static int
dial_in_vain(struct conn *c, const struct addr *at, ms_t later)
{
	struct ready r = { .nfds = 0 };
	int result = CONN_LATER;

	conn_dial(c, at, now_ms() - later);
	while (result == CONN_LATER) {
		ready_begin(&r);
		conn_watch(c, &r, CONN_IN | CONN_OUT);
		ready_wait(&r);
		result = conn_connect(c, &r);
	}
	return result;
}

static void
a_refused_connection_says_so(void)
{
	struct addr at;
	struct dgram udp;
	struct conn c;

	CHECK(dgram_open(&udp, 0) == 0, "a port of UDP alone");
	at = addr_parse("127.0.0.1", dgram_port(&udp));
	CHECK(dial_in_vain(&c, &at, 0) == CONN_LOST && c.error == ECONNREFUSED,
	    "%s", strerror(c.error));
	conn_close(&c);
	at = addr_parse("255.255.255.255", 9); /* not even dialled */
	CHECK(dial_in_vain(&c, &at, 0) == CONN_LOST && c.error != 0, "%s",
	    strerror(c.error));
	conn_close(&c);
	CHECK(c.state == CONN_NONE, "none");
	dgram_close(&udp);
}

/* A listener with a full backlog answers nobody more. */
static void
a_connection_that_does_not_come_about_times_out(void)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	socklen_t len = sizeof(in);
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct conn fill[4], c;
	struct addr at;

	in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	CHECK(bind(fd, (struct sockaddr *)&in, sizeof(in)) == 0 &&
		listen(fd, 0) == 0 &&
		getsockname(fd, (struct sockaddr *)&in, &len) == 0,
	    "listen");
	at = addr_parse("127.0.0.1", ntohs(in.sin_port));
	for (size_t i = 0; i < LEN(fill); i++)
		conn_dial(&fill[i], &at, now_ms());
	CHECK(dial_in_vain(&c, &at, CONNECT_TIME - 50) == CONN_LOST &&
		c.error == ETIMEDOUT,
	    "%s", strerror(c.error));
	conn_close(&c);
	for (size_t i = 0; i < LEN(fill); i++)
		conn_close(&fill[i]);
	close(fd);
}

/* One that can be asked at two addresses answers from the one asked. */
static void
an_answer_leaves_from_the_address_that_was_asked(void)
{
	struct addr any = { .ip = 0 }, to, from, self;
	struct dgram server, client;
	struct ready r = { .nfds = 0 };
	char text[16];

	CHECK(dgram_open(&server, 0) == 0, "server");
	for (int last = 1; last < 4; last++) {
		to = addr_parse("127.0.0.1", dgram_port(&server));
		to.ip += (uint32_t)last - 1;
		CHECK(dgram_dial(&client, &to, &any) == 0, "client");
		CHECK(dgram_send(&client, NULL, NULL, "ask", 3), "ask");
		ready_begin(&r);
		dgram_watch(&server, &r);
		ready_wait(&r);
		CHECK(dgram_receive(
			  &server, text, sizeof(text), &from, &self) == 3 &&
			self.ip == to.ip,
		    "%x", (unsigned)self.ip);
		CHECK(dgram_send(&server, &from, &self, "tell", 4), "tell");
		ready_begin(&r);
		dgram_watch(&client, &r);
		ready_by(&r, now_ms() + 5000);
		ready_wait(&r);
		CHECK(dgram_receive(
			  &client, text, sizeof(text), &from, &self) == 4 &&
			addr_same(&from, &to),
		    "127.0.0.%d", last);
		dgram_close(&client);
	}
	CHECK(dgram_dial(&client, &to, &any) == 0, "client");
	self = addr_parse("192.0.2.1", 0); /* ours no more: from another */
	from = addr_parse("127.0.0.1", dgram_port(&client));
	CHECK(dgram_send(&server, &from, &self, "tell", 4), "it leaves");
	dgram_close(&client);
	dgram_close(&server);
}

/* Dialled again it has its port, what waits in it, and still its one peer. */
static void
a_dgram_that_is_dialled_again_is_as_before(void)
{
	struct addr any = { .ip = 0 }, to, from, self;
	struct dgram server, stranger, client;
	uint16_t port;
	char text[16];

	CHECK(dgram_open(&server, 0) == 0 && dgram_open(&stranger, 0) == 0,
	    "servers");
	to = addr_parse("127.0.0.1", dgram_port(&server));
	CHECK(dgram_dial(&client, &to, &any) == 0, "client");
	port = dgram_port(&client);
	for (int i = 0; i < 3; i++) {
		from = addr_parse("127.0.0.1", port);
		CHECK(dgram_send(&server, &from, NULL, "a", 1), "before");
		dgram_redial(&client);
		CHECK(dgram_port(&client) == port, "another port");
		dgram_send(&stranger, &from, NULL, "s", 1);
		CHECK(dgram_send(&server, &from, NULL, "b", 1), "after");
		for (int k = 0; k < 2; k++)
			CHECK(dgram_receive(&client, text, sizeof(text), &from,
				  &self) == 1 &&
				text[0] == "ab"[k],
			    "%c", text[0]);
		CHECK(dgram_receive(&client, text, sizeof(text), &from,
			  &self) == DGRAM_NONE,
		    "a stranger's");
	}
	dgram_close(&client);
	dgram_close(&stranger);
	dgram_close(&server);
}

/* In a child, whose descriptors are few: what a client of it reads. */
static int
starve(void)
{
	struct rlimit few = { .rlim_cur = 30, .rlim_max = 30 };
	struct listener l;
	struct addr at;
	struct conn c;
	int clients[2], full = 0;
	char text[8] = "";

	if (listener_open(&l, 0) == -1)
		return 1;
	at = addr_parse("127.0.0.1", listener_port(&l));
	for (int i = 0; i < 2; i++) {
		clients[i] = socket(AF_INET, SOCK_STREAM, 0);
		if (socket_connect(clients[i], &at) == -1)
			return 2;
	}
	if (setrlimit(RLIMIT_NOFILE, &few) == -1 || fd_limit() != 30)
		return 3;
	while (full != -1)
		full = dup(STDERR_FILENO);
	for (int i = 0; i < 2; i++)
		if (listener_accept(&l, &c, now_ms()) ||
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
	struct addr at;
	struct conn c;
	struct ready r = { .nfds = 0 };
	int client = socket(AF_INET, SOCK_STREAM, 0), full = 0;
	ms_t start = now_ms();

	if (listener_open(&l, 0) == -1)
		return 1;
	at = addr_parse("127.0.0.1", listener_port(&l));
	if (socket_connect(client, &at) == -1)
		return 2;
	setrlimit(RLIMIT_NOFILE, &few);
	close(l.spare);
	l.spare = -1;
	while (full != -1)
		full = dup(STDERR_FILENO);
	if (listener_accept(&l, &c, start) || l.paused_until != start + 100)
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
	if (!listener_readable(&l, &r))
		return 5;
	return listener_accept(&l, &c, now_ms()) ? 0 : 6;
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
	struct addr at;
	struct conn c;
	struct dgram d;
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
	at = addr_parse("127.0.0.1", listener_port(&l));
	if (socket_connect(client, &at) == -1)
		return 2;
	do
		fd = dup(STDERR_FILENO);
	while (fd != -1 && fd < FD_SETSIZE - 1);
	if (dgram_open(&d, 0) != -1 || errno != EMFILE)
		return 3;
	if (listener_accept(&l, &c, 0) || l.refused != 1)
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
	struct addr a, b;
	int sent = 0;

	a = addr_parse("10.0.0.1", 1);
	b = addr_parse("10.0.0.2", 1);
	for (ms_t now = 1000000; now < 1010000; now += 10) {
		a.port = (uint16_t)(now % 60000);
		sent += dgram_may_err(&a, now);
	}
	CHECK(sent == 10 * ERR_PER_SECOND, "%d", sent);
	CHECK(dgram_may_err(&b, 1009999), "another source");
}

/* Nor do the late ones of a second and the early ones of the next add up. */
static void
five_err_go_in_any_second(void)
{
	struct addr a;
	int late = 0, early = 0;

	a = addr_parse("10.0.0.1", 1);
	CHECK(dgram_may_err(&a, 2000000), "the first");
	for (int i = 0; i < 10; i++)
		late += dgram_may_err(&a, 2000990);
	for (int i = 0; i < 10; i++)
		early += dgram_may_err(&a, 2001000);
	CHECK(late == ERR_PER_SECOND - 1 && early == 1, "%d %d", late, early);
}

/* Among many sources the one that storms is still held. */
static void
a_storm_among_others_is_held(void)
{
	struct addr a, b;
	int sent = 0;
	char ip[16];

	a = addr_parse("0.0.0.0", 1);
	CHECK(dgram_may_err(&a, 3000000), "the all-zero address");
	a = addr_parse("10.0.0.1", 1);
	for (int i = 0; i < 1000; i++) {
		sent += dgram_may_err(&a, 3000000 + i / 2);
		if (i % 100 == 0) {
			snprintf(ip, sizeof(ip), "10.0.1.%d", i / 100);
			b = addr_parse(ip, 1);
			CHECK(dgram_may_err(&b, 3000000 + i / 2), "%s", ip);
		}
	}
	CHECK(sent == ERR_PER_SECOND, "%d", sent);
}

static void
look(struct ready *r)
{
	ready_begin(r);
	signals_watch(r);
	ready_by(r, now_ms() + 5000);
	ready_wait(r);
}

/* In a child, since it would end of them. */
static int
be_told(void)
{
	static const int numbers[] = { SIGTERM, SIGUSR1, SIGHUP };
	struct ready r = { .nfds = 0 };
	int ends[2];

	signal(SIGHUP, SIG_IGN); /* as nohup does */
	if (signals_open(numbers, 3) == -1)
		return 1;
	raise(SIGHUP);
	raise(SIGUSR1);
	raise(SIGTERM);
	look(&r);
	if (signals_next(&r) != SIGUSR1 || signals_next(&r) != SIGTERM)
		return 2;
	if (signals_next(&r) != 0)
		return 3;
	for (int i = 0; i < 70000; i++) /* a full pipe does not block */
		raise(SIGUSR1);
	if (pipe(ends) == -1 || close(ends[0]) == -1)
		return 4;
	return write(ends[1], "x", 1) == -1 && errno == EPIPE ? 0 : 5;
}

/* SIGINT is the loop's to judge: seen there, it is not the end. */
static int
go_on_after_sigint(void)
{
	static const int numbers[] = { SIGINT };
	struct ready r = { .nfds = 0 };
	struct timespec more = { STOP_SURELY, 200000000 };

	if (signals_open(numbers, 1) == -1)
		return 1;
	raise(SIGINT);
	look(&r);
	if (signals_next(&r) != SIGINT)
		return 2;
	while (nanosleep(&more, &more) == -1)
		continue;
	return 0;
}

static void
signals_come_in_their_order(void)
{
	CHECK(in_a_child(be_told) == 0, "step %d", in_a_child(be_told));
	CHECK(in_a_child(go_on_after_sigint) == 0, "SIGINT");
}

/* A child that is stuck in a write, from which it is told to end by number. */
static void
one_who_is_stuck_dies(int number)
{
	int ends[2], status = 0;
	char much[4096] = "";
	ms_t start = now_ms();
	sigset_t all;
	pid_t child;

	CHECK(pipe(ends) == 0, "pipe");
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, NULL); /* the child inherits that */
	child = fork();
	if (child == 0) {
		signals_unblock();
		signals_open(&number, 1);
		raise(number);
		while (write(ends[1], much, sizeof(much)) > 0)
			continue;
		_exit(1);
	}
	signals_unblock();
	CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
		WTERMSIG(status) == number,
	    "%x", (unsigned)status);
	CHECK(
	    now_ms() - start < 5 * SECONDS, "%ld ms", (long)(now_ms() - start));
	close(ends[0]);
	close(ends[1]);
}

static int
die_of_sigint(void)
{
	static const int numbers[] = { SIGINT };

	signals_open(numbers, 1);
	signals_die(SIGINT);
}

static void
a_signal_ends_whom_it_is_to_end(void)
{
	int status;
	pid_t child;

	one_who_is_stuck_dies(SIGTERM);
	one_who_is_stuck_dies(SIGINT);
	child = fork();
	if (child == 0)
		_exit(die_of_sigint());
	CHECK(waitpid(child, &status, 0) == child && WIFSIGNALED(status) &&
		WTERMSIG(status) == SIGINT,
	    "%x", (unsigned)status);
}

/* "make test &" has SIGINT ignored, and what is ignored at start stays so. */
int
main(void)
{
	signal(SIGINT, SIG_DFL);
	a_port_is_a_whole_decimal_number();
	an_address_is_read_as_decimal_and_named();
	sockets_do_not_block_and_are_not_inherited();
	a_refused_connection_says_so();
	a_connection_that_does_not_come_about_times_out();
	an_answer_leaves_from_the_address_that_was_asked();
	a_dgram_that_is_dialled_again_is_as_before();
	a_listener_without_descriptors_refuses_or_rests();
	no_descriptor_is_beyond_what_select_can_watch();
	five_err_a_second_go_to_one_source();
	five_err_go_in_any_second();
	a_storm_among_others_is_held();
	signals_come_in_their_order();
	a_signal_ends_whom_it_is_to_end();
	return test_done("net");
}
