/* shim_fault - see shim_fault.h. */
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "shim_fault.h"

#ifndef RTLD_NEXT
#define RTLD_NEXT ((void *)-1L) /* the next in the order; no POSIX name */
#endif

/* What these are called where file offsets have 64 bits by choice. */
struct stat64;
int openat64(int at, const char *name, int flags, ...);
int fstat64(int fd, struct stat64 *st);
int fstatat64(int at, const char *name, struct stat64 *st, int flags);

static struct fault *fault; /* NULL: there is no steering */

/* The real function of that name, in a pointer of its own type. */
#define REAL(name)                                                             \
	static __typeof__(&name) real;                                         \
	if (real == NULL)                                                      \
	*(void **)&real = dlsym(RTLD_NEXT, #name)

__attribute__((__constructor__)) static void
attach(void)
{
	const char *path = getenv("FAULT_FILE");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *at;

	if (fd == -1)
		return;
	at = mmap(
	    NULL, sizeof(*fault), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at != MAP_FAILED) {
		fault = at;
		atomic_fetch_add(&fault->attached, 1);
	}
	close(fd);
}

static bool
is_armed(void)
{
	return fault != NULL && atomic_load(&fault->armed) != 0;
}

static uint64_t
inode(int fd, bool *file)
{
	struct stat st;

	REAL(fstat);
	if (real(fd, &st) == -1)
		return 0;
	*file = S_ISREG(st.st_mode) || S_ISDIR(st.st_mode);
	return st.st_ino;
}

/* Where an answer leaves: no pipe to a child, no socket of this host's own. */
static bool
leads_out(int fd)
{
	struct sockaddr_storage at = { .ss_family = AF_UNIX };
	socklen_t len = sizeof(at);

	return getsockname(fd, (struct sockaddr *)&at, &len) == 0 &&
	    at.ss_family == AF_INET;
}

static void
record(enum fault_call call, int fd, int from)
{
	bool file = false, ignored;
	unsigned i;

	if (!is_armed())
		return;
	if ((call == CALL_WRITE || call == CALL_SEND) && !leads_out(fd) &&
	    (inode(fd, &file) == 0 || !file))
		return;
	i = atomic_fetch_add(&fault->recorded, 1);
	if (i >= FAULT_RECORDS)
		return;
	fault->record[i].call = call;
	fault->record[i].file = inode(fd, &file);
	fault->record[i].socket = !file && leads_out(fd);
	fault->record[i].from = from < 0 ? 0 : inode(from, &ignored);
}

static void
strike(void)
{
	struct timespec late = { 0, fault->error * 1000000L };

	if (fault->way == FAULT_KILL_ALL)
		kill(0, SIGKILL);
	else if (fault->way == FAULT_KILL_ONE)
		kill(getpid(), SIGKILL);
	else if (fault->way == FAULT_DELAY)
		nanosleep(&late, NULL);
	errno = fault->error;
}

/* Count a call: true where it has to fail, with errno set; or no return. */
static bool
hit(enum fault_call call, int fd)
{
	bool file = true;
	unsigned n;

	if (!is_armed() || (fault->calls >> call & 1u) == 0)
		return false;
	if (fd != -1 && fault->files_only)
		inode(fd, &file);
	if (!file)
		return false;
	n = atomic_fetch_add(&fault->count, 1) + 1;
	if (n != fault->at && !(fault->onward && n > fault->at))
		return false;
	atomic_store(&fault->victim, (int)getpid());
	atomic_fetch_or(&fault->struck, 1u << call);
	atomic_fetch_add(&fault->fired, 1);
	strike();
	return fault->way != FAULT_DELAY;
}

/* The calls */

ssize_t
write(int fd, const void *data, size_t n)
{
	ssize_t wrote;

	REAL(write);
	if (hit(CALL_WRITE, fd))
		return -1;
	record(CALL_WRITE, fd, -1);
	wrote = real(fd, data, n);
	return wrote;
}

ssize_t
send(int fd, const void *data, size_t n, int flags)
{
	REAL(send);
	if (hit(CALL_SEND, fd))
		return -1;
	record(CALL_SEND, fd, -1);
	return real(fd, data, n, flags);
}

ssize_t
sendto(int fd, const void *data, size_t n, int flags, const struct sockaddr *to,
    socklen_t len)
{
	REAL(sendto);
	if (hit(CALL_SEND, fd))
		return -1;
	record(CALL_SEND, fd, -1);
	return real(fd, data, n, flags, to, len);
}

ssize_t
sendmsg(int fd, const struct msghdr *m, int flags)
{
	REAL(sendmsg);
	if (hit(CALL_SEND, fd))
		return -1;
	record(CALL_SEND, fd, -1);
	return real(fd, m, flags);
}

int
fsync(int fd)
{
	int result;

	REAL(fsync);
	if (hit(CALL_FSYNC, fd))
		return -1;
	result = real(fd);
	if (result == 0)
		record(CALL_FSYNC, fd, -1);
	return result;
}

int
fdatasync(int fd)
{
	int result;

	REAL(fdatasync);
	if (hit(CALL_FSYNC, fd))
		return -1;
	result = real(fd);
	if (result == 0)
		record(CALL_FSYNC, fd, -1);
	return result;
}

/* As close() does where it fails: the descriptor is gone all the same. */
int
close(int fd)
{
	REAL(close);
	if (hit(CALL_CLOSE, fd)) {
		int error = errno;

		real(fd);
		errno = error;
		return -1;
	}
	return real(fd);
}

int
renameat(int from, const char *name, int to, const char *as)
{
	int result;

	REAL(renameat);
	if (hit(CALL_RENAME, -1))
		return -1;
	result = real(from, name, to, as);
	if (result == 0)
		record(CALL_RENAME, to, from);
	return result;
}

int
linkat(int from, const char *name, int to, const char *as, int flags)
{
	int result;

	REAL(linkat);
	if (hit(CALL_LINK, -1))
		return -1;
	result = real(from, name, to, as, flags);
	if (result == 0)
		record(CALL_LINK, to, -1);
	return result;
}

int
unlinkat(int at, const char *name, int flags)
{
	int result;

	REAL(unlinkat);
	if (hit(CALL_UNLINK, -1))
		return -1;
	result = real(at, name, flags);
	if (result == 0)
		record(CALL_UNLINK, at, -1);
	return result;
}

int
mkdirat(int at, const char *name, mode_t mode)
{
	int result;

	REAL(mkdirat);
	if (hit(CALL_MKDIR, -1))
		return -1;
	result = real(at, name, mode);
	if (result == 0)
		record(CALL_MKDIR, at, -1);
	return result;
}

static mode_t
mode_of(int flags, va_list *more)
{
	return (flags & O_CREAT) != 0 ? (mode_t)va_arg(*more, unsigned) : 0;
}

int
openat(int at, const char *name, int flags, ...)
{
	va_list more;
	mode_t mode;

	REAL(openat);
	va_start(more, flags);
	mode = mode_of(flags, &more);
	va_end(more);
	return hit(CALL_OPEN, -1) ? -1 : real(at, name, flags, mode);
}

int
openat64(int at, const char *name, int flags, ...)
{
	va_list more;
	mode_t mode;

	REAL(openat64);
	va_start(more, flags);
	mode = mode_of(flags, &more);
	va_end(more);
	return hit(CALL_OPEN, -1) ? -1 : real(at, name, flags, mode);
}

int
fstat(int fd, struct stat *st)
{
	REAL(fstat);
	return hit(CALL_STAT, fd) ? -1 : real(fd, st);
}

int
fstat64(int fd, struct stat64 *st)
{
	REAL(fstat64);
	return hit(CALL_STAT, fd) ? -1 : real(fd, st);
}

int
fstatat(int at, const char *name, struct stat *st, int flags)
{
	REAL(fstatat);
	return hit(CALL_STAT, -1) ? -1 : real(at, name, st, flags);
}

int
fstatat64(int at, const char *name, struct stat64 *st, int flags)
{
	REAL(fstatat64);
	return hit(CALL_STAT, -1) ? -1 : real(at, name, st, flags);
}
