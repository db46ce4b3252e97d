/*
 * Row 25: every input. Each fuzz entry of tests/fuzz, built with the
 * sanitizers, runs on from its corpus; in a small run the corpus
 * is replayed.
 */
#include <stdio.h>
#include <stdlib.h>

#include "soak.h"

#define RUNS    "10000000" /* FUZZ_RUNS in the environment: another number */
#define ENTRIES "wire as fs pd user"
#define LEAST   10 /* inputs that each corpus keeps */

/* How many inputs the entry was given, all of them to its liking. */
static int
replay(const char *entry)
{
	char command[PATH_ROOM + 100];
	int n = 0, failed = -1;
	FILE *f;

	snprintf(command, sizeof(command),
	    "'%s/replay/%s' tests/fuzz/corpus/%s/*", scene_tools(), entry,
	    entry);
	f = popen(command, "r");
	if (f == NULL ||
	    fscanf(f, "fuzz: %d inputs replayed, %d failed", &n, &failed) !=
		2 ||
	    pclose(f) != 0 || failed != 0)
		flaw("%s: an input of its corpus fails", entry);
	if (n < LEAST)
		flaw("%s: a corpus of %d inputs", entry, n);
	return n;
}

static void
fuzz(void)
{
	const char *runs = getenv("FUZZ_RUNS");
	char command[PATH_ROOM + 100];
	int status;

	if (runs == NULL)
		runs = RUNS;
	snprintf(command, sizeof(command),
	    "RUNS=%s sh tests/fuzz/run.sh '%s' 86400 " ENTRIES " >&2", runs,
	    scene_bin());
	status = system(command);
	if (status != 0)
		flaw("the fuzz entries find something");
	figure("%d findings in 5 x %s runs", flaws(), runs);
}

void
prove_every_input(void)
{
	static const char *const entries[] = { "wire", "as", "fs", "pd",
		"user" };
	int n = 0;

	allowed("0");
	if (!is_small()) {
		fuzz();
		return;
	}
	for (int i = 0; i < 5; i++)
		n += replay(entries[i]);
	figure("%d findings in %d inputs of the corpora", flaws(), n);
}
