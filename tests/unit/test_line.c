#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "test.h"
#include "ui/line.h"

static int ends[2];

static struct lines
opened(void)
{
	struct lines l = { .fd = -1 };

	CHECK(pipe(ends) == 0, "pipe");
	l.fd = ends[0];
	return l;
}

static void
type(const char *text, size_t n)
{
	CHECK(write(ends[1], text, n) == (ssize_t)n, "write");
}

static void
closed(void)
{
	close(ends[0]);
	close(ends[1]);
}

static void
lines_that_come_together_are_all_there(void)
{
	struct lines l = opened();
	char *line;

	CHECK(lines_take(&l, &line) == LINE_MORE, "nothing yet");
	type("one\n\nthree\nfo", 13);
	lines_fill(&l);
	CHECK(lines_take(&l, &line) == LINE_OK && strcmp(line, "one") == 0,
	    "one");
	CHECK(lines_take(&l, &line) == LINE_OK && *line == '\0', "two");
	CHECK(lines_take(&l, &line) == LINE_OK && strcmp(line, "three") == 0,
	    "three");
	CHECK(lines_take(&l, &line) == LINE_MORE, "four is not whole");
	type("ur\n", 3);
	lines_fill(&l);
	CHECK(lines_take(&l, &line) == LINE_OK && strcmp(line, "four") == 0,
	    "four");
	closed();
}

static void
the_last_line_may_lack_its_newline(void)
{
	struct lines l = opened();
	char *line;

	type("a\nb", 3);
	close(ends[1]);
	lines_fill(&l);
	CHECK(lines_take(&l, &line) == LINE_OK && strcmp(line, "a") == 0, "a");
	CHECK(lines_take(&l, &line) == LINE_MORE, "not known yet");
	lines_fill(&l);
	CHECK(l.ended, "ended");
	CHECK(lines_take(&l, &line) == LINE_OK && strcmp(line, "b") == 0, "b");
	CHECK(lines_take(&l, &line) == LINE_END, "end");
	CHECK(lines_take(&l, &line) == LINE_END, "and again");
	close(ends[0]);
}

/* Every cut of the input gives the same lines. */
static void
cuts_do_not_matter(void)
{
	static const char text[] = "login 1 2\nx\n\nlist\n";

	for (size_t cut = 0; cut < sizeof(text); cut++) {
		struct lines l = opened();
		char got[64] = "", *line;

		for (int part = 0; part < 2; part++) {
			if (part == 0)
				type(text, cut);
			else
				type(text + cut, sizeof(text) - 1 - cut);
			if ((part == 0 ? cut : sizeof(text) - 1 - cut) == 0)
				continue;
			lines_fill(&l);
			while (lines_take(&l, &line) == LINE_OK) {
				strcat(got, line);
				strcat(got, "\n");
			}
		}
		CHECK(strcmp(got, text) == 0, "cut at %zu: %s", cut, got);
		closed();
	}
}

/* A line of n bytes, whose newline may come at once or later, then "ok". */
static enum line_result
read_long(size_t n, char *first)
{
	static char text[8 * LINE_MAX_LEN];
	struct lines l = opened();
	enum line_result result, got = LINE_MORE;
	char *line;
	bool ok = false;

	memset(text, 'x', n);
	memcpy(text + n, "\nok\n", 4);
	type(text, n + 4);
	close(ends[1]);
	do {
		lines_fill(&l);
		while ((result = lines_take(&l, &line)) != LINE_MORE &&
		    result != LINE_END) {
			if (got == LINE_MORE) {
				got = result;
				*first = line[0];
				CHECK(result != LINE_OK || strlen(line) == n,
				    "%zu", strlen(line));
			} else
				ok = strcmp(line, "ok") == 0;
		}
	} while (result != LINE_END);
	CHECK(ok, "the line after one of %zu bytes", n);
	close(ends[0]);
	return got;
}

static void
a_line_that_is_too_long_is_skipped_whole(void)
{
	static const struct {
		size_t n;
		enum line_result want;
	} rows[] = {
		{ 0, LINE_OK },
		{ 1, LINE_OK },
		{ LINE_MAX_LEN - 1, LINE_OK },
		{ LINE_MAX_LEN + 1, LINE_LONG },
		{ 2 * LINE_MAX_LEN, LINE_LONG },
		{ 2 * LINE_MAX_LEN + 1, LINE_LONG },
		{ 5 * LINE_MAX_LEN + 7, LINE_LONG },
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		char first;

		CHECK(read_long(rows[i].n, &first) == rows[i].want, "%zu",
		    rows[i].n);
	}
}

static void
a_lost_input_has_ended(void)
{
	struct lines l = { .fd = -1 };
	char *line;

	lines_fill(&l);
	CHECK(l.ended && lines_take(&l, &line) == LINE_END, "no input");
}

static const struct {
	const char *line;
	int n;
	const char *word[4];
} splits[] = {
	{ "", 0, { NULL } },
	{ "   \t \r", 0, { NULL } },
	{ "list", 1, { "list" } },
	{ "  list  ", 1, { "list" } },
	{ "login 12345 abcd1234\r", 3, { "login", "12345", "abcd1234" } },
	{ "a\tb \t c", 3, { "a", "b", "c" } },
	{ "a b c d e f", 6, { "a", "b", "c", "d" } },
};

static void
a_line_is_cut_into_words_at_blanks(void)
{
	for (size_t i = 0; i < LEN(splits); i++) {
		char line[64], *word[4] = { NULL };
		int n;

		snprintf(line, sizeof(line), "%s", splits[i].line);
		n = words(line, word, 4);
		CHECK(n == splits[i].n, "%d: %s", n, splits[i].line);
		for (int w = 0; w < n && w < 4; w++)
			CHECK(strcmp(word[w], splits[i].word[w]) == 0, "%s",
			    word[w]);
	}
}

static volatile sig_atomic_t signalled;

static void
note(int number)
{
	signalled = number;
}

/* A child goes on sending signals until one has ended the read(). */
static void
an_interrupted_read_is_no_end(void)
{
	struct sigaction action = { .sa_handler = note };
	const struct timespec pause = { 0, 5000000 };
	struct lines l = opened();
	pid_t parent = getpid(), child;

	sigaction(SIGUSR1, &action, NULL);
	child = fork();
	while (child == 0) {
		nanosleep(&pause, NULL);
		if (kill(parent, SIGUSR1) == -1)
			_exit(0);
	}
	lines_fill(&l);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	CHECK(signalled == SIGUSR1 && !l.ended && l.len == 0, "interrupted");
	closed();
}

static void
an_error_is_told_from_the_end(void)
{
	struct lines l = { .fd = open("/", O_RDONLY) };
	char *line;

	lines_fill(&l);
	CHECK(l.ended && l.error == EISDIR && lines_take(&l, &line) == LINE_END,
	    "a directory");
	close(l.fd);
	l = opened();
	close(ends[1]);
	lines_fill(&l);
	CHECK(l.ended && l.error == 0, "the end");
	close(ends[0]);
}

int
main(void)
{
	an_interrupted_read_is_no_end();
	an_error_is_told_from_the_end();
	lines_that_come_together_are_all_there();
	the_last_line_may_lack_its_newline();
	cuts_do_not_matter();
	a_line_that_is_too_long_is_skipped_whole();
	a_lost_input_has_ended();
	a_line_is_cut_into_words_at_blanks();
	return test_done("line");
}
