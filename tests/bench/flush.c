/*
 * flush - the disk alone: how fast what has been written to a file, and is in
 * memory still, becomes durable.  Where the system has begun by itself, that
 * is more than the disk's.
 *
 *	flush LABEL FILE
 */
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

int
main(int argc, char *argv[])
{
	int fd = argc == 3 ? open(argv[2], O_RDWR) : -1;
	struct stat st;
	double t = seconds();

	if (fd == -1 || fsync(fd) == -1 || fstat(fd, &st) == -1)
		die("usage: flush LABEL FILE");
	figure(argv[1], "rate", (double)st.st_size / 1048576 / (seconds() - t),
	    "MiB/s");
	return 0;
}
