/*
 * clock - the time that deadlines are made of.
 *
 * The clock that every program reads is monotonic: nobody can turn it.
 */
#ifndef CLOCK_H
#define CLOCK_H

#include <stdint.h>

typedef int64_t ms_t; /* milliseconds since some moment before we started */

#define NEVER INT64_MAX

ms_t now_ms(void);

#endif
