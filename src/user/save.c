#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/disk.h"
#include "sys/random.h"
#include "user/save.h"

static int result; /* a job's body: the errno of its sync */

static void
sync_it(void *body, int fd)
{
	int error = fsync(fd) == -1 ? errno : 0;

	if (error == EINVAL) /* it is nothing that can be synced */
		error = 0;
	memcpy(body, &error, sizeof(error));
}

/* .FILE.1234.part, or .temp: see create(). */
static bool
is_temporary(const char *name)
{
	char file[FNAME_MAX + 1];
	size_t n = strlen(name), tail = strlen(".1234.part");

	if (n < tail + 2 || n > tail + sizeof(file) || name[0] != '.' ||
	    (strcmp(name + n - 5, ".part") != 0 &&
		strcmp(name + n - 5, ".temp") != 0))
		return false;
	n -= tail;
	memcpy(file, name + 1, n - 1);
	file[n - 1] = '\0';
	return wire_valid(F_FNAME, file) && name[n] == '.' &&
	    strspn(name + n + 1, "0123456789") == CODE_LEN;
}

/* The file of a program that is alive is locked. */
static bool
delete_left(int dir, const char *name, void *arg)
{
	int fd;

	(void)arg;
	if (!is_temporary(name))
		return true;
	fd = openat(dir, name, O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
	if (fd == -1)
		return true;
	if (disk_lock(fd, 0, false) == 0)
		unlinkat(dir, name, 0);
	close(fd);
	return true;
}

/*
 * Can the file that has the name be replaced?  This is tried without changing
 * it.  Removing it as if it were a directory fails in any case, but first with
 * the reason why it may not be removed at all: a sticky directory, an immutable
 * file.  And no link can be made from a file on which something is mounted.
 */
static int
try_name(struct save *s)
{
	struct stat old;

	s->replaced = lstat(s->name, &old) == 0;
	if (!s->replaced)
		return errno == ENOENT ? 0 : -1;
	if (S_ISDIR(old.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	if (unlinkat(AT_FDCWD, s->name, AT_REMOVEDIR) == -1 &&
	    errno != ENOTDIR && errno != ENOENT)
		return -1;
	if (linkat(AT_FDCWD, s->name, AT_FDCWD, s->temp, 0) == 0)
		unlink(s->temp);
	else if (errno == EXDEV) {
		errno = EBUSY;
		return -1;
	}
	return 0;
}

/* Made under another name first, to see that files can be renamed here. */
static int
create(struct save *s)
{
	char first[sizeof(s->temp)];
	size_t n = strlen(s->temp) - strlen("part");
	int error;

	memcpy(first, s->temp, n);
	memcpy(first + n, "temp", sizeof("temp"));
	s->fd = open(
	    first, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	if (s->fd == -1)
		return -1;
	disk_lock(s->fd, 0, false);
	if (rename(first, s->temp) == 0)
		return 0;
	error = errno;
	unlink(first);
	close(s->fd);
	errno = error;
	return -1;
}

int
save_open(struct save *s, const char *name)
{
	char code[CODE_LEN + 1];

	disk_each(AT_FDCWD, ".", delete_left, NULL);
	random_code(code);
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(s->temp, sizeof(s->temp), ".%s.%s.part", name, code);
	s->preallocated = s->written = s->synced = 0;
	s->error = 0;
	s->stale = s->job.state != JOB_NONE;
	if (try_name(s) == -1 || create(s) == -1)
		return -1;
	s->stage = SAVE_WRITING;
	return 0;
}

/* Begin a sync in the child or, where there can be none, do it here. */
static void
sync_beside(struct save *s)
{
	s->synced = s->written;
	result = 0;
	if (s->pool.workers == 0 &&
	    pool_start(&s->pool, 1, sizeof(result), sync_it, NULL) == -1)
		pool_stop(&s->pool);
	if (s->pool.workers > 0) {
		pool_submit(&s->pool, &s->job, &result, s->fd);
		return;
	}
	sync_it(&result, s->fd);
	s->job.state = JOB_DONE;
}

/* What has become of the last sync; a failed job is done again here. */
static bool
sync_busy(struct save *s)
{
	if (job_busy(&s->job))
		return true;
	if (s->job.state == JOB_FAILED && !s->stale)
		sync_it(&result, s->fd);
	if (s->job.state != JOB_NONE && !s->stale && result != 0)
		s->error = result;
	s->job.state = JOB_NONE;
	s->stale = false;
	return false;
}

int
save_write(struct save *s, uint64_t size, const void *data, size_t n)
{
	disk_preallocate(s->fd, &s->preallocated, s->written + n, size);
	if (disk_write(s->fd, data, n) == -1)
		return -1;
	s->written += n;
	if (s->written - s->synced >= DISK_STRETCH && !sync_busy(s))
		sync_beside(s);
	return 0;
}

void
save_drop(struct save *s)
{
	if (s->stage == SAVE_NONE)
		return;
	if (s->fd != -1)
		close(s->fd);
	if (s->stage != SAVE_NAMED)
		unlink(s->temp);
	s->stage = SAVE_NONE;
}

static enum save_state
fail(struct save *s, int error)
{
	bool named = s->stage == SAVE_NAMED;

	save_drop(s);
	errno = error;
	return named ? SAVE_UNSAFE : SAVE_FAILED;
}

/* Close, then rename: close() may be the one to say that the disk is full. */
static int
publish(struct save *s)
{
	int fd = s->fd;

	s->fd = -1;
	return close(fd) == -1 ? -1 : rename(s->temp, s->name);
}

enum save_state
save_close(struct save *s)
{
	while (!sync_busy(s)) {
		if (s->error != 0)
			return fail(s, s->error);
		if (s->stage == SAVE_NAMED) {
			save_drop(s);
			return SAVE_DONE;
		}
		if (s->stage == SAVE_SYNCING) {
			if (publish(s) == -1)
				return fail(s, errno);
			s->fd = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
			/* One that may not be read cannot be synced. */
			s->error = s->fd != -1 || errno == EACCES ? 0 : errno;
		}
		s->stage++;
		if (s->fd != -1)
			sync_beside(s);
	}
	return SAVE_WAITING;
}

void
save_watch(const struct save *s, struct ready *r)
{
	pool_watch(&s->pool, r);
}

void
save_step(struct save *s, const struct ready *r)
{
	pool_step(&s->pool, r);
}
