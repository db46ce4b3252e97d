#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "as/accounts.h"
#include "crypto/pbkdf2.h"
#include "crypto/sha256.h"
#include "policy.h"
#include "sys/disk.h"
#include "test.h"

static char dir[] = "/tmp/test_accounts.XXXXXX";
static int keep[3]; /* DIR, work, removed */

static void
put(int at, const char *name, const char *text, size_t n)
{
	int fd = openat(at, name, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	CHECK(fd != -1 && disk_write(fd, text, n) == 0, "%s", name);
	close(fd);
}

static const char *
get(int at, const char *name)
{
	static char text[1024];

	return disk_load(at, name, text, sizeof(text)) == -1 ? "" : text;
}

/* An account whose password takes one round to check. */
static void
put_account(const char *uid, const char *pass, const char *device)
{
	uint8_t digest[SHA256_LEN];
	char text[512];
	int n = snprintf(text, sizeof(text), "pair pbkdf2-sha256$1$%s$",
	    "00000000000000000000000000000000");

	pbkdf2_sha256(digest, sizeof(digest), pass,
	    "\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 16, 1);
	for (int i = 0; i < SHA256_LEN; i++)
		n += snprintf(text + n, 3, "%02x", (unsigned)digest[i]);
	n += snprintf(text + n, sizeof(text) - (size_t)n, "\n%s", device);
	put(keep[0], uid, text, (size_t)n);
}

static struct account_job
job_for(const char *uid, const char *pass, enum account_change change)
{
	struct account_job job = { .change = change, .verify = true };

	memcpy(job.uid, uid, UID_LEN);
	snprintf(job.pass, sizeof(job.pass), "%s", pass);
	memcpy(job.removal.uid, uid, UID_LEN);
	memcpy(job.removal.tid, "4321", CODE_LEN);
	memcpy(job.removal.ip, "127.0.0.1", 9);
	job.removal.port = 59000;
	if (change == ACCOUNT_CREATE || change == ACCOUNT_REMOVE)
		job.verify = false;
	else
		accounts_load(uid, &job.account);
	return job;
}

static enum account_result
run(struct account_job *job)
{
	accounts_run(job, -1);
	return job->result;
}

static struct account_job
creation(const char *uid, const char *pass)
{
	struct account_job job = job_for(uid, pass, ACCOUNT_CREATE);

	memcpy(job.salt, "sixteen \1\2\3 bytes", SALT_LEN);
	job.account.has_device = true;
	memcpy(job.account.ip, "127.0.0.1", 10);
	job.account.port = 57001;
	return job;
}

/* Every file below a directory, for what must not be in one. */
static int found;

static bool
look_for(int at, const char *name, void *secret)
{
	static char text[4096];
	ssize_t n = disk_load(at, name, text, sizeof(text));

	found += n > 0 && strstr(text, secret) != NULL;
	return true;
}

static bool
count_it(int at, const char *name, void *n)
{
	(void)at;
	(void)name;
	++*(int *)n;
	return true;
}

static void
a_new_pair_is_durable_salted_and_ours_alone(void)
{
	struct account_job job = creation("10000", "SeCreT12");
	struct account a;
	struct stat st;
	char secret[] = "SeCreT12";
	int left = 0;

	CHECK(accounts_load("10000", &a) == ACCOUNT_NONE, "before");
	CHECK(run(&job) == ACCOUNT_DONE, "%s", strerror(job.error));
	CHECK(strncmp(get(keep[0], "10000"),
		  "pair pbkdf2-sha256$100000$7369787465656e20010203206279746"
		  "5$",
		  strlen("pair pbkdf2-sha256$100000$") + 2 * 16 - 1) == 0,
	    "%s", get(keep[0], "10000"));
	CHECK(strstr(get(keep[0], "10000"), "\ndevice 127.0.0.1 57001\n"), "%s",
	    get(keep[0], "10000"));
	CHECK(fstatat(keep[0], "10000", &st, 0) == 0 &&
		(st.st_mode & 07777) == 0600,
	    "%o", (unsigned)st.st_mode);
	CHECK(stat(dir, &st) == 0 && (st.st_mode & 07777) == 0700, "%o",
	    (unsigned)st.st_mode);
	disk_each(keep[0], "work", count_it, &left);
	CHECK(left == 0, "%d temporaries", left);
	disk_each(keep[0], ".", look_for, secret);
	CHECK(found == 0, "the password is on disk");
	CHECK(accounts_load("10000", &a) == ACCOUNT_FOUND && a.has_device,
	    "it is there");
	CHECK(strcmp(a.ip, "127.0.0.1") == 0 && a.port == 57001, "%s", a.ip);
	CHECK(strcmp(a.pair, job.account.pair) == 0, "%s", a.pair);
}

static void
the_right_password_alone_is_verified(void)
{
	struct account_job right = job_for("10000", "SeCreT12", ACCOUNT_KEEP),
			   wrong = job_for("10000", "SeCreT13", ACCOUNT_KEEP);

	CHECK(run(&right) == ACCOUNT_DONE && run(&wrong) == ACCOUNT_WRONG,
	    "right and wrong");
}

/* A stored hash counts to its last digit. */
static void
a_hash_counts_as_a_whole(void)
{
	char text[1024], device[] = "device 127.0.0.1 1\n";
	struct account_job job;
	size_t n;

	put_account("10050", "abcd1234", "");
	snprintf(text, sizeof(text), "%s", get(keep[0], "10050"));
	n = strlen(text);
	text[n - 2] = text[n - 2] == 'a' ? 'b' : 'a';
	put(keep[0], "10050", text, n);
	job = job_for("10050", "abcd1234", ACCOUNT_KEEP);
	CHECK(run(&job) == ACCOUNT_WRONG, "another last digit");
	n = (size_t)snprintf(text, sizeof(text), "%s", get(keep[0], "10050"));
	text[n - 2] = '\0';
	snprintf(text + n - 2, sizeof(text) - n, "\n%s", device);
	put(keep[0], "10050", text, strlen(text));
	job = job_for("10050", "abcd1234", ACCOUNT_KEEP);
	CHECK(run(&job) == ACCOUNT_WRONG, "a digit less");
}

static void
a_device_is_replaced_or_forgotten(void)
{
	struct account_job job;
	struct account a;

	put_account("10001", "abcd1234", "device 127.0.0.1 57001\n");
	job = job_for("10001", "abcd1234", ACCOUNT_UPDATE);
	memcpy(job.account.ip, "10.0.0.255", 11);
	job.account.port = 65535;
	CHECK(run(&job) == ACCOUNT_DONE, "another device");
	CHECK(accounts_load("10001", &a) == ACCOUNT_FOUND && a.has_device &&
		strcmp(a.ip, "10.0.0.255") == 0 && a.port == 65535,
	    "%s", a.ip);
	job = job_for("10001", "abcd1234", ACCOUNT_UPDATE);
	job.account.has_device = false;
	CHECK(run(&job) == ACCOUNT_DONE, "none");
	CHECK(accounts_load("10001", &a) == ACCOUNT_FOUND && !a.has_device,
	    "forgotten");
}

#define KEY                                                                    \
	"key sha-256 00:01:02:03:04:05:06:07:08:09:0A:0B:0C:0D:0E:0F:"         \
	"10:11:12:13:14:15:16:17:18:19:1A:1B:1C:1D:1E:FF\n"

/* With its device and without; one that is damaged is not taken for none. */
static void
a_key_stays_with_its_account(void)
{
	struct account_job job;
	struct account a;

	put_account("10003", "abcd1234", "device 127.0.0.1 57001\n" KEY);
	CHECK(accounts_load("10003", &a) == ACCOUNT_FOUND && a.has_device &&
		a.has_key && a.key[1] == 1 && a.key[31] == 0xff,
	    "%d", a.has_key);
	job = job_for("10003", "abcd1234", ACCOUNT_UPDATE);
	job.account.has_device = false;
	CHECK(run(&job) == ACCOUNT_DONE, "no device");
	CHECK(accounts_load("10003", &a) == ACCOUNT_FOUND && !a.has_device &&
		a.has_key && a.key[31] == 0xff,
	    "%d", a.has_key);
	CHECK(strstr(get(keep[0], "10003"), "\n" KEY) != NULL, "%s",
	    get(keep[0], "10003"));
	put_account("10003", "abcd1234", "key sha-256 00:01\n");
	CHECK(accounts_load("10003", &a) == ACCOUNT_UNREADABLE, "cut short");
	put_account("10003", "abcd1234", "device 127.0.0.1 1\nkey md5 00\n");
	CHECK(accounts_load("10003", &a) == ACCOUNT_UNREADABLE, "of no kind");
	put_account("10003", "abcd1234", KEY KEY KEY);
	CHECK(accounts_load("10003", &a) == ACCOUNT_UNREADABLE, "too many");
	put_account("10003", "abcd1234", KEY);
	CHECK(accounts_forget("10003") == ACCOUNT_FOUND &&
		accounts_load("10003", &a) == ACCOUNT_FOUND && !a.has_key,
	    "forgotten");
}

static void
a_wrong_password_changes_nothing(void)
{
	static const enum account_change changes[] = { ACCOUNT_UPDATE,
		ACCOUNT_REMOVE };
	char before[1024];

	put_account("10002", "abcd1234", "device 127.0.0.1 57001\n");
	snprintf(before, sizeof(before), "%s", get(keep[0], "10002"));
	for (size_t i = 0; i < LEN(changes); i++) {
		struct account_job job =
		    job_for("10002", "abcd1235", ACCOUNT_KEEP);

		job.change = changes[i];
		job.account.has_device = false;
		CHECK(run(&job) == ACCOUNT_WRONG, "%zu", i);
		CHECK(strcmp(get(keep[0], "10002"), before) == 0, "%s", before);
	}
}

static void
a_removal_leaves_only_its_intent(void)
{
	struct account_job job;
	struct account a;

	put_account("10003", "abcd1234", "");
	job = job_for("10003", "", ACCOUNT_REMOVE);
	CHECK(run(&job) == ACCOUNT_DONE, "%s", strerror(job.error));
	CHECK(accounts_load("10003", &a) == ACCOUNT_NONE, "gone");
	CHECK(strcmp(get(keep[2], "10003"), "4321 127.0.0.1 59000 done\n") == 0,
	    "%s", get(keep[2], "10003"));
}

static void
restart(void)
{
	const char *why = accounts_open(dir, false, keep);

	CHECK(why == NULL, "%s", why);
}

static struct removal noted[8];
static int notes;

static void
note_it(const struct removal *r)
{
	if (notes < (int)LEN(noted))
		noted[notes] = *r;
	notes++;
}

/* How many could not be finished; what is on record is in noted then. */
static int
finish(void)
{
	notes = 0;
	return accounts_removals(note_it);
}

static bool
is_noted(const char *uid, const char *tid, const char *ip, uint16_t port)
{
	for (int i = 0; i < notes; i++)
		if (strcmp(noted[i].uid, uid) == 0)
			return strcmp(noted[i].tid, tid) == 0 &&
			    strcmp(noted[i].ip, ip) == 0 &&
			    noted[i].port == port;
	return false;
}

static void
put_text(int at, const char *name, const char *text)
{
	put(at, name, text, strlen(text));
}

static void
an_unfinished_removal_is_finished_at_start(void)
{
	static const char *const records[] = { "7777 10.0.0.1 59001\n",
		"7777 10.0.0.1 59001 intent\n" };
	struct account a;

	for (size_t i = 0; i < LEN(records); i++) {
		put_account("10004", "abcd1234", "");
		put_text(keep[2], "10004", records[i]);
		restart();
		CHECK(finish() == 0, "unfinished");
		CHECK(is_noted("10004", "7777", "10.0.0.1", 59001), "%s",
		    records[i]);
		CHECK(accounts_load("10004", &a) == ACCOUNT_NONE, "%s",
		    records[i]);
		CHECK(strcmp(get(keep[2], "10004"),
			  "7777 10.0.0.1 59001 done\n") == 0,
		    "%s", get(keep[2], "10004"));
	}
	put_text(keep[2], "nobody", "x");
	put_text(keep[2], "10005", "damaged\n");
	put_account("10005", "abcd1234", "");
	put_text(keep[1], "1.1", "left over");
	restart();
	CHECK(finish() == 1 && notes == 2, "%d", notes); /* and 10003's */
	CHECK(accounts_load("10005", &a) == ACCOUNT_FOUND, "maybe a newer one");
	unlinkat(keep[2], "10005", 0);
	CHECK(*get(keep[1], "1.1") == '\0', "a temporary is left");
}

/* Neither an old date nor a newer account ends it, and it ends no account. */
static void
a_finished_removal_stays_on_record_and_removes_nothing(void)
{
	struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	struct account a;

	put_text(keep[2], "10006", "7777 10.0.0.1 59001 done\n");
	put_account("10006", "abcd1234", "");
	CHECK(utimensat(keep[0], "10006", times, 0) == 0, "utimensat");
	CHECK(finish() == 0 && is_noted("10006", "7777", "10.0.0.1", 59001),
	    "noted");
	CHECK(accounts_load("10006", &a) == ACCOUNT_FOUND, "a newer account");
	CHECK(utimensat(keep[2], "10006", times, 0) == 0, "utimensat");
	CHECK(finish() == 0 && is_noted("10006", "7777", "10.0.0.1", 59001),
	    "noted whatever its date");
	CHECK(accounts_load("10006", &a) == ACCOUNT_FOUND, "a newer account");
}

static void
who_registers_again_after_a_removal_stays(void)
{
	struct account_job job;
	struct account a;

	put_account("10007", "abcd1234", "");
	job = job_for("10007", "", ACCOUNT_REMOVE);
	run(&job);
	/* As if the last word had not come onto the disk. */
	put_text(keep[2], "10007", "4321 127.0.0.1 59000 intent\n");
	job = creation("10007", "newpass1");
	CHECK(run(&job) == ACCOUNT_DONE, "%s", strerror(job.error));
	restart();
	CHECK(finish() == 0, "unfinished");
	CHECK(accounts_load("10007", &a) == ACCOUNT_FOUND,
	    "removed by an old intent");
	CHECK(is_noted("10007", "4321", "127.0.0.1", 59000), "on record");
}

static void
who_asked_for_a_removal_is_known_again(void)
{
	struct removal r = { .uid = "10009",
		.tid = "7777",
		.ip = "10.0.0.1",
		.port = 59001 },
		       other = r;

	CHECK(accounts_removed(&r) == REMOVAL_UNKNOWN, "none");
	put_text(keep[2], "10009", "7777 10.0.0.1 59001 intent\n");
	put_account("10009", "abcd1234", "");
	CHECK(accounts_removed(&r) == REMOVAL_BEGUN, "begun");
	unlinkat(keep[0], "10009", 0);
	CHECK(accounts_removed(&r) == REMOVAL_DONE, "the account is gone");
	put_text(keep[2], "10009", "7777 10.0.0.1 59001 done\n");
	put_account("10009", "abcd1234", "");
	CHECK(accounts_removed(&r) == REMOVAL_DONE, "a newer account");
	memcpy(other.tid, "7778", CODE_LEN);
	CHECK(accounts_removed(&other) == REMOVAL_UNKNOWN, "another TID");
	other = r;
	other.port++;
	CHECK(accounts_removed(&other) == REMOVAL_UNKNOWN, "another port");
	other = r;
	memcpy(other.ip, "10.0.0.2", 9);
	CHECK(accounts_removed(&other) == REMOVAL_UNKNOWN, "another address");
}

/* A directory in its place refuses to go: all is as it was, and that is said.
 */
static void
a_removal_that_fails_is_taken_back(void)
{
	struct account_job job;

	put_text(keep[2], "10010", "7777 10.0.0.1 59001 done\n");
	CHECK(mkdirat(keep[0], "10010", 0700) == 0, "mkdir");
	job = job_for("10010", "", ACCOUNT_REMOVE);
	CHECK(run(&job) == ACCOUNT_FAILED && job.error != 0, "%d",
	    (int)job.result);
	CHECK(strcmp(get(keep[2], "10010"), "7777 10.0.0.1 59001 done\n") == 0,
	    "%s", get(keep[2], "10010"));
	unlinkat(keep[2], "10010", 0);
	CHECK(run(&job) == ACCOUNT_FAILED, "%d", (int)job.result);
	CHECK(*get(keep[2], "10010") == '\0', "%s", get(keep[2], "10010"));
	unlinkat(keep[0], "10010", AT_REMOVEDIR);
}

/* Neither a shortage nor a planted link makes an account look free. */
static void
what_cannot_be_read_is_not_taken_for_nothing(void)
{
	struct rlimit few, all;
	struct account a;

	CHECK(getrlimit(RLIMIT_NOFILE, &all) == 0, "getrlimit");
	few = all;
	few.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &few);
	CHECK(accounts_load("10000", &a) == ACCOUNT_UNREADABLE, "EMFILE");
	setrlimit(RLIMIT_NOFILE, &all);
	CHECK(accounts_load("10000", &a) == ACCOUNT_FOUND, "as before");
	CHECK(symlinkat("10000", keep[0], "10008") == 0, "symlink");
	CHECK(accounts_load("10008", &a) == ACCOUNT_UNREADABLE, "a link");
	unlinkat(keep[0], "10008", 0);
}

/*
 * A record that cannot be read now - a backup has linked it, or descriptors are
 * short - ends no account, is not replaced, and is not taken for none.
 */
static void
a_record_that_cannot_be_read_changes_nothing(void)
{
	static const char text[] = "7777 10.0.0.1 59001 done\n";
	struct removal r = {
		.uid = "10011", .tid = "7777", .ip = "10.0.0.1", .port = 59001
	};
	struct account_job job;
	struct account a;

	put_text(keep[2], "10011", text);
	put_account("10011", "abcd1234", "");
	CHECK(linkat(keep[2], "10011", keep[2], "backup", 0) == 0, "link");
	CHECK(finish() == 1, "told");
	CHECK(is_noted("10011", "?", "", 0), "any TID may be the one");
	CHECK(accounts_load("10011", &a) == ACCOUNT_FOUND, "a newer account");
	CHECK(accounts_removed(&r) == REMOVAL_UNREADABLE, "not unknown");
	job = job_for("10011", "", ACCOUNT_REMOVE);
	CHECK(run(&job) == ACCOUNT_FAILED, "%d", (int)job.result);
	CHECK(accounts_load("10011", &a) == ACCOUNT_FOUND, "not removed");
	unlinkat(keep[0], "10011", 0);
	job = creation("10011", "abcd1234");
	CHECK(run(&job) == ACCOUNT_FAILED, "%d", (int)job.result);
	unlinkat(keep[2], "backup", 0);
	CHECK(strcmp(get(keep[2], "10011"), text) == 0, "as it was");
	CHECK(accounts_removed(&r) == REMOVAL_DONE, "known again");
	unlinkat(keep[2], "10011", 0);
}

/* A worker whose AS has been succeeded removes nobody: he may be new. */
static void
a_worker_of_the_last_as_removes_nobody(void)
{
	struct account_job job = job_for("10012", "", ACCOUNT_REMOVE);
	struct account a;
	char record[256];
	int status;
	pid_t pid;

	put_account("10012", "abcd1234", "");
	snprintf(record, sizeof(record), "%s", get(keep[0], "lock"));
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		put_text(keep[0], "lock", "elsewhere 1 1000000\n");
		_exit(run(&job) == ACCOUNT_FAILED ? 0 : 1);
	}
	CHECK(waitpid(pid, &status, 0) == pid && status == 0, "%d", status);
	put_text(keep[0], "lock", record);
	CHECK(accounts_load("10012", &a) == ACCOUNT_FOUND, "he stays");
	unlinkat(keep[0], "10012", 0);
}

static const char *const damaged[] = {
	"",
	"\n",
	"pair \n",
	"device 127.0.0.1 57000\n",
	"pair x\ndevice\n",
	"pair x\ndevice 127.0.0.1\n",
	"pair x\ndevice localhost 57000\n",
	"pair x\ndevice 999.0.0.1 57000\n",
	"pair x\ndevice 127.0.0.1 0\n",
	"pair x\ndevice 127.0.0.1 65536\n",
	"pair pbkdf2-sha256$$$\n",
	"pair pbkdf2-sha256$1$00$00\n",
	"pair pbkdf2-sha256$1$000000000000000000000000000000zz$0\n",
	"pair pbkdf2-sha256$1$00000000000000000000000000000000\n",
	"pair \x80\x81\xff\x01\x02\n",
};

static void
a_damaged_account_lets_nobody_in(void)
{
	char text[1000];
	struct account a;

	for (size_t i = 0; i < LEN(damaged); i++) {
		struct account_job job;

		put(keep[0], "20000", damaged[i], strlen(damaged[i]));
		CHECK(accounts_load("20000", &a) != ACCOUNT_NONE, "%s",
		    damaged[i]);
		CHECK(!a.has_device, "%s", damaged[i]);
		job = job_for("20000", "abcd1234", ACCOUNT_KEEP);
		CHECK(run(&job) == ACCOUNT_WRONG, "%s", damaged[i]);
	}
	memset(text, 'a', sizeof(text));
	memcpy(text, "pair ", 5);
	for (size_t n = 0; n < sizeof(text); n += 37) { /* a long pair */
		put(keep[0], "20000", text, n);
		accounts_load("20000", &a);
		CHECK(strlen(a.pair) < PAIR_MAX && !a.has_device, "%zu", n);
	}
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	restart();
	a_worker_of_the_last_as_removes_nobody();
	a_new_pair_is_durable_salted_and_ours_alone();
	the_right_password_alone_is_verified();
	a_hash_counts_as_a_whole();
	a_device_is_replaced_or_forgotten();
	a_key_stays_with_its_account();
	a_wrong_password_changes_nothing();
	a_removal_leaves_only_its_intent();
	an_unfinished_removal_is_finished_at_start();
	a_finished_removal_stays_on_record_and_removes_nothing();
	who_registers_again_after_a_removal_stays();
	who_asked_for_a_removal_is_known_again();
	a_removal_that_fails_is_taken_back();
	what_cannot_be_read_is_not_taken_for_nothing();
	a_record_that_cannot_be_read_changes_nothing();
	a_damaged_account_lets_nobody_in();
	disk_purge(keep[0], "work");
	disk_purge(keep[0], "removed");
	disk_purge(AT_FDCWD, dir);
	return test_done("accounts");
}
