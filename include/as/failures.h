/*
 * failures - the wrong codes of each user, over a restart.
 *
 * DIR/failures has a record for each UID, at its number: four digits, of
 * person.failed and person.excused, and a newline; NULs where nothing counts.
 * A file with holes, and without the users it is gone: who deletes it while no
 * AS runs forgives everybody.
 *
 * Records are written in place and not waited for: the system brings them to
 * the disk in its time, so that a kill -9 loses nothing, and a power cut the
 * wrong codes of half a minute.  How long ago they were is not kept, for there
 * is no clock to tell it by: the day that forgives one begins at the start.
 */
#ifndef AS_FAILURES_H
#define AS_FAILURES_H

#include "sys/clock.h"

/* Read them all; root is DIR.  0, or -1 with errno set. */
int failures_open(int root, ms_t now);

/* What counts for a user may have changed: write it where it has. */
void failures_save(const char *uid);

#endif
