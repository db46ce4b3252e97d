#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/workdir.h"
#include "sys/disk.h"

#define WORK     "work" /* no user's directory: those are digits */
#define LOCK     "lock"
#define STARTING 100000 /* the byte after the last UID's */

static char own[96];   /* HOST.PID.N */
static int alive = -1; /* the lock in it, reservation until the process ends */

static int
open_lock(int dir, int flags)
{
	return openat(dir, LOCK,
	    O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | flags, 0600);
}

static bool
purge_it(int dir, const char *name, void *arg)
{
	(void)arg;
	disk_purge(dir, name);
	return true;
}

/*
 * True while the process that made the directory lives.  Where the lock file is
 * missing it died before it had one: nobody else is starting just now.
 */
static bool
is_alive(int dir)
{
	int fd = open_lock(dir, 0);
	bool locked;

	if (fd == -1)
		return errno != ENOENT;
	locked = disk_lock(fd, 0, false) == -1;
	close(fd);
	return locked;
}

static bool
purge_dead(int all, const char *name, void *arg)
{
	int dir = disk_open_dir(all, name);
	bool dead = dir != -1 && !is_alive(dir);

	(void)arg;
	if (dir != -1)
		close(dir);
	if (dead) {
		disk_each(all, name, purge_it, NULL);
		unlinkat(all, name, AT_REMOVEDIR);
	}
	return true;
}

/* Make, open and lock our own directory: its descriptor. */
static int
make_own(int all)
{
	char host[64] = "";
	int dir;

	gethostname(host, sizeof(host) - 1);
	host[strcspn(host, "/.")] = '\0';
	for (unsigned n = 0;; n++) {
		snprintf(
		    own, sizeof(own), "%s.%ld.%u", host, (long)getpid(), n);
		if (mkdirat(all, own, 0700) == 0)
			break;
		if (errno != EEXIST)
			return -1;
	}
	dir = disk_open_dir(all, own);
	if (dir == -1)
		return -1;
	alive = open_lock(dir, O_CREAT | O_EXCL);
	if (alive != -1 && disk_lock(alive, 0, false) == 0)
		return dir;
	close(dir);
	return -1;
}

/* Starting, one at a time: nobody's half-made directory is taken for dead. */
static int
settle(struct store *s, int all)
{
	if (disk_lock(s->locks, STARTING, true) == -1)
		return -1;
	disk_each(s->root, WORK, purge_dead, NULL);
	s->work = make_own(all);
	return disk_unlock(s->locks, STARTING);
}

/*
 * The root is synced because a process that was killed may have made a user's
 * directory and not come to that.
 */
int
workdir_open(struct store *s)
{
	int all;

	s->work = s->locks = -1;
	if (mkdirat(s->root, WORK, 0700) == -1 && errno != EEXIST)
		return -1;
	all = disk_open_dir(s->root, WORK);
	if (all == -1)
		return -1;
	s->locks = open_lock(all, O_CREAT);
	if (s->locks == -1 || settle(s, all) == -1 || s->work == -1) {
		int error = errno;

		close(all);
		errno = error;
		return -1;
	}
	close(all);
	return fsync(s->root);
}

void
workdir_close(struct store *s)
{
	int all = disk_open_dir(s->root, WORK);

	disk_each(s->work, ".", purge_it, NULL);
	if (all != -1) {
		unlinkat(all, own, AT_REMOVEDIR);
		close(all);
	}
	close(s->work);
	close(s->locks);
	close(alive);
}

int
user_lock(const struct store *s, const char *uid)
{
	return disk_lock(s->locks, strtol(uid, NULL, 10), true);
}

void
user_unlock(const struct store *s, const char *uid)
{
	disk_unlock(s->locks, strtol(uid, NULL, 10));
}
