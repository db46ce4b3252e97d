#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/workdir.h"
#include "policy.h"
#include "proto/wire.h"
#include "sys/disk.h"
#include "sys/fd.h"

#define WORK     "work"     /* no user's directory: those are digits */
#define REMOVALS "removals" /* nor is this */
#define LOCK     "lock"
#define STARTING UIDS /* the byte after the last UID's */

static char own[OWNER_MAX];

/* ROOT/work/owner. */
static int
open_of(const struct store *s, const char *owner)
{
	int all = disk_open_dir(s->root, WORK);
	int dir = all == -1 ? -1 : disk_open_dir(all, owner);

	close_with_errno(all);
	return dir;
}

static int
open_lock(int dir, int flags)
{
	return openat(dir, LOCK,
	    O_RDWR | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | flags, 0600);
}

/*
 * True while the process that made the directory lives.  Where the lock file is
 * missing it died before it had one: nobody else is starting just now.
 */
static bool
is_locked(int dir)
{
	int fd = open_lock(dir, 0);
	bool locked;

	if (fd == -1)
		return errno != ENOENT;
	locked = disk_lock(fd, 0, false) == -1;
	close(fd);
	return locked;
}

/* The part of HOST.PID.N that is the host. */
static size_t
host_len(const char *owner)
{
	return strcspn(owner, ".");
}

static bool
is_of_this_host(const char *owner)
{
	return host_len(owner) == host_len(own) &&
	    strncmp(owner, own, host_len(own)) == 0;
}

/*
 * Another host's directory that nobody has locked, touched as late as just
 * before ours: its process lives, and its lock does not reach us.
 */
static bool
is_fresh(const struct store *s, int dir, const char *owner)
{
	struct stat theirs, ours;

	return !is_of_this_host(owner) && fstat(s->alive, &ours) == 0 &&
	    fstatat(dir, LOCK, &theirs, AT_SYMLINK_NOFOLLOW) == 0 &&
	    theirs.st_mtime >= ours.st_mtime - WORK_FRESH / SECONDS;
}

struct purge {
	const struct store *store;
	char living[OWNER_MAX]; /* "", or a host that locks do not reach */
};

static bool
purge_dead(int all, const char *name, void *arg)
{
	struct purge *p = arg;
	int dir = strcmp(name, own) != 0 ? disk_open_dir(all, name) : -1;
	bool dead = dir != -1 && !is_locked(dir);

	if (dead && is_fresh(p->store, dir, name)) {
		snprintf(p->living, sizeof(p->living), "%s", name);
		dead = false;
	}
	close_with_errno(dir);
	if (dead)
		disk_purge(all, name);
	return true;
}

/* Open and lock our own directory: its descriptor. */
static int
lock_own(struct store *s)
{
	int dir = open_of(s, own);

	if (dir == -1)
		return -1;
	s->alive = open_lock(dir, O_CREAT);
	if (s->alive != -1 && disk_lock(s->alive, 0, false) == 0)
		return dir;
	return close_with_errno(dir);
}

static int
make_own(struct store *s, int all)
{
	char host[64] = "";

	gethostname(host, sizeof(host) - 1);
	host[strcspn(host, "/. \t\n")] = '\0';
	for (unsigned n = 0;; n++) {
		snprintf(
		    own, sizeof(own), "%s.%ld.%u", host, (long)getpid(), n);
		if (mkdirat(all, own, 0700) == 0)
			return lock_own(s);
		if (errno != EEXIST)
			return -1;
	}
}

static const char *
refuse(const char *living)
{
	static char error[256];

	snprintf(error, sizeof(error),
	    "%s seems to be at work, but locks do not reach from here to "
	    "there (or it has just ended: try again in %ld s)",
	    living, (long)(WORK_FRESH / SECONDS));
	return error;
}

/* Starting, one at a time: nobody's half-made directory is taken for dead. */
static const char *
start_alone(struct store *s, int all)
{
	struct purge p = { .store = s };
	int starting = open_lock(all, O_CREAT);
	const char *error = NULL;

	if (starting == -1 || disk_lock(starting, STARTING, true) == -1 ||
	    (s->work = make_own(s, all)) == -1 ||
	    disk_each(s->root, WORK, purge_dead, &p) == -1)
		error = strerror(errno);
	close_with_errno(starting);
	if (error == NULL && p.living[0] != '\0')
		error = refuse(p.living);
	return error;
}

/*
 * The root is synced because a process that was killed may have made a user's
 * directory and not come to that.
 */
const char *
workdir_open(struct store *s)
{
	int all = disk_make_dir(s->root, WORK);
	const char *error;

	s->work = s->alive = s->locks = -1;
	s->locker = 0;
	s->remote = disk_is_remote(s->root);
	s->removals = disk_make_dir(s->root, REMOVALS);
	if (all == -1 || s->removals == -1) {
		error = strerror(errno);
		close_with_errno(all);
		return error;
	}
	error = start_alone(s, all);
	close(all);
	if (error == NULL && fsync(s->root) == -1)
		error = strerror(errno);
	if (error != NULL && s->work != -1)
		workdir_close(s);
	return error;
}

/* The lock is closed first: NFS keeps an open file, and so its directory. */
void
workdir_close(struct store *s)
{
	int all = disk_open_dir(s->root, WORK);

	close(s->alive);
	if (s->locker == getpid())
		close_with_errno(s->locks);
	s->alive = s->locks = -1;
	disk_purge(all, own);
	close_with_errno(all);
	close(s->work);
	close(s->removals);
}

const char *
workdir_owner(void)
{
	return own;
}

bool
workdir_is_alive(const struct store *s, const char *owner)
{
	int dir;
	bool living;

	if (strcmp(owner, own) == 0)
		return true; /* to look would be to unlock it */
	dir = open_of(s, owner);
	living = dir == -1 ? errno != ENOENT : is_locked(dir);
	close_with_errno(dir);
	return living;
}

int
workdir_touch(const struct store *s)
{
	int dir = open_of(s, own);
	int result =
	    dir == -1 ? -1 : utimensat(dir, LOCK, NULL, AT_SYMLINK_NOFOLLOW);

	close_with_errno(dir);
	return result;
}

/* Put the new one in the old one's place, where there is a new one. */
static int
take_over(struct store *s, int work)
{
	if (work == -1)
		return -1;
	close(s->work);
	s->work = work;
	return 0;
}

/* Closed first: closing it later would unlock the new one, were it the same. */
int
workdir_renew(struct store *s)
{
	int all = disk_make_dir(s->root, WORK);
	bool made =
	    all != -1 && (mkdirat(all, own, 0700) == 0 || errno == EEXIST);

	close_with_errno(all);
	if (!made)
		return -1;
	s->alive = close_with_errno(s->alive);
	return take_over(s, lock_own(s));
}

int
workdir_reopen(struct store *s)
{
	return take_over(s, open_of(s, own));
}

static int
open_locks(struct store *s)
{
	int all = disk_make_dir(s->root, WORK);

	close_with_errno(s->locks);
	s->locks = all == -1 ? -1 : open_lock(all, O_CREAT);
	s->locker = getpid();
	close_with_errno(all);
	return s->locks;
}

/* On the file that has the name: another one would keep nobody out. */
static bool
is_current(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_nlink > 0;
}

int
user_lock(struct store *s, const char *uid)
{
	off_t byte = wire_number(uid);

	if (s->locker != getpid())
		s->locks = -1; /* our parent's is closed here */
	else if (s->locks != -1 && disk_lock(s->locks, byte, true) == 0 &&
	    is_current(s->locks))
		return 0;
	return open_locks(s) == -1 ? -1 : disk_lock(s->locks, byte, true);
}

void
user_unlock(const struct store *s, const char *uid)
{
	disk_unlock(s->locks, wire_number(uid));
}
