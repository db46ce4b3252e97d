#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fileload.h"

void
failed(const char *what, const char *line)
{
	fprintf(stderr, "fileload: %s: %s\n", what, line);
	exit(1);
}

/* A full backlog refuses now and then: try again. */
void
stream_open(struct stream *s, int port, int source)
{
	int tries = 0;

	s->at = s->n = 0;
	while ((s->fd = tcp_connect(port, source)) == -1)
		if (++tries > 100)
			die("connect to port %d", port);
}

void
stream_close(struct stream *s)
{
	close(s->fd);
}

int
stream_byte(struct stream *s)
{
	ssize_t got;

	if (s->at < s->n)
		return (unsigned char)s->data[s->at++];
	do
		got = read(s->fd, s->data, sizeof(s->data));
	while (got == -1 && errno == EINTR);
	if (got <= 0)
		return -1;
	s->n = (size_t)got;
	s->at = 1;
	return (unsigned char)s->data[0];
}

bool
stream_line(struct stream *s, char *line, size_t room)
{
	size_t n = 0;
	int c;

	while ((c = stream_byte(s)) != -1 && c != '\n')
		if (c != '\r' && n + 1 < room)
			line[n++] = (char)c;
	line[n] = '\0';
	return c != -1;
}

size_t
stream_skip(struct stream *s, size_t want)
{
	static char waste[CHUNK];
	size_t got = s->n - s->at;

	if (got > want)
		got = want;
	s->at += got;
	while (got < want) {
		size_t k = want - got < CHUNK ? want - got : CHUNK;
		ssize_t n = read(s->fd, waste, k);

		if (n == -1 && errno == EINTR)
			continue;
		if (n <= 0)
			break;
		got += (size_t)n;
	}
	return got;
}

void
send_head_and_body(
    int fd, const char *head, size_t n, const char *tail, size_t tail_n)
{
	static char one[SMALL + 1024];

	if (load.size <= SMALL) {
		memcpy(one, head, n);
		memcpy(one + n, load.body, load.size);
		memcpy(one + n + load.size, tail, tail_n);
		write_all(fd, one, n + load.size + tail_n);
		return;
	}
	write_all(fd, head, n);
	for (size_t left = load.size; left > 0;) {
		size_t k = left < CHUNK ? left : CHUNK;

		write_all(fd, load.body, k);
		left -= k;
	}
	write_all(fd, tail, tail_n);
}

void
file_name(char out[64], size_t g)
{
	snprintf(
	    out, 64, "u%05zu-f%02zu.dat", (size_t)load.base + g / 15, g % 15);
}
