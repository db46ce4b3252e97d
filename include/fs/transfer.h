/*
 * transfer - the data of files between connections and the disk.
 *
 * All clients share one buffer: no data stays in it from one call to the next.
 * A call moves at most one buffer of it, so that everybody gets a turn.
 */
#ifndef TRANSFER_H
#define TRANSFER_H

#include "fs/files.h"
#include "net/conn.h"

enum transfer {
	TRANSFER_MORE,  /* some has gone, or none could; there is more to go */
	TRANSFER_DONE,  /* the last byte has gone */
	TRANSFER_OVER,  /* the peer has sent more than it had said */
	TRANSFER_SHORT, /* the peer, or the file, ends too soon */
	TRANSFER_DISK,  /* the disk refuses, see errno */
	TRANSFER_LOST   /* the connection is gone */
};

/*
 * From the connection to the end of an upload that will have size
 * bytes: *left bytes, then a newline.  With *left at 0 and TRANSFER_MORE only
 * the newline is missing; the end of the input does instead of it.
 */
enum transfer transfer_receive(
    struct conn *c, struct upload *up, uint64_t size, uint64_t *left, ms_t now);

/*
 * To the connection: the last *left bytes of a file of that size, then a
 * newline.  After TRANSFER_DONE c may still keep some of it.
 */
enum transfer transfer_send(
    struct conn *c, int file, uint64_t size, uint64_t *left, ms_t now);

#endif
