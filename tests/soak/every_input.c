/*
 * Row 25: every input. Each fuzz entry of tests/fuzz, built with the
 * sanitizers, runs on from its corpus.
 */
#include <stdio.h>
#include <stdlib.h>

#include "soak.h"

#define RUNS    "10000000" /* FUZZ_RUNS in the environment: another number */
#define ENTRIES "wire as fs pd user"

void
prove_every_input(void)
{
	const char *runs = getenv("FUZZ_RUNS"), *build = getenv("BIN");
	char command[PATH_ROOM];

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
	snprintf(command, sizeof(command),
	    "RUNS=%s sh tests/fuzz/run.sh '%.400s' 86400 " ENTRIES " >&2", runs,
	    build != NULL ? build : "build/gn0");
	if (system(command) != 0)
		flaw("the fuzz entries find something");
	figure("%d findings in 5 x %s runs", flaws(), runs);
	allowed("0");
}
