#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crypto/secret.h"
#include "policy.h"
#include "sys/fd.h"
#include "sys/pool.h"

#define BODY_MAX 512

/* A message with one descriptor, or none, beside its bytes. */
struct fd_message {
	struct msghdr head;
	struct iovec bytes;
	union {
		size_t align; /* as a cmsghdr wants it */
		char data[CMSG_SPACE(sizeof(int))];
	} control;
};

static void
fd_message(struct fd_message *p, void *body, size_t size)
{
	memset(p, 0, sizeof(*p));
	p->bytes.iov_base = body;
	p->bytes.iov_len = size;
	p->head.msg_iov = &p->bytes;
	p->head.msg_iovlen = 1;
	p->head.msg_control = p->control.data;
	p->head.msg_controllen = sizeof(p->control.data);
}

static bool
send_job(int to, void *body, size_t size, int fd)
{
	struct fd_message p;

	fd_message(&p, body, size);
	if (fd == -1) {
		p.head.msg_control = NULL;
		p.head.msg_controllen = 0;
	} else {
		struct cmsghdr *c = CMSG_FIRSTHDR(&p.head);

		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(sizeof(int));
		memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	}
	return sendmsg(to, &p.head, MSG_NOSIGNAL) == (ssize_t)size;
}

static bool
receive_job(int from, void *body, size_t size, int *fd)
{
	struct fd_message p;
	const struct cmsghdr *c;
	ssize_t n;

	fd_message(&p, body, size);
	*fd = -1;
	do
		n = recvmsg(from, &p.head, 0);
	while (n == -1 && errno == EINTR);
	if (n != (ssize_t)size)
		return false;
	c = CMSG_FIRSTHDR(&p.head);
	if (c != NULL && c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	return true;
}

/* A child's life, from its greeting on: it ends when its parent does. */
static _Noreturn void
work(const struct pool *p, int mine)
{
	char body[BODY_MAX];
	bool sent = true;
	int fd;

	send(mine, "", 1, MSG_NOSIGNAL);
	while (sent && receive_job(mine, body, p->size, &fd)) {
		p->run(body, fd);
		if (fd != -1)
			close(fd);
		sent = send_job(mine, body, p->size, -1);
		wipe(body, sizeof(body)); /* a password may be in it */
	}
	_exit(0);
}

static bool
is_kept(const struct pool *p, int fd)
{
	for (int i = 0; i < POOL_KEEP && p->keep[i] != 0; i++)
		if (p->keep[i] == fd)
			return true;
	return false;
}

/*
 * A child must not hold clients' sockets open, nor die of the Ctrl-C or the
 * SIGTERM that its parent answers by finishing what is under way.
 */
static void
child_setup(const struct pool *p, int mine)
{
	static const int ignored[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1,
		SIGPIPE };
	struct sigaction action = { .sa_handler = SIG_IGN };

	for (size_t i = 0; i < sizeof(ignored) / sizeof(ignored[0]); i++)
		sigaction(ignored[i], &action, NULL);
	for (int fd = STDERR_FILENO + 1; fd < fd_limit(); fd++)
		if (fd != mine && !is_kept(p, fd))
			close(fd);
}

/*
 * It greets us once it has let go of our sockets: before, our port would be
 * taken still when we have ended.
 */
static int
spawn_worker(struct pool *p, struct worker *w)
{
	int pair[2];
	char hello;

	w->fd = -1;
	w->job = NULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET, 0, pair) == -1)
		return -1;
	w->pid = pair[0] < FD_SETSIZE ? fork() : -1;
	if (w->pid == 0) {
		child_setup(p, pair[1]);
		work(p, pair[1]);
	}
	close(pair[1]);
	if (w->pid != -1 && recv(pair[0], &hello, 1, 0) == 1) {
		w->fd = pair[0];
		return 0;
	}
	close(pair[0]);
	if (w->pid != -1)
		waitpid(w->pid, NULL, 0);
	return -1;
}

/* The child has gone: its job fails, another takes its place. */
static void
replace(struct pool *p, struct worker *w)
{
	if (w->job != NULL)
		w->job->state = JOB_FAILED;
	close(w->fd);
	waitpid(w->pid, NULL, 0);
	p->died++;
	spawn_worker(p, w);
}

int
pool_start(struct pool *p, int workers, size_t size,
    void (*run)(void *body, int fd), const int *keep)
{
	memset(p, 0, sizeof(*p));
	p->workers = workers;
	p->size = size;
	p->run = run;
	p->last = &p->first;
	for (int i = 0; keep != NULL && i < POOL_KEEP && keep[i] != 0; i++)
		p->keep[i] = keep[i];
	if (size > BODY_MAX || workers > POOL_MAX) {
		errno = EINVAL;
		return -1;
	}
	for (int i = 0; i < workers; i++)
		if (spawn_worker(p, &p->worker[i]) == -1)
			return -1;
	return 0;
}

/* An idle child takes the job, or another in its place if it has died. */
static bool
dispatch(struct pool *p, struct worker *w, struct job *job)
{
	if (w->fd != -1 && send_job(w->fd, job->body, p->size, job->fd))
		return true;
	if (w->fd != -1)
		replace(p, w);
	else
		spawn_worker(p, w);
	return w->fd != -1 && send_job(w->fd, job->body, p->size, job->fd);
}

/* Hand waiting jobs to idle children. */
static void
assign(struct pool *p)
{
	for (int i = 0; i < p->workers && p->first != NULL; i++) {
		struct worker *w = &p->worker[i];
		struct job *job = p->first;

		if (w->job != NULL || !dispatch(p, w, job))
			continue;
		p->first = job->next;
		if (p->first == NULL)
			p->last = &p->first;
		job->state = JOB_RUNNING;
		w->job = job;
	}
}

void
pool_submit(struct pool *p, struct job *job, void *body, int fd)
{
	job->state = JOB_WAITING;
	job->body = body;
	job->fd = fd;
	job->next = NULL;
	*p->last = job;
	p->last = &job->next;
	assign(p);
}

bool
job_busy(const struct job *job)
{
	return job->state == JOB_WAITING || job->state == JOB_RUNNING;
}

void
pool_watch(const struct pool *p, struct ready *r)
{
	bool busy = false;

	for (int i = 0; i < p->workers; i++)
		if (p->worker[i].job != NULL) {
			ready_read(r, p->worker[i].fd);
			busy = true;
		}
	if (!busy && p->first != NULL)
		ready_by(r, r->woke + SPAWN_RETRY);
}

void
pool_step(struct pool *p, const struct ready *r)
{
	char body[BODY_MAX];
	int none;

	for (int i = 0; i < p->workers; i++) {
		struct worker *w = &p->worker[i];

		if (w->job == NULL || !ready_can_read(r, w->fd))
			continue;
		if (!receive_job(w->fd, body, p->size, &none)) {
			replace(p, w);
			continue;
		}
		memcpy(w->job->body, body, p->size);
		wipe(body, p->size);
		w->job->state = JOB_DONE;
		w->job = NULL;
	}
	assign(p);
}

void
pool_stop(struct pool *p)
{
	for (int i = 0; i < p->workers; i++)
		if (p->worker[i].fd != -1)
			close(p->worker[i].fd);
	p->workers = 0;
}
