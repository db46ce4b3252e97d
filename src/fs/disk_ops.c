#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "fs/disk_ops.h"
#include "fs/user_dir.h"
#include "sys/disk.h"

/* The disk refuses; the first reason is the one that is told. */
static enum status
failed(struct disk_op *j)
{
	if (j->error == 0)
		j->error = errno;
	return ST_NOK;
}

static enum status
sync_file(struct disk_op *j, int fd)
{
	return fdatasync(fd) == 0 ? ST_OK : failed(j);
}

/* Under the user's lock, so that no other process counts at the same time. */
static enum status
link_file(const struct store *s, struct disk_op *j, int dir)
{
	int n;

	if (user_dir_taken(dir, j->name))
		return ST_DUP;
	n = user_dir_count(dir);
	if (n == -1)
		return failed(j);
	if (n >= FILES_MAX)
		return ST_FULL;
	if (linkat(s->work, j->temp, dir, j->name, 0) == 0)
		return ST_OK;
	return errno == EEXIST ? ST_DUP : failed(j);
}

/*
 * Until its other name is gone the new file has two links, and nobody sees it:
 * so it appears durable.  What fails now takes the name back.
 */
static enum status
seal_file(const struct store *s, struct disk_op *j, int dir)
{
	if (fsync(dir) == 0 &&
	    (unlinkat(s->work, j->temp, 0) == 0 || errno == ENOENT))
		return ST_OK;
	failed(j);
	unlinkat(dir, j->name, 0);
	return ST_NOK;
}

static enum status
publish(const struct store *s, struct disk_op *j, int fd)
{
	enum status status = ST_NOK;
	int dir;

	if (fsync(fd) == -1 || user_lock(s, j->uid) == -1)
		return failed(j);
	dir = user_dir_make(s->root, j->uid);
	status = dir != -1 ? link_file(s, j, dir) : failed(j);
	user_unlock(s, j->uid);
	if (status == ST_OK)
		status = seal_file(s, j, dir);
	if (dir != -1)
		close(dir);
	return status;
}

/*
 * What cannot be made durable is put back: no OK, nothing lost.  Under the
 * user's lock, so that no upload takes its place among the 15 meanwhile.
 */
static enum status
hide_file(const struct store *s, struct disk_op *j, int dir)
{
	uint64_t size;

	if (!user_dir_file(dir, j->name, &size))
		return ST_EOF;
	if (renameat(dir, j->name, s->work, j->temp) == -1)
		return errno == ENOENT ? ST_EOF : failed(j);
	if (fsync(dir) == 0)
		return ST_OK;
	failed(j);
	if (linkat(s->work, j->temp, dir, j->name, 0) == -1)
		j->temp[0] = '\0'; /* its last name: not to be purged */
	return ST_NOK;
}

static enum status
delete_file(const struct store *s, struct disk_op *j)
{
	enum status status;
	int dir = user_dir_open(s->root, j->uid);

	if (dir == -1)
		return failed(j);
	if (user_lock(s, j->uid) == 0) {
		status = hide_file(s, j, dir);
		user_unlock(s, j->uid);
	} else
		status = failed(j);
	close(dir);
	return status;
}

static enum status
hide_user(const struct store *s, struct disk_op *j)
{
	if (renameat(s->root, j->uid, s->work, j->temp) == -1)
		return errno == ENOENT ? ST_OK : failed(j);
	if (fsync(s->root) == 0)
		return ST_OK;
	failed(j);
	if (renameat(s->work, j->temp, s->root, j->uid) == -1)
		j->temp[0] = '\0'; /* its last name: not to be purged */
	return ST_NOK;
}

static enum status
remove_user(const struct store *s, struct disk_op *j)
{
	enum status status;

	if (user_lock(s, j->uid) == -1)
		return failed(j);
	status = hide_user(s, j);
	user_unlock(s, j->uid);
	return status;
}

static enum status
purge(const struct store *s, struct disk_op *j)
{
	return disk_purge(s->work, j->temp) == 0 ? ST_OK : failed(j);
}

static enum status
run(const struct store *s, struct disk_op *j, int fd)
{
	switch (j->task) {
	case FILE_SYNC:
		return sync_file(j, fd);
	case FILE_PUBLISH:
		return publish(s, j, fd);
	case FILE_DELETE:
		return delete_file(s, j);
	case FILE_REMOVE:
		return remove_user(s, j);
	case FILE_PURGE:
		return purge(s, j);
	}
	return ST_NOK;
}

void
disk_op_run(const struct store *s, struct disk_op *j, int fd)
{
	j->error = 0;
	j->status = run(s, j, fd);
}
