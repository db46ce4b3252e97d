#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>

#include "soak.h"

#define THREADS_MAX 64

struct shift {
	atomic_int next;
	int n;
	void (*work)(int i, void *arg);
	void *arg;
};

static void *
serve_shift(void *arg)
{
	struct shift *s = arg;
	int i;

	while ((i = atomic_fetch_add(&s->next, 1)) < s->n)
		s->work(i, s->arg);
	return NULL;
}

void
in_parallel(int n, int threads, void (*work)(int i, void *arg), void *arg)
{
	struct shift s = { .n = n, .work = work, .arg = arg };
	pthread_t thread[THREADS_MAX];
	int started = 0;

	while (started < threads && started < THREADS_MAX &&
	    pthread_create(&thread[started], NULL, serve_shift, &s) == 0)
		started++;
	for (int i = 0; i < started; i++)
		pthread_join(thread[i], NULL);
}

struct crowd {
	int n, *fd;
	bool drip;
	atomic_bool over;
	pthread_t thread;
};

static void *
keep_dripping(void *arg)
{
	struct crowd *c = arg;

	for (int tick = 0; !atomic_load(&c->over); tick++) {
		for (int i = tick % 10; i < c->n; i += 10)
			if (c->drip && i % 2 == 0 && c->fd[i] != -1 &&
			    write(c->fd[i], "L", 1) == -1) {
				/* It was thrown out: that may be. */
			}
		nap(100);
	}
	return NULL;
}

struct crowd *
crowd_gather(int n, uint16_t port, bool drip)
{
	struct crowd *c = calloc(1, sizeof(*c));

	c->fd = calloc((size_t)n, sizeof(*c->fd));
	c->n = n;
	c->drip = drip;
	for (int i = 0; i < n; i++)
		c->fd[i] = tcp_to(LOCAL, port);
	pthread_create(&c->thread, NULL, keep_dripping, c);
	return c;
}

void
crowd_leave(struct crowd *c)
{
	atomic_store(&c->over, true);
	pthread_join(c->thread, NULL);
	for (int i = 0; i < c->n; i++)
		if (c->fd[i] != -1)
			close(c->fd[i]);
	free(c->fd);
	free(c);
}

void
latency_open(struct latency *l, int room)
{
	l->at = calloc((size_t)room, sizeof(*l->at));
	l->room = room;
	l->n = 0;
}

void
latency_add(struct latency *l, double s)
{
	if (l->n < l->room)
		l->at[l->n++] = s;
}

static int
ascending(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

double
latency_percentile(struct latency *l, double percent)
{
	if (l->n == 0)
		return 0;
	qsort(l->at, (size_t)l->n, sizeof(*l->at), ascending);
	return l->at[(int)((l->n - 1) * percent / 100)] * 1e3;
}
