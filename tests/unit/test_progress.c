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

		progress_line(line, &p, 1000 + cases[i].passed);
		CHECK(strstr(line, cases[i].want) != NULL, "%s", line);
		CHECK(strlen(line) < 80, "%zu", strlen(line));
	}
}

int
main(void)
{
	the_line_says_how_far_and_how_fast();
	return test_done("progress");
}
