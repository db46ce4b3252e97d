/*
 * shim_clock - a wall clock that a test turns, for programs that must not care.
 *
 * A library to be preloaded (LD_PRELOAD). The file that CLOCK_FILE in the
 * environment names holds a number of seconds, which is added to what the wall
 * clock says; a test rewrites it while the program runs. The monotonic clock
 * stays true: nobody can turn that.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#ifndef RTLD_NEXT
#define RTLD_NEXT ((void *)-1L) /* the next in the order; no POSIX name */
#endif

#define REAL(name)                                                             \
	static __typeof__(&name) real;                                         \
	if (real == NULL)                                                      \
	*(void **)&real = dlsym(RTLD_NEXT, #name)

static long
turned(void)
{
	const char *path = getenv("CLOCK_FILE");
	int fd = path == NULL ? -1 : open(path, O_RDONLY | O_CLOEXEC);
	char text[32];
	ssize_t n;

	if (fd == -1)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = '\0';
	return strtol(text, NULL, 10);
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
