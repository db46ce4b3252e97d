/*
 * terminal - the person's side: what is said, asked and kept from the screen.
 *
 * What a command comes to is told on stdout, progress and warnings go to
 * stderr, one line each, in the place of a question that nobody has begun to
 * answer.  Questions are asked only where stdin and stdout are terminals, and
 * again with what had been typed of the answer when something else was told.
 */
#ifndef TERMINAL_H
#define TERMINAL_H

#include "sys/log.h"
#include "ui/line.h"

/*
 * Before anything is said.  Descriptors 0 to 2 are open from then on; stdin is
 * read to *l, with terminal_fill() in the place of lines_fill().
 */
void terminal_open(struct lines *l);
void terminal_fill(void);
bool terminal_interactive(void);

/* Some of what was said to a file or a pipe has not arrived there. */
bool terminal_lost(void);

void tell(const char *format, ...) PRINTF_LIKE;
void warn(const char *format, ...) PRINTF_LIKE;

/* Ask, unless this very question stands open: "> ", or another one. */
void terminal_ask(const char *question);

/* Ask with the echo off; terminal_answered() brings it back. */
void terminal_ask_secret(const char *question);
void terminal_answered(void);

/* A ^C stands on the line: what comes next starts on a fresh one. */
void terminal_interrupted(void);

/* Leave a clean line and the echo as it was; may be called twice. */
void terminal_close(void);

#endif
