/* progress - the line that shows how far a transfer has come. */
#include <string.h>

#include "policy.h"
#include "test.h"
#include "user/progress.h"

#define MB (1000 * 1000)

static const struct {
	uint64_t total, done;
	ms_t passed, still; /* since it began, since it moved */
	const char *want;
} cases[] = {
	{ 100 * MB, 50 * MB, 5 * SECONDS, 0, "]  50%    10.0 MB/s ETA 00:05" },
	{ 100 * MB, 50 * MB, 5 * SECONDS, 5 * SECONDS,
	    "]  50%    10.0 MB/s stalled" },
	{ 100 * MB, 0, 2 * SECONDS, 0, "]   0%     0.0 MB/s ETA 99:59" },
	{ 100 * MB, 100 * MB, 10 * SECONDS, 0,
	    "[####################] 100%    10.0 MB/s ETA 00:00" },
	{ 0, 0, 0, 0, "[####################] 100%" },
	{ 9999999999, 1, 2 * SECONDS, 0, "  0%     0.0 MB/s ETA 99:59" },
};

/* What remains on a narrow terminal. */
static const struct {
	int columns;
	const char *want;
} widths[] = {
	{ 200,
	    "nnnnnnnnnnnnnnnnnnnn.fff [##########          ]  50%    "
	    "10.0 MB/s ETA 00:05" },
	{ 80,
	    "nnnnnnnnnnnnnnnnnnnn.fff [##########          ]  50%    "
	    "10.0 MB/s ETA 00:05" },
	{ 70,
	    "nnnnnnnnnnnnnnnnnnnn.fff [#######       ]  50%    "
	    "10.0 MB/s ETA 00:05" },
	{ 61, "nnnnnnnnnnnnnnnnnnnn.fff [##   ]  50%    10.0 MB/s ETA 00:05" },
	{ 60, "nnnnnnnnnnnnnnnnnnnn.fff  50%    10.0 MB/s ETA 00:05" },
	{ 40, "nnnnnnnnnnn  50%    10.0 MB/s ETA 00:05" },
	{ 20, "50%    10.0 MB/s ET" },
	{ 4, "50%" },
	{ 2, "5" },
	{ 1, "" },
};

static void
the_line_fits_the_terminal(void)
{
	const struct progress p = { .name = "nnnnnnnnnnnnnnnnnnnn.fff",
		.total = 100 * MB,
		.done = 50 * MB,
		.began = 1000,
		.moved = 1000 + 5 * SECONDS };
	char line[PROGRESS_MAX];

	for (size_t i = 0; i < LEN(widths); i++) {
		progress_line(line, &p, widths[i].columns, 1000 + 5 * SECONDS);
		CHECK(strcmp(line, widths[i].want) == 0, "%d: '%s'",
		    widths[i].columns, line);
	}
	for (int columns = 1; columns < 200; columns++) {
		progress_line(line, &p, columns, 1000 + 5 * SECONDS);
		CHECK((int)strlen(line) < columns, "%d: '%s'", columns, line);
	}
}

static void
the_line_says_how_far_and_how_fast(void)
{
	char line[PROGRESS_MAX];

	for (size_t i = 0; i < LEN(cases); i++) {
		struct progress p = { .name = "nnnnnnnnnnnnnnnnnnnn.fff",
			.total = cases[i].total,
			.done = cases[i].done,
			.began = 1000,
			.moved = 1000 + cases[i].passed - cases[i].still };

		progress_line(line, &p, 80, 1000 + cases[i].passed);
		CHECK(strstr(line, cases[i].want) != NULL, "%s", line);
		CHECK(strlen(line) < 80, "%zu", strlen(line));
	}
}

int
main(void)
{
	the_line_says_how_far_and_how_fast();
	the_line_fits_the_terminal();
	return test_done("progress");
}
