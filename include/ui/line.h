/*
 * line - lines from a descriptor, words from a line.
 *
 * Lines that come together in one read are all there to take: nothing waits in
 * a hidden buffer while select() says that there is no input.
 */
#ifndef LINE_H
#define LINE_H

#include <stdbool.h>
#include <stddef.h>

#define LINE_MAX_LEN 1023

struct lines {
	int fd;
	bool ended;    /* no more input comes, ... */
	int error;     /* ... for this errno; 0: it was its end */
	bool skipping; /* the rest of a line that was too long */
	size_t len, taken;
	char data[LINE_MAX_LEN + 1];
};

enum line_result {
	LINE_OK,   /* *line is set, without its newline, until the next call */
	LINE_MORE, /* no whole line is here: lines_fill() when readable */
	LINE_LONG, /* a line was not shorter than LINE_MAX_LEN: it is skipped */
	LINE_END   /* no more lines will come */
};

/* One read.  An error is an end of the input: see error. */
void lines_fill(struct lines *l);

/* The next line; the last one may lack its newline. */
enum line_result lines_take(struct lines *l, char **line);

/*
 * Cut a text into words at blanks (spaces, tabs, the ends of lines): the number
 * of words, of which the first max are in word[].
 */
int words(char *line, char *word[], int max);

#endif
