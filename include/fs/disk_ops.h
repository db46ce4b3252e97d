/*
 * disk_ops - the steps on the disk that must be waited for, one function each.
 *
 * They run in a child of the pool, where struct disk_op (files.h) has come as
 * bytes; here it is only filled in.  Kept apart so that all that must happen
 * before an OK, and in which order, can be read in one place.
 */
#ifndef DISK_OPS_H
#define DISK_OPS_H

#include "fs/files.h"
#include "fs/workdir.h"

/* Do it; fd goes with FILE_SYNC and FILE_PUBLISH. */
void disk_op_run(struct store *s, struct disk_op *j, int fd);

#endif
