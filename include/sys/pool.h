/*
 * pool - what is slow, done beside the loop by a few children.
 *
 * A job is a struct of the program's own, copied to an idle child, worked on
 * there by the program's run(), and copied back; a descriptor may go with it.
 * The loop watches the busy children like any other peers.  One that dies is
 * replaced and its job fails; a job waits as long as nobody can take it.
 */
#ifndef POOL_H
#define POOL_H

#include <sys/types.h>

#include "sys/ready.h"

#define POOL_MAX  16
#define POOL_KEEP 8

enum job_state {
	JOB_NONE,
	JOB_WAITING, /* for an idle child */
	JOB_RUNNING,
	JOB_DONE,  /* body is what run() left in it */
	JOB_FAILED /* run() may not have ended: body is what it was */
};

/* All-zero: none.  It must stay where it is until it is done or has failed. */
struct job {
	enum job_state state;
	int fd; /* -1: none */
	void *body;
	struct job *next;
};

struct worker {
	int fd; /* our end of its socket; -1: none */
	pid_t pid;
	struct job *job; /* NULL: idle */
};

struct pool {
	int workers;
	size_t size; /* of a body */
	void (*run)(void *body, int fd);
	int keep[POOL_KEEP]; /* descriptors that children need; 0 ends it */
	struct worker worker[POOL_MAX];
	struct job *first, **last; /* the waiting ones */
	unsigned long died;
};

/*
 * Fork the children: 0 or -1.  keep ends with 0 and may be NULL; of all other
 * descriptors they have let go then.
 */
int pool_start(struct pool *p, int workers, size_t size,
    void (*run)(void *body, int fd), const int *keep);

/* Queue a job; fd (-1: none) must stay open until it is done. */
void pool_submit(struct pool *p, struct job *job, void *body, int fd);

bool job_busy(const struct job *job); /* waiting or running */

void pool_watch(const struct pool *p, struct ready *r);
void pool_step(struct pool *p, const struct ready *r);

/* Let go of the children: each ends once its job, if it has one, is done. */
void pool_stop(struct pool *p);

#endif
