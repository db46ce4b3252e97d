#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "../fileload.h"

/* The size of the reply's body, -1 where it is not told. */
static long
take_head(struct stream *s)
{
	char line[512];
	long length = -1;

	if (!stream_line(s, line, sizeof(line)) || strlen(line) < 10 ||
	    line[9] != '2')
		failed("status", line);
	while (stream_line(s, line, sizeof(line)) && line[0] != '\0')
		if (strncasecmp(line, "Content-Length:", 15) == 0)
			length = atol(line + 15);
	return length;
}

void
http_work(struct stream *s, int source, size_t g)
{
	bool is_put = load.work == WORK_PUT;
	char head[512], name[64];
	long length;
	int n;

	file_name(name, g);
	n = snprintf(head, sizeof(head),
	    "%s %s%s HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n",
	    is_put ? "PUT" : "GET", load.path, name);
	if (is_put)
		n += snprintf(head + n, sizeof(head) - (size_t)n,
		    "Content-Length: %zu\r\n", load.size);
	n += snprintf(head + n, sizeof(head) - (size_t)n, "\r\n");
	stream_open(s, load.port, source);
	if (is_put)
		send_head_and_body(s->fd, head, (size_t)n, "", 0);
	else
		write_all(s->fd, head, (size_t)n);
	length = take_head(s);
	if (!is_put &&
	    (length != (long)load.size ||
		stream_skip(s, load.size) != load.size))
		failed("body", "short");
	stream_close(s);
}
