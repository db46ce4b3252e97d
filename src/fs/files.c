#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/files.h"
#include "policy.h"
#include "sys/disk.h"
#include "sys/fd.h"

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
	char temp[TEMP_LEN];

	if (error == NULL)
		error = workdir_open(&store);
	files_temp(temp);
	if (error == NULL && !disk_can_preallocate(store.work, temp))
		disk_preallocate_never();
	return error;
}

const int *
files_keep(void)
{
	static int keep[4];

	keep[0] = store.root;
	keep[1] = store.work;
	keep[2] = store.removals;
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

int
files_renew(void)
{
	return workdir_renew(&store);
}

enum status
files_shown(const char *uid)
{
	int hidden = intent_stands(&store, uid);

	if (hidden == -1)
		return ST_NOK;
	return hidden == 1 ? ST_EOF : ST_OK;
}

bool
files_are_undecided(const char *uid)
{
	struct intent i;

	return intent_stands(&store, uid) == 1 &&
	    intent_load(&store, uid, &i) == 0 && !i.confirmed;
}

struct listing {
	struct msg *rls;
	int error; /* of what nobody can tell about; 0: none */
};

/* Put a name into its place in the order; one too many pushes out the last. */
static bool
list_it(int dir, const char *name, void *arg)
{
	struct listing *l = arg;
	struct msg *rls = l->rls;
	uint64_t size;
	int found = user_dir_file(dir, name, &size);
	unsigned i;

	if (found == -1)
		l->error = errno;
	if (found != 1)
		return found == 0;
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

static bool
is_no_directory(int error)
{
	return error == ENOENT || error == ENOTDIR || error == ELOOP;
}

void
files_list(const char *uid, struct msg *rls)
{
	struct listing l = { .rls = rls };

	rls->nfiles = 0;
	rls->status = files_shown(uid);
	if (rls->status != ST_OK)
		return;
	if (disk_each(store.root, uid, list_it, &l) == -1 && errno != 0 &&
	    !is_no_directory(errno))
		l.error = errno;
	errno = l.error;
	if (l.error != 0)
		rls->status = ST_NOK;
	else if (rls->nfiles == 0)
		rls->status = ST_EOF;
}

/* Nothing is there, or something that is no file of ours. */
static bool
is_no_file(int error)
{
	return error == ENOENT || error == EMLINK || error == ELOOP ||
	    error == ENXIO;
}

/* There is no such file: is there such a user? */
static enum status
no_file(const char *uid)
{
	struct generation g;

	if (generation_load(&store, uid, &g) == -1)
		return ST_NOK;
	errno = 0;
	return g.state == FILES_KEPT ? ST_EOF : ST_NOK;
}

static enum status
open_in(int dir, const char *uid, const char *name, int *fd, uint64_t *size)
{
	off_t length = 0;

	*fd = disk_open(dir, name, &length);
	if (*fd == -1)
		return is_no_file(errno) ? no_file(uid) : ST_NOK;
	*size = (uint64_t)length;
	if (*size <= FSIZE_MAX)
		return ST_OK;
	*fd = close_with_errno(*fd);
	return ST_EOF;
}

enum status
files_open(const char *uid, const char *name, int *fd, uint64_t *size)
{
	enum status status = files_shown(uid);
	int dir;

	if (status != ST_OK)
		return status;
	dir = user_dir_open(store.root, uid);
	if (dir == -1)
		return ST_NOK;
	status = open_in(dir, uid, name, fd, size);
	close_with_errno(dir);
	return status;
}

/*
 * May the user have one more file of that name?  An upload that has just been
 * published is on the disk and still reserved here: it counts once.
 */
static enum status
check(int dir, const char *uid, const char *name)
{
	bool taken;
	int n = user_dir_count(dir, name, &taken);

	if (n == -1)
		return ST_NOK;
	if (taken)
		return ST_DUP;
	for (int i = 0; i < reservations; i++) {
		if (reservation[i].cancelled ||
		    strcmp(reservation[i].uid, uid) != 0)
			continue;
		if (strcmp(reservation[i].name, name) == 0)
			return ST_DUP;
		n += user_dir_taken(dir, reservation[i].name) == 0;
	}
	return n < FILES_MAX ? ST_OK : ST_FULL;
}

/* A place for a reservation; -1: none is free. */
static int
reserve(const char *uid, const char *name)
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

/* Check, and say to which generation of the user the upload belongs. */
static enum status
admit(struct upload *u, const char *uid, const char *name)
{
	enum status status = files_shown(uid);
	int dir;

	if (status == ST_EOF)
		errno = EBUSY;
	if (status != ST_OK)
		return ST_NOK;
	status = ST_NOK;
	dir = user_dir_open(store.root, uid);
	if (dir == -1 && errno != 0)
		return ST_NOK;
	if (generation_load(&store, uid, &u->generation) == 0)
		status = check(dir, uid, name);
	close_with_errno(dir);
	return status;
}

/* A new file; made again, once, in a directory that has become stale. */
static int
create_temp(char temp[TEMP_LEN])
{
	int fd;

	files_temp(temp);
	fd = disk_create(store.work, temp);
	if (fd == -1 && (errno == ENOENT || errno == ESTALE) &&
	    files_renew() == 0)
		fd = disk_create(store.work, temp);
	return fd;
}

enum status
upload_begin(struct upload *u, const char *uid, const char *name)
{
	enum status status;

	u->fd = u->place = -1;
	u->preallocated = 0;
	status = admit(u, uid, name);
	if (status != ST_OK)
		return status;
	u->place = reserve(uid, name);
	if (u->place == -1)
		return ST_NOK;
	u->fd = create_temp(u->temp);
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
	u->fd = close_with_errno(u->fd);
}

void
files_forget(const char *uid)
{
	for (int i = 0; i < reservations; i++)
		if (strcmp(reservation[i].uid, uid) == 0)
			reservation[i].cancelled = true;
}

bool
files_are_coming(const char *uid)
{
	for (int i = 0; i < reservations; i++)
		if (strcmp(reservation[i].uid, uid) == 0)
			return true;
	return false;
}

bool
files_are_remote(void)
{
	return store.remote;
}
