/*
 * files - what users have stored: ROOT/UID/name, each file whole or absent.
 *
 * What is not yet, or no longer, a user's file lies in this process's own work
 * directory, ROOT/work/HOST.PID.N, which is locked as long as the process
 * lives: several file servers can share a ROOT, and one that starts clears away
 * what dead ones have left.  An upload is reserved from upload_begin() to
 * upload_release(): it counts for DUP and FULL and is seen by nobody.
 *
 * While a removal is begun and not ended (intent.h) its user has no files for
 * anybody: EOF, and NOK for an upload.
 *
 * The functions here never wait for the disk to have written; whatever must is
 * a struct disk_op, made for the pool and done by files_run() in a child.
 * This module touches no socket and no clock.  Statuses are those of the
 * replies in section 3.4 of the specification; with ST_NOK errno (or a job's
 * error) says why, 0 where it is no fault of the disk.
 */
#ifndef FILES_H
#define FILES_H

#include "fs/disk_ops.h"
#include "fs/user_dir.h"
#include "proto/wire.h"

/* Take possession of the directory: NULL, or why that failed. */
const char *files_start(const char *path);

/* Descriptors that a child needs for files_run(), ended by 0. */
const int *files_keep(void);

/* Empty and remove the work directory; what cannot go waits for a start. */
void files_stop(void);

/*
 * May a user's files be shown?  ST_OK; ST_EOF while a removal is not ended;
 * ST_NOK where nobody can tell.  All that is below asks by itself, but for
 * FILE_DELETE.
 */
enum status files_shown(const char *uid);

/* Is there a removal of which it is not known here whether it will be? */
bool files_are_undecided(const char *uid);

/* Fill in a RLS: its status, nfiles and file[]; NOK where the disk refuses. */
void files_list(const char *uid, struct msg *rls);

/*
 * Open a file: ST_OK with *fd for the caller to close and *size in bytes, else
 * ST_EOF, or ST_NOK where the user has no directory or the disk refuses.
 */
enum status files_open(
    const char *uid, const char *name, int *fd, uint64_t *size);

/* An upload under way.  It is none where fd is -1, never all-zero. */
struct upload {
	int fd;                /* a new file in the work directory */
	int place;             /* of its reservation; -1: none */
	uint64_t preallocated; /* bytes: see disk_preallocate() */
	char temp[TEMP_LEN];
	struct generation generation; /* of the user, as it began */
};

/* ST_OK, or ST_DUP, ST_FULL, ST_NOK with no upload. */
enum status upload_begin(struct upload *u, const char *uid, const char *name);

/* False once files_forget() has cancelled the upload's user. */
bool upload_wanted(const struct upload *u);

/* Give up the reservation, and close the file; each may be called twice. */
void upload_release(struct upload *u);
void upload_close(struct upload *u);

/* The user goes: uploads that are under way are wanted no more. */
void files_forget(const char *uid);

/*
 * May it take long to look at the files, because other hosts are asked?  Then a
 * FILE_PROBE comes before all of the above that looks.
 */
bool files_are_remote(void);

/* Are there uploads of this user under way here? */
bool files_are_coming(const char *uid);

/* Our work directory is gone or stale: make it again.  0 or -1. */
int files_renew(void);

void files_temp(char temp[TEMP_LEN]); /* a name that was not used yet */

/* Slow.  Do a struct disk_op and set its status and error. */
void files_run(void *job, int fd);

#endif
