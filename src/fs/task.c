#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "disk.h"
#include "shelf.h"
#include "task.h"

/* The disk refuses; the first reason is the one that is told. */
static enum status
failed(struct file_job *j)
{
	if (j->error == 0)
		j->error = errno;
	return ST_NOK;
}

static enum status
sync_file(struct file_job *j, int fd)
{
	return fdatasync(fd) == 0 ? ST_OK : failed(j);
}

/* Under the user's lock, so that no other process counts at the same time. */
static enum status
link_file(const struct store *s, struct file_job *j, int dir)
{
	int n;

	if (shelf_taken(dir, j->name))
		return ST_DUP;
	n = shelf_count(dir);
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
seal_file(const struct store *s, struct file_job *j, int dir)
{
	if (fsync(dir) == 0 &&
	    (unlinkat(s->work, j->temp, 0) == 0 || errno == ENOENT))
		return ST_OK;
	failed(j);
	unlinkat(dir, j->name, 0);
	return ST_NOK;
}

static enum status
publish(const struct store *s, struct file_job *j, int fd)
{
	enum status status = ST_NOK;
	int dir;

	if (fsync(fd) == -1 || work_lock_user(s, j->uid) == -1)
		return failed(j);
	dir = shelf_make(s->root, j->uid);
	status = dir != -1 ? link_file(s, j, dir) : failed(j);
	work_unlock_user(s, j->uid);
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
hide_file(const struct store *s, struct file_job *j, int dir)
{
	uint64_t size;

	if (!shelf_file(dir, j->name, &size))
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
delete_file(const struct store *s, struct file_job *j)
{
	enum status status;
	int dir = shelf_open(s->root, j->uid);

	if (dir == -1)
		return failed(j);
	if (work_lock_user(s, j->uid) == 0) {
		status = hide_file(s, j, dir);
		work_unlock_user(s, j->uid);
	} else
		status = failed(j);
	close(dir);
	return status;
}

static enum status
hide_user(const struct store *s, struct file_job *j)
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
remove_user(const struct store *s, struct file_job *j)
{
	enum status status;

	if (work_lock_user(s, j->uid) == -1)
		return failed(j);
	status = hide_user(s, j);
	work_unlock_user(s, j->uid);
	return status;
}

static enum status
purge(const struct store *s, struct file_job *j)
{
	return disk_purge(s->work, j->temp) == 0 ? ST_OK : failed(j);
}

static enum status
run(const struct store *s, struct file_job *j, int fd)
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
task_run(const struct store *s, struct file_job *j, int fd)
{
	j->error = 0;
	j->status = run(s, j, fd);
}
