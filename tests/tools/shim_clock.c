/* shim_clock - see shim_clock.h. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#include "shim_clock.h"

#ifndef RTLD_NEXT
#define RTLD_NEXT ((void *)-1L) /* the next in the order; no POSIX name */
#endif

#define REAL(name)                                                             \
	static __typeof__(&name) real;                                         \
	if (real == NULL)                                                      \
	*(void **)&real = dlsym(RTLD_NEXT, #name)

static struct clock_turn *turn; /* NULL: there is no file */

__attribute__((__constructor__)) static void
attach(void)
{
	const char *path = getenv("CLOCK_FILE");
	int fd = path == NULL ? -1 : open(path, O_RDWR | O_CLOEXEC);
	void *at;

	if (fd == -1)
		return;
	at = mmap(
	    NULL, sizeof(*turn), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	close(fd);
	if (at == MAP_FAILED)
		return;
	turn = at;
	atomic_fetch_add(&turn->attached, 1);
}

static long
turned(void)
{
	if (turn == NULL)
		return 0;
	atomic_fetch_add(&turn->asked, 1);
	return atomic_load(&turn->by);
}

int
clock_gettime(clockid_t clock, struct timespec *t)
{
	int result;

	REAL(clock_gettime);
	result = real(clock, t);
	if (result == 0 && clock == CLOCK_REALTIME)
		t->tv_sec += turned();
	return result;
}

time_t
time(time_t *out)
{
	time_t now;

	REAL(time);
	now = real(NULL) + turned();
	if (out != NULL)
		*out = now;
	return now;
}

int
gettimeofday(struct timeval *restrict t, void *restrict zone)
{
	int result;

	REAL(gettimeofday);
	result = real(t, zone);
	t->tv_sec += turned();
	return result;
}
