/*
 * durable - the bare cost of making one small file durable under its name:
 * create, write, fsync, link, fsync of the directory, unlink.
 *
 *	durable LABEL DIR COUNT [WORKERS]
 *
 * Every 15th is the first of a new user: it makes, and syncs, its directory.
 * Each worker, a process, does its share in a directory of its own.
 */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"

static char block[4096];

static int
open_user(int root, int i)
{
	char uid[16];
	int dir;

	snprintf(uid, sizeof(uid), "%05d", i / 15);
	if (i % 15 == 0 && (mkdirat(root, uid, 0700) == -1 || fsync(root)))
		die("%s", uid);
	dir = openat(root, uid, O_RDONLY | O_DIRECTORY);
	if (dir == -1)
		die("%s", uid);
	return dir;
}

static void
store(int root, int i)
{
	char name[16];
	int dir = open_user(root, i);
	int fd = openat(root, "temp", O_WRONLY | O_CREAT | O_EXCL, 0600);

	snprintf(name, sizeof(name), "f%02d.dat", i % 15);
	if (fd == -1)
		die("temp");
	write_all(fd, block, sizeof(block));
	if (fsync(fd) == -1 || linkat(root, "temp", dir, name, 0) == -1 ||
	    fsync(dir) == -1 || unlinkat(root, "temp", 0) == -1)
		die("%s", name);
	close(fd);
	close(dir);
}

/* A directory of its own, and its share of the files. */
static _Noreturn void
work(int who, int n, double *took)
{
	char name[24];
	int root;

	snprintf(name, sizeof(name), "worker%d", who);
	if (mkdir(name, 0700) == -1 ||
	    (root = open(name, O_RDONLY | O_DIRECTORY)) == -1)
		die("%s", name);
	for (int i = 0; i < n; i++) {
		double t = seconds();

		store(root, i);
		took[i] = seconds() - t;
	}
	exit(0);
}

int
main(int argc, char *argv[])
{
	int n = argc >= 4 ? atoi(argv[3]) : 0, status, bad = 0;
	int workers = argc == 5 ? atoi(argv[4]) : 1;
	double *took = shared((size_t)n * sizeof(*took)), t = seconds();

	if (n == 0 || chdir(argv[2]) == -1)
		die("usage: durable LABEL DIR COUNT [WORKERS]");
	n /= workers;
	fill_random(block, sizeof(block), 7);
	for (int w = 0; w < workers; w++)
		switch (fork()) {
		case -1:
			die("fork");
		case 0:
			work(w, n, took + w * n);
		}
	while (wait(&status) > 0)
		bad += status != 0;
	if (bad > 0)
		return 1;
	figure(argv[1], "ops", n * workers / (seconds() - t), "op/s");
	figure_latency(argv[1], took, (size_t)(n * workers));
	return 0;
}
