#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/user_dir.h"
#include "proto/wire.h"
#include "sys/disk.h"

#define PASSES 8 /* over names that a listing leaves out while they go */

int
user_dir_open(int root, const char *uid)
{
	int dir = disk_open_dir(root, uid);

	if (dir == -1 &&
	    (errno == ENOENT || errno == ENOTDIR || errno == ELOOP))
		errno = 0;
	return dir;
}

int
user_dir_make(int root, const char *uid)
{
	if (mkdirat(root, uid, 0700) == 0) {
		if (fsync(root) == -1)
			return -1;
	} else if (errno != EEXIST)
		return -1;
	return disk_open_dir(root, uid);
}

/* As fstatat(): 1, 0 where there is nothing, -1. */
static int
look_at(int dir, const char *name, struct stat *st)
{
	if (fstatat(dir, name, st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : -1;
}

int
user_dir_file(int dir, const char *name, uint64_t *size)
{
	struct stat st;
	int there = wire_valid(F_FNAME, name) ? look_at(dir, name, &st) : 0;

	if (there != 1)
		return there;
	*size = (uint64_t)st.st_size;
	return S_ISREG(st.st_mode) && st.st_nlink == 1 && *size <= FSIZE_MAX;
}

int
user_dir_taken(int dir, const char *name)
{
	struct stat st;

	return dir == -1 ? 0 : look_at(dir, name, &st);
}

static bool
count_it(int dir, const char *name, void *arg)
{
	int *n = arg;

	(void)dir;
	*n += wire_valid(F_FNAME, name);
	return true;
}

int
user_dir_count(int dir)
{
	int n = 0;

	if (dir != -1 && disk_each(dir, ".", count_it, &n) == -1)
		return -1;
	return n;
}

struct emptying {
	int to;
	int seen;  /* in this pass */
	int error; /* of what is still there; 0: none */
};

/*
 * A rename is quick, whatever the size; where it is refused (another file
 * system's part, EXDEV) the file goes at once.  A directory is none of ours.
 */
static bool
move_it(int dir, const char *name, void *arg)
{
	struct emptying *e = arg;
	struct stat st;

	if ((e->to != -1 && renameat(dir, name, e->to, name) == 0) ||
	    unlinkat(dir, name, 0) == 0) {
		e->seen++;
		return true;
	}
	if (errno != ENOENT &&
	    (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
		!S_ISDIR(st.st_mode)))
		e->error = errno;
	return true;
}

int
user_dir_empty(int dir, int to)
{
	struct emptying e = { .to = to, .seen = 1 };

	for (int i = 0; e.seen > 0 && i < PASSES; i++) {
		e.seen = e.error = 0;
		if (disk_each(dir, ".", move_it, &e) == -1)
			return -1;
	}
	if (fsync(dir) == -1)
		return -1;
	errno = e.error != 0 ? e.error : EAGAIN;
	return e.error == 0 && e.seen == 0 ? 0 : -1;
}
