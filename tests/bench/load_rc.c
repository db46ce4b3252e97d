#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fileload.h"

static void
expect(struct stream *s, const char *want)
{
	char line[64];

	if (!stream_line(s, line, sizeof(line)) || strcmp(line, want) != 0)
		failed(want, line);
}

static void
put(struct stream *s, int uid, int f)
{
	char head[128];
	int n = snprintf(head, sizeof(head), "UPL %05d 3%03d f%02d.dat %zu ",
	    uid, f, f, load.size);

	send_head_and_body(s->fd, head, (size_t)n, "\n", 1);
	expect(s, "RUP OK");
}

static void
erase(struct stream *s, int uid, int f)
{
	char head[128];
	int n = snprintf(
	    head, sizeof(head), "DEL %05d 4%03d f%02d.dat\n", uid, f, f);

	write_all(s->fd, head, (size_t)n);
	expect(s, "RDL OK");
}

static void
get(struct stream *s, int uid, unsigned k)
{
	char head[128];
	int words = 0, c = 0;
	int n = snprintf(head, sizeof(head), "RTV %05d 2%03u f%02u.dat\n", uid,
	    k % 1000, k % 1000 % 15);

	write_all(s->fd, head, (size_t)n);
	for (n = 0; words < 3 && n < 127 && c != '\n'; n++) {
		c = stream_byte(s);
		if (c == -1)
			break;
		words += c == ' ';
		head[n] = (char)c;
	}
	head[n] = '\0';
	if (words < 3 || strtoul(head + 7, NULL, 10) != load.size ||
	    stream_skip(s, load.size + 1) != load.size + 1)
		failed("RTV", head);
}

static void
list(struct stream *s, int uid, unsigned k)
{
	char line[2048];
	int n = snprintf(line, sizeof(line), "LST %05d 1%03u\n", uid, k % 1000);

	write_all(s->fd, line, (size_t)n);
	if (!stream_line(s, line, sizeof(line)) || atoi(line + 4) < 1)
		failed("LST", line);
}

/* Reading goes round the users in a scattered order: 7919 is a prime. */
void
rc_work(struct stream *s, int source, size_t g)
{
	int own = (load.base + (int)(g / 15)) % 100000, f = (int)(g % 15);
	size_t users = (size_t)load.users;
	int any = load.base + (int)(g * 7919 % users);
	unsigned k = load.first + (unsigned)(g / users);

	stream_open(s, load.port, source);
	switch (load.work) {
	case WORK_PUT:
		put(s, own, f);
		break;
	case WORK_DELETE:
		erase(s, own, f);
		break;
	case WORK_GET:
		get(s, any, k);
		break;
	case WORK_LIST:
		list(s, any, k);
		break;
	}
	stream_close(s);
}
