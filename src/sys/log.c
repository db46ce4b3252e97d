#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <time.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/log.h"

static const char *name = "";
static bool telling;

void
log_open(const char *program, bool verbose)
{
	fill_standard_descriptors();
	name = program;
	telling = verbose;
}

bool
log_verbose(void)
{
	return telling;
}

/* One line in one write: head, text, tail. */
static void __attribute__((__format__(__printf__, 4, 0))) say(FILE *to,
    const char *head, const char *tail, const char *format, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), format, args);
	fprintf(to, "%s%s%s\n", head, text, tail);
	fflush(to);
}

static void __attribute__((__format__(__printf__, 2, 0)))
complain(int error, const char *format, va_list args)
{
	char head[32], tail[128] = "";

	snprintf(head, sizeof(head), "%s: ", name);
	if (error != 0)
		snprintf(tail, sizeof(tail), ": %s", strerror(error));
	say(stderr, head, tail, format, args);
	errno = error;
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(stdout, "", "", format, args);
	va_end(args);
}

/* Would a line go out at once?  Nobody may be reading what a pipe holds. */
static bool
is_heard(void)
{
	struct timeval at_once = { 0, 0 };
	fd_set out;

	FD_ZERO(&out);
	FD_SET((unsigned)STDOUT_FILENO, &out);
	return select(STDOUT_FILENO + 1, NULL, &out, NULL, &at_once) == 1;
}

void
log_request(const char *format, ...)
{
	char head[16];
	time_t now = time(NULL);
	struct tm tm;
	va_list args;

	if (!telling || !is_heard())
		return;
	localtime_r(&now, &tm);
	strftime(head, sizeof(head), "%H:%M:%S ", &tm);
	va_start(args, format);
	say(stdout, head, "", format, args);
	va_end(args);
}

void
log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(0, format, args);
	va_end(args);
}

void
log_error(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	complain(error, format, args);
	va_end(args);
}

void
fatal(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	complain(error, format, args);
	va_end(args);
	exit(1);
}

void
fatalx(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(0, format, args);
	va_end(args);
	exit(1);
}

char *
escape(char *out, size_t room, const char *s, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n && len + 5 <= room; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= ' ' && c <= '~' && c != '\\')
			out[len++] = (char)c;
		else
			len += (size_t)snprintf(
			    out + len, room - len, "\\x%02x", (unsigned)c);
	}
	out[len] = '\0';
	return out;
}
