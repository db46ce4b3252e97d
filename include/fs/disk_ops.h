/*
 * disk_ops - the steps on the disk that must be waited for, one function each.
 *
 * They run in a child of the pool, which gets a copy of the struct disk_op and
 * sends it back.  They stand together so that all that must happen before an
 * OK, and in which order, can be read in one place.
 */
#ifndef DISK_OPS_H
#define DISK_OPS_H

#include "fs/intent.h"

#define TEMP_LEN 12 /* a name in the work directory, its NUL included */

enum disk_op_kind {
	FILE_SYNC,    /* fd: what is written, to the disk */
	FILE_PUBLISH, /* fd, temp: durable and visible as name, temp is gone;
			 where that fails temp is the caller's to purge; INV
			 where the user was removed since generation */
	FILE_PROBE,   /* uid, name: looked at, so that looking at them once more
			 does not wait for another host */
	FILE_DELETE,  /* name: durably renamed to temp, which is to be purged */
	FILE_PURGE,   /* temp */
	FILE_INTEND,  /* intent: durable, before the AS is asked; INV where its
			 TID has removed the user before; DUP where another
			 intent stands; is_intended where it was needed */
	FILE_ABANDON, /* intent: the AS has said no */
	FILE_REMOVE,  /* intent: as the AS has confirmed, all files, for good;
			 where that fails the intent stays and is confirmed */
	FILE_REVIEW   /* uid, intent: the next one on record after uid that no
			 living file server but us has begun; EOF: none; INV:
			 uid's cannot be read */
};

struct disk_op {
	enum disk_op_kind kind;
	enum status status;
	int error; /* an errno, where the disk has failed */
	char uid[UID_LEN + 1];
	char name[FNAME_MAX + 1];
	char temp[TEMP_LEN];
	struct generation generation; /* FILE_PUBLISH */
	struct intent intent;
	bool is_intended; /* FILE_INTEND; before it: even without files */
	bool is_stale;    /* FILE_REVIEW: files_renew() is due */
};

/* Slow.  Do it and set status and error; fd: of FILE_SYNC and _PUBLISH. */
void disk_op_run(struct store *s, struct disk_op *j, int fd);

#endif
