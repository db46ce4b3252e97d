/*
 * The disk of the world: small files in directories, a few links and FIFOs.
 */
#include "inodes.h"

#define INODES  96
#define ENTRIES 128

struct inode inodes[INODES] = { { .kind = S_IFDIR, .links = 1 } };
static int inodes_kept = 1, inodes_top = 1;
static int opened_kept[INODES];

static struct entry entries[ENTRIES];
static int entries_kept, entries_top;

int world_fail_in, world_errno;
bool world_failed;

void
world_disk_keep(void)
{
	inodes_kept = inodes_top;
	for (int i = 0; i < inodes_kept; i++)
		opened_kept[i] = inodes[i].opened;
	entries_kept = entries_top;
}

void
world_disk_reset(void)
{
	for (int i = inodes_kept; i < inodes_top; i++)
		inodes[i].kind = 0;
	for (int i = 0; i < inodes_kept; i++) {
		inodes[i].opened = opened_kept[i];
		inodes[i].lost = false;
	}
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

int
tree_new(mode_t kind)
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
	inodes[i].synced = inodes[i].lost = false;
	inodes[i].size = 0;
	return i;
}

void
tree_let_go(int i)
{
	if (inodes[i].links == 0 && inodes[i].opened == 0)
		inodes[i].kind = 0;
}

struct entry *
tree_find(int dir, const char *name)
{
	for (int i = 0; i < entries_top; i++)
		if (entries[i].inode != -1 && entries[i].dir == dir &&
		    strcmp(entries[i].name, name) == 0)
			return &entries[i];
	errno = ENOENT;
	return NULL;
}

bool
tree_is_empty(int dir)
{
	for (int i = 0; i < entries_top; i++)
		if (entries[i].inode != -1 && entries[i].dir == dir)
			return false;
	return true;
}

int
tree_enter(int dir, const char *name, int inode)
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

void
tree_leave(struct entry *e)
{
	int i = e->inode;

	e->inode = -1;
	inodes[i].links--;
	tree_let_go(i);
}

/* For the entry */

int
world_find(int dir, const char *name)
{
	struct entry *e = tree_find(dir, name);

	return e != NULL ? e->inode : -1;
}

int
world_put(int dir, const char *name, mode_t kind, const char *text)
{
	int i = world_find(dir, name);

	if (i != -1 || (i = tree_new(kind)) == -1)
		return i;
	if (tree_enter(dir, name, i) == -1) {
		inodes[i].kind = 0;
		return -1;
	}
	inodes[i].synced = true;
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

bool
world_synced(int inode)
{
	return inodes[inode].synced && !inodes[inode].lost;
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
