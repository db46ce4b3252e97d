/*
 * task - the steps on the disk that must be waited for, one function each.
 *
 * They run in a child of the pool, where struct file_job (files.h) has come as
 * bytes; here it is only filled in.  Kept apart so that all that must happen
 * before an OK, and in which order, can be read in one place.
 */
#ifndef TASK_H
#define TASK_H

#include "files.h"
#include "work.h"

/* Do it; fd goes with FILE_SYNC and FILE_PUBLISH. */
void task_run(const struct store *s, struct file_job *j, int fd);

#endif
