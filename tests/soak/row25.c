/*
 * Row 25: every input. Each fuzz entry of tests/fuzz, built with the
 * sanitizers, runs on from its corpus, on a copy of it.
 */
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "soak.h"

#define RUNS "10000000" /* FUZZ_RUNS in the environment: another number */

static const char *
fuzz_dir(void)
{
	const char *dir = getenv("FUZZ");

	return dir == NULL ? "build/gn0/fuzz" : dir;
}

static void
fuzz(const char *entry, const char *runs)
{
	char command[3 * PATH_ROOM], path[PATH_ROOM];

	snprintf(path, sizeof(path), "%.400s/%s", fuzz_dir(), entry);
	if (access(path, X_OK) == -1) {
		flaw("%s is missing: make soak builds it", path);
		return;
	}
	snprintf(command, sizeof(command),
	    "cp -r tests/fuzz/corpus/%s '%s/%s' && '%s' -runs=%s -seed=1 "
	    "-max_len=512 "
	    "-verbosity=0 -print_final_stats=0 "
	    "-artifact_prefix=/tmp/rc-2fa-finding- '%s/%s' >/dev/null 2>&1",
	    entry, scene_dir(), entry, path, runs, scene_dir(), entry);
	if (system(command) != 0)
		flaw("fuzz_%s finds something", entry);
}

void
row25(void)
{
	const char *runs = getenv("FUZZ_RUNS");
	char command[PATH_ROOM];
	glob_t found = { 0 };
	size_t n = 0;

	if (is_small()) { /* the corpora are replayed by the unit tests */
		snprintf(command, sizeof(command),
		    "find tests/fuzz/corpus -type f | grep -q .");
		if (system(command) != 0)
			flaw("the corpus is not kept");
		figure("corpus kept; it is replayed with the unit tests");
		allowed("0");
		return;
	}
	if (runs == NULL)
		runs = RUNS;
	if (glob("tests/fuzz/corpus/*", 0, NULL, &found) != 0)
		flaw("there is no corpus");
	for (; n < found.gl_pathc; n++)
		fuzz(strrchr(found.gl_pathv[n], '/') + 1, runs);
	globfree(&found);
	figure("%d findings in %zu x %s runs", flaws(), n, runs);
	allowed("0");
}
