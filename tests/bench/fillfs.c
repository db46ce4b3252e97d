/*
 * fillfs - a data directory of an FS with many small files.
 *
 *	fillfs DIR FIRST USERS FILES SIZE
 *
 * Each UID from FIRST on gets files f00.dat, f01.dat ... through upload_begin()
 * and files_run(), as if they had been uploaded.  Two processes share the work,
 * as two FS share a directory.  Nothing is synced before the end.
 */
#define _DEFAULT_SOURCE /* sync */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench.h"
#include "fs/files.h"

#define SHARES 2

/* In place of the system's: the end of main() does it for all. */
int
fsync(int fd)
{
	(void)fd;
	return 0;
}

static void
put(const char *uid, const char *name, const char *data, size_t n)
{
	struct disk_op job = { .kind = FILE_PUBLISH };
	struct upload up;

	if (upload_begin(&up, uid, name) != ST_OK)
		die("%s of user %s", name, uid);
	write_all(up.fd, data, n);
	job.generation = up.generation;
	memcpy(job.uid, uid, UID_LEN + 1);
	memcpy(job.temp, up.temp, sizeof(job.temp));
	job.generation = up.generation;
	snprintf(job.name, sizeof(job.name), "%s", name);
	files_run(&job, up.fd);
	if (job.status != ST_OK)
		die("%s of user %s", name, uid);
	upload_close(&up);
	upload_release(&up);
}

static void
fill(const char *dir, int first, int users, int files, size_t size)
{
	char uid[16], name[16], *data = allocate(size);
	const char *trouble = files_start(dir);

	if (trouble != NULL) {
		fprintf(stderr, "fillfs: %s: %s\n", dir, trouble);
		exit(1);
	}
	fill_random(data, size, 5);
	for (int i = first; i < first + users; i++)
		for (int k = 0; k < files; k++) {
			snprintf(uid, sizeof(uid), "%05d", i);
			snprintf(name, sizeof(name), "f%02d.dat", k);
			put(uid, name, data, size);
		}
	files_stop();
}

int
main(int argc, char *argv[])
{
	int users, status, bad = 0;

	if (argc != 6)
		return 2;
	users = atoi(argv[3]);
	for (int i = 0; i < SHARES; i++) {
		int from = users * i / SHARES, to = users * (i + 1) / SHARES;

		if (fork() != 0)
			continue;
		fill(argv[1], atoi(argv[2]) + from, to - from, atoi(argv[4]),
		    parse_size(argv[5]));
		exit(0);
	}
	while (wait(&status) > 0)
		bad += status != 0;
	sync();
	return bad > 0;
}
