#include <time.h>

#include "sys/clock.h"

ms_t
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (ms_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}
