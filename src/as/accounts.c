#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "as/accounts.h"
#include "as/lock.h"
#include "policy.h"
#include "sys/disk.h"
#include "sys/keydir.h"
#include "sys/log.h"
#include "ui/line.h"

static int root = -1, work = -1, removed = -1;
static bool restricted;
static unsigned char approved[(UIDS + 7) / 8]; /* a bit a UID */

const char *
accounts_open(const char *dir, bool wait, int keep[3])
{
	const char *error = disk_root(dir, &root);

	if (error == NULL)
		error = lock_take(root, wait, &work);
	if (error != NULL)
		return error;
	removed = disk_make_dir(root, "removed");
	if (removed == -1)
		return strerror(errno);
	keep[0] = root;
	keep[1] = work;
	keep[2] = removed;
	return NULL;
}

int
accounts_approve(const char *file, int *line)
{
	char text[256];
	FILE *f = fopen(file, "r");
	bool in_line = false;
	int n = 0;

	*line = 0;
	if (f == NULL)
		return -1;
	restricted = true;
	while (fgets(text, sizeof(text), f) != NULL) {
		char *uid = text + strspn(text, " \t");
		bool goes_on = in_line;

		in_line = strchr(text, '\n') == NULL;
		if (goes_on) /* the tail of a long comment */
			continue;
		++*line;
		uid[strcspn(uid, "# \t\r\n")] = '\0';
		if (*uid == '\0')
			continue;
		if (!wire_valid(F_UID, uid)) {
			fclose(f);
			return -1;
		}
		approved[wire_number(uid) / 8] |=
		    (unsigned char)(1u << wire_number(uid) % 8);
		n++;
	}
	if (ferror(f)) {
		*line = 0;
		n = -1;
	}
	fclose(f);
	return n;
}

bool
accounts_approved(const char *uid)
{
	unsigned bits = approved[wire_number(uid) / 8];

	return !restricted || (bits >> wire_number(uid) % 8 & 1u) != 0;
}

static bool
load_key(struct account *a, const char *hash, const char *hex)
{
	a->has_key = strcmp(hash, "sha-256") == 0 &&
	    keydir_unhex(a->key, sizeof(a->key), hex) == sizeof(a->key);
	return a->has_key;
}

enum account_state
accounts_load(const char *uid, struct account *a)
{
	char text[512], *w[8];
	int n;

	memset(a, 0, sizeof(*a));
	if (disk_load(root, uid, text, sizeof(text)) == -1)
		return errno == ENOENT ? ACCOUNT_NONE : ACCOUNT_UNREADABLE;
	errno = 0;
	n = words(text, w, 8);
	if (n < 2 || n > 8 || n % 3 != 2 || strcmp(w[0], "pair") != 0)
		return ACCOUNT_UNREADABLE;
	snprintf(a->pair, sizeof(a->pair), "%s", w[1]);
	if (n > 2 && strcmp(w[n - 3], "key") == 0) {
		if (!load_key(a, w[n - 2], w[n - 1]))
			return ACCOUNT_UNREADABLE;
		n -= 3;
	}
	if (n == 5 && wire_valid(F_IP, w[3]) && wire_valid(F_PORT, w[4])) {
		a->has_device = true;
		snprintf(a->ip, sizeof(a->ip), "%s", w[3]);
		a->port = (uint16_t)wire_number(w[4]);
	}
	return n == 8 ? ACCOUNT_UNREADABLE : ACCOUNT_FOUND;
}

void
accounts_report(const char *uid)
{
	if (errno == 0)
		log_warn("user %s: the account is damaged", uid);
	else if (errno == EMLINK || errno == ELOOP)
		log_warn("user %s: the account is damaged: it is no plain file "
			 "with one link",
		    uid);
	else
		log_error("user %s: cannot read the account", uid);
}

static int
write_account(const char *uid, const struct account *a)
{
	char text[512], device[64] = "", key[128] = "";
	char print[KEYS_FINGERPRINT_MAX];

	if (a->has_device)
		snprintf(device, sizeof(device), "device %s %u\n", a->ip,
		    (unsigned)a->port);
	if (a->has_key)
		snprintf(key, sizeof(key), "key %s\n",
		    keys_fingerprint(print, a->key));
	snprintf(text, sizeof(text), "pair %s\n%s%s", a->pair, device, key);
	return disk_save(root, uid, work, text);
}

enum account_state
accounts_forget(const char *uid)
{
	struct account a, bare = { .has_device = false };
	enum account_state state = accounts_load(uid, &a);

	if (state != ACCOUNT_FOUND)
		return state;
	memcpy(bare.pair, a.pair, sizeof(bare.pair));
	return write_account(uid, &bare) == 0 ? ACCOUNT_FOUND :
						ACCOUNT_UNREADABLE;
}

/*
 * A removal's record: "TID IP PORT intent", then "... done" once the account is
 * gone from the disk.  Earlier versions wrote neither word and kept the record
 * until the UID registered again: such a one may not be finished.
 */
enum record {
	RECORD_NONE,
	RECORD_UNREADABLE, /* now; see errno */
	RECORD_DAMAGED,
	RECORD_INTENT,
	RECORD_DONE
};

static enum record
load_record(const char *uid, struct removal *r)
{
	char text[64], *w[4];
	int n;

	memset(r, 0, sizeof(*r));
	memcpy(r->uid, uid, UID_LEN);
	if (disk_load(removed, uid, text, sizeof(text)) == -1)
		return errno == ENOENT ? RECORD_NONE : RECORD_UNREADABLE;
	n = words(text, w, 4);
	if (n < 3 || !wire_valid(F_TID, w[0]) || !wire_valid(F_IP, w[1]) ||
	    !wire_valid(F_PORT, w[2]))
		return RECORD_DAMAGED;
	memcpy(r->tid, w[0], CODE_LEN);
	snprintf(r->ip, sizeof(r->ip), "%s", w[1]);
	r->port = (uint16_t)wire_number(w[2]);
	return n == 4 && strcmp(w[3], "done") == 0 ? RECORD_DONE :
						     RECORD_INTENT;
}

static int
save_record(const struct removal *r, enum record state)
{
	char text[64];

	snprintf(text, sizeof(text), "%s %s %u %s\n", r->tid, r->ip,
	    (unsigned)r->port, state == RECORD_DONE ? "done" : "intent");
	return disk_save(removed, r->uid, work, text);
}

static int
drop_record(const char *uid)
{
	if (unlinkat(removed, uid, 0) == -1)
		return errno == ENOENT ? 0 : -1;
	return fsync(removed);
}

/*
 * The account of this record is gone: no later start may take a new one for it.
 * What the record says goes on being answered to the FS that asked.
 */
static int
settle_record(const char *uid)
{
	struct removal r;

	switch (load_record(uid, &r)) {
	case RECORD_INTENT:
		return save_record(&r, RECORD_DONE);
	case RECORD_DAMAGED:
		return drop_record(uid);
	case RECORD_UNREADABLE:
		return -1;
	case RECORD_NONE:
	case RECORD_DONE:
		break;
	}
	return 0;
}

/* Nothing has been removed: as if the intent had never been written. */
static enum account_result
take_back(const struct removal *old, enum record state)
{
	int error = errno;
	bool undone = state == RECORD_INTENT || state == RECORD_DONE ?
	    save_record(old, state) == 0 :
	    drop_record(old->uid) == 0;

	errno = error;
	return undone ? ACCOUNT_FAILED : ACCOUNT_UNSURE;
}

/*
 * First what we are about to do, then the deed: whatever stops us in between,
 * the next AS finds the first and finishes the second.  Where we can do neither
 * that nor take it back nobody may be told that it has failed.
 */
static enum account_result
remove_account(const struct removal *r)
{
	struct removal old;
	enum record state;

	if (!lock_join())
		return ACCOUNT_FAILED;
	state = load_record(r->uid, &old);
	if (state == RECORD_UNREADABLE)
		return ACCOUNT_FAILED;
	if (save_record(r, RECORD_INTENT) == -1)
		return take_back(&old, state);
	if (unlinkat(root, r->uid, 0) == -1 && errno != ENOENT)
		return take_back(&old, state);
	if (fsync(root) == -1)
		return ACCOUNT_UNSURE;
	save_record(r, RECORD_DONE); /* or later: see settle_record() */
	return ACCOUNT_DONE;
}

static int
change(struct account_job *job)
{
	if (job->change != ACCOUNT_KEEP && !lock_join())
		return -1;
	switch (job->change) {
	case ACCOUNT_KEEP:
		return 0;
	case ACCOUNT_CREATE:
		pair_make(job->account.pair, job->pass, job->salt, KDF_ROUNDS);
		if (settle_record(job->uid) == -1)
			return -1;
		return write_account(job->uid, &job->account);
	case ACCOUNT_UPDATE:
		return write_account(job->uid, &job->account);
	case ACCOUNT_REMOVE:
		break; /* accounts_run() */
	}
	return 0;
}

void
accounts_run(void *body, int fd)
{
	struct account_job *job = body;

	(void)fd;
	job->result = ACCOUNT_DONE;
	if (job->verify && !pair_matches(job->account.pair, job->pass)) {
		job->result = ACCOUNT_WRONG;
	} else if (job->change == ACCOUNT_REMOVE) {
		job->result = remove_account(&job->removal);
		job->error = errno;
	} else if (change(job) == -1) {
		job->error = errno;
		job->result = ACCOUNT_FAILED;
	}
}

struct removal_visit {
	void (*note)(const struct removal *r);
	int unfinished;
};

/*
 * An account goes only where its record says so: what cannot be read may be of
 * one before it, whose removal has ended long ago.
 */
static bool
finish_removal(int dir, const char *uid, void *arg)
{
	void (*note)(const struct removal *) =
	    ((const struct removal_visit *)arg)->note;
	struct removal r;
	enum record state;

	(void)dir;
	if (!wire_valid(F_UID, uid))
		return true;
	state = load_record(uid, &r);
	if (state == RECORD_UNREADABLE || state == RECORD_DAMAGED ||
	    (state == RECORD_INTENT &&
		((unlinkat(root, uid, 0) == -1 && errno != ENOENT) ||
		    fsync(root) == -1 || settle_record(uid) == -1)))
		((struct removal_visit *)arg)->unfinished++;
	if (state == RECORD_UNREADABLE)
		r.tid[0] = REMOVAL_ANY;
	if (r.tid[0] != '\0')
		note(&r);
	return true;
}

int
accounts_removals(void (*note)(const struct removal *r))
{
	struct removal_visit visit = { .note = note };

	if (disk_each(root, "removed", finish_removal, &visit) == -1)
		return -1;
	return visit.unfinished;
}

enum removal_state
accounts_removed(const struct removal *r)
{
	struct removal recorded;
	enum record state = load_record(r->uid, &recorded);
	struct stat st;

	if (state == RECORD_UNREADABLE)
		return REMOVAL_UNREADABLE;
	if ((state != RECORD_INTENT && state != RECORD_DONE) ||
	    strcmp(recorded.tid, r->tid) != 0 ||
	    strcmp(recorded.ip, r->ip) != 0 || recorded.port != r->port)
		return REMOVAL_UNKNOWN;
	if (state == RECORD_INTENT &&
	    !(fstatat(root, r->uid, &st, AT_SYMLINK_NOFOLLOW) == -1 &&
		errno == ENOENT))
		return REMOVAL_BEGUN;
	return REMOVAL_DONE;
}
