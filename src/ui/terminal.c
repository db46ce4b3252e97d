#include <fcntl.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "sys/fd.h"
#include "ui/terminal.h"

#define WORD_ERASE 0x17 /* ^W: POSIX has no name for that key */

/*
 * A line that is typed stays in the kernel, which edits it, until its end.  A
 * message that comes meanwhile would tear it apart: the person saw the one half
 * in front of the message and typed the other behind it.  So a half-typed line
 * is fetched from the kernel, and shown again behind the next question; as the
 * kernel can no longer erase what it has given away, it is edited here up to
 * its end.  All other lines are the kernel's, and rlwrap sees no difference.
 */
enum mode {
	USUAL,
	HIDDEN, /* the echo is off */
	EDITING /* the line's beginning is in the input; we echo and edit it */
};

static enum mode mode;

static struct lines *input;
static bool interactive;
static bool open_question;   /* the cursor stands behind it ... */
static int width;            /* ... so far right */
static struct termios usual; /* in all modes but USUAL: how it was */

void
terminal_open(struct lines *l)
{
	fill_standard_descriptors();
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	input = l;
	input->fd = STDIN_FILENO;
}

bool
terminal_interactive(void)
{
	return interactive;
}

bool
terminal_lost(void)
{
	fflush(stdout);
	return ferror(stdout) && !interactive;
}

/* Who turns the terminal from the background is stopped. */
static bool
in_background(void)
{
	pid_t front = tcgetpgrp(STDIN_FILENO);

	return front != -1 && front != getpgrp();
}

static bool
change_mode(enum mode to)
{
	struct termios t;

	if (to == mode)
		return true;
	if (in_background() ||
	    (mode == USUAL && tcgetattr(STDIN_FILENO, &usual) == -1))
		return false;
	t = usual;
	if (to == HIDDEN) {
		t.c_lflag &= ~(tcflag_t)ECHO;
		t.c_lflag |= ECHONL;
	} else if (to == EDITING) {
		t.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHONL);
		t.c_cc[VMIN] = t.c_cc[VTIME] = 0;
	}
	if (tcsetattr(STDIN_FILENO, TCSANOW, &t) == -1)
		return false;
	mode = to;
	return true;
}

/* Where the unfinished line in the first n bytes of the input begins. */
static size_t
line_start(size_t n)
{
	while (n > input->taken && input->data[n - 1] != '\n')
		n--;
	return n;
}

static void
echo(const char *text, size_t n)
{
	if (open_question)
		fwrite(text, 1, n, stdout);
}

/* Drop the last character, which may be of several bytes (UTF-8). */
static size_t
erase(size_t n, size_t start)
{
	do
		n--;
	while (n > start && (input->data[n] & 0xc0) == 0x80);
	echo("\b \b", 3);
	return n;
}

static size_t
erase_word(size_t n, size_t start)
{
	while (n > start && input->data[n - 1] == ' ')
		n = erase(n, start);
	while (n > start && input->data[n - 1] != ' ')
		n = erase(n, start);
	return n;
}

/* One key, with n bytes before it in the input: how many are there then. */
static size_t
edit(size_t n, unsigned char key)
{
	size_t start = line_start(n);

	if (key == usual.c_cc[VERASE])
		return n > start ? erase(n, start) : n;
	if (key == WORD_ERASE)
		return erase_word(n, start);
	if (key == usual.c_cc[VKILL]) {
		while (n > start)
			n = erase(n, start);
		return n;
	}
	/* Before we fetched it, the kernel wrote it down as a NUL. */
	if ((key == usual.c_cc[VEOF] || key == '\0') && n == start)
		input->ended = true;
	if (key < ' ' && key != '\n' && key != '\t')
		return n;
	input->data[n] = (char)(key == '\t' ? ' ' : key);
	echo(input->data + n, 1);
	if (key == '\n') /* what comes behind it waits for its question */
		open_question = false;
	return n + 1;
}

/* The input has grown from n bytes on.  The next line is the kernel's again. */
static void
edit_from(size_t n)
{
	for (size_t i = n; i < input->len; i++)
		n = edit(n, (unsigned char)input->data[i]);
	input->len = n;
	fflush(stdout);
	if (n > 0 && input->data[n - 1] == '\n')
		change_mode(USUAL);
}

static bool
readable(void)
{
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };

	return poll(&p, 1, 0) == 1;
}

void
terminal_fill(void)
{
	size_t n = input->len - input->taken;

	if (!readable()) /* any more: it was fetched */
		return;
	lines_fill(input);
	if (mode == EDITING)
		edit_from(n);
}

/*
 * Fetch what is typed ahead: true where half a line of it stands on the screen.
 * Nothing in the input is moved: words of the last line may be in use.
 */
static bool
fetch(void)
{
	bool asked = open_question, seen = mode == USUAL, half;
	size_t n = input->len;
	ssize_t got;

	if (!interactive || mode == HIDDEN || !change_mode(EDITING))
		return false;
	got = read(STDIN_FILENO, input->data + n, LINE_MAX_LEN - n);
	if (got > 0)
		input->len += (size_t)got;
	open_question = false; /* no echo: the next question shows it */
	edit_from(n);
	open_question = asked;
	half = line_start(input->len) < input->len;
	if (seen && !half)
		change_mode(USUAL);
	return seen && half;
}

/* A question that nobody has begun to answer makes room. */
static void
fresh_line(void)
{
	bool seen = fetch();
	bool begun = seen || line_start(input->len) < input->len;

	if (seen || (begun && open_question))
		putchar('\n');
	else if (open_question)
		printf("\r%*s\r", width, "");
	open_question = false;
	fflush(stdout);
}

void
tell(const char *format, ...)
{
	va_list args;

	fresh_line();
	va_start(args, format);
	vprintf(format, args);
	va_end(args);
	putchar('\n');
}

void
warn(const char *format, ...)
{
	char text[512];
	va_list args;

	fresh_line();
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	fprintf(stderr, "%s\n", text);
}

void
terminal_ask(const char *question)
{
	size_t start = line_start(input->len);

	if (!interactive || open_question)
		return;
	width = printf("%s", question);
	open_question = true;
	if (mode != HIDDEN)
		echo(input->data + start, input->len - start);
	fflush(stdout);
}

void
terminal_ask_secret(const char *question)
{
	if (interactive)
		change_mode(HIDDEN);
	terminal_ask(question);
}

void
terminal_answered(void)
{
	open_question = false;
	if (mode == HIDDEN)
		change_mode(USUAL);
}

static void
leave_line(void)
{
	putchar('\n');
	fflush(stdout);
	open_question = false;
}

void
terminal_interrupted(void)
{
	if (interactive && mode != EDITING) /* which shows no ^C */
		leave_line();
}

void
terminal_close(void)
{
	if (open_question)
		leave_line();
	change_mode(USUAL);
}
