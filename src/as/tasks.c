#include <string.h>

#include "as/change.h"
#include "as/login.h"
#include "as/tasks.h"
#include "policy.h"

#define HASHERS (WORKERS - 1)

void
tasks_step(struct server *as, ms_t now)
{
	for (int i = 0; i < WORKERS; i++) {
		struct task *t = &as->task[i];

		if (t->job.state == JOB_NONE || job_busy(&t->job) ||
		    t->session != NULL) /* which sees to it itself */
			continue;
		if (t->change != NULL)
			change_done(as, t, now);
		else
			login_deserted(as, t, now);
		memset(t, 0, sizeof(*t));
	}
}

static struct task *
find_free(struct server *as)
{
	for (int i = 0; i < WORKERS; i++)
		if (as->task[i].job.state == JOB_NONE)
			return &as->task[i];
	return NULL;
}

static bool
has_hasher(const struct server *as)
{
	int n = 0;

	for (int i = 0; i < WORKERS; i++)
		n += as->task[i].job.state != JOB_NONE && as->task[i].hashes;
	return n < HASHERS;
}

/* Logins and registrations in turn, so that neither waits for all others. */
static bool
start_hash(struct server *as, struct task *t, ms_t now)
{
	int i = -1;

	for (int tried = 0; i == -1 && tried < 2; tried++) {
		as->login_next = !as->login_next;
		i = turns_next(as->login_next ? &as->logins : &as->hashes);
	}
	if (i == -1)
		return false;
	t->hashes = true;
	if (as->login_next)
		login_begin(as, &as->session[i], t);
	else
		change_hash(as, &as->changes[i], t, now);
	return true;
}

void
tasks_start(struct server *as, ms_t now)
{
	for (int n = 0; n < TURNS_A_ROUND; n++) {
		struct task *t = find_free(as);
		int i = t != NULL ? turns_next(&as->writes) : -1;

		if (t == NULL)
			return;
		memset(t, 0, sizeof(*t));
		if (i != -1)
			change_write(as, &as->changes[i], t);
		else if (!has_hasher(as) || !start_hash(as, t, now))
			return;
	}
}

void
tasks_watch(const struct server *as, struct ready *r)
{
	int hashes = as->logins.waiting + as->hashes.waiting;
	bool idle = false;

	for (int i = 0; i < WORKERS; i++)
		idle |= as->task[i].job.state == JOB_NONE;
	if (idle && (as->writes.waiting > 0 || (hashes > 0 && has_hasher(as))))
		ready_by(r, 0);
}
