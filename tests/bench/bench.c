#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <time.h>

#include "bench.h"

double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

void
die(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, ": %s\n", strerror(error));
	exit(1);
}

void
figure(const char *label, const char *name, double value, const char *unit)
{
	printf("%s.%s %.6g %s\n", label, name, value, unit);
	fflush(stdout);
}

size_t
parse_size(const char *text)
{
	char *end;
	double v = strtod(text, &end);

	if (*end == 'K')
		v *= 1024;
	if (*end == 'M')
		v *= 1024.0 * 1024;
	if (*end == 'G')
		v *= 1024.0 * 1024 * 1024;
	return (size_t)v;
}

void *
allocate(size_t n)
{
	void *p = calloc(1, n > 0 ? n : 1);

	if (p == NULL)
		die("%zu bytes", n);
	return p;
}

void *
shared(size_t n)
{
	void *p = mmap(NULL, n > 0 ? n : 1, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (p == MAP_FAILED)
		die("%zu bytes", n);
	return p;
}

void
raise_limit(void)
{
	struct rlimit l;

	if (getrlimit(RLIMIT_NOFILE, &l) == -1)
		return;
	l.rlim_cur = l.rlim_max;
	setrlimit(RLIMIT_NOFILE, &l);
}

uint64_t
next_random(uint64_t *state)
{
	*state ^= *state >> 12;
	*state ^= *state << 25;
	*state ^= *state >> 27;
	return *state * 2685821657736338717u;
}

void
fill_random(void *data, size_t n, uint64_t seed)
{
	unsigned char *p = data;

	seed |= 1;
	for (size_t i = 0; i < n; i++)
		p[i] = (unsigned char)(next_random(&seed) >> 32);
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

void
sort_doubles(double *v, size_t n)
{
	qsort(v, n, sizeof(*v), by_value);
}

double
percentile(const double *sorted, size_t n, double p)
{
	size_t i = n > 0 ? (size_t)((double)(n - 1) * p / 100 + 0.5) : 0;

	return n > 0 ? sorted[i] : 0;
}

void
figure_latency(const char *label, double *seconds, size_t n)
{
	sort_doubles(seconds, n);
	figure(label, "p50", percentile(seconds, n, 50) * 1e3, "ms");
	figure(label, "p99", percentile(seconds, n, 99) * 1e3, "ms");
	figure(label, "max", percentile(seconds, n, 100) * 1e3, "ms");
}
