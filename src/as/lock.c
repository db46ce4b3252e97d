#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "as/lock.h"
#include "policy.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "sys/log.h"

#define WORK        "work"
#define RECORD_LEN  128 /* always, so that a full disk has room for the next */
#define HOST_LEN    63
#define HOLDER_BYTE 0
#define WORKER_BYTE 1

struct holder {
	char host[HOST_LEN + 1]; /* "": an AS that did not say */
	long pid;                /* as it sees itself */
	unsigned long number;    /* of all that have held the directory */
};

static int root = -1, file = -1, work = -1;
static struct holder own;

static int
open_file(void)
{
	return openat(
	    root, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);
}

static void
name_host(char host[HOST_LEN + 1])
{
	memset(host, 0, HOST_LEN + 1);
	if (gethostname(host, HOST_LEN) == -1 || host[0] == '\0')
		memcpy(host, "?", sizeof("?"));
	for (char *c = host; *c != '\0'; c++)
		if (*c <= ' ' || *c > '~')
			*c = '?';
}

/* Who holds the directory, as the file says it; all-zero: it does not.  False:
 * it cannot be read. */
static bool
read_record(int fd, struct holder *h)
{
	char text[RECORD_LEN + 1] = "";
	char host[HOST_LEN + 1], pid[20], number[20];

	memset(h, 0, sizeof(*h));
	if (pread(fd, text, RECORD_LEN, 0) == -1)
		return false;
	if (sscanf(text, "%63[!-~] %19[0-9] %19[0-9]", host, pid, number) ==
	    3) {
		memcpy(h->host, host, sizeof(h->host));
		h->pid = strtol(pid, NULL, 10);
		h->number = strtoul(number, NULL, 10);
	}
	return true;
}

static bool
write_record(void)
{
	char text[RECORD_LEN + 1], line[RECORD_LEN];
	struct holder last;

	read_record(file, &last);
	name_host(own.host);
	own.pid = (long)getpid();
	own.number = last.number + 1;
	snprintf(
	    line, sizeof(line), "%s %ld %lu", own.host, own.pid, own.number);
	snprintf(text, sizeof(text), "%-*s\n", RECORD_LEN - 1, line);
	return pwrite(file, text, RECORD_LEN, 0) == RECORD_LEN &&
	    fsync(file) == 0;
}

static bool
is_own(const struct holder *h)
{
	return h->number == own.number && h->pid == own.pid &&
	    strcmp(h->host, own.host) == 0;
}

/* A process of another host, or PID namespace, may have no number here. */
static const char *
in_use(void)
{
	static char error[160];
	char here[HOST_LEN + 1], on[HOST_LEN + 8] = "";
	struct holder h;
	pid_t pid = disk_locker(file, HOLDER_BYTE);

	read_record(file, &h);
	name_host(here);
	if (h.host[0] != '\0')
		snprintf(on, sizeof(on), " on %s", h.host);
	if (pid > 0 && (h.host[0] == '\0' || strcmp(h.host, here) == 0) &&
	    (kill(pid, 0) == 0 || errno == EPERM))
		snprintf(error, sizeof(error),
		    "in use by the AS with process ID %ld%s", (long)pid, on);
	else if (h.host[0] != '\0')
		snprintf(error, sizeof(error),
		    "in use by a process that cannot be seen from here: the AS "
		    "with process ID %ld%s",
		    h.pid, on);
	else
		return "in use by a process that cannot be seen from here";
	return error;
}

static bool
is_locked_by_others(void)
{
	return errno == EAGAIN || errno == EACCES;
}

/*
 * What workers of the last AS are at ends soon, and no more is given to them.
 * Bounded, because one of them may be stuck for good.
 */
static const char *
await_workers(void)
{
	static const struct timespec pause = { 0, ORPHAN_POLL * 1000000L };
	static char error[80];
	ms_t began = now_ms();
	bool is_logged = false;

	while (disk_lock(file, WORKER_BYTE, false) == -1) {
		if (!is_locked_by_others())
			return strerror(errno);
		if (now_ms() - began >= ORPHAN_TIME) {
			snprintf(error, sizeof(error),
			    "a worker of the last AS does not end, process ID "
			    "%ld",
			    (long)disk_locker(file, WORKER_BYTE));
			return error;
		}
		if (!is_logged && now_ms() - began >= ORPHAN_TOLD) {
			log_info("AS waits for a worker of the last AS to end, "
				 "process ID %ld",
			    (long)disk_locker(file, WORKER_BYTE));
			is_logged = true;
		}
		nanosleep(&pause, NULL);
	}
	return NULL;
}

/* A new one: whoever still has the old one open can put nothing into it. */
static int
make_work(void)
{
	if (disk_purge(root, WORK) == -1 || mkdirat(root, WORK, 0700) == -1)
		return -1;
	return disk_open_dir(root, WORK);
}

const char *
lock_take(int dir, bool wait, int *new_work)
{
	const char *error;

	root = dir;
	file = open_file();
	if (file == -1)
		return strerror(errno);
	if (disk_lock(file, HOLDER_BYTE, false) == -1) {
		if (!is_locked_by_others())
			return strerror(errno);
		if (!wait)
			return in_use();
		log_info("AS stands by: the directory is %s", in_use());
		if (disk_lock(file, HOLDER_BYTE, true) == -1)
			return strerror(errno);
	}
	error = await_workers();
	if (error != NULL)
		return error;
	work = write_record() ? make_work() : -1;
	if (work == -1 || disk_unlock(file, WORKER_BYTE) == -1)
		return strerror(errno);
	*new_work = work;
	return NULL;
}

/* Its own descriptor: what shares the AS's might share its locks as well. */
bool
lock_join(void)
{
	static int share = -1;
	struct holder h;
	int fd;

	if (share != -1)
		return true;
	fd = open_file();
	if (fd == -1)
		return false;
	if (disk_lock_shared(fd, WORKER_BYTE) == 0 && read_record(fd, &h) &&
	    is_own(&h)) {
		share = fd;
		return true;
	}
	close(fd);
	errno = ESTALE;
	return false;
}

static _Noreturn void
end_succeeded(const struct holder *h)
{
	if (h->number != 0 && h->number != own.number)
		fatalx("the AS with process ID %ld on %s has taken over the "
		       "accounts: this one ends",
		    h->pid, h->host);
	fatalx("the lock or the work directory of the accounts is lost, and "
	       "another AS may have taken over: this one ends");
}

/* Of a remote file system all three ask the server. */
bool
lock_prove(void)
{
	bool locked = disk_lock(file, HOLDER_BYTE, false) == 0;
	bool refused = !locked && is_locked_by_others();
	struct holder h;
	struct stat st;

	if (!read_record(file, &h))
		return false;
	if (refused || !is_own(&h))
		end_succeeded(&h);
	if (fstat(work, &st) == -1) {
		if (errno == ESTALE || errno == ENOENT)
			end_succeeded(&h);
		return false;
	}
	if (st.st_nlink == 0)
		end_succeeded(&h);
	return locked;
}
