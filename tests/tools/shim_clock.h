/*
 * shim_clock - a wall clock that a test turns, for programs that must not care.
 *
 * A library to be preloaded (LD_PRELOAD). The file that CLOCK_FILE in the
 * environment names is mapped by the test and by the program: how far the wall
 * clock is turned can change while the program runs, and the test sees that
 * somebody has asked. The monotonic clock stays true: nobody can turn that.
 */
#ifndef SHIM_CLOCK_H
#define SHIM_CLOCK_H

#include <stdatomic.h>

struct clock_turn {
	atomic_long by;       /* seconds that the wall clock is ahead */
	atomic_uint attached; /* processes that have the library */
	atomic_uint asked;    /* times that the wall clock was asked for */
};

#endif
