/*
 * terminal - the person's side: what is said, asked and kept from the screen.
 *
 * What a command comes to is told on stdout, progress and warnings go to
 * stderr, one line each, in the place of an open question or of the status
 * line.  Questions are asked only where stdin and stdout are terminals, and
 * again when something else was told.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include <stdarg.h>

#include "sys/log.h"

/* Before anything is said.  Descriptors 0 to 2 are open from then on. */
void terminal_open(void);
bool terminal_interactive(void);

/* Why what was said to a file or a pipe has not arrived: an errno; 0: it has.
 */
int terminal_lost(void);

void tell(const char *format, ...) PRINTF_LIKE;
void tell_args(const char *format, va_list args)
    __attribute__((__format__(__printf__, 1, 0)));
void warn(const char *format, ...) PRINTF_LIKE;

/*
 * Ask, unless the question stands open.  With secret the echo is off until
 * terminal_answered().
 */
void terminal_ask(const char *question, bool secret);
void terminal_answered(void);

/*
 * A line on stderr that the next one, or anything else that is said, replaces:
 * only where stderr is a terminal, and of at most terminal_columns() - 1 bytes.
 */
bool terminal_shows_status(void);
void terminal_status(const char *line);
int terminal_columns(void);

/*
 * What cannot be watched, such as the system's resolver, begins: this is said
 * on stderr when it takes more than WAIT_UNSAID.  NULL: it has ended.
 */
void terminal_slow(const char *what);

/*
 * Our terminal belongs to another job of the shell.  A program that reads it
 * then is stopped: look again in BACKGROUND_PAUSE.
 */
bool terminal_in_background(void);

/*
 * True for SIGTSTP and SIGCONT, which only concern the terminal: Ctrl-Z stops
 * us, with the echo as it was; then a question that stood open is asked again.
 */
bool terminal_signal(int number);

/* A ^C stands on the line: what comes next starts on a fresh one. */
void terminal_interrupted(void);

/*
 * Leave a clean line and the echo as it was: returns the status to exit with.
 * A program that a signal has ended, EXIT_SIGNAL and its number, dies of it:
 * whoever has started us may do something else then, as a shell's loop does.
 */
int terminal_exit(int status);

#endif
