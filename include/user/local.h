/*
 * local - files of this machine, as the person names them.
 */
#ifndef LOCAL_H
#define LOCAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOCAL_PATH_MAX 1024 /* what a line of input can hold */

/* The last part of a path, which is the file's name on the server. */
const char *local_base(const char *path);

/*
 * Open a file for an upload, its size in bytes to *size; -1 with the reason
 * said.  "~/" is the home directory.
 */
int local_open(const char *path, uint64_t *size);

/*
 * A path as it may be shown: UTF-8 as it is, control bytes and what is no UTF-8
 * as \xHH.  With typed, so that it can be typed: blanks, quotes and backslashes
 * behind a backslash.  Cut to the size, ended by a NUL.  Returns out.
 */
char *local_escape(char *out, size_t size, const char *path, bool typed);

#endif
