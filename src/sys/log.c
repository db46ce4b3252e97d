#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sys/fd.h"
#include "sys/log.h"

#define LINE_MAX_LEN 1200 /* with its head and tail; below PIPE_BUF */

/* Where lines go.  Nobody waits for their reader: what is too much is lost. */
struct output {
	int fd;
	size_t
	    rest; /* bytes of a line that has left in part: they come first */
	unsigned long lost; /* lines, since the last that has left */
	char text[LINE_MAX_LEN];
};

static struct output out = { .fd = STDOUT_FILENO };
static struct output err = { .fd = STDERR_FILENO };
static const char *name = "";
static bool is_verbose;
static bool is_lost; /* see log_lost() */

/*
 * A terminal or a pipe is opened once more, since O_NONBLOCK belongs to all who
 * share an opened one, and they need not expect it.  Where that cannot be, we
 * ask before each line whether it can leave: a pipe takes one as a whole then.
 */
static void
open_output(struct output *o, int fd)
{
	char path[32];
	struct stat st;
	int again;

	memset(o, 0, sizeof(*o));
	o->fd = fd;
	if (fstat(fd, &st) == -1 ||
	    !(S_ISFIFO(st.st_mode) || S_ISCHR(st.st_mode)))
		return;
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	again = open(path, O_WRONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	if (again != -1)
		o->fd = again;
}

void
log_open(const char *program, bool verbose)
{
	fill_standard_descriptors();
	open_output(&out, STDOUT_FILENO);
	open_output(&err, STDERR_FILENO);
	name = program;
	is_verbose = verbose;
}

bool
log_verbose(void)
{
	return is_verbose;
}

static struct tm
local_time(void)
{
	time_t now = time(NULL);
	struct tm tm = { .tm_mday = 1 };

	localtime_r(&now, &tm);
	return tm;
}

/* How many of n bytes have left at once; errno where they never will. */
static size_t
transmit(const struct output *o, const char *text, size_t n)
{
	struct pollfd p = { .fd = o->fd, .events = POLLOUT };
	ssize_t wrote = -1;

	errno = EAGAIN;
	if (poll(&p, 1, 0) == 1)
		wrote = write(o->fd, text, n);
	return wrote > 0 ? (size_t)wrote : 0;
}

/* What has not left of a line that has begun to. */
static bool
finish_line(struct output *o)
{
	size_t left = transmit(o, o->text, o->rest);

	o->rest -= left;
	memmove(o->text, o->text + left, o->rest);
	return o->rest == 0;
}

static bool
send_line(struct output *o, const char *line, size_t n)
{
	size_t left;

	if (o->rest > 0 && !finish_line(o))
		return false;
	left = transmit(o, line, n);
	if (left > 0) {
		o->rest = n - left;
		memcpy(o->text, line + left, o->rest);
	}
	return left > 0;
}

/* One line: head, text, tail.  False: it is lost, errno says why. */
static bool __attribute__((__format__(__printf__, 4, 0)))
write_line(struct output *o, const char *head, const char *tail,
    const char *format, va_list args)
{
	char text[1024], line[LINE_MAX_LEN];
	int n;

	if (o->lost > 0) {
		n = snprintf(line, sizeof(line),
		    "%s: %lu lines are missing here, as nobody read them\n",
		    name, o->lost);
		if (send_line(o, line, (size_t)n))
			o->lost = 0;
	}
	vsnprintf(text, sizeof(text), format, args);
	n = snprintf(line, sizeof(line), "%s%s%s\n", head, text, tail);
	if (o->lost == 0 && send_line(o, line, (size_t)n))
		return true;
	o->lost++;
	return false;
}

static void __attribute__((__format__(__printf__, 3, 0)))
to_stderr(const char *when, int error, const char *format, va_list args)
{
	char head[64], tail[128] = "";

	snprintf(head, sizeof(head), "%s: %s", name, when);
	if (error != 0)
		snprintf(tail, sizeof(tail), ": %s", strerror(error));
	write_line(&err, head, tail, format, args);
	errno = error;
}

static void __attribute__((__format__(__printf__, 2, 0)))
to_stderr_timed(int error, const char *format, va_list args)
{
	struct tm now = local_time();
	char when[32];

	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S ", &now);
	to_stderr(when, error, format, args);
}

/* Without a reader nothing is wrong.  Logged once: a full disk stays full. */
static void __attribute__((__format__(__printf__, 2, 0)))
to_stdout(const char *head, const char *format, va_list args)
{
	if (write_line(&out, head, "", format, args) || errno == EAGAIN ||
	    errno == EPIPE || is_lost)
		return;
	is_lost = true;
	log_error("cannot write to the standard output");
}

bool
log_lost(void)
{
	return is_lost;
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	to_stdout("", format, args);
	va_end(args);
}

void
log_request(const char *format, ...)
{
	static char last[16];
	char head[16], date[16];
	struct tm now;
	va_list args;

	if (!is_verbose)
		return;
	now = local_time();
	strftime(head, sizeof(head), "%H:%M:%S ", &now);
	strftime(date, sizeof(date), "%Y-%m-%d", &now);
	if (last[0] != '\0' && strcmp(date, last) != 0)
		log_info("%s", date); /* a new day */
	memcpy(last, date, sizeof(last));
	va_start(args, format);
	to_stdout(head, format, args);
	va_end(args);
}

void
log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	to_stderr_timed(0, format, args);
	va_end(args);
}

void
log_error(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	to_stderr_timed(error, format, args);
	va_end(args);
}

void
fatal(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	to_stderr("", error, format, args);
	va_end(args);
	exit(1);
}

void
fatalx(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	to_stderr("", 0, format, args);
	va_end(args);
	exit(1);
}

char *
escape(char *to, size_t size, const char *s, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n && len + 5 <= size; i++) {
		unsigned char c = (unsigned char)s[i];

		if (c >= ' ' && c <= '~' && c != '\\')
			to[len++] = (char)c;
		else
			len += (size_t)snprintf(
			    to + len, size - len, "\\x%02x", (unsigned)c);
	}
	to[len] = '\0';
	return to;
}

char *
log_path(char *to, size_t size, const char *path)
{
	char here[LOG_PATH_MAX] = "", all[2 * LOG_PATH_MAX];

	if (path[0] != '/' && getcwd(here, sizeof(here)) == NULL)
		here[0] = '\0';
	snprintf(all, sizeof(all), "%s%s%s", here,
	    here[0] != '\0' && here[1] != '\0' ? "/" : "", path);
	return escape(to, size, all, strlen(all));
}
