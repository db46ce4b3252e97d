/*
 * save - a file that arrives: beside the old one until it is whole and durable.
 *
 * It is written under another name in the current directory, synced, renamed in
 * one step, and then the directory is synced; until the rename the old file
 * stays as it is.  That a file can get its name is tried before anything is
 * asked of a server.  Syncs run in a child beside the loop, one every 16 MiB,
 * so that neither the transfer nor Ctrl-C waits for the disk.  All-zero: none.
 */
#ifndef SAVE_H
#define SAVE_H

#include "proto/wire.h"
#include "sys/pool.h"

enum save_stage {
	SAVE_NONE,
	SAVE_WRITING,
	SAVE_SYNCING, /* all is written; the last sync is under way, or done */
	SAVE_NAMED    /* it has its name; the same for its directory */
};

struct save {
	enum save_stage stage;
	int fd; /* of the temporary or, once it is named, the directory; or -1
		 */
	char name[FNAME_MAX + 1];
	char
	    temp[FNAME_MAX + 16]; /* .FILE.1234.part, locked while it is ours */
	uint64_t preallocated;    /* bytes; see disk_preallocate() */
	uint64_t written, synced;
	bool replaced; /* there was an older one */
	int error;     /* of a sync: an errno, or 0 */
	bool stale;    /* the job is still about a file that was dropped */
	struct pool pool;
	struct job job;
};

enum save_state {
	SAVE_WAITING,
	SAVE_DONE,
	SAVE_FAILED, /* errno says why, as below; nothing has changed */
	SAVE_UNSAFE  /* it has its name, but may not survive a loss of power */
};

/*
 * 0, or -1 with errno: why no file can be written here and get that name.  What
 * programs that were killed have left here is deleted.
 */
int save_open(struct save *s, const char *name);

/* size is that of the whole file. */
int save_write(struct save *s, uint64_t size, const void *data, size_t n);

/*
 * All is written: make it durable and give it its name.  SAVE_WAITING for a
 * sync: ask again when save_step() has been called.
 */
enum save_state save_close(struct save *s);

/* Leave nothing behind of what is not whole; may be called twice. */
void save_drop(struct save *s);

void save_watch(const struct save *s, struct ready *r);
void save_step(struct save *s, const struct ready *r);

#endif
