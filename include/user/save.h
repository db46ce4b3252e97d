/*
 * save - a file that arrives: beside the old one until it is whole and durable.
 *
 * It is written under another name in the current directory, synced, and then
 * renamed in one step; until then the old file stays as it is.  Syncs run in a
 * child beside the loop, one every 16 MiB, so that neither the transfer nor
 * Ctrl-C waits for the disk.  fd -1: none.
 */
#ifndef SAVE_H
#define SAVE_H

#include "proto/wire.h"
#include "sys/pool.h"

struct save {
	int fd;
	char name[FNAME_MAX + 1];
	char temp[FNAME_MAX + 24];
	uint64_t room, written, synced; /* room: see disk_room() */
	bool replaced;                  /* there was an older one */
	int error;                      /* of a sync: an errno, or 0 */
	bool sealed; /* the last sync is under way, or done */
	bool stale;  /* the job is still about a file that was dropped */
	struct pool pool;
	struct job job;
};

enum save_state { SAVE_WAITING, SAVE_DONE, SAVE_FAILED };

void save_init(struct save *s);

/* 0, or -1 with errno: the name is a directory, there is no right to write */
int save_open(struct save *s, const char *name);

/* size is that of the whole file. */
int save_write(struct save *s, uint64_t size, const void *data, size_t n);

/*
 * All is written: make it durable and give it its name.  SAVE_FAILED with
 * errno; SAVE_WAITING for a sync: ask again when save_step() has been called.
 */
enum save_state save_close(struct save *s);

/* Leave nothing behind of what is not whole; may be called twice. */
void save_drop(struct save *s);

void save_watch(const struct save *s, struct ready *r);
void save_step(struct save *s, const struct ready *r);

#endif
