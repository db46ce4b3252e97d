/*
 * Who holds the accounts.  Locks are between processes: each AS of this test is
 * a child, that does one thing and tells how it went.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "as/lock.h"
#include "policy.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "test.h"

#define SAID_MAX 512
#define SILENCE  200 /* ms, of who would speak at once */
#define BOUND    30  /* s: something that is waited for never came */

static char dir[] = "/tmp/test_lock.XXXXXX";
static int root;

/* A process of the test: what it says comes to us, and what we say to it. */
struct process {
	pid_t pid;
	int said, tell;
};

static void
say(int to, const char *text)
{
	if (disk_write(to, text, strlen(text)) == -1 ||
	    disk_write(to, "\n", 1) == -1)
		_exit(9);
}

static void
await(int from)
{
	char byte;

	if (read(from, &byte, 1) != 1)
		_exit(8);
}

/* The next line that it says; "" where it has ended. */
static const char *
heard(const struct process *p)
{
	static char text[SAID_MAX];
	size_t n = 0;

	while (n < sizeof(text) - 1 && read(p->said, text + n, 1) == 1 &&
	    text[n] != '\n')
		n++;
	text[n] = '\0';
	return text;
}

static bool
is_silent(const struct process *p)
{
	struct pollfd fd = { .fd = p->said, .events = POLLIN };

	return poll(&fd, 1, SILENCE) == 0;
}

static struct process
start(void (*run)(int in, int out))
{
	int to[2], from[2];
	struct process p = { .pid = -1 };

	CHECK(pipe(to) == 0 && pipe(from) == 0, "pipe");
	fflush(stdout);
	p.pid = fork();
	if (p.pid == 0) {
		close(to[1]);
		close(from[0]);
		dup2(from[1], STDERR_FILENO);
		run(to[0], from[1]);
		_exit(0);
	}
	close(to[0]);
	close(from[1]);
	p.tell = to[1];
	p.said = from[0];
	return p;
}

static int
end(struct process *p, int signal)
{
	int status = 0;

	if (signal != 0)
		kill(p->pid, signal);
	waitpid(p->pid, &status, 0);
	close(p->tell);
	close(p->said);
	return status;
}

static void
take(int out, bool wait, int *work)
{
	const char *error = lock_take(root, wait, work);

	say(out, error == NULL ? "held" : error);
	if (error != NULL)
		_exit(1);
}

/* An AS: holds the directory until it is told something, proves it, ends. */
static void
serve(int in, int out)
{
	int work;

	take(out, false, &work);
	await(in);
	say(out, lock_prove() ? "still held" : "not known");
}

static void
stand_by(int in, int out)
{
	int work;

	(void)in;
	take(out, true, &work);
}

/* An AS with a worker: the AS is gone, the worker is about to save a file. */
static void
leave_a_worker(int in, int out)
{
	int work;

	take(out, false, &work);
	if (fork() != 0)
		_exit(0); /* as if killed */
	if (!lock_join())
		_exit(2);
	say(out, "joined");
	await(in);
	say(out, disk_save(root, "saved", work, "orphan") == 0 ? "saved" : "");
}

/* ... and one that has had no job so far. */
static void
leave_a_late_worker(int in, int out)
{
	int work;

	take(out, false, &work);
	if (fork() != 0)
		_exit(0);
	await(in);
	say(out, lock_join() ? "joined" : "refused");
	await(in);
	say(out,
	    disk_save(root, "saved", work, "orphan") == -1 ? "fenced" :
							     "saved");
}

static void
a_second_as_is_told_who_holds_the_directory(void)
{
	struct process first = start(serve), second;
	char want[256], host[64] = "";

	CHECK(strcmp(heard(&first), "held") == 0, "the first holds it");
	gethostname(host, sizeof(host) - 1);
	snprintf(want, sizeof(want),
	    "in use by the AS with process ID %ld on %s", (long)first.pid,
	    host);
	second = start(serve);
	CHECK(strcmp(heard(&second), want) == 0, "not: %s", want);
	end(&second, 0);
	say(first.tell, "");
	CHECK(strcmp(heard(&first), "still held") == 0, "after a refusal");
	end(&first, 0);
}

/* What the file says of another host, or of a number that nobody has here. */
static void
a_holder_that_cannot_be_seen_is_called_so(void)
{
	static const char *const records[][2] = {
		{ "elsewhere.example 17 3\n",
		    "in use by a process that cannot be seen from here: the AS "
		    "with process ID 17 on elsewhere.example" },
		{ "\x1b[31m 17 3\n", "in use by the AS with process ID " },
		{ "", "in use by the AS with process ID " },
	};

	for (size_t i = 0; i < LEN(records); i++) {
		struct process first = start(serve), second;
		const char *said;
		int fd;

		CHECK(strcmp(heard(&first), "held") == 0, "the first");
		fd = openat(root, "lock", O_RDWR | O_TRUNC);
		CHECK(disk_write(fd, records[i][0], strlen(records[i][0])) == 0,
		    "%s", records[i][0]);
		close(fd);
		second = start(serve);
		said = heard(&second);
		CHECK(
		    strncmp(said, records[i][1], strlen(records[i][1])) == 0 &&
			strchr(said, '\x1b') == NULL,
		    "%s", said);
		end(&second, 0);
		end(&first, SIGKILL);
	}
}

static void
a_standby_takes_over_from_one_that_was_killed(void)
{
	struct process first = start(serve), heir;

	CHECK(strcmp(heard(&first), "held") == 0, "the first");
	heir = start(stand_by);
	end(&first, SIGKILL);
	CHECK(strcmp(heard(&heir), "held") == 0, "the heir");
	end(&heir, 0);
}

static const char *
saved(void)
{
	static char text[64];

	return disk_load(root, "saved", text, sizeof(text)) == -1 ? "" : text;
}

/* The one that follows does not serve before the worker has ended. */
static void
a_worker_whose_as_is_gone_keeps_the_next_one_waiting(void)
{
	struct process worker = start(leave_a_worker), next;

	CHECK(strcmp(heard(&worker), "held") == 0, "the first");
	CHECK(strcmp(heard(&worker), "joined") == 0, "its worker");
	waitpid(worker.pid, NULL, 0);
	next = start(stand_by);
	CHECK(is_silent(&next), "it waits");
	say(worker.tell, "");
	CHECK(strcmp(heard(&worker), "saved") == 0, "its last job is done");
	CHECK(*heard(&worker) == '\0', "and it has ended");
	CHECK(strcmp(heard(&next), "held") == 0, "then the next one serves");
	CHECK(strcmp(saved(), "orphan") == 0, "%s", saved());
	end(&next, 0);
	close(worker.tell);
	close(worker.said);
}

/* Its AS is gone before it had a job: what comes later is not done. */
static void
a_worker_that_comes_too_late_does_nothing(void)
{
	struct process worker = start(leave_a_late_worker), next;

	CHECK(strcmp(heard(&worker), "held") == 0, "the first");
	waitpid(worker.pid, NULL, 0);
	unlinkat(root, "saved", 0);
	next = start(serve);
	CHECK(strcmp(heard(&next), "held") == 0, "the next one");
	say(worker.tell, "");
	CHECK(strcmp(heard(&worker), "refused") == 0, "it may not");
	say(worker.tell, "");
	CHECK(strcmp(heard(&worker), "fenced") == 0, "nor can it");
	CHECK(*saved() == '\0', "%s", saved());
	say(next.tell, "");
	CHECK(strcmp(heard(&next), "still held") == 0, "all the same");
	end(&next, 0);
	close(worker.tell);
	close(worker.said);
}

/* Locks that do not reach another host are as good as lost: see below. */
static void
replace_lock_file(void)
{
	CHECK(unlinkat(root, "lock", 0) == 0, "unlink");
}

static void
rewrite_record(void)
{
	int fd = openat(root, "lock", O_RDWR | O_TRUNC);

	CHECK(disk_write(fd, "host.example 9 999\n", 19) == 0, "write");
	close(fd);
}

static void
remove_work(void)
{
	CHECK(unlinkat(root, "work", AT_REMOVEDIR) == 0, "rmdir");
}

static void
who_has_been_succeeded_says_so_and_ends(void)
{
	static const struct {
		void (*lose)(void);
		bool next;
		const char *says;
	} ways[] = {
		{ replace_lock_file, true, "may have taken over" },
		{ rewrite_record, false,
		    "process ID 9 on host.example has taken over" },
		{ remove_work, false, "may have taken over" },
	};

	for (size_t i = 0; i < LEN(ways); i++) {
		struct process first = start(serve), next;
		const char *said;
		int status;

		CHECK(strcmp(heard(&first), "held") == 0, "the first");
		ways[i].lose();
		if (ways[i].next) {
			next = start(serve);
			CHECK(strcmp(heard(&next), "held") == 0, "the next");
		}
		say(first.tell, "");
		said = heard(&first);
		CHECK(strstr(said, ways[i].says) != NULL, "%zu: %s", i, said);
		status = end(&first, 0);
		CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 1, "%d",
		    status);
		if (ways[i].next)
			end(&next, SIGKILL);
	}
}

/* An older AS, or one that was killed, left these. */
static void
each_as_has_a_work_directory_of_its_own(void)
{
	struct stat before, after, file;
	struct process first = start(serve), next;
	int fd, work;

	CHECK(strcmp(heard(&first), "held") == 0, "the first");
	CHECK(fstatat(root, "work", &before, 0) == 0, "work");
	work = disk_open_dir(root, "work");
	fd = disk_create(work, "12345");
	close(fd);
	CHECK(mkdirat(work, "deeper", 0700) == 0, "mkdir");
	end(&first, SIGKILL);
	next = start(serve);
	CHECK(strcmp(heard(&next), "held") == 0, "the next");
	CHECK(fstatat(root, "work", &after, 0) == 0 &&
		(after.st_mode & 07777) == 0700,
	    "mode %o", (unsigned)after.st_mode);
	CHECK(fstatat(root, "work/12345", &file, 0) == -1, "a temporary");
	CHECK(disk_create(work, "67890") == -1 && errno == ENOENT,
	    "the old one is gone for those who have it open");
	close(work);
	end(&next, SIGKILL);
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	alarm(BOUND);
	root = open(dir, O_RDONLY | O_DIRECTORY);
	a_second_as_is_told_who_holds_the_directory();
	a_holder_that_cannot_be_seen_is_called_so();
	a_standby_takes_over_from_one_that_was_killed();
	a_worker_whose_as_is_gone_keeps_the_next_one_waiting();
	a_worker_that_comes_too_late_does_nothing();
	who_has_been_succeeded_says_so_and_ends();
	each_as_has_a_work_directory_of_its_own();
	disk_purge(root, "work");
	disk_purge(AT_FDCWD, dir);
	return test_done("lock");
}
