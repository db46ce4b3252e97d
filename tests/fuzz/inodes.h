/*
 * inodes - what the disk of the world is made of, for tree.c and disk.c.
 */
#ifndef INODES_H
#define INODES_H

#include "world.h"

struct inode {
	mode_t kind; /* S_IFREG ...; 0: free */
	nlink_t links;
	int opened;
	bool synced; /* since it was last written to */
	bool lost;   /* a sync of it has failed */
	size_t size;
	char data[WORLD_BYTES];
};

struct entry {
	int dir, inode; /* inode -1: free */
	char name[WORLD_NAME];
};

extern struct inode inodes[];

/* An inode without a name, or -1 with errno. */
int tree_new(mode_t kind);
void tree_let_go(int inode); /* if nobody needs it any more */

struct entry *tree_find(int dir, const char *name); /* or NULL, ENOENT */
bool tree_is_empty(int dir);
int tree_enter(int dir, const char *name, int inode); /* 0 or -1 */
void tree_leave(struct entry *e);

#endif
