/*
 * signals - those that a program handles come to its loop, one after the other.
 *
 * One that was ignored when the program started stays ignored (nohup, a job in
 * the background of a script).  SIGPIPE and SIGXFSZ are ignored: write() tells.
 *
 * SIGTERM, SIGHUP and SIGQUIT end the program within STOP_SURELY seconds,
 * wherever it is: blocked in a write to a stopped terminal, too, it dies of the
 * signal then.  So it does of a SIGINT that the loop does not get to see.
 */
#ifndef SIGNALS_H
#define SIGNALS_H

#include "sys/ready.h"

/*
 * Let none be blocked, whatever the one who started us had blocked: the first
 * thing that a program does.
 */
void signals_unblock(void);

/* From now on these n signals come to signals_next(): 0, or -1 with errno. */
int signals_open(const int *numbers, int n);

void signals_watch(struct ready *r);

/* The next one that has come, or 0; for r after the wait. */
int signals_next(const struct ready *r);

/*
 * End as one whom this signal has killed, so that a script that waits for us
 * sees it and ends, too.
 */
_Noreturn void signals_die(int number);

#endif
