#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "talk_party.h"

#define PARTIES 512

static struct party parties[PARTIES];

struct sockaddr_in
address(const char *ip, unsigned long port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };

	a.sin_port = htons((uint16_t)port);
	if (inet_pton(AF_INET, ip, &a.sin_addr) != 1)
		fail("no such address", ip, strlen(ip));
	return a;
}

/* --- making them --- */

static struct party *
slot_named(const char *name)
{
	for (struct party *p = parties; p < parties + PARTIES; p++)
		if (strcmp(p->name, name) == 0)
			return p;
	return NULL;
}

struct party *
party_find(const char *name)
{
	struct party *p = *name == '\0' ? NULL : slot_named(name);

	if (p == NULL)
		fail("no party of that name", name, strlen(name));
	return p;
}

struct party *
party_new(const char *name, enum kind kind)
{
	struct party *p = slot_named("");

	if (p == NULL || *name == '\0' || strlen(name) >= sizeof(p->name) ||
	    slot_named(name) != NULL)
		fail("no room for that name", name, strlen(name));
	*p = (struct party){ .kind = kind, .out = -1 };
	p->said.fd = p->complained.fd = -1;
	memcpy(p->name, name, strlen(name) + 1);
	return p;
}

/* fd, if it is one, is ours: not our children's, and never waited in. */
int
party_own(int fd)
{
	if (fd == -1 || fd >= FD_SETSIZE)
		fail(strerror(errno), NULL, 0);
	fcntl(fd, F_SETFD, FD_CLOEXEC);
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

static int
bound_socket(int type, const char *ip, unsigned long port)
{
	struct sockaddr_in me = address(ip, port);
	int fd = socket(AF_INET, type, 0);

	if (fd == -1 || bind(fd, (struct sockaddr *)&me, sizeof(me)) == -1)
		fail(strerror(errno), NULL, 0);
	return fd;
}

static void
set_port(const char *name, const struct sockaddr_in *a)
{
	char digits[8];
	int n = snprintf(digits, sizeof(digits), "%d", ntohs(a->sin_port));

	var_set(name, digits, (size_t)n);
}

/* The port that fd got becomes the variable of that name. */
static void
tell_port(const char *name, int fd)
{
	struct sockaddr_in me;
	socklen_t len = sizeof(me);

	getsockname(fd, (struct sockaddr *)&me, &len);
	set_port(name, &me);
}

void
party_set_peer(struct party *p, const struct sockaddr_in *peer)
{
	char name[sizeof(p->name) + sizeof("_peer")];

	p->to = *peer;
	snprintf(name, sizeof(name), "%s_peer", p->name);
	set_port(name, peer);
}

static void
use_socket(struct party *p, int fd)
{
	p->said.fd = party_own(fd);
	if (p->kind != LISTENER)
		p->out = fd;
	if (p->kind != TCP)
		tell_port(p->name, fd);
}

void
party_tcp(const char *name, const char *from, unsigned long port)
{
	struct sockaddr_in to = address("127.0.0.1", port);
	int fd = bound_socket(SOCK_STREAM, from, 0);

	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == -1)
		fail(strerror(errno), NULL, 0);
	use_socket(party_new(name, TCP), fd);
}

void
party_udp(const char *name, const char *from, unsigned long port)
{
	struct party *p = party_new(name, UDP);

	use_socket(p, bound_socket(SOCK_DGRAM, from, 0));
	p->to = address("127.0.0.1", port);
}

void
party_udp_at(const char *name, unsigned long port)
{
	use_socket(
	    party_new(name, UDP), bound_socket(SOCK_DGRAM, "127.0.0.1", port));
}

void
party_listen(const char *name)
{
	int fd = bound_socket(SOCK_STREAM, "127.0.0.1", 0);

	if (listen(fd, 16) == -1)
		fail(strerror(errno), NULL, 0);
	use_socket(party_new(name, LISTENER), fd);
}

void
party_accept(const char *name, const struct party *listener)
{
	use_socket(party_new(name, TCP), accept(listener->said.fd, NULL, NULL));
}

_Noreturn void
party_become(const char *dir, char **argv, int in, int out, int err)
{
	sigset_t none;

	sigemptyset(&none);
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	signal(SIGPIPE, SIG_DFL);
	signal(SIGQUIT, SIG_DFL); /* a shell's & ignores it */
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (chdir(dir) == 0)
		execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

static void
open_pipe(int fd[2])
{
	if (pipe(fd) == -1)
		fail(strerror(errno), NULL, 0);
	fcntl(fd[0], F_SETFD, FD_CLOEXEC);
	fcntl(fd[1], F_SETFD, FD_CLOEXEC);
}

void
party_run(const char *name, const char *dir, char **argv)
{
	struct party *p = party_new(name, PROGRAM);
	int in[2], out[2], err[2];

	open_pipe(in);
	open_pipe(out);
	open_pipe(err);
	p->pid = fork();
	if (p->pid == -1)
		fail(strerror(errno), NULL, 0);
	if (p->pid == 0)
		party_become(dir, argv, in[0], out[1], err[1]);
	close(in[0]);
	close(out[1]);
	close(err[1]);
	p->out = party_own(in[1]);
	p->said.fd = party_own(out[0]);
	p->complained.fd = party_own(err[0]);
}

/* --- speaking, and leaving --- */

/* What is queued for p goes as far as it goes; a broken pipe swallows it. */
static void
write_some(struct party *p)
{
	size_t left = p->queue.len - p->written;
	ssize_t n = write(p->out, p->queue.s + p->written, left);

	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return;
	p->deaf = n == -1;
	p->written += n == -1 ? left : (size_t)n;
	if (p->written == p->queue.len)
		p->written = p->queue.len = 0;
}

int
party_watch_queues(fd_set *w, int nfds)
{
	for (struct party *p = parties; p < parties + PARTIES; p++)
		if (p->queue.len > 0) {
			FD_SET(p->out, w);
			nfds = p->out < nfds ? nfds : p->out + 1;
		}
	return nfds;
}

void
party_write_queues(const fd_set *w)
{
	for (struct party *p = parties; p < parties + PARTIES; p++)
		if (p->queue.len > 0 && FD_ISSET(p->out, w))
			write_some(p);
}

void
party_send(struct party *p, const char *s, size_t n)
{
	p->since = now_ms();
	if (p->kind != UDP)
		text_add(&p->queue, s, n);
	else if (sendto(p->out, s, n, 0, (struct sockaddr *)&p->to,
		     sizeof(p->to)) == -1)
		fail(strerror(errno), NULL, 0);
	if (p->queue.len == n && n > 0)
		write_some(p);
}

void
party_shut(struct party *p)
{
	if (p->kind != PROGRAM && p->kind != TERMINAL) {
		shutdown(p->out, SHUT_WR);
		return;
	}
	close(p->out);
	p->out = -1;
	if (p->kind == TERMINAL) /* it was the same */
		p->said.fd = -1;
}

void
party_reset(struct party *p)
{
	struct linger now = { .l_onoff = 1 };

	setsockopt(p->said.fd, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
	party_close(p);
}

void
party_close(struct party *p)
{
	if (p->pid > 0)
		fail("it still runs", NULL, 0);
	if (p->out != -1 && p->out != p->said.fd)
		close(p->out);
	if (p->complained.fd != -1)
		close(p->complained.fd);
	close(p->said.fd);
	text_free(&p->said.came);
	text_free(&p->complained.came);
	text_free(&p->queue);
	*p = (struct party){ 0 };
}

void
party_end_all(void)
{
	for (struct party *p = parties; p < parties + PARTIES; p++)
		if (p->pid > 0) {
			kill(p->pid, SIGKILL);
			waitpid(p->pid, NULL, 0);
			p->pid = 0;
		}
}
