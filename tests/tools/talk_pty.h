/*
 * pty - programs that run at a terminal, and what stands on its screen.
 *
 * A terminal's source holds the lines of the screen, not the bytes that came:
 * a carriage return and a backspace have moved the cursor, what was written
 * over is gone, blanks at the end of a line are no part of it, and escape
 * sequences do nothing. The last line is the one with the cursor.
 */
#ifndef PTY_H
#define PTY_H

#include "talk_party.h"

/* A program at a new terminal, which is its controlling one: stdin, stdout and
 * stderr. It takes a new name. */
void party_terminal(const char *name, const char *dir, char **argv);

void screen_add(struct party *p, const char *bytes, size_t n);

/* True where the line with the cursor is one of those that the pattern means.
 */
bool screen_shows(const struct party *p, const char *pattern);

#endif
