#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../fileload.h"

/* The last line of a reply, which must begin with one of the digits. */
static void
expect(struct stream *s, const char *digits, char line[512])
{
	do
		if (!stream_line(s, line, 512))
			failed("FTP", "the connection ended");
	while (strlen(line) < 4 || line[3] == '-' || line[0] < '1' ||
	    line[0] > '9');
	if (strchr(digits, line[0]) == NULL)
		failed("FTP", line);
}

static void
command(struct stream *s, const char *verb, const char *argument)
{
	char line[512];
	int n = snprintf(line, sizeof(line), "%s%s%s\r\n", verb,
	    argument[0] != '\0' ? " " : "", argument);

	write_all(s->fd, line, (size_t)n);
}

static void
greet(struct stream *s)
{
	char line[512];

	expect(s, "2", line);
	command(s, "USER", "anonymous");
	expect(s, "23", line);
	if (line[0] == '3') {
		command(s, "PASS", "x@x");
		expect(s, "2", line);
	}
	command(s, "TYPE", "I");
	expect(s, "2", line);
	if (strcmp(load.path, "/") != 0) {
		command(s, "CWD", load.path);
		expect(s, "2", line);
	}
}

static int
passive_port(struct stream *s)
{
	char line[512];
	const char *open;
	int high, low;

	command(s, "PASV", "");
	expect(s, "2", line);
	open = strchr(line, '(');
	if (open == NULL ||
	    sscanf(open, "(%*d,%*d,%*d,%*d,%d,%d)", &high, &low) != 2)
		failed("PASV", line);
	return high * 256 + low;
}

void
ftp_work(struct stream *s, int source, size_t g)
{
	static const char *verbs[] = { "STOR", "RETR", "LIST" };
	static struct stream data;
	char line[512], name[64];
	size_t got;
	int port;

	file_name(name, g);
	stream_open(s, load.port, source);
	greet(s);
	port = passive_port(s);
	command(s, verbs[load.work], load.work == WORK_LIST ? "" : name);
	stream_open(&data, port, source);
	expect(s, "1", line);
	if (load.work == WORK_PUT) {
		send_head_and_body(data.fd, "", 0, "", 0);
	} else {
		got = stream_skip(&data, (size_t)-1);
		if (load.work == WORK_GET && got != load.size)
			failed("body", "short");
	}
	stream_close(&data);
	expect(s, "2", line);
	command(s, "QUIT", "");
	stream_close(s);
}
