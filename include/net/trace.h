/*
 * trace - a server's verbose line: a request, where it came from, our answer.
 *
 *	14:03:07 TCP 127.0.0.1:40112 LOG 12345 -> RLO OK
 *	14:03:09 TCP 127.0.0.1:40112 REQ 12345 7231 L -> RRQ EPD (silent)
 */
#ifndef TRACE_H
#define TRACE_H

#include "net/addr.h"
#include "proto/wire.h"

/* result is what parsing the request gave.  Without -v it does nothing. */
void trace(const char *transport, const struct addr *peer,
    const struct msg *request, enum wire_result result,
    const struct msg *reply);

/*
 * Why the next answer is what it is, a few words; they follow it in its line.
 * NULL: that is plain.  Forgotten with that answer; text stays the caller's.
 */
void trace_because(const char *reason);

#endif
