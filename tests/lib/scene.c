#include <errno.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "body.h"
#include "run.h"
#include "scene.h"

#define FLAWS_TOLD 12

static bool small;
static char dir[PATH_ROOM];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int flaw_count;
static char bytes[CONTENT_MAX];
static size_t filled;

void
scene_open(bool is_small_run)
{
	const char *tmp = getenv("TMPDIR");

	small = is_small_run;
	snprintf(
	    dir, sizeof(dir), "%s/soak.XXXXXX", tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(dir) == NULL) {
		perror("soak: a directory for the run");
		exit(2);
	}
}

void
scene_close(void)
{
	end_all();
	run_shell("rm -rf '%s'", dir);
}

bool
is_small(void)
{
	return small;
}

int
size_of(int full, int small_size)
{
	return small ? small_size : full;
}

const char *
scene_dir(void)
{
	return dir;
}

/* The directory that the environment names, from the root on. */
static const char *
setting(char *path, const char *name, const char *otherwise)
{
	const char *value = getenv(name);
	char here[PATH_ROOM];

	if (value == NULL)
		value = otherwise;
	if (*value == '/' || getcwd(here, sizeof(here)) == NULL)
		snprintf(path, PATH_ROOM, "%s", value);
	else
		path_in(path, here, value);
	return path;
}

const char *
scene_bin(void)
{
	static char path[PATH_ROOM];

	return setting(path, "BIN", "build/gn0");
}

const char *
scene_quick(void)
{
	static char path[PATH_ROOM];

	return setting(path, "QUICK", "build/gn0-policy");
}

const char *
scene_tools(void)
{
	static char path[PATH_ROOM];

	return setting(path, "TOOLS", "build/gn0");
}

void
path_in(char out[PATH_ROOM], const char *in, const char *name)
{
	if (snprintf(out, PATH_ROOM, "%s/%s", in, name) >= PATH_ROOM) {
		fprintf(stderr, "soak: %s is too long\n", name);
		exit(2);
	}
}

void
run_shell(const char *format, ...)
{
	char command[2 * PATH_ROOM];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command) == -1)
		perror("soak: system");
}

void
flaw(const char *format, ...)
{
	va_list args;

	pthread_mutex_lock(&lock);
	if (flaw_count++ < FLAWS_TOLD) {
		fputs("    ", stderr);
		va_start(args, format);
		vfprintf(stderr, format, args);
		va_end(args);
		putc('\n', stderr);
	}
	pthread_mutex_unlock(&lock);
}

int
flaws(void)
{
	return flaw_count;
}

double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void
nap(int ms)
{
	struct timespec t = { ms / 1000, (long)(ms % 1000) * 1000000 };

	while (nanosleep(&t, &t) == -1 && errno == EINTR)
		;
}

const char *
content(size_t size)
{
	pthread_mutex_lock(&lock);
	while (filled < size && filled < sizeof(bytes)) {
		memcpy(bytes + filled, body(filled, BODY_CHUNK), BODY_CHUNK);
		filled += BODY_CHUNK;
	}
	pthread_mutex_unlock(&lock);
	return bytes;
}

bool
content_is_file(const char *path, size_t size)
{
	FILE *f = fopen(path, "rb");
	char some[BODY_CHUNK];
	size_t n, done = 0;
	bool same = f != NULL;

	if (f == NULL)
		return false;
	content(size);
	while (same && (n = fread(some, 1, sizeof(some), f)) > 0) {
		same = done + n <= size && memcmp(some, bytes + done, n) == 0;
		done += n;
	}
	fclose(f);
	return same && done == size;
}
