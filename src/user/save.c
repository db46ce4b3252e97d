#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/disk.h"
#include "user/save.h"

static int result; /* a job's body: the errno of its sync */

static void
sync_it(void *body, int fd)
{
	int error = fsync(fd) == -1 ? errno : 0;

	memcpy(body, &error, sizeof(error));
}

void
save_init(struct save *s)
{
	memset(s, 0, sizeof(*s));
	s->fd = -1;
}

int
save_open(struct save *s, const char *name)
{
	struct stat old;

	s->replaced = lstat(name, &old) == 0;
	if (s->replaced && S_ISDIR(old.st_mode)) {
		errno = EISDIR;
		return -1;
	}
	snprintf(s->name, sizeof(s->name), "%s", name);
	snprintf(
	    s->temp, sizeof(s->temp), ".%s.%ld.part", name, (long)getpid());
	s->room = s->written = s->synced = 0;
	s->error = 0;
	s->sealed = false;
	s->stale = s->job.state != JOB_NONE;
	s->fd = open(s->temp,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
	return s->fd == -1 ? -1 : 0;
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
	disk_room(s->fd, &s->room, s->written + n, size);
	if (disk_write(s->fd, data, n) == -1)
		return -1;
	s->written += n;
	if (s->written - s->synced >= DISK_STRETCH && !sync_busy(s))
		sync_beside(s);
	return 0;
}

/* Close, then rename: close() may be the one to say that the disk is full. */
static int
publish(struct save *s)
{
	int fd = s->fd;

	s->fd = -1;
	if (s->error != 0) {
		close(fd);
		errno = s->error;
		return -1;
	}
	return close(fd) == -1 ? -1 : rename(s->temp, s->name);
}

enum save_state
save_close(struct save *s)
{
	int error;

	if (sync_busy(s))
		return SAVE_WAITING;
	if (!s->sealed) {
		s->sealed = true;
		sync_beside(s);
		if (sync_busy(s))
			return SAVE_WAITING;
	}
	if (publish(s) == 0)
		return SAVE_DONE;
	error = errno;
	unlink(s->temp);
	errno = error;
	return SAVE_FAILED;
}

void
save_drop(struct save *s)
{
	if (s->fd == -1)
		return;
	close(s->fd);
	unlink(s->temp);
	s->fd = -1;
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
