#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "sys/ready.h"
#include "test.h"

static int ends[2];

static void
nothing_is_ready_and_the_deadline_ends_the_wait(void)
{
	struct ready r = { .nfds = 0 };
	ms_t before = now_ms();

	ready_begin(&r);
	ready_read(&r, ends[0]);
	ready_by(&r, before + 30);
	ready_by(&r, before + 100000);
	ready_by(&r, NEVER);
	CHECK(ready_wait(&r) == 0, "wait");
	CHECK(r.woke >= before + 30 && r.woke < before + 5000, "%ld ms",
	    (long)(r.woke - before));
	CHECK(!ready_can_read(&r, ends[0]), "nothing was written");
}

static void
a_past_deadline_does_not_wait(void)
{
	struct ready r = { .nfds = 0 };
	ms_t before = now_ms();

	ready_begin(&r);
	ready_by(&r, before - 100000);
	CHECK(ready_wait(&r) == 0 && now_ms() - before < 1000, "wait");
}

static void
what_is_ready_is_told(void)
{
	struct ready r = { .nfds = 0 };

	CHECK(write(ends[1], "x", 1) == 1, "write");
	ready_begin(&r);
	ready_read(&r, ends[0]);
	ready_write(&r, ends[1]);
	CHECK(ready_wait(&r) == 0, "wait");
	CHECK(ready_can_read(&r, ends[0]), "readable");
	CHECK(ready_can_write(&r, ends[1]), "writable");
	CHECK(!ready_can_write(&r, ends[0]), "was not asked for");
	ready_begin(&r);
	ready_by(&r, 0);
	CHECK(ready_wait(&r) == 0, "wait");
	CHECK(!ready_can_read(&r, ends[0]), "nothing is kept from before");
}

static void
no_descriptor_reaches_beyond_the_set(void)
{
	static const int wild[] = { -1, FD_SETSIZE, FD_SETSIZE + 1000 };
	struct {
		struct ready r;
		char guard[1024];
	} x;

	memset(&x, 0, sizeof(x));
	ready_begin(&x.r);
	for (size_t i = 0; i < LEN(wild); i++) {
		ready_read(&x.r, wild[i]);
		ready_write(&x.r, wild[i]);
		CHECK(!ready_can_read(&x.r, wild[i]) &&
			!ready_can_write(&x.r, wild[i]),
		    "%d", wild[i]);
	}
	CHECK(x.r.nfds == 0, "%d", x.r.nfds);
	for (size_t i = 0; i < sizeof(x.guard); i++)
		CHECK(x.guard[i] == 0, "byte %zu", i);
}

static void
a_closed_descriptor_is_an_error_and_nothing_is_ready(void)
{
	struct ready r = { .nfds = 0 };
	int fd = dup(ends[1]);

	close(fd);
	ready_begin(&r);
	ready_write(&r, fd);
	ready_write(&r, ends[1]);
	CHECK(ready_wait(&r) == -1 && errno == EBADF, "%s", strerror(errno));
	CHECK(!ready_can_write(&r, ends[1]), "unknown is not ready");
}

static void
note(int number)
{
	(void)number;
}

static void
a_signal_ends_the_wait_with_nothing_ready(void)
{
	struct sigaction action = { .sa_handler = note };
	struct ready r = { .nfds = 0 };
	pid_t child;
	char byte;

	CHECK(read(ends[0], &byte, 1) == 1, "empty the pipe");
	sigaction(SIGALRM, &action, NULL);
	ready_begin(&r);
	ready_read(&r, ends[0]);
	ready_by(&r, now_ms() + 10000);
	child = fork();
	while (child == 0) { /* until it is killed */
		nanosleep(&(struct timespec){ .tv_nsec = 10000000 }, NULL);
		kill(getppid(), SIGALRM);
	}
	CHECK(ready_wait(&r) == 0 && !ready_can_read(&r, ends[0]), "wait");
	CHECK(now_ms() < r.deadline, "the signal did not end it");
	kill(child, SIGKILL);
	while (waitpid(child, NULL, 0) == -1 && errno == EINTR)
		;
}

static void
the_longest_gap_between_two_waits_is_kept(void)
{
	struct ready r = { .nfds = 0 };

	for (int i = 0; i < 3; i++) {
		ready_begin(&r);
		ready_by(&r, 0);
		ready_wait(&r);
		if (i == 0) {
			CHECK(r.longest == 0, "no round yet");
			while (now_ms() < r.woke + 20)
				;
		}
	}
	CHECK(r.longest >= 20 && r.longest < 2000, "%ld", (long)r.longest);
}

int
main(void)
{
	CHECK(pipe(ends) == 0, "pipe");
	nothing_is_ready_and_the_deadline_ends_the_wait();
	a_past_deadline_does_not_wait();
	what_is_ready_is_told();
	no_descriptor_reaches_beyond_the_set();
	a_closed_descriptor_is_an_error_and_nothing_is_ready();
	a_signal_ends_the_wait_with_nothing_ready();
	the_longest_gap_between_two_waits_is_kept();
	return test_done("ready");
}
