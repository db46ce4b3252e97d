#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/user_dir.h"
#include "proto/wire.h"
#include "sys/disk.h"

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

bool
user_dir_file(int dir, const char *name, uint64_t *size)
{
	struct stat st;

	if (!wire_valid(F_FNAME, name) ||
	    fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    !S_ISREG(st.st_mode) || st.st_nlink != 1)
		return false;
	*size = (uint64_t)st.st_size;
	return *size <= FSIZE_MAX;
}

bool
user_dir_taken(int dir, const char *name)
{
	struct stat st;

	return dir != -1 && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0;
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
