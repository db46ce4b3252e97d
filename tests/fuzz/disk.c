/* The calls on the disk of the world; any may be made to fail. */
#include "inodes.h"

#define DIRS 4 /* open at a time */

static struct world_dir {
	int fd, next; /* fd 0: free */
	struct dirent entry;
} dirs[DIRS];

static int
fail(int error)
{
	errno = error;
	return -1;
}

/* There is one directory that paths lead to: only their last part counts. */
static const char *
last(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static int
dir_of(int at)
{
	if (at == AT_FDCWD)
		return WORLD_ROOT;
	require(world_is(at, END_FILE));
	require(inodes[world_fd[at].inode].kind == S_IFDIR);
	return world_fd[at].inode;
}

static void
named(int dir, const char *name, int inode)
{
	if (world_on.named != NULL)
		world_on.named(dir, name, inode);
}

/* Files that are open */

/* The inode to open, made if it is to be; or -1. */
static int
inode_for(int dir, const char *name, int flags)
{
	struct entry *e = tree_find(dir, name);
	mode_t kind;
	int inode;

	if (world_fails() || (e == NULL && (flags & O_CREAT) == 0))
		return -1;
	if (e == NULL) {
		inode = tree_new(S_IFREG);
		return inode == -1 || tree_enter(dir, name, inode) == -1 ?
		    -1 :
		    inode;
	}
	kind = inodes[e->inode].kind;
	if ((flags & O_EXCL) != 0)
		return fail(EEXIST);
	if (kind == S_IFLNK)
		return fail((flags & O_NOFOLLOW) != 0 ? ELOOP : ENOENT);
	if ((flags & O_DIRECTORY) != 0 && kind != S_IFDIR)
		return fail(ENOTDIR);
	if (kind == S_IFDIR && (flags & (O_WRONLY | O_RDWR)) != 0)
		return fail(EISDIR);
	return e->inode;
}

int
world_openat(int at, const char *name, int flags, ...)
{
	int dir = dir_of(at), fd = world_new(END_FILE), inode;

	if (fd == -1)
		return -1;
	inode =
	    strcmp(name, ".") == 0 ? dir : inode_for(dir, last(name), flags);
	if (inode == -1) {
		world_fd[fd].kind = END_NONE;
		return -1;
	}
	world_fd[fd].inode = inode;
	inodes[inode].opened++;
	return fd;
}

int
world_open(const char *name, int flags, ...)
{
	if (strncmp(name, "/dev/", 5) == 0)
		return world_new(END_OTHER);
	return world_openat(AT_FDCWD, name, flags, 0600);
}

ssize_t
world_file_read(struct end *e, void *data, size_t n, size_t at)
{
	struct inode *i = &inodes[e->inode];

	if (world_fails())
		return -1;
	if (at >= i->size)
		return 0;
	if (n > i->size - at)
		n = i->size - at;
	if (n > 1 && world_fail_in == 2)
		n /= 2; /* just before it fails it falls short */
	memcpy(data, i->data + at, n);
	return (ssize_t)n;
}

ssize_t
world_file_write(struct end *e, const void *data, size_t n)
{
	struct inode *i = &inodes[e->inode];

	if (world_fails())
		return -1;
	require(e->at <= i->size);
	if (n > 0 && e->at == WORLD_BYTES)
		return fail(ENOSPC);
	if (n > WORLD_BYTES - e->at)
		n = WORLD_BYTES - e->at;
	if (n > 1 && world_fail_in == 2)
		n /= 2;
	memcpy(i->data + e->at, data, n);
	i->synced = false;
	e->at += n;
	if (i->size < e->at)
		i->size = e->at;
	return (ssize_t)n;
}

void
world_file_dup(int inode)
{
	inodes[inode].opened++;
}

int
world_file_close(struct end *e)
{
	bool written = inodes[e->inode].kind == S_IFREG && e->at > 0;

	inodes[e->inode].opened--;
	tree_let_go(e->inode);
	return written && world_fails() ? -1 : 0;
}

ssize_t
world_pread(int fd, void *data, size_t n, off_t at)
{
	require(world_is(fd, END_FILE));
	return world_file_read(&world_fd[fd], data, n, (size_t)at);
}

int
world_fsync(int fd)
{
	struct inode *i;

	require(world_is(fd, END_FILE));
	i = &inodes[world_fd[fd].inode];
	i->synced = !world_fails();
	i->lost = i->lost || !i->synced;
	return i->synced ? 0 : -1;
}

/* The room is in the size, as POSIX has it. */
int
world_posix_fallocate(int fd, off_t at, off_t n)
{
	struct inode *i;

	require(world_is(fd, END_FILE) && at >= 0 && n > 0);
	i = &inodes[world_fd[fd].inode];
	if (world_fails())
		return errno;
	if ((size_t)(at + n) > WORLD_BYTES)
		return ENOSPC;
	i->synced = false;
	if (i->size < (size_t)(at + n))
		i->size = (size_t)(at + n);
	return 0;
}

/* Whatever is locked is locked by others, who let go in time. */
int
world_fcntl(int fd, int command, ...)
{
	require(fd > STDERR_FILENO && fd < WORLD_FDS &&
	    world_fd[fd].kind != END_NONE);
	return command == F_SETLKW && world_fails() ? -1 : 0;
}

static void
describe(struct stat *st, int inode)
{
	memset(st, 0, sizeof(*st));
	st->st_mode = inodes[inode].kind | 0700;
	st->st_nlink = inodes[inode].links;
	st->st_size = (off_t)inodes[inode].size;
	st->st_ino = (ino_t)inode;
	st->st_uid = world_geteuid();
}

int
world_fstat(int fd, struct stat *st)
{
	if (fd <= STDERR_FILENO) {
		errno = EBADF; /* nobody looks at what a server says */
		return -1;
	}
	require(world_is(fd, END_FILE));
	if (world_fails())
		return -1;
	describe(st, world_fd[fd].inode);
	return 0;
}

int
world_fstatat(int at, const char *name, struct stat *st, int flags)
{
	struct entry *e = tree_find(dir_of(at), last(name));

	(void)flags;
	if (world_fails() || e == NULL)
		return -1;
	describe(st, e->inode);
	return 0;
}

/* Nobody can tell of what kind it is. */
int
world_fstatfs(int fd, struct statfs *st)
{
	require(world_is(fd, END_FILE));
	(void)st;
	return fail(ENOSYS);
}

int
world_utimensat(
    int at, const char *name, const struct timespec *times, int flags)
{
	struct stat st;

	(void)times;
	return world_fstatat(at, name, &st, flags);
}

int
world_lstat(const char *name, struct stat *st)
{
	return world_fstatat(AT_FDCWD, name, st, AT_SYMLINK_NOFOLLOW);
}

/* Names */

int
world_mkdirat(int at, const char *name, mode_t mode)
{
	int dir = dir_of(at), inode;

	(void)mode;
	if (world_fails())
		return -1;
	if (tree_find(dir, name) != NULL)
		return fail(EEXIST);
	inode = tree_new(S_IFDIR);
	return inode == -1 ? -1 : tree_enter(dir, name, inode);
}

int
world_mkdir(const char *name, mode_t mode)
{
	return world_mkdirat(AT_FDCWD, name, mode);
}

int
world_linkat(int from, const char *name, int to, const char *other, int flags)
{
	struct entry *e = tree_find(dir_of(from), name);
	int dir = dir_of(to), inode;

	(void)flags;
	if (world_fails() || e == NULL)
		return -1;
	if (tree_find(dir, other) != NULL)
		return fail(EEXIST);
	inode = e->inode;
	if (tree_enter(dir, other, inode) == -1)
		return -1;
	named(dir, other, inode);
	return 0;
}

int
world_renameat(int from, const char *name, int to, const char *other)
{
	int dir = dir_of(to), inode;
	struct entry *e = tree_find(dir_of(from), last(name)), *old;

	if (world_fails() || e == NULL)
		return -1;
	old = tree_find(dir, last(other));
	if (old != NULL && inodes[old->inode].kind == S_IFDIR &&
	    (inodes[e->inode].kind != S_IFDIR || !tree_is_empty(old->inode)))
		return fail(
		    inodes[e->inode].kind != S_IFDIR ? EISDIR : ENOTEMPTY);
	if (old != NULL && old->inode == e->inode)
		return 0;
	if (old != NULL)
		tree_leave(old);
	inode = e->inode;
	inodes[dir].synced = false;
	require(strlen(last(other)) < WORLD_NAME);
	e->dir = dir;
	strcpy(e->name, last(other));
	named(dir, e->name, inode);
	return 0;
}

int
world_rename(const char *name, const char *other)
{
	return world_renameat(AT_FDCWD, name, AT_FDCWD, other);
}

int
world_unlinkat(int at, const char *name, int flags)
{
	struct entry *e = tree_find(dir_of(at), last(name));
	bool is_dir;

	if (world_fails() || e == NULL)
		return -1;
	is_dir = inodes[e->inode].kind == S_IFDIR;
	if (is_dir != (flags == AT_REMOVEDIR))
		return fail(is_dir ? EISDIR : ENOTDIR);
	if (is_dir && !tree_is_empty(e->inode))
		return fail(ENOTEMPTY);
	tree_leave(e);
	return 0;
}

int
world_unlink(const char *name)
{
	return world_unlinkat(AT_FDCWD, name, 0);
}

/* Directories that are read */

struct world_dir *
world_fdopendir(int fd)
{
	int i = 0;

	dir_of(fd);
	if (world_fails())
		return NULL;
	while (i < DIRS && dirs[i].fd != 0)
		i++;
	require(i < DIRS);
	dirs[i].fd = fd;
	dirs[i].next = 0;
	return &dirs[i];
}

struct dirent *
world_readdir(struct world_dir *d)
{
	const char *name;
	int inode;

	if (world_fails() ||
	    !world_each(&d->next, world_fd[d->fd].inode, &name, &inode))
		return NULL;
	strcpy(d->entry.d_name, name);
	return &d->entry;
}

int
world_closedir(struct world_dir *d)
{
	int fd = d->fd;

	d->fd = 0;
	return world_close(fd);
}

void
world_dirs_reset(void)
{
	for (int i = 0; i < DIRS; i++)
		dirs[i].fd = 0;
}
