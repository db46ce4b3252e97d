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
	int found = wire_valid(F_FNAME, name) ? look_at(dir, name, &st) : 0;

	if (found != 1)
		return found;
	*size = (uint64_t)st.st_size;
	return S_ISREG(st.st_mode) && st.st_nlink == 1 && *size <= FSIZE_MAX;
}

int
user_dir_taken(int dir, const char *name)
{
	struct stat st;

	return dir == -1 ? 0 : look_at(dir, name, &st);
}

struct counting {
	const char *name;
	bool taken;
	int n;
};

static bool
count_it(int dir, const char *name, void *arg)
{
	struct counting *c = arg;

	(void)dir;
	c->n += wire_valid(F_FNAME, name);
	c->taken = c->taken || strcmp(name, c->name) == 0;
	return true;
}

int
user_dir_count(int dir, const char *name, bool *taken)
{
	struct counting c = { .name = name };

	if (dir != -1 && disk_each(dir, ".", count_it, &c) == -1)
		return -1;
	*taken = c.taken;
	return c.n;
}

struct emptying {
	int removed; /* in this pass */
	int error;   /* of what is still there; 0: none */
};

/* A directory is none of our work, and no file that anybody is shown. */
static bool
remove_it(int dir, const char *name, void *arg)
{
	struct emptying *e = arg;
	struct stat st;

	if (unlinkat(dir, name, 0) == 0)
		e->removed++;
	else if (errno != ENOENT) {
		int error = errno;

		if (look_at(dir, name, &st) != 1 || !S_ISDIR(st.st_mode))
			e->error = error;
		else
			unlinkat(dir, name, AT_REMOVEDIR);
	}
	return true;
}

int
user_dir_empty(int dir)
{
	struct emptying e = { .removed = 1 };

	for (int i = 0; e.removed > 0 && i < PASSES; i++) {
		e.removed = e.error = 0;
		if (disk_each(dir, ".", remove_it, &e) == -1)
			return -1;
	}
	if (fsync(dir) == -1)
		return -1;
	errno = e.error != 0 ? e.error : EAGAIN;
	return e.error == 0 && e.removed == 0 ? 0 : -1;
}
