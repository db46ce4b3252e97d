/*
 * The disk of the world: small files in directories, a few links and FIFOs.
 * Any call may be made to fail: world_fail_in.
 */
#include "world.h"

#define INODES  96
#define ENTRIES 128
#define DIRS    4 /* open at a time */

struct inode {
	mode_t kind; /* S_IFREG ...; 0: free */
	nlink_t links;
	int opened;
	size_t size;
	char data[WORLD_BYTES];
};

static struct inode inodes[INODES] = { { .kind = S_IFDIR, .links = 1 } };
static int inodes_kept = 1, inodes_top = 1;

static struct entry {
	int dir, inode; /* inode -1: free */
	char name[WORLD_NAME];
} entries[ENTRIES];
static int entries_kept, entries_top;

static struct world_dir {
	int fd, next; /* fd 0: free */
	struct dirent entry;
} dirs[DIRS];

int world_fail_in, world_errno;
bool world_failed;

void
world_disk_keep(void)
{
	inodes_kept = inodes_top;
	entries_kept = entries_top;
}

void
world_disk_reset(void)
{
	for (int i = 0; i < DIRS; i++)
		dirs[i].fd = 0;
	for (int i = inodes_kept; i < inodes_top; i++)
		inodes[i].kind = 0;
	for (int i = entries_kept; i < entries_top; i++)
		entries[i].inode = -1;
	inodes_top = inodes_kept;
	entries_top = entries_kept;
	world_fail_in = 0;
	world_failed = false;
}

bool
world_fails(void)
{
	if (world_fail_in == 0 || --world_fail_in > 0)
		return false;
	world_failed = true;
	errno = world_errno;
	return true;
}

static int
fail(int error)
{
	errno = error;
	return -1;
}

/* Inodes and entries */

static int
new_inode(mode_t kind)
{
	int i = inodes_kept;

	while (i < inodes_top && inodes[i].kind != 0)
		i++;
	if (i == INODES)
		return fail(ENOSPC);
	if (i == inodes_top)
		inodes_top++;
	inodes[i].kind = kind;
	inodes[i].links = 0;
	inodes[i].opened = 0;
	inodes[i].size = 0;
	return i;
}

static void
let_go(int i)
{
	if (inodes[i].links == 0 && inodes[i].opened == 0)
		inodes[i].kind = 0;
}

static struct entry *
lookup(int dir, const char *name)
{
	for (int i = 0; i < entries_top; i++)
		if (entries[i].inode != -1 && entries[i].dir == dir &&
		    strcmp(entries[i].name, name) == 0)
			return &entries[i];
	errno = ENOENT;
	return NULL;
}

static bool
is_empty(int dir)
{
	for (int i = 0; i < entries_top; i++)
		if (entries[i].inode != -1 && entries[i].dir == dir)
			return false;
	return true;
}

static int
enter(int dir, const char *name, int inode)
{
	int i = entries_kept;

	while (i < entries_top && entries[i].inode != -1)
		i++;
	if (i == ENTRIES)
		return fail(ENOSPC);
	if (strlen(name) >= WORLD_NAME)
		return fail(ENAMETOOLONG);
	if (i == entries_top)
		entries_top++;
	entries[i].dir = dir;
	entries[i].inode = inode;
	strcpy(entries[i].name, name);
	inodes[inode].links++;
	return 0;
}

static void
leave(struct entry *e)
{
	int i = e->inode;

	e->inode = -1;
	inodes[i].links--;
	let_go(i);
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

/* For the entry */

int
world_find(int dir, const char *name)
{
	struct entry *e = lookup(dir, name);

	return e != NULL ? e->inode : -1;
}

int
world_put(int dir, const char *name, mode_t kind, const char *text)
{
	int i = world_find(dir, name);

	if (i != -1 || (i = new_inode(kind)) == -1)
		return i;
	if (enter(dir, name, i) == -1) {
		inodes[i].kind = 0;
		return -1;
	}
	inodes[i].size = strlen(text);
	require(inodes[i].size <= WORLD_BYTES);
	memcpy(inodes[i].data, text, inodes[i].size);
	return i;
}

size_t
world_size(int inode)
{
	return inodes[inode].size;
}

const char *
world_text(int inode)
{
	return inodes[inode].data;
}

nlink_t
world_links(int inode)
{
	return inodes[inode].links;
}

void
world_shrink(int inode, size_t size)
{
	if (inodes[inode].size > size)
		inodes[inode].size = size;
}

bool
world_each(int *i, int dir, const char **name, int *inode)
{
	for (; *i < entries_top; ++*i)
		if (entries[*i].inode != -1 && entries[*i].dir == dir) {
			*name = entries[*i].name;
			*inode = entries[(*i)++].inode;
			return true;
		}
	return false;
}

/* Files that are open */

/* The inode to open, made if it is to be; or -1. */
static int
inode_for(int dir, const char *name, int flags)
{
	struct entry *e = lookup(dir, name);
	mode_t kind;
	int inode;

	if (world_fails() || (e == NULL && (flags & O_CREAT) == 0))
		return -1;
	if (e == NULL) {
		inode = new_inode(S_IFREG);
		return inode == -1 || enter(dir, name, inode) == -1 ? -1 :
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
	inode = strcmp(name, ".") == 0 ? dir :
					 inode_for(dir, last(name), flags);
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
	e->at += n;
	if (i->size < e->at)
		i->size = e->at;
	return (ssize_t)n;
}

int
world_file_close(struct end *e)
{
	bool written = inodes[e->inode].kind == S_IFREG && e->at > 0;

	inodes[e->inode].opened--;
	let_go(e->inode);
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
	require(world_is(fd, END_FILE));
	return world_fails() ? -1 : 0;
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
	st->st_uid = world_geteuid();
}

int
world_fstat(int fd, struct stat *st)
{
	require(world_is(fd, END_FILE));
	if (world_fails())
		return -1;
	describe(st, world_fd[fd].inode);
	return 0;
}

int
world_fstatat(int at, const char *name, struct stat *st, int flags)
{
	struct entry *e = lookup(dir_of(at), last(name));

	(void)flags;
	if (world_fails() || e == NULL)
		return -1;
	describe(st, e->inode);
	return 0;
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
	if (lookup(dir, name) != NULL)
		return fail(EEXIST);
	inode = new_inode(S_IFDIR);
	return inode == -1 ? -1 : enter(dir, name, inode);
}

int
world_mkdir(const char *name, mode_t mode)
{
	return world_mkdirat(AT_FDCWD, name, mode);
}

int
world_linkat(int from, const char *name, int to, const char *other, int flags)
{
	struct entry *e = lookup(dir_of(from), name);
	int dir = dir_of(to), inode;

	(void)flags;
	if (world_fails() || e == NULL)
		return -1;
	if (lookup(dir, other) != NULL)
		return fail(EEXIST);
	inode = e->inode;
	if (enter(dir, other, inode) == -1)
		return -1;
	named(dir, other, inode);
	return 0;
}

int
world_renameat(int from, const char *name, int to, const char *other)
{
	int dir = dir_of(to), inode;
	struct entry *e = lookup(dir_of(from), last(name)), *old;

	if (world_fails() || e == NULL)
		return -1;
	old = lookup(dir, last(other));
	if (old != NULL && inodes[old->inode].kind == S_IFDIR &&
	    (inodes[e->inode].kind != S_IFDIR || !is_empty(old->inode)))
		return fail(
		    inodes[e->inode].kind != S_IFDIR ? EISDIR : ENOTEMPTY);
	if (old != NULL && old->inode == e->inode)
		return 0;
	if (old != NULL)
		leave(old);
	inode = e->inode;
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
	struct entry *e = lookup(dir_of(at), last(name));
	bool is_dir;

	if (world_fails() || e == NULL)
		return -1;
	is_dir = inodes[e->inode].kind == S_IFDIR;
	if (is_dir != (flags == AT_REMOVEDIR))
		return fail(is_dir ? EISDIR : ENOTDIR);
	if (is_dir && !is_empty(e->inode))
		return fail(ENOTEMPTY);
	leave(e);
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

	if (!world_each(&d->next, world_fd[d->fd].inode, &name, &inode))
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
