#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "soak.h"

#define DIRTY_MAX 64

static struct fault *fault;
static char setting[PATH_ROOM];

void
steer_open(struct server *s)
{
	char path[PATH_ROOM];
	int fd;

	path_in(path, scene_dir(), "steering");
	fd = open(path, O_RDWR | O_CREAT, 0600);
	if (fd != -1 && ftruncate(fd, sizeof(*fault)) == 0 && fault == NULL)
		fault = mmap(NULL, sizeof(*fault), PROT_READ | PROT_WRITE,
		    MAP_SHARED, fd, 0);
	if (fd != -1)
		close(fd);
	snprintf(
	    setting, sizeof(setting), "FAULT_FILE=%s/steering", scene_dir());
	s->preload = "shim_fault.so";
	s->env = setting;
}

bool
steer_holds(void)
{
	if (atomic_load(&fault->attached) > 0)
		return true;
	skip("this system does not preload %s", "shim_fault.so");
	return false;
}

struct fault *
steering(void)
{
	return fault;
}

void
steer_off(void)
{
	atomic_store(&fault->armed, 0);
}

void
steer_fault(enum fault_way way, unsigned calls, unsigned at)
{
	steer_off();
	fault->way = way;
	fault->calls = calls;
	fault->at = at;
	atomic_store(&fault->count, 0);
	atomic_store(&fault->fired, 0);
	atomic_store(&fault->struck, 0);
	atomic_store(&fault->recorded, 0);
	atomic_store(&fault->armed, 1);
}

bool
steer_struck(enum fault_call call)
{
	return (atomic_load(&fault->struck) >> call & 1u) != 0;
}

bool
steer_fired(void)
{
	return atomic_load(&fault->fired) != 0;
}

void
steer_record(void)
{
	steer_fault(FAULT_NONE, 0, 0);
}

/* Inodes whose last change is not on the disk yet. */
struct dirty {
	uint64_t file[DIRTY_MAX];
	int n;
};

static void
add(struct dirty *d, uint64_t file)
{
	for (int i = 0; i < d->n; i++)
		if (d->file[i] == file)
			return;
	if (d->n < DIRTY_MAX)
		d->file[d->n++] = file;
}

static void
forget(struct dirty *d, uint64_t file)
{
	for (int i = 0; i < d->n; i++)
		if (d->file[i] == file)
			d->file[i--] = d->file[--d->n];
}

/*
 * Does it matter whether it is on the disk?  Not in a work directory, nor where
 * it is gone altogether.
 */
static bool
matters(const struct server *s, uint64_t file)
{
	char command[2 * PATH_ROOM], line[8];
	bool found;
	FILE *f;

	snprintf(command, sizeof(command),
	    "find '%.400s' -path '%.400s/work' -prune -o -inum %llu -print",
	    s->data, s->data, (unsigned long long)file);
	f = popen(command, "r");
	if (f == NULL)
		return true;
	found = fgets(line, sizeof(line), f) != NULL;
	pclose(f);
	return found;
}

/* An intent that comes back is asked about again: its end may be lost. */
static bool
ends_intent(const struct server *s, const struct fault_record *r)
{
	char path[PATH_ROOM];
	struct stat st;

	path_in(path, s->data, "removals");
	return r->call == CALL_UNLINK && stat(path, &st) == 0 &&
	    st.st_ino == r->file;
}

static void
check_answer(const char *what, const struct server *s, const struct dirty *d)
{
	for (int i = 0; i < d->n; i++)
		if (matters(s, d->file[i]))
			flaw("%s: the answer leaves before inode %llu is on "
			     "the disk",
			    what, (unsigned long long)d->file[i]);
}

void
steer_check_order(const char *what, const struct server *s)
{
	unsigned n = atomic_load(&fault->recorded), synced = 0, answers = 0;
	struct dirty d = { .n = 0 };

	for (unsigned i = 0; i < n && i < FAULT_RECORDS; i++) {
		const struct fault_record *r = &fault->record[i];

		if ((r->call == CALL_WRITE || r->call == CALL_SEND) &&
		    r->socket) {
			check_answer(what, s, &d);
			answers += synced > 0;
		} else if (r->call == CALL_FSYNC) {
			forget(&d, r->file);
			synced++;
		} else if (!ends_intent(s, r))
			add(&d, r->file);
		if (r->call == CALL_RENAME)
			add(&d, r->from);
	}
	if (answers == 0)
		flaw("%s: %u calls, %u syncs, and no answer after them", what,
		    n, synced);
	steer_off();
}
