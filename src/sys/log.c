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
static bool lost; /* something of what went to stdout */

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

static struct tm
local_time(void)
{
	time_t now = time(NULL);
	struct tm tm = { .tm_mday = 1 };

	localtime_r(&now, &tm);
	return tm;
}

/* One line in one write: head, text, tail. */
static bool __attribute__((__format__(__printf__, 4, 0))) say(FILE *to,
    const char *head, const char *tail, const char *format, va_list args)
{
	char text[1024];

	vsnprintf(text, sizeof(text), format, args);
	return fprintf(to, "%s%s%s\n", head, text, tail) > 0 && fflush(to) == 0;
}

static void __attribute__((__format__(__printf__, 3, 0)))
complain(const char *when, int error, const char *format, va_list args)
{
	char head[64], tail[128] = "";

	snprintf(head, sizeof(head), "%s: %s", name, when);
	if (error != 0)
		snprintf(tail, sizeof(tail), ": %s", strerror(error));
	say(stderr, head, tail, format, args);
	errno = error;
}

static void __attribute__((__format__(__printf__, 2, 0)))
complain_now(int error, const char *format, va_list args)
{
	struct tm now = local_time();
	char when[32];

	strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S ", &now);
	complain(when, error, format, args);
}

/* That nobody reads any more is no fault.  Said once: a full disk stays full.
 */
static void __attribute__((__format__(__printf__, 2, 0)))
inform(const char *head, const char *format, va_list args)
{
	if (say(stdout, head, "", format, args) || errno == EPIPE || lost)
		return;
	lost = true;
	log_error("cannot write to the standard output");
}

bool
log_lost(void)
{
	return lost;
}

void
log_info(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	inform("", format, args);
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
	static char last[16];
	char head[16], date[16];
	struct tm now;
	va_list args;

	if (!telling || !is_heard())
		return;
	now = local_time();
	strftime(head, sizeof(head), "%H:%M:%S ", &now);
	strftime(date, sizeof(date), "%Y-%m-%d", &now);
	if (last[0] != '\0' && strcmp(date, last) != 0)
		log_info("%s", date); /* a new day */
	memcpy(last, date, sizeof(last));
	va_start(args, format);
	inform(head, format, args);
	va_end(args);
}

void
log_warn(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain_now(0, format, args);
	va_end(args);
}

void
log_error(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	complain_now(error, format, args);
	va_end(args);
}

void
fatal(const char *format, ...)
{
	int error = errno;
	va_list args;

	va_start(args, format);
	complain("", error, format, args);
	va_end(args);
	exit(1);
}

void
fatalx(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain("", 0, format, args);
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

char *
log_path(char *out, size_t size, const char *path)
{
	char here[LOG_PATH_MAX] = "", all[2 * LOG_PATH_MAX];

	if (path[0] != '/' && getcwd(here, sizeof(here)) == NULL)
		here[0] = '\0';
	snprintf(all, sizeof(all), "%s%s%s", here,
	    here[0] != '\0' && here[1] != '\0' ? "/" : "", path);
	return escape(out, size, all, strlen(all));
}
