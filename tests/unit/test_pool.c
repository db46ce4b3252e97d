#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/pool.h"
#include "test.h"

#define JOBS 200

enum what { ADD, WRITE, KEEP, DIE, OPEN_FDS, WAIT };

struct body {
	enum what what;
	int number, result;
	char tail[64]; /* comes back as it went */
};

static struct pool pool;

/* Nothing waits, nobody is at work. */
static bool
is_idle(const struct pool *p)
{
	for (int i = 0; i < p->workers; i++)
		if (p->worker[i].job != NULL)
			return false;
	return p->first == NULL;
}

/* How many descriptors above stderr are open here. */
static int
open_fds(void)
{
	int n = 0;

	for (int fd = STDERR_FILENO + 1; fd < 256; fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

static void
run(void *arg, int fd)
{
	struct body *b = arg;
	char byte = (char)b->number;

	switch (b->what) {
	case ADD:
		b->result = b->number + 1;
		break;
	case WRITE:
		b->result = (int)write(fd, "written", 7);
		break;
	case KEEP:
		b->result = (int)write(b->number, "kept", 4);
		break;
	case DIE:
		raise(SIGKILL);
		break;
	case OPEN_FDS:
		b->result = open_fds();
		break;
	case WAIT: /* until somebody writes to fd */
		b->result = (int)read(fd, &byte, 1);
	}
}

static void
start(int workers, const int *keep)
{
	CHECK(pool_start(&pool, workers, sizeof(struct body), run, keep) == 0,
	    "%s", strerror(errno));
}

static void
step(void)
{
	struct ready r = { .nfds = 0 };

	ready_begin(&r);
	pool_watch(&pool, &r);
	ready_by(&r, now_ms() + 10000);
	CHECK(ready_wait(&r) == 0 && now_ms() < r.deadline, "no answer");
	pool_step(&pool, &r);
}

static void
finish(void)
{
	for (int i = 0; i < 10 * JOBS && !is_idle(&pool); i++)
		step();
	CHECK(is_idle(&pool), "jobs are left");
}

static void
every_job_is_run_once(void)
{
	static struct job job[JOBS];
	static struct body body[JOBS];

	start(3, NULL);
	CHECK(is_idle(&pool), "idle at first");
	for (int i = 0; i < JOBS; i++) {
		body[i] = (struct body){ .what = ADD, .number = i };
		snprintf(body[i].tail, sizeof(body[i].tail), "job %d", i);
		pool_submit(&pool, &job[i], &body[i], -1);
		CHECK(job_busy(&job[i]), "job %d", i);
	}
	CHECK(job[2].state == JOB_RUNNING && job[3].state == JOB_WAITING,
	    "three run, the others wait");
	CHECK(!is_idle(&pool), "not idle");
	finish();
	for (int i = 0; i < JOBS; i++) {
		char tail[64];

		snprintf(tail, sizeof(tail), "job %d", i);
		CHECK(job[i].state == JOB_DONE && body[i].result == i + 1,
		    "job %d", i);
		CHECK(strcmp(body[i].tail, tail) == 0, "%s", body[i].tail);
	}
	CHECK(pool.died == 0, "%lu died", pool.died);
	pool_stop(&pool);
}

/* With one worker: each is done before the next one begins. */
static void
jobs_are_begun_in_their_order(void)
{
	static struct job job[20];
	static struct body body[20];

	start(1, NULL);
	for (int i = 0; i < 20; i++)
		pool_submit(&pool, &job[i], &body[i], -1);
	for (int done = 0; done < 20; done++) {
		CHECK(job[done].state == JOB_RUNNING, "job %d", done);
		step();
		CHECK(job[done].state == JOB_DONE, "job %d", done);
	}
	pool_stop(&pool);
}

static void
one_that_waits_does_not_hold_up_the_others(void)
{
	struct job slow = { .fd = -1 }, fast = { .fd = -1 };
	struct body wait = { .what = WAIT }, add = { .number = 5 };
	int ends[2];

	CHECK(pipe(ends) == 0, "pipe");
	start(2, NULL);
	pool_submit(&pool, &slow, &wait, ends[0]);
	pool_submit(&pool, &fast, &add, -1);
	step();
	CHECK(fast.state == JOB_DONE && add.result == 6, "the fast one");
	CHECK(slow.state == JOB_RUNNING, "the slow one");
	CHECK(write(ends[1], "x", 1) == 1, "write");
	finish();
	CHECK(slow.state == JOB_DONE && wait.result == 1, "%d", wait.result);
	pool_stop(&pool);
	close(ends[0]);
	close(ends[1]);
}

static void
a_descriptor_goes_with_its_job(void)
{
	char text[8] = "";
	struct job job;
	struct body body = { .what = WRITE };
	int ends[2];

	start(1, NULL);
	CHECK(pipe(ends) == 0, "pipe"); /* the child has never had it */
	pool_submit(&pool, &job, &body, ends[1]);
	finish();
	CHECK(body.result == 7 && read(ends[0], text, 7) == 7 &&
		strcmp(text, "written") == 0,
	    "%s", text);
	close(ends[1]);
	CHECK(read(ends[0], text, 7) == 0, "the child has closed its copy");
	close(ends[0]);
	pool_stop(&pool);
}

static void
children_have_only_what_they_need(void)
{
	char text[8] = "";
	struct job job;
	struct body kept = { .what = KEEP }, fds = { .what = OPEN_FDS };
	int ends[2], keep[2] = { 0, 0 };

	CHECK(pipe(ends) == 0, "pipe");
	keep[0] = kept.number = ends[1];
	start(2, keep);
	pool_submit(&pool, &job, &kept, -1);
	finish();
	CHECK(kept.result == 4 && read(ends[0], text, 4) == 4 &&
		strcmp(text, "kept") == 0,
	    "%d", kept.result);
	pool_submit(&pool, &job, &fds, -1);
	finish();
	CHECK(fds.result == 2, "the kept one and its socket: %d", fds.result);
	pool_stop(&pool);
	close(ends[0]);
	close(ends[1]);
}

/* What we close then is closed: nobody finds our port taken. */
static void
children_have_let_go_once_they_are_there(void)
{
	for (int i = 0; i < 20; i++) {
		int ends[2];
		char byte;

		CHECK(pipe(ends) == 0, "pipe");
		start(POOL_MAX, NULL);
		close(ends[1]);
		fcntl(ends[0], F_SETFL, O_NONBLOCK);
		CHECK(read(ends[0], &byte, 1) == 0, "a child holds the pipe");
		close(ends[0]);
		pool_stop(&pool);
	}
}

static void
a_child_that_dies_is_replaced_and_its_job_fails(void)
{
	struct job job[3];
	struct body body[3] = { { .what = DIE }, { .number = 1 },
		{ .number = 2 } };

	start(1, NULL);
	for (int i = 0; i < 3; i++)
		pool_submit(&pool, &job[i], &body[i], -1);
	finish();
	CHECK(job[0].state == JOB_FAILED, "%d", (int)job[0].state);
	for (int i = 1; i < 3; i++)
		CHECK(job[i].state == JOB_DONE && body[i].result == i + 1,
		    "job %d", i);
	CHECK(pool.died == 1, "%lu", pool.died);
	pool_stop(&pool);
}

/* While nothing was asked of it: the next jobs are for its successor. */
static void
an_idle_child_that_is_killed_is_replaced_too(void)
{
	struct job job[2];
	struct body body[2] = { { .number = 7 }, { .number = 8 } };
	siginfo_t info;
	pid_t first;

	start(1, NULL);
	first = pool.worker[0].pid;
	kill(first, SIGKILL);
	while (waitid(P_PID, (id_t)first, &info, WEXITED | WNOWAIT) == -1)
		;
	for (int i = 0; i < 2; i++)
		pool_submit(&pool, &job[i], &body[i], -1);
	finish();
	for (int i = 0; i < 2; i++)
		CHECK(job[i].state == JOB_DONE && body[i].result == i + 8,
		    "job %d: %d", i, body[i].result);
	CHECK(pool.died == 1 && pool.worker[0].pid != first, "%lu", pool.died);
	pool_stop(&pool);
}

static void
all_children_end_once_they_are_let_go(void)
{
	int ended = 0;

	while (waitpid(-1, NULL, WNOHANG) > 0)
		; /* of the tests before */
	start(POOL_MAX, NULL);
	pool_stop(&pool);
	pool_stop(&pool);
	while (waitpid(-1, NULL, 0) > 0)
		ended++;
	CHECK(ended >= POOL_MAX && errno == ECHILD, "%d", ended);
}

static void
children_outlive_the_signals_that_stop_their_parent(void)
{
	static const int signals[] = { SIGINT, SIGTERM, SIGHUP, SIGUSR1,
		SIGPIPE };
	struct job job;
	struct body body = { .number = 1 };

	start(1, NULL);
	pool_submit(&pool, &job, &body, -1);
	finish(); /* so that it has settled */
	for (size_t i = 0; i < LEN(signals); i++)
		kill(pool.worker[0].pid, signals[i]);
	pool_submit(&pool, &job, &body, -1);
	finish();
	CHECK(job.state == JOB_DONE && pool.died == 0, "%lu", pool.died);
	pool_stop(&pool);
}

static void
too_much_is_refused(void)
{
	CHECK(pool_start(&pool, POOL_MAX + 1, 8, run, NULL) == -1 &&
		errno == EINVAL,
	    "workers");
	CHECK(pool_start(&pool, 1, 10000, run, NULL) == -1 && errno == EINVAL,
	    "size");
}

int
main(void)
{
	int before = open_fds();

	fflush(stdout);
	signal(SIGPIPE, SIG_IGN); /* as net_signals() does */
	every_job_is_run_once();
	jobs_are_begun_in_their_order();
	one_that_waits_does_not_hold_up_the_others();
	a_descriptor_goes_with_its_job();
	children_have_only_what_they_need();
	children_have_let_go_once_they_are_there();
	a_child_that_dies_is_replaced_and_its_job_fails();
	an_idle_child_that_is_killed_is_replaced_too();
	all_children_end_once_they_are_let_go();
	children_outlive_the_signals_that_stop_their_parent();
	too_much_is_refused();
	CHECK(open_fds() == before, "%d descriptors leak", open_fds() - before);
	return test_done("pool");
}
