#define _DEFAULT_SOURCE /* MAP_ANONYMOUS */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "bench.h"

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
figure_latency(const char *label, double *took, size_t n)
{
	sort_doubles(took, n);
	figure(label, "p50", percentile(took, n, 50) * 1e3, "ms");
	figure(label, "p99", percentile(took, n, 99) * 1e3, "ms");
	figure(label, "max", percentile(took, n, 100) * 1e3, "ms");
}

int
tcp_listen(int port)
{
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = address_of(LOCAL, (uint16_t)port);

	if (fd == -1)
		die("socket");
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) == -1 ||
	    listen(fd, 1024) == -1)
		die("port %d", port);
	nonblock(fd);
	return fd;
}

int
udp_socket(int *port)
{
	int fd = udp_at(LOCAL, (uint16_t)*port), room = 4 << 20;

	if (fd == -1)
		die("port %d", *port);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	*port = port_of(fd);
	return fd;
}

int
tcp_connect(int port, int source)
{
	char from[16];

	snprintf(from, sizeof(from), "127.%d.%d.%d", source >> 16 & 255,
	    source >> 8 & 255, source & 255);
	return tcp_to(from, (uint16_t)port);
}

int
source_address(int client, size_t i)
{
	unsigned n = (unsigned)getppid() * 1021u + (unsigned)client * 67u +
	    (unsigned)(i / 2000) * 7919u;

	return 256 + (int)(n % 0xfffe00u);
}

void
nonblock(int fd)
{
	if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		die("fcntl");
}

void
write_all(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n > 0) {
		ssize_t wrote = write(fd, p, n);

		if (wrote == -1 && errno != EINTR)
			die("write");
		if (wrote > 0) {
			p += wrote;
			n -= (size_t)wrote;
		}
	}
}
