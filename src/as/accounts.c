#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "as/accounts.h"
#include "crypto/pbkdf2.h"
#include "crypto/secret.h"
#include "crypto/sha256.h"
#include "policy.h"
#include "sys/disk.h"
#include "ui/line.h"

#define UIDS          100000 /* five digits */
#define ROUNDS_MAX    10000000
#define REMOVAL_LIVES 60 /* seconds that an FS may take to ask again */

static int root = -1, work = -1, removed = -1;
static bool restricted;
static unsigned char approved[(UIDS + 7) / 8]; /* a bit a UID */

static int
open_made(const char *name)
{
	if (mkdirat(root, name, 0700) == -1 && errno != EEXIST)
		return -1;
	return disk_open_dir(root, name);
}

static bool
purge_it(int dir, const char *name, void *arg)
{
	(void)arg;
	unlinkat(dir, name, 0);
	return true;
}

/* One AS a directory.  The lock goes with the process, however it ends. */
static const char *
lock(bool wait)
{
	static char why[64];
	int fd = openat(
	    root, "lock", O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600);

	if (fd == -1)
		return strerror(errno);
	if (disk_lock(fd, 0, wait) == 0)
		return NULL;
	snprintf(why, sizeof(why), "in use by the AS with process ID %ld",
	    (long)disk_locker(fd, 0));
	return why;
}

const char *
accounts_open(const char *dir, bool wait, int keep[3])
{
	const char *why = disk_root(dir, &root);

	if (why == NULL)
		why = lock(wait);
	if (why != NULL)
		return why;
	work = open_made("work");
	removed = open_made("removed");
	if (work == -1 || removed == -1)
		return strerror(errno);
	disk_each(root, "work", purge_it, NULL);
	keep[0] = root;
	keep[1] = work;
	keep[2] = removed;
	return NULL;
}

static unsigned
number_of(const char *uid)
{
	return (unsigned)strtoul(uid, NULL, 10);
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
		approved[number_of(uid) / 8] |=
		    (unsigned char)(1u << number_of(uid) % 8);
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
	unsigned bits = approved[number_of(uid) / 8];

	return !restricted || (bits >> number_of(uid) % 8 & 1u) != 0;
}

/*
 * A new account has a second link, its temporary, for a moment; for longer
 * where the child that made it was killed at that very point.
 */
static ssize_t
load_text(const char *uid, char *text, size_t room)
{
	ssize_t n = disk_load(root, uid, text, room);

	if (n != -1 || errno != EMLINK)
		return n;
	if (unlinkat(work, uid, 0) == 0)
		return disk_load(root, uid, text, room);
	errno = EMLINK; /* somebody else's link: no account of ours */
	return -1;
}

enum account_state
accounts_load(const char *uid, struct account *a)
{
	char text[256], *w[5];
	int n;

	memset(a, 0, sizeof(*a));
	if (load_text(uid, text, sizeof(text)) == -1)
		return errno == ENOENT ? ACCOUNT_NONE : ACCOUNT_UNREADABLE;
	n = words(text, w, 5);
	if ((n != 2 && n != 5) || strcmp(w[0], "pair") != 0)
		return ACCOUNT_UNREADABLE;
	snprintf(a->pair, sizeof(a->pair), "%s", w[1]);
	if (n == 5 && wire_valid(F_IP, w[3]) && wire_valid(F_PORT, w[4])) {
		a->has_device = true;
		snprintf(a->ip, sizeof(a->ip), "%s", w[3]);
		a->port = (uint16_t)number_of(w[4]);
	}
	return ACCOUNT_FOUND;
}

static void
put_hex(char *out, const unsigned char *data, size_t n)
{
	for (size_t i = 0; i < n; i++)
		snprintf(out + 2 * i, 3, "%02x", (unsigned)data[i]);
}

static void
format_pair(char pair[PAIR_MAX], const char *pass,
    const unsigned char salt[SALT_LEN], unsigned rounds)
{
	char salt_text[2 * SALT_LEN + 1], text[2 * SHA256_LEN + 1];
	uint8_t digest[SHA256_LEN];

	pbkdf2_sha256(digest, sizeof(digest), pass, salt, SALT_LEN, rounds);
	put_hex(salt_text, salt, SALT_LEN);
	put_hex(text, digest, SHA256_LEN);
	snprintf(
	    pair, PAIR_MAX, "pbkdf2-sha256$%u$%s$%s", rounds, salt_text, text);
}

static bool
get_hex(unsigned char *out, const char *text, size_t n)
{
	if (strspn(text, "0123456789abcdef") < 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		char byte[3] = { text[2 * i], text[2 * i + 1], '\0' };

		out[i] = (unsigned char)strtoul(byte, NULL, 16);
	}
	return true;
}

/* Is pass the one of the pair?  Made again from it, the pair is the same. */
static bool
verify(const char *pair, const char *pass)
{
	static const char scheme[] = "pbkdf2-sha256$";
	unsigned char salt[SALT_LEN];
	char again[PAIR_MAX] = "";
	const char *rounds = pair + sizeof(scheme) - 1;
	const char *salt_text;

	if (strncmp(pair, scheme, sizeof(scheme) - 1) != 0 ||
	    (salt_text = strchr(rounds, '$')) == NULL ||
	    !get_hex(salt, salt_text + 1, SALT_LEN))
		return false;
	if (number_of(rounds) > ROUNDS_MAX) /* damage would keep us for hours */
		return false;
	format_pair(again, pass, salt, number_of(rounds));
	return strlen(pair) == strlen(again) &&
	    same_bytes(pair, again, strlen(again));
}

static int
write_account(const char *uid, const struct account *a,
    int (*put)(int, const char *, int, const char *))
{
	char text[256], device[64] = "";

	if (a->has_device)
		snprintf(device, sizeof(device), "device %s %u\n", a->ip,
		    (unsigned)a->port);
	snprintf(text, sizeof(text), "pair %s\n%s", a->pair, device);
	return put(root, uid, work, text);
}

/* An old removal must not be finished over a new account. */
static int
forget_removal(const char *uid)
{
	if (unlinkat(removed, uid, 0) == -1)
		return errno == ENOENT ? 0 : -1;
	return fsync(removed);
}

static int
unlink_account(const char *uid)
{
	if (unlinkat(root, uid, 0) == -1 && errno != ENOENT)
		return -1;
	return fsync(root);
}

/*
 * First what we are about to do, then the deed: whatever stops us in between,
 * the next AS finds the first and finishes the second.
 */
static int
remove_account(const struct removal *r)
{
	char text[64];

	snprintf(
	    text, sizeof(text), "%s %s %u\n", r->tid, r->ip, (unsigned)r->port);
	if (disk_save(removed, r->uid, work, text) == -1)
		return -1;
	return unlink_account(r->uid);
}

static int
change(struct account_job *job)
{
	switch (job->change) {
	case ACCOUNT_KEEP:
		return 0;
	case ACCOUNT_CREATE:
		format_pair(
		    job->account.pair, job->pass, job->salt, KDF_ROUNDS);
		if (forget_removal(job->uid) == -1)
			return -1;
		return write_account(job->uid, &job->account, disk_add);
	case ACCOUNT_UPDATE:
		return write_account(job->uid, &job->account, disk_save);
	case ACCOUNT_REMOVE:
		return remove_account(&job->asked);
	}
	return 0;
}

void
accounts_run(void *body, int fd)
{
	struct account_job *job = body;

	(void)fd;
	job->result = ACCOUNT_DONE;
	if (job->verify && !verify(job->account.pair, job->pass)) {
		job->result = ACCOUNT_WRONG;
	} else if (change(job) == -1) {
		job->error = errno;
		job->result = ACCOUNT_FAILED;
	}
}

struct removals {
	struct removal *out;
	int n, max;
};

/* Put back, from a backup, after it was removed? */
static bool
is_restored(const char *uid, const struct stat *removal)
{
	struct stat st;

	if (fstatat(root, uid, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return false;
	if (st.st_ctim.tv_sec != removal->st_mtim.tv_sec)
		return st.st_ctim.tv_sec > removal->st_mtim.tv_sec;
	return st.st_ctim.tv_nsec > removal->st_mtim.tv_nsec;
}

static bool
finish_removal(int dir, const char *uid, void *arg)
{
	struct removals *all = arg;
	struct removal r;
	char text[64], *w[3];
	struct stat st;

	if (!wire_valid(F_UID, uid) || fstatat(dir, uid, &st, 0) == -1 ||
	    disk_load(dir, uid, text, sizeof(text)) == -1)
		return true;
	if (is_restored(uid, &st)) {
		unlinkat(dir, uid, 0);
		return true;
	}
	if (unlink_account(uid) == -1)
		return true;
	memset(&r, 0, sizeof(r));
	memcpy(r.uid, uid, UID_LEN);
	if (st.st_mtime + REMOVAL_LIVES < time(NULL)) {
		unlinkat(dir, uid, 0);
	} else if (words(text, w, 3) == 3 && wire_valid(F_TID, w[0]) &&
	    wire_valid(F_IP, w[1]) && wire_valid(F_PORT, w[2]) &&
	    all->n < all->max) {
		memcpy(r.tid, w[0], CODE_LEN);
		snprintf(r.ip, sizeof(r.ip), "%s", w[1]);
		r.port = (uint16_t)number_of(w[2]);
		all->out[all->n++] = r;
	}
	return true;
}

int
accounts_removals(struct removal *out, int max)
{
	struct removals all = { .out = out, .max = max };

	disk_each(root, "removed", finish_removal, &all);
	return all.n;
}
