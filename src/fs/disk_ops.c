#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/disk_ops.h"
#include "fs/user_dir.h"
#include "sys/disk.h"
#include "sys/fd.h"

#define SIDE_LEN (TEMP_LEN + 2)

/* The disk refuses; the first reason is the one that is told. */
static enum status
failed(struct disk_op *j)
{
	if (j->error == 0)
		j->error = errno;
	return ST_NOK;
}

/* A step that other processes must not see half done. */
static enum status
locked(struct store *s, struct disk_op *j,
    enum status (*step)(struct store *, struct disk_op *))
{
	enum status status;

	if (user_lock(s, j->uid) == -1)
		return failed(j);
	status = step(s, j);
	user_unlock(s, j->uid);
	return status;
}

/* A second name that nobody else uses in the work directory. */
static const char *
side_temp(const struct disk_op *j)
{
	static char temp[SIDE_LEN];

	snprintf(temp, sizeof(temp), "%s.s", j->temp);
	return temp;
}

/* Does the name lead to just this file?  1, 0, or -1: nothing is there. */
static int
is_named(int dir, const char *name, const struct stat *file)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? -1 : 0;
	return st.st_dev == file->st_dev && st.st_ino == file->st_ino;
}

/* Uploads */

/*
 * Under the user's lock, so that no other process counts at the same time.  A
 * rename that is told to have failed may have been done all the same, where a
 * remote file system got a request twice.
 */
static enum status
name_file(struct store *s, struct disk_op *j, int dir, int fd)
{
	struct stat file;
	bool taken;
	int n = user_dir_count(dir, j->name, &taken);

	if (n == -1 || fstat(fd, &file) == -1)
		return failed(j);
	if (taken)
		return is_named(dir, j->name, &file) == 1 ? ST_OK : ST_DUP;
	if (n >= FILES_MAX)
		return ST_FULL;
	if (renameat(s->work, j->temp, dir, j->name) == 0)
		return ST_OK;
	n = errno;
	if (is_named(dir, j->name, &file) == 1)
		return ST_OK;
	errno = n;
	return failed(j);
}

/* The first file since a removal: the user has stored something again. */
static void
note_first(struct store *s, const struct disk_op *j, struct generation *g)
{
	if (g->state != FILES_REMOVED)
		return;
	g->state = FILES_KEPT;
	generation_save(s, j->uid, g, side_temp(j));
}

/* What began before the user was removed is of nobody who is still there. */
static enum status
add_file(struct store *s, struct disk_op *j, int *dir, int fd)
{
	struct generation g;
	struct intent i;
	enum status status;

	if (generation_load(s, j->uid, &g) == -1 ||
	    (intent_load(s, j->uid, &i) == -1 && errno != ENOENT))
		return failed(j);
	if (!generation_same(&g, &j->generation) || g.state == FILES_GOING ||
	    i.confirmed)
		return ST_INV;
	*dir = user_dir_make(s->root, j->uid);
	if (*dir == -1)
		return failed(j);
	status = name_file(s, j, *dir, fd);
	if (status == ST_OK)
		note_first(s, j, &g);
	return status;
}

/* Where the name cannot be made durable it is taken back. */
static enum status
seal_file(struct disk_op *j, int dir, int fd)
{
	struct stat file;

	if (fsync(dir) == 0)
		return ST_OK;
	failed(j);
	if (fstat(fd, &file) == 0 && is_named(dir, j->name, &file) == 1)
		unlinkat(dir, j->name, 0);
	return ST_NOK;
}

static enum status
publish(struct store *s, struct disk_op *j, int fd)
{
	enum status status;
	int dir = -1;

	if (fsync(fd) == -1 || user_lock(s, j->uid) == -1)
		return failed(j);
	status = add_file(s, j, &dir, fd);
	user_unlock(s, j->uid);
	if (status == ST_OK)
		status = seal_file(j, dir, fd);
	close_with_errno(dir);
	return status;
}

/* Looking, where that may take long */

static bool
look_at_it(int dir, const char *name, void *arg)
{
	uint64_t size;

	(void)arg;
	user_dir_file(dir, name, &size);
	return true;
}

/* Opened anew a directory is asked about anew. */
static enum status
probe(struct store *s, struct disk_op *j)
{
	off_t size;
	int dir = disk_open_dir(s->removals, "."), fd;

	close_with_errno(dir);
	intent_stands(s, j->uid);
	dir = user_dir_open(s->root, j->uid);
	if (dir == -1)
		return ST_OK;
	disk_each(dir, ".", look_at_it, NULL);
	fd = j->name[0] != '\0' ? disk_open(dir, j->name, &size) : -1;
	close_with_errno(fd);
	close(dir);
	return ST_OK;
}

/* Deletions */

/*
 * ENOENT may mean either path: the file, or our own directory.  And the rename
 * may have been done all the same.
 */
static enum status
move_file(struct store *s, struct disk_op *j, int dir)
{
	struct stat file;

	if (fstatat(dir, j->name, &file, AT_SYMLINK_NOFOLLOW) == -1)
		return errno == ENOENT ? ST_EOF : failed(j);
	if (renameat(dir, j->name, s->work, j->temp) == 0 ||
	    (errno == EXDEV && unlinkat(dir, j->name, 0) == 0))
		return ST_OK;
	failed(j);
	if (is_named(dir, j->name, &file) != -1)
		return ST_NOK;
	j->error = 0;
	return is_named(s->work, j->temp, &file) == 1 ? ST_OK : ST_EOF;
}

/*
 * What cannot be made durable is put back: no OK, nothing lost.  Under the
 * user's lock, so that no upload takes its place among the 15 meanwhile.
 */
static enum status
hide_file(struct store *s, struct disk_op *j, int dir)
{
	enum status status = move_file(s, j, dir);

	if (status != ST_OK || fsync(dir) == 0)
		return status;
	failed(j);
	if (renameat(s->work, j->temp, dir, j->name) == -1)
		j->temp[0] = '\0'; /* its last name: not to be purged */
	return ST_NOK;
}

static enum status
delete_in(struct store *s, struct disk_op *j, int dir)
{
	struct generation g;
	uint64_t size;
	int found = user_dir_file(dir, j->name, &size);

	if (found == -1 || generation_load(s, j->uid, &g) == -1)
		return failed(j);
	if (found == 1 && g.state != FILES_GOING)
		return hide_file(s, j, dir);
	return g.state == FILES_KEPT ? ST_EOF : ST_NOK;
}

static enum status
delete_file(struct store *s, struct disk_op *j)
{
	int dir = user_dir_open(s->root, j->uid);
	enum status status;

	if (dir == -1)
		return errno == 0 ? ST_NOK : failed(j);
	status = delete_in(s, j, dir);
	close(dir);
	return status;
}

/* Removals */

/* Is there anything that an intent must hide?  1, 0, or -1. */
static int
has_files(struct store *s, const struct disk_op *j)
{
	struct stat st;

	if (j->is_intended) /* an upload is under way */
		return 1;
	if (fstatat(s->root, j->uid, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : -1;
}

static bool
is_same_intent(const struct intent *a, const struct intent *b)
{
	return strcmp(a->tid, b->tid) == 0 && strcmp(a->ip, b->ip) == 0 &&
	    a->port == b->port && strcmp(a->owner, b->owner) == 0;
}

/*
 * An old TID must not remove what a new account has stored.  An intent of ours
 * with this very TID is taken up again.
 */
static enum status
intend(struct store *s, struct disk_op *j)
{
	struct generation g;
	struct intent existing;
	int needed = has_files(s, j);

	if (needed == -1 || generation_load(s, j->uid, &g) == -1)
		return failed(j);
	if (g.number > 0 && g.state != FILES_GOING &&
	    strcmp(g.tid, j->intent.tid) == 0)
		return ST_INV;
	j->is_intended = needed;
	if (intent_load(s, j->uid, &existing) == 0) {
		j->is_intended = true;
		return is_same_intent(&existing, &j->intent) &&
			!existing.confirmed ?
		    ST_OK :
		    ST_DUP;
	}
	if (errno != ENOENT)
		return failed(j);
	if (needed && intent_save(s, j->uid, &j->intent, side_temp(j)) == -1)
		return failed(j);
	return ST_OK;
}

static enum status
abandon(struct store *s, struct disk_op *j)
{
	return intent_drop(s, j->uid, j->intent.tid) == 0 ? ST_OK : failed(j);
}

/*
 * The files go one by one: a directory is not always let go as one (EXDEV of an
 * overlay).  Then the directory, where no other host may have it open; where it
 * cannot go it is empty, as far as we are concerned.  What stands in its place
 * is nobody's files, and goes, too.
 */
static int
clear_out(struct store *s, const struct disk_op *j)
{
	int dir = disk_open_dir(s->root, j->uid), result;

	if (dir == -1 && errno != ENOTDIR && errno != ELOOP)
		return errno == ENOENT ? 0 : -1;
	result = dir == -1 ? unlinkat(s->root, j->uid, 0) : user_dir_empty(dir);
	close_with_errno(dir);
	if (result == -1 || s->remote)
		return result;
	if (dir != -1 && unlinkat(s->root, j->uid, AT_REMOVEDIR) == -1)
		return 0;
	return fsync(s->root);
}

/*
 * Where a full disk has no room for that the files make it: until the lock is
 * given back nobody publishes, and after a crash the intent still stands.
 */
static int
save_generation(
    struct store *s, const struct disk_op *j, const struct generation *g)
{
	if (generation_save(s, j->uid, g, side_temp(j)) == 0)
		return 0;
	if ((errno != ENOSPC && errno != EDQUOT) || clear_out(s, j) == -1)
		return -1;
	return generation_save(s, j->uid, g, side_temp(j));
}

/*
 * First the generation changes: from then on nothing that has begun before is
 * published any more.  A removal that has been ended already is not done again,
 * though its intent has come back: what stands there now is a new account's.
 */
static int
remove_files(struct store *s, const struct disk_op *j)
{
	struct generation g;
	bool same;

	if (generation_load(s, j->uid, &g) == -1)
		return -1;
	same = g.number > 0 && strcmp(g.tid, j->intent.tid) == 0;
	if (same && g.state != FILES_GOING)
		return 0;
	if (!same) {
		g.number++;
		memcpy(g.tid, j->intent.tid, sizeof(g.tid));
		g.state = FILES_GOING;
		if (save_generation(s, j, &g) == -1)
			return -1;
	}
	if (clear_out(s, j) == -1)
		return -1;
	g.state = FILES_REMOVED;
	return generation_save(s, j->uid, &g, side_temp(j));
}

/* Whoever goes on with it need not ask the AS again. */
static void
confirm(struct store *s, const struct disk_op *j)
{
	struct intent i = j->intent;

	i.confirmed = true;
	intent_save(s, j->uid, &i, side_temp(j));
}

static enum status
remove_user(struct store *s, struct disk_op *j)
{
	if (remove_files(s, j) == 0 &&
	    intent_drop(s, j->uid, j->intent.tid) == 0 &&
	    fsync(s->removals) == 0)
		return ST_OK;
	failed(j);
	confirm(s, j);
	return ST_NOK;
}

/* Our own directory is looked after, too. */
static enum status
review(struct store *s, struct disk_op *j)
{
	int more;

	j->is_stale = workdir_touch(s) == -1;
	while ((more = intent_next(s, j->uid)) == 1) {
		if (intent_load(s, j->uid, &j->intent) == -1) {
			if (errno == ENOENT)
				continue;
			failed(j);
			return ST_INV;
		}
		if (strcmp(j->intent.owner, workdir_owner()) == 0 ||
		    !workdir_is_alive(s, j->intent.owner))
			return ST_OK;
	}
	return more == 0 ? ST_EOF : failed(j);
}

static enum status
run(struct store *s, struct disk_op *j, int fd)
{
	switch (j->kind) {
	case FILE_SYNC:
		return fdatasync(fd) == 0 ? ST_OK : failed(j);
	case FILE_PUBLISH:
		return publish(s, j, fd);
	case FILE_PROBE:
		return probe(s, j);
	case FILE_DELETE:
		return locked(s, j, delete_file);
	case FILE_PURGE:
		return disk_purge(s->work, j->temp) == 0 ? ST_OK : failed(j);
	case FILE_INTEND:
		return locked(s, j, intend);
	case FILE_ABANDON:
		return locked(s, j, abandon);
	case FILE_REMOVE:
		return locked(s, j, remove_user);
	case FILE_REVIEW:
		return review(s, j);
	}
	return ST_NOK;
}

/*
 * The directory for temporaries may have been made anew since this process got
 * its descriptor: then once more, in the new one.
 */
void
disk_op_run(struct store *s, struct disk_op *j, int fd)
{
	j->error = 0;
	j->status = run(s, j, fd);
	if (j->status == ST_NOK && (j->error == ENOENT || j->error == ESTALE) &&
	    j->kind != FILE_PURGE && workdir_reopen(s) == 0) {
		j->error = 0;
		j->status = run(s, j, fd);
	}
}
