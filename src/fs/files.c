#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/disk_ops.h"
#include "fs/files.h"
#include "fs/user_dir.h"
#include "fs/workdir.h"
#include "sys/disk.h"

#define TEMPS 1000000000u /* then their numbers begin again */

static struct store store;

/* Uploads under way, of all users; a place whose uid is empty is free. */
static struct {
	char uid[UID_LEN + 1];
	char name[FNAME_MAX + 1];
	bool cancelled; /* files_forget() */
} reservation[UPLOADS_MAX];

static int reservations; /* all places from here on are free */

const char *
files_start(const char *path)
{
	const char *error = disk_root(path, &store.root);

	if (error == NULL && workdir_open(&store) == -1)
		error = strerror(errno);
	return error;
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
	workdir_close(&store);
	close(store.root);
	memset(reservation, 0, sizeof(reservation));
	reservations = 0;
}

void
files_run(void *job, int fd)
{
	disk_op_run(&store, job, fd);
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

	if (!user_dir_file(dir, name, &size))
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
	int dir = user_dir_open(store.root, uid), error;
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
 * published is on the disk and still reservation here: it counts once.
 */
static enum status
check(int dir, const char *uid, const char *name)
{
	int n = user_dir_count(dir);

	if (n == -1)
		return ST_NOK;
	if (user_dir_taken(dir, name))
		return ST_DUP;
	for (int i = 0; i < reservations; i++) {
		if (reservation[i].cancelled ||
		    strcmp(reservation[i].uid, uid) != 0)
			continue;
		if (strcmp(reservation[i].name, name) == 0)
			return ST_DUP;
		n += !user_dir_taken(dir, reservation[i].name);
	}
	return n < FILES_MAX ? ST_OK : ST_FULL;
}

/* A place for a reservation; -1: none is free. */
static int
hold(const char *uid, const char *name)
{
	int i = 0;

	while (i < reservations && reservation[i].uid[0] != '\0')
		i++;
	if (i == UPLOADS_MAX) {
		errno = ENOBUFS;
		return -1;
	}
	if (i == reservations)
		reservations++;
	snprintf(reservation[i].uid, sizeof(reservation[i].uid), "%s", uid);
	snprintf(reservation[i].name, sizeof(reservation[i].name), "%s", name);
	reservation[i].cancelled = false;
	return i;
}

enum status
upload_begin(struct upload *u, const char *uid, const char *name)
{
	int dir = user_dir_open(store.root, uid);
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
	return u->place != -1 && !reservation[u->place].cancelled;
}

void
upload_release(struct upload *u)
{
	if (u->place != -1)
		reservation[u->place].uid[0] = '\0';
	u->place = -1;
	while (reservations > 0 && reservation[reservations - 1].uid[0] == '\0')
		reservations--;
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
	for (int i = 0; i < reservations; i++)
		if (strcmp(reservation[i].uid, uid) == 0)
			reservation[i].cancelled = true;
}
