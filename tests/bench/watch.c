/*
 * watch - run a command and say what a server spends meanwhile.
 *
 *	watch [-m] LABEL PID COMMAND...
 *
 * The server is PID and its descendants.  Figures: cpu, the server's seconds;
 * with -m, which looks often, also mem: the most MiB that it took, being its
 * own resident set or all processes' shares, whichever is more.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"
#include "memory.h"

int
main(int argc, char *argv[])
{
	bool often = argc > 1 && strcmp(argv[1], "-m") == 0;
	char **word = argv + 1 + often;
	struct timespec nap = { .tv_nsec = 20000000 };
	struct memory before, m;
	double most = 0;
	int status = 0;
	pid_t child;

	if (argc < 4 + often)
		return 2;
	before = memory_of(atol(word[1]));
	child = fork();
	if (child == 0) {
		execvp(word[2], word + 2);
		die("%s", word[2]);
	}
	while (often && waitpid(child, &status, WNOHANG) == 0) {
		nanosleep(&nap, NULL);
		m = memory_of(atol(word[1]));
		most = m.rss > most ? m.rss : most;
		most = m.pss > most ? m.pss : most;
	}
	if (!often)
		waitpid(child, &status, 0);
	nanosleep(&nap, NULL);
	m = memory_of(atol(word[1]));
	figure(word[0], "cpu", m.cpu - before.cpu, "s");
	if (often)
		figure(word[0], "mem", most, "MiB");
	return status != 0;
}
