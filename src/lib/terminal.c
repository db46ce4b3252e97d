#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

#include "terminal.h"

static bool interactive;
static bool open_question; /* the cursor stands behind it */
static bool hidden;        /* the echo is off; before holds how it was */
static struct termios before;

void
terminal_open(void)
{
	int fd;

	/* A socket must not take the place of a closed stdin or stdout. */
	do
		fd = open("/dev/null", O_RDWR);
	while (fd != -1 && fd <= STDERR_FILENO);
	if (fd != -1)
		close(fd);
	setvbuf(stdout, NULL, _IOLBF, BUFSIZ);
	interactive = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
}

bool
terminal_interactive(void)
{
	return interactive;
}

static void
fresh_line(void)
{
	if (open_question)
		putchar('\n');
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
	if (!interactive || open_question)
		return;
	fputs(question, stdout);
	fflush(stdout);
	open_question = true;
}

void
terminal_ask_secret(const char *question)
{
	struct termios silent;

	if (interactive && !hidden && tcgetattr(STDIN_FILENO, &before) == 0) {
		silent = before;
		silent.c_lflag &= ~(tcflag_t)ECHO;
		silent.c_lflag |= ECHONL;
		hidden = tcsetattr(STDIN_FILENO, TCSADRAIN, &silent) == 0;
	}
	terminal_ask(question);
}

void
terminal_answered(void)
{
	open_question = false;
	if (hidden)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &before);
	hidden = false;
}

void
terminal_interrupted(void)
{
	open_question = interactive;
}

void
terminal_close(void)
{
	fresh_line();
	terminal_answered();
}
