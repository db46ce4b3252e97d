#define _XOPEN_SOURCE 700 /* the pseudo-terminals */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "talk_pty.h"

/* A new session's first terminal becomes its controlling one. */
static _Noreturn void
live_at(const char *terminal, const char *dir, char **argv)
{
	int fd;

	setsid();
	fd = open(terminal, O_RDWR);
	if (fd != -1)
		party_become(dir, argv, fd, fd, fd);
	perror(terminal);
	_exit(127);
}

void
party_terminal(const char *name, const char *dir, char **argv)
{
	struct party *p = party_new(name, TERMINAL);
	int fd = posix_openpt(O_RDWR | O_NOCTTY);
	const struct winsize size = { .ws_row = 24, .ws_col = 80 };
	const char *terminal;

	if (fd == -1 || grantpt(fd) == -1 || unlockpt(fd) == -1 ||
	    (terminal = ptsname(fd)) == NULL ||
	    ioctl(fd, TIOCSWINSZ, &size) == -1)
		fail(strerror(errno), NULL, 0);
	p->out = p->said.fd = party_own(fd);
	p->pid = fork();
	if (p->pid == -1)
		fail(strerror(errno), NULL, 0);
	if (p->pid == 0)
		live_at(terminal, dir, argv);
}

static size_t
line_start(const struct text *t)
{
	size_t n = t->len;

	while (n > 0 && t->s[n - 1] != '\n')
		n--;
	return n;
}

/* Without the blanks at its end. */
static size_t
line_end(const struct text *t)
{
	size_t n = t->len;

	while (n > 0 && t->s[n - 1] == ' ')
		n--;
	return n;
}

static void
put(struct party *p, char c)
{
	struct text *t = &p->said.came;
	size_t at = line_start(t) + p->column++;

	if (at < t->len)
		t->s[at] = c;
	else
		text_add(t, &c, 1);
}

static void
new_line(struct party *p)
{
	struct text *t = &p->said.came;

	t->len = line_end(t);
	text_add(t, "\n", 1);
	p->column = 0;
}

/* True for the bytes of an escape sequence, such as ESC [ 1 m. */
static bool
escaping(struct party *p, char c)
{
	char before = p->escape;

	if (c == '\x1b' || (before == '\x1b' && c == '['))
		p->escape = c;
	else if (before != '[' || (c >= '@' && c <= '~'))
		p->escape = 0;
	return before != 0 || p->escape != 0;
}

void
screen_add(struct party *p, const char *bytes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (escaping(p, bytes[i]))
			continue;
		else if (bytes[i] == '\n')
			new_line(p);
		else if (bytes[i] == '\r')
			p->column = 0;
		else if (bytes[i] == '\b')
			p->column -= p->column > 0;
		else if (bytes[i] != '\a')
			put(p, bytes[i]);
}

bool
screen_shows(const struct party *p, const char *pattern)
{
	const struct text *t = &p->said.came;

	return t->s != NULL &&
	    text_match(pattern, t->s + line_start(t), t->s + line_end(t));
}
