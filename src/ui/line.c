#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "ui/line.h"

void
lines_fill(struct lines *l)
{
	ssize_t n;

	memmove(l->data, l->data + l->taken, l->len - l->taken);
	l->len -= l->taken;
	l->taken = 0;
	if (l->len == LINE_MAX_LEN)
		return; /* take what is here first */
	n = read(l->fd, l->data + l->len, LINE_MAX_LEN - l->len);
	if (n > 0)
		l->len += (size_t)n;
	else if (n == 0 || (errno != EINTR && errno != EAGAIN)) {
		l->ended = true;
		l->error = n == 0 ? 0 : errno;
	}
}

static enum line_result
take(struct lines *l, size_t n, char **line)
{
	bool skipped = l->skipping;

	*line = l->data + l->taken;
	(*line)[n] = '\0'; /* where its newline was */
	l->taken += n < l->len - l->taken ? n + 1 : n;
	l->skipping = false;
	return skipped ? LINE_LONG : LINE_OK;
}

enum line_result
lines_take(struct lines *l, char **line)
{
	size_t n = l->len - l->taken;
	const char *start = l->data + l->taken;
	const char *newline = memchr(start, '\n', n);

	if (newline != NULL)
		return take(l, (size_t)(newline - start), line);
	if (l->ended)
		return n > 0 || l->skipping ? take(l, n, line) : LINE_END;
	if (n == LINE_MAX_LEN) { /* full, and no newline in it */
		l->taken = l->len;
		l->skipping = true;
	}
	return LINE_MORE;
}

int
words(char *line, char *word[], int max)
{
	static const char blanks[] = " \t\n\r\v\f";
	int n = 0;

	for (;;) {
		line += strspn(line, blanks);
		if (*line == '\0')
			return n;
		if (n++ < max)
			word[n - 1] = line;
		line += strcspn(line, blanks);
		if (*line != '\0')
			*line++ = '\0';
	}
}
