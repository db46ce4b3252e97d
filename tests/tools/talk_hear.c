#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "talk_hear.h"
#include "talk_pty.h"

#define PATIENCE 30000 /* what a machine with much else to do needs */

static struct {
	ms_t begun, within, after;
} wait_for = { 0, PATIENCE, 0 };
static bool draining;    /* nobody minds how it ends */
static sigset_t outside; /* the signal mask that talk was started with */
static volatile sig_atomic_t stopped;

static void
on_signal(int sig)
{
	if (sig != SIGCHLD)
		stopped = 1;
}

void
hear_init(void)
{
	static const int heard[] = { SIGCHLD, SIGTERM, SIGINT, SIGHUP };
	struct sigaction sa = { .sa_handler = on_signal };
	sigset_t held;

	sigemptyset(&held);
	for (size_t i = 0; i < sizeof(heard) / sizeof(heard[0]); i++) {
		sigaction(heard[i], &sa, NULL);
		sigaddset(&held, heard[i]);
	}
	sigprocmask(SIG_BLOCK, &held, &outside);
	signal(SIGPIPE, SIG_IGN);
}

/* One select: true where fd (-1: none) can be read. Writes what is queued. */
static bool
one_round(int fd, ms_t deadline)
{
	ms_t left = deadline > now_ms() ? deadline - now_ms() : 0;
	struct timespec t = { (time_t)(left / 1000), left % 1000 * 1000000 };
	int nfds = fd + 1;
	fd_set r, w;

	FD_ZERO(&r);
	FD_ZERO(&w);
	if (fd != -1)
		FD_SET(fd, &r);
	nfds = party_watch_queues(&w, nfds);
	if (pselect(nfds, &r, &w, NULL, &t, &outside) == -1) {
		if (stopped || errno != EINTR)
			fail("stopped", NULL, 0);
		return false;
	}
	party_write_queues(&w);
	return fd != -1 && FD_ISSET(fd, &r);
}

void
hear_within(ms_t ms)
{
	wait_for.within = ms;
}

void
hear_after(ms_t ms)
{
	wait_for.after = ms;
}

static void
wait_begins(void)
{
	wait_for.begun = now_ms();
}

static bool
wait_is_over(void)
{
	return now_ms() >= wait_for.begun + wait_for.within;
}

static bool
wait_round(int fd)
{
	return one_round(fd, wait_for.begun + wait_for.within);
}

static void
wait_ends(struct party *p, const struct source *s)
{
	if (now_ms() < p->since + wait_for.after)
		fail("too early", s->came.s, s->came.len);
	p->since = now_ms();
	wait_for.within = PATIENCE;
	wait_for.after = 0;
}

static void
hear_datagram(struct party *p)
{
	static char bytes[65536];
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	ssize_t n = recvfrom(p->said.fd, bytes, sizeof(bytes), 0,
	    (struct sockaddr *)&from, &len);

	if (n <= 0)
		fail("an empty datagram came, or an error", NULL, 0);
	text_add(&p->said.came, bytes, (size_t)n);
	party_set_peer(p, &from);
}

/* EIO: the last program at a terminal has ended. */
static void
hear_stream(struct party *p, struct source *s)
{
	static char bytes[65536];
	ssize_t n = read(s->fd, bytes, sizeof(bytes));

	if (n > 0 && p->kind == TERMINAL)
		screen_add(p, bytes, (size_t)n);
	else if (n > 0)
		text_add(&s->came, bytes, (size_t)n);
	else if (n == 0 || errno == EIO || (draining && errno == ECONNRESET))
		s->ended = true;
	else if (errno != EAGAIN && errno != EINTR)
		fail(strerror(errno), s->came.s, s->came.len);
}

static void
hear_some(struct party *p, struct source *s)
{
	if (p->kind == UDP)
		hear_datagram(p);
	else
		hear_stream(p, s);
}

/* How much of what came answers a wish for n bytes, or 0: not yet. */
static size_t
heard(const struct party *p, const struct source *s, size_t n)
{
	const char *newline;

	if (s->came.len == 0 || p->kind == UDP)
		return s->came.len;
	if (n > 0)
		return s->came.len < n ? 0 : n;
	newline = memchr(s->came.s, '\n', s->came.len);
	return newline == NULL ? 0 : (size_t)(newline - s->came.s) + 1;
}

size_t
hear(struct party *p, struct source *s, size_t n)
{
	wait_begins();
	while (heard(p, s, n) == 0) {
		if (s->ended)
			fail("the end came", s->came.s, s->came.len);
		if (wait_is_over())
			fail("not in time", s->came.s, s->came.len);
		if (wait_round(s->fd))
			hear_some(p, s);
	}
	wait_ends(p, s);
	return heard(p, s, n);
}

void
hear_screen(struct party *p, const char *pattern)
{
	struct source *s = &p->said;

	wait_begins();
	while (!screen_shows(p, pattern)) {
		if (s->ended)
			fail("the end came", s->came.s, s->came.len);
		if (wait_is_over())
			fail("not in time", s->came.s, s->came.len);
		if (wait_round(s->fd))
			hear_some(p, s);
	}
	wait_ends(p, s);
}

void
hear_end(struct party *p, struct source *s)
{
	wait_begins();
	while (!s->ended && s->came.len == 0) {
		if (wait_is_over())
			fail("not in time", NULL, 0);
		if (wait_round(s->fd))
			hear_some(p, s);
	}
	if (s->came.len > 0)
		fail("this came before the end", s->came.s, s->came.len);
	wait_ends(p, s);
}

void
hear_all(struct party *p, struct source *s)
{
	wait_begins();
	draining = true;
	while (!s->ended) {
		if (wait_is_over())
			fail("not in time", NULL, 0);
		if (wait_round(s->fd))
			hear_some(p, s);
		text_drop(&s->came, s->came.len);
	}
	draining = false;
	wait_ends(p, s);
}

void
hear_nothing(struct party *p, struct source *s, ms_t ms)
{
	ms_t end = now_ms() + ms;

	while (s->came.len == 0 && !s->ended && now_ms() < end)
		if (one_round(s->fd, end))
			hear_some(p, s);
	if (s->came.len > 0 || s->ended)
		fail("this came", s->came.s, s->came.len);
}

void
hear_pause(ms_t ms)
{
	for (ms_t end = now_ms() + ms; now_ms() < end;)
		one_round(-1, end);
}

void
hear_flush(struct party *p)
{
	wait_begins();
	while (p->queue.len > 0) {
		if (wait_is_over())
			fail("not written in time", NULL, 0);
		wait_round(-1);
	}
	if (p->deaf)
		fail("it took no more", NULL, 0);
	wait_ends(p, &p->said);
}

void
hear_ready(struct party *p)
{
	wait_begins();
	while (!wait_round(p->said.fd))
		if (wait_is_over())
			fail("nobody came in time", NULL, 0);
	wait_ends(p, &p->said);
}

int
hear_exit(struct party *p)
{
	int status;

	wait_begins();
	while (waitpid(p->pid, &status, WNOHANG) == 0) {
		if (wait_is_over())
			fail("it still runs", p->said.came.s, p->said.came.len);
		wait_round(-1);
	}
	p->pid = 0;
	wait_ends(p, &p->said);
	while (one_round(p->complained.fd, 0) && !p->complained.ended)
		hear_stream(p, &p->complained);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
