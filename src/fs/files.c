#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "disk.h"
#include "files.h"
#include "shelf.h"
#include "task.h"
#include "work.h"

#define TEMPS 1000000000u /* then their numbers begin again */

static struct store store;

/* Uploads under way, of all users; a place whose uid is empty is free. */
static struct {
	char uid[UID_LEN + 1];
	char name[FNAME_MAX + 1];
	bool struck; /* files_forget() */
} held[UPLOADS_MAX];

static int held_end; /* all places from here on are free */

const char *
files_start(const char *path)
{
	const char *trouble = disk_root(path, &store.root);

	if (trouble == NULL && work_open(&store) == -1)
		trouble = strerror(errno);
	return trouble;
}

const int *
files_keep(void)
{
	static int keep[4];

	keep[0] = store.root;
	keep[1] = store.work;
	keep[2] = store.locks;
	return keep;
}

void
files_stop(void)
{
	work_close(&store);
	close(store.root);
	memset(held, 0, sizeof(held));
	held_end = 0;
}

void
files_run(void *job, int fd)
{
	task_run(&store, job, fd);
}

void
files_temp(char temp[TEMP_LEN])
{
	static unsigned n;

	snprintf(temp, TEMP_LEN, "%u", n++ % TEMPS);
}

/* Put a name into its place in the order; one too many pushes out the last. */
static bool
list_it(int dir, const char *name, void *arg)
{
	struct msg *rls = arg;
	uint64_t size;
	unsigned i;

	if (!shelf_file(dir, name, &size))
		return true;
	if (rls->nfiles < FILES_MAX)
		rls->nfiles++;
	else if (strcmp(name, rls->file[FILES_MAX - 1].name) > 0)
		return true;
	for (i = rls->nfiles - 1; i > 0; i--) {
		if (strcmp(name, rls->file[i - 1].name) > 0)
			break;
		rls->file[i] = rls->file[i - 1];
	}
	memcpy(rls->file[i].name, name, strlen(name) + 1);
	rls->file[i].size = size;
	return true;
}

void
files_list(const char *uid, struct msg *rls)
{
	rls->nfiles = 0;
	if (disk_each(store.root, uid, list_it, rls) == -1 && errno != ENOENT)
		rls->status = ST_NOK;
	else
		rls->status = rls->nfiles > 0 ? ST_OK : ST_EOF;
}

/* Nothing is there, or something that is no file of ours. */
static bool
is_no_file(int error)
{
	return error == ENOENT || error == EMLINK || error == ELOOP ||
	    error == ENXIO;
}

enum status
files_open(const char *uid, const char *name, int *fd, uint64_t *size)
{
	int dir = shelf_open(store.root, uid), error;
	off_t length = 0;

	if (dir == -1)
		return ST_NOK;
	*fd = disk_open(dir, name, &length);
	error = errno;
	close(dir);
	errno = error;
	if (*fd == -1)
		return is_no_file(error) ? ST_EOF : ST_NOK;
	*size = (uint64_t)length;
	if (*size <= FSIZE_MAX)
		return ST_OK;
	close(*fd);
	*fd = -1;
	return ST_EOF;
}

/*
 * May the user have one more file of that name?  An upload that has just been
 * published is on the disk and still held here: it counts once.
 */
static enum status
check(int dir, const char *uid, const char *name)
{
	int n = shelf_count(dir);

	if (n == -1)
		return ST_NOK;
	if (shelf_taken(dir, name))
		return ST_DUP;
	for (int i = 0; i < held_end; i++) {
		if (held[i].struck || strcmp(held[i].uid, uid) != 0)
			continue;
		if (strcmp(held[i].name, name) == 0)
			return ST_DUP;
		n += !shelf_taken(dir, held[i].name);
	}
	return n < FILES_MAX ? ST_OK : ST_FULL;
}

/* A place for a reservation; -1: none is free. */
static int
hold(const char *uid, const char *name)
{
	int i = 0;

	while (i < held_end && held[i].uid[0] != '\0')
		i++;
	if (i == UPLOADS_MAX) {
		errno = ENOBUFS;
		return -1;
	}
	if (i == held_end)
		held_end++;
	snprintf(held[i].uid, sizeof(held[i].uid), "%s", uid);
	snprintf(held[i].name, sizeof(held[i].name), "%s", name);
	held[i].struck = false;
	return i;
}

enum status
upload_begin(struct upload *u, const char *uid, const char *name)
{
	int dir = shelf_open(store.root, uid);
	enum status status = ST_NOK;

	u->fd = u->place = -1;
	u->room = 0;
	if (dir != -1 || errno == 0)
		status = check(dir, uid, name);
	if (dir != -1)
		close(dir);
	if (status != ST_OK)
		return status;
	u->place = hold(uid, name);
	if (u->place == -1)
		return ST_NOK;
	files_temp(u->temp);
	u->fd = disk_create(store.work, u->temp);
	if (u->fd != -1)
		return ST_OK;
	upload_release(u);
	return ST_NOK;
}

bool
upload_wanted(const struct upload *u)
{
	return u->place != -1 && !held[u->place].struck;
}

void
upload_release(struct upload *u)
{
	if (u->place != -1)
		held[u->place].uid[0] = '\0';
	u->place = -1;
	while (held_end > 0 && held[held_end - 1].uid[0] == '\0')
		held_end--;
}

void
upload_close(struct upload *u)
{
	if (u->fd != -1)
		close(u->fd);
	u->fd = -1;
}

void
files_forget(const char *uid)
{
	for (int i = 0; i < held_end; i++)
		if (strcmp(held[i].uid, uid) == 0)
			held[i].struck = true;
}
