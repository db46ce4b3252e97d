/*
 * ready - how long a server takes from its start to its ready line.
 *
 *	ready LABEL TEXT COMMAND...	until it prints a line with TEXT
 *	ready PORT			just wait for somebody to accept there
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bench.h"

static int
await_port(int port)
{
	struct timespec nap = { .tv_nsec = 10000000 };
	double end = seconds() + 10;
	int fd;

	while ((fd = tcp_connect(port, 1)) == -1 && seconds() < end)
		nanosleep(&nap, NULL);
	if (fd == -1)
		die("nobody accepts at port %d", port);
	close(fd);
	return 0;
}

int
main(int argc, char *argv[])
{
	char line[256];
	int out[2];
	double t;
	pid_t pid;
	FILE *f;

	if (argc == 2)
		return await_port(atoi(argv[1]));
	if (argc < 4 || pipe(out) == -1)
		return 2;
	t = seconds();
	pid = fork();
	if (pid == 0) {
		dup2(out[1], STDOUT_FILENO);
		execvp(argv[3], argv + 3);
		die("%s", argv[3]);
	}
	close(out[1]);
	f = fdopen(out[0], "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strstr(line, argv[2]) != NULL) {
			figure(argv[1], "ready", (seconds() - t) * 1e3, "ms");
			break;
		}
	kill(pid, SIGTERM);
	waitpid(pid, NULL, 0);
	return f == NULL || strstr(line, argv[2]) == NULL;
}
