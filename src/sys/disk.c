#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#ifdef __linux__
#include <sys/vfs.h>
#endif

#include "policy.h"
#include "sys/clock.h"
#include "sys/disk.h"
#include "sys/fd.h"

bool
disk_is_missing(const char *path)
{
	struct stat st;

	return fstatat(AT_FDCWD, path, &st, 0) == -1 && errno == ENOENT;
}

int
disk_open_dir(int at, const char *name)
{
	return openat(
	    at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

int
disk_make_dir(int at, const char *name)
{
	if (mkdirat(at, name, 0700) == -1 && errno != EEXIST)
		return -1;
	return disk_open_dir(at, name);
}

const char *
disk_root(const char *path, int *fd)
{
	struct stat st;

	if (mkdir(path, 0700) == -1 && errno != EEXIST)
		return strerror(errno);
	*fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd == -1 || fstat(*fd, &st) == -1)
		return strerror(errno);
	if (st.st_uid != geteuid())
		return "belongs to another user";
	if ((st.st_mode & (S_IWGRP | S_IWOTH)) != 0)
		return "is writable by others (chmod go-w would do)";
	return NULL;
}

/* The kinds of Linux, from its statfs(2); no other system tells by number. */
bool
disk_is_remote(int fd)
{
#ifdef __linux__
	static const unsigned long kinds[] = { 0x6969 /* NFS */,
		0x65735546 /* FUSE */, 0x00c36400 /* Ceph */,
		0xff534d42 /* CIFS */, 0xfe534d42 /* SMB2 */, 0x517b /* SMB */,
		0x01021997 /* 9P */, 0x0bd00bd0 /* Lustre */,
		0x47504653 /* GPFS */, 0x5346414f /* AFS */,
		0x01161970 /* GFS2 */, 0x7461636f /* OCFS2 */,
		0x73757245 /* Coda */, 0x20030528 /* OrangeFS */ };
	struct statfs st;

	if (fstatfs(fd, &st) == -1)
		return false;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (((unsigned long)st.f_type & 0xffffffff) == kinds[i])
			return true;
#else
	(void)fd;
#endif
	return false;
}

int
disk_open(int at, const char *name, off_t *size)
{
	struct stat st;
	int fd =
	    openat(at, name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == -1)
		return close_with_errno(fd);
	if (!S_ISREG(st.st_mode) || st.st_nlink != 1) {
		close(fd);
		errno = EMLINK; /* there is something, but no file of ours */
		return -1;
	}
	*size = st.st_size;
	return fd;
}

int
disk_create(int at, const char *name)
{
	return openat(
	    at, name, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
}

int
disk_write(int fd, const void *data, size_t n)
{
	const char *at = data;

	while (n > 0) {
		ssize_t wrote = write(fd, at, n);

		if (wrote == -1 && errno != EINTR)
			return -1;
		if (wrote > 0) {
			at += wrote;
			n -= (size_t)wrote;
		}
	}
	return 0;
}

/*
 * Where the file system cannot, some C libraries write a byte a block instead,
 * which takes seconds where each waits for a server.  They cannot do that to a
 * file that is open for appending alone, and say so; the call itself can.
 */
bool
disk_can_preallocate(int at, const char *name)
{
	int fd = openat(at, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	bool has = fd != -1 && posix_fallocate(fd, 0, 1) == 0;

	if (fd != -1) {
		unlinkat(at, name, 0);
		close(fd);
	}
	return has;
}

static bool preallocate_refused; /* see disk_preallocate_never() */

void
disk_preallocate_never(void)
{
	preallocate_refused = true;
}

void
disk_preallocate(int fd, uint64_t *done, uint64_t need, uint64_t size)
{
	uint64_t more = size - *done;
	ms_t began;

	if (size < DISK_STRETCH || need <= *done || preallocate_refused)
		return;
	if (more > DISK_STRETCH)
		more = DISK_STRETCH;
	began = now_ms();
	posix_fallocate(fd, (off_t)*done, (off_t)more);
	preallocate_refused = now_ms() - began > PREALLOCATE_SLOW;
	*done += more;
}

ssize_t
disk_load(int at, const char *name, char *out, size_t max)
{
	off_t size = 0;
	int fd = disk_open(at, name, &size);
	size_t len = 0;
	ssize_t n = 1;

	if (fd == -1)
		return -1;
	while (n > 0 && len < max - 1 && (off_t)len < size) {
		n = read(fd, out + len, max - 1 - len);
		if (n > 0)
			len += (size_t)n;
		else if (n == -1 && errno == EINTR)
			n = 1;
	}
	if (n == -1)
		return close_with_errno(fd);
	close(fd);
	out[len] = '\0';
	return (ssize_t)len;
}

static int
fill(int fd, const char *text)
{
	if (disk_write(fd, text, strlen(text)) == -1 || fsync(fd) == -1)
		return close_with_errno(fd);
	return close(fd);
}

int
disk_save_as(
    int at, const char *name, int work, const char *temp, const char *text)
{
	int fd, error;

	unlinkat(work, temp, 0); /* cut short by a crash */
	fd = disk_create(work, temp);
	if (fd == -1)
		return -1;
	if (fill(fd, text) == 0 && renameat(work, temp, at, name) == 0)
		return fsync(at);
	error = errno;
	unlinkat(work, temp, 0);
	errno = error;
	return -1;
}

int
disk_save(int at, const char *name, int work, const char *text)
{
	return disk_save_as(at, name, work, name, text);
}

static bool
purge_it(int dir, const char *name, void *arg)
{
	(void)arg;
	disk_purge(dir, name);
	return true;
}

int
disk_purge(int at, const char *name)
{
	if (unlinkat(at, name, 0) == 0 || errno == ENOENT)
		return 0;
	disk_each(at, name, purge_it, NULL);
	return unlinkat(at, name, AT_REMOVEDIR);
}

int
disk_each(
    int at, const char *dir, bool (*each)(int, const char *, void *), void *arg)
{
	int fd = disk_open_dir(at, dir);
	DIR *d = fd == -1 ? NULL : fdopendir(fd);
	const struct dirent *e;
	int error;

	if (d == NULL)
		return close_with_errno(fd);
	while (errno = 0, (e = readdir(d)) != NULL)
		if (strcmp(e->d_name, ".") != 0 &&
		    strcmp(e->d_name, "..") != 0 && !each(fd, e->d_name, arg))
			break;
	error = e == NULL ? errno : 0; /* it may end before its end */
	closedir(d);
	errno = error;
	return error == 0 ? 0 : -1;
}

static int
control_lock(int fd, int command, short type, off_t byte, pid_t *pid)
{
	struct flock lock = { .l_type = type,
		.l_whence = SEEK_SET,
		.l_start = byte,
		.l_len = 1 };
	int result;

	do
		result = fcntl(fd, command, &lock);
	while (result == -1 && errno == EINTR);
	if (pid != NULL)
		*pid = lock.l_type == F_UNLCK ? 0 : lock.l_pid;
	return result;
}

int
disk_lock(int fd, off_t byte, bool wait)
{
	return control_lock(fd, wait ? F_SETLKW : F_SETLK, F_WRLCK, byte, NULL);
}

int
disk_lock_shared(int fd, off_t byte)
{
	return control_lock(fd, F_SETLKW, F_RDLCK, byte, NULL);
}

int
disk_unlock(int fd, off_t byte)
{
	return control_lock(fd, F_SETLK, F_UNLCK, byte, NULL);
}

pid_t
disk_locker(int fd, off_t byte)
{
	pid_t pid = 0;

	return control_lock(fd, F_GETLK, F_WRLCK, byte, &pid) == -1 ? 0 : pid;
}
