/* The file server's store, without a socket. */
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fs/files.h"
#include "policy.h"
#include "sys/disk.h"
#include "test.h"

#define USER "12345"

static char root[] = "/tmp/test_files.XXXXXX";

/* A path below the root; good until the next but three. */
static const char *
in_root(const char *path)
{
	static char text[4][128];
	static unsigned n;
	char *out = text[n++ % 4];

	snprintf(out, sizeof(text[0]), "%s/%s", root, path);
	return out;
}

static bool
is_there(const char *path)
{
	struct stat st;

	return lstat(in_root(path), &st) == 0;
}

static bool
note_it(int dir, const char *name, void *arg)
{
	(void)dir;
	if (strcmp(name, "lock") != 0)
		snprintf(arg, 64, "%s", name);
	return true;
}

/* Some entry of a directory other than its lock; "" if there is none. */
static const char *
entry(const char *dir)
{
	static char name[64];

	name[0] = '\0';
	disk_each(AT_FDCWD, in_root(dir), note_it, name);
	return name;
}

static const char *
work_dir(void)
{
	static char path[80];

	snprintf(path, sizeof(path), "work/%s", entry("work"));
	return path;
}

static struct disk_op
job(enum disk_op_kind task, const char *uid, const char *name)
{
	struct disk_op j = { .kind = task };

	snprintf(j.uid, sizeof(j.uid), "%s", uid);
	snprintf(j.name, sizeof(j.name), "%s", name);
	return j;
}

static enum status
publish(const struct upload *u, const char *uid, const char *name)
{
	struct disk_op j = job(FILE_PUBLISH, uid, name);

	memcpy(j.temp, u->temp, sizeof(j.temp));
	j.generation = u->generation;
	files_run(&j, u->fd);
	return j.status;
}

/* An intent of ours, with that TID. */
static struct intent
intent(const char *tid)
{
	struct intent i = { .ip = "127.0.0.1", .port = 50000 };

	memcpy(i.tid, tid, CODE_LEN);
	snprintf(i.owner, sizeof(i.owner), "%s", workdir_owner());
	return i;
}

static enum status
do_intent(enum disk_op_kind task, const char *uid, const char *tid)
{
	struct disk_op j = job(task, uid, "");

	j.intent = intent(tid);
	files_temp(j.temp);
	files_run(&j, -1);
	return j.status;
}

static enum status
hide(enum disk_op_kind task, const char *uid, const char *name)
{
	static unsigned n = 1000;
	struct disk_op j = job(task, uid, name);
	enum status status;
	char tid[CODE_LEN + 1];

	snprintf(tid, sizeof(tid), "%04u", ++n % 10000u);
	j.intent = intent(tid);
	files_temp(j.temp);
	files_run(&j, -1);
	status = j.status;
	j.kind = FILE_PURGE;
	files_run(&j, -1);
	return status;
}

static void
drop(struct upload *u)
{
	struct disk_op j = job(FILE_PURGE, USER, "");

	memcpy(j.temp, u->temp, sizeof(j.temp));
	upload_release(u);
	upload_close(u);
	files_run(&j, -1);
}

static enum status
store(const char *uid, const char *name, const char *text)
{
	struct upload u;
	enum status status = upload_begin(&u, uid, name);

	if (status != ST_OK)
		return status;
	disk_write(u.fd, text, strlen(text));
	status = publish(&u, uid, name);
	if (status != ST_OK)
		drop(&u);
	upload_release(&u);
	upload_close(&u);
	return status;
}

static bool
holds(const char *uid, const char *name, const char *text)
{
	char data[64];
	uint64_t size;
	ssize_t n;
	int fd;

	if (files_open(uid, name, &fd, &size) != ST_OK)
		return false;
	n = read(fd, data, sizeof(data));
	close(fd);
	return n == (ssize_t)strlen(text) && size == (uint64_t)n &&
	    memcmp(data, text, (size_t)n) == 0;
}

static unsigned
listed(const char *uid)
{
	struct msg rls = { .type = MSG_RLS };

	files_list(uid, &rls);
	return rls.nfiles;
}

static enum status
opened(const char *uid, const char *name)
{
	uint64_t size;
	int fd;
	enum status status = files_open(uid, name, &fd, &size);

	if (status == ST_OK)
		close(fd);
	return status;
}

static void
a_user_without_files_has_none(void)
{
	struct msg rls = { .type = MSG_RLS };

	files_list(USER, &rls);
	CHECK(rls.status == ST_EOF, "%d", (int)rls.status);
	CHECK(opened(USER, "a.txt") == ST_NOK, "open");
	CHECK(hide(FILE_DELETE, USER, "a.txt") == ST_NOK, "delete");
	CHECK(hide(FILE_REMOVE, USER, "") == ST_OK, "remove");
	CHECK(!is_there(USER), "a directory appeared");
}

static void
what_is_stored_is_listed_read_and_deleted(void)
{
	struct msg rls = { .type = MSG_RLS };

	CHECK(store(USER, "b.txt", "bee") == ST_OK, "b");
	CHECK(store(USER, ".a.txt", "") == ST_OK, "a hidden name is a name");
	CHECK(store(USER, "b.txt", "other") == ST_DUP, "twice");
	CHECK(holds(USER, "b.txt", "bee"), "b.txt");
	CHECK(holds(USER, ".a.txt", ""), ".a.txt");
	files_list(USER, &rls);
	CHECK(rls.status == ST_OK && rls.nfiles == 2, "%u", rls.nfiles);
	CHECK(strcmp(rls.file[0].name, ".a.txt") == 0, "sorted");
	CHECK(rls.file[1].size == 3, "size of b.txt");
	CHECK(hide(FILE_DELETE, USER, "b.txt") == ST_OK, "delete");
	CHECK(hide(FILE_DELETE, USER, "b.txt") == ST_EOF, "delete again");
	CHECK(opened(USER, "b.txt") == ST_EOF, "gone");
	CHECK(hide(FILE_REMOVE, USER, "") == ST_OK, "remove");
	CHECK(!is_there(USER), "the directory is still there");
	CHECK(
	    strcmp(entry(work_dir()), "") == 0, "left: %s", entry(work_dir()));
}

static void
an_upload_under_way_is_reserved_and_unseen(void)
{
	struct upload u, v;

	CHECK(upload_begin(&u, USER, "u.txt") == ST_OK, "begin");
	CHECK(listed(USER) == 0 && opened(USER, "u.txt") != ST_OK, "seen");
	CHECK(upload_begin(&v, USER, "u.txt") == ST_DUP, "name is taken");
	CHECK(v.fd == -1, "no upload");
	CHECK(upload_begin(&v, "54321", "u.txt") == ST_OK, "another user");
	drop(&v);
	CHECK(publish(&u, USER, "u.txt") == ST_OK, "publish");
	CHECK(listed(USER) == 1, "visible");
	upload_release(&u);
	upload_release(&u);
	upload_close(&u);
	CHECK(upload_begin(&v, USER, "u.txt") == ST_DUP, "stored");
	hide(FILE_REMOVE, USER, "");
}

static void
fifteen_files_are_the_most(void)
{
	struct upload u, v, w;
	char name[] = "x00.txt";

	for (int i = 0; i < FILES_MAX - 2; i++) {
		name[1] = (char)('0' + i / 10);
		name[2] = (char)('0' + i % 10);
		CHECK(store(USER, name, "x") == ST_OK, "%s", name);
	}
	CHECK(upload_begin(&u, USER, "u.txt") == ST_OK, "14th");
	CHECK(publish(&u, USER, "u.txt") == ST_OK, "14th, still reservation");
	CHECK(upload_begin(&v, USER, "v.txt") == ST_OK, "it counts once");
	CHECK(upload_begin(&w, USER, "w.txt") == ST_FULL, "16th");
	CHECK(upload_begin(&w, USER, "v.txt") == ST_DUP, "DUP before FULL");
	CHECK(upload_begin(&w, USER, "x00.txt") == ST_DUP, "DUP before FULL");
	upload_release(&u);
	upload_close(&u);
	/* Another file server on the same root may be quicker. */
	close(open(in_root(USER "/z.txt"), O_CREAT | O_WRONLY, 0600));
	CHECK(publish(&v, USER, "v.txt") == ST_FULL, "the lock decides");
	CHECK(publish(&v, USER, "z.txt") == ST_DUP, "the lock decides");
	drop(&v);
	CHECK(listed(USER) == FILES_MAX, "%u", listed(USER));
	close(open(in_root(USER "/a.txt"), O_CREAT | O_WRONLY, 0600));
	CHECK(listed(USER) == FILES_MAX, "%u", listed(USER));
	hide(FILE_REMOVE, USER, "");
}

static void
what_others_plant_is_no_file(void)
{
	static const char *const planted[] = { "l.txt", "f.txt", "d.txt",
		"h.txt", "s.txt" };

	store(USER, "s.txt", "s");
	CHECK(link(in_root(USER "/s.txt"), in_root(USER "/h.txt")) == 0,
	    "planting");
	CHECK(symlink("/etc/passwd", in_root(USER "/l.txt")) == 0, "planting");
	CHECK(mkfifo(in_root(USER "/f.txt"), 0600) == 0, "planting");
	CHECK(mkdir(in_root(USER "/d.txt"), 0700) == 0, "planting");
	close(open(in_root(USER "/README"), O_CREAT | O_WRONLY, 0600));
	CHECK(listed(USER) == 0, "%u", listed(USER));
	for (size_t i = 0; i < LEN(planted); i++) {
		CHECK(opened(USER, planted[i]) == ST_EOF, "%s", planted[i]);
		CHECK(hide(FILE_DELETE, USER, planted[i]) == ST_EOF, "%s",
		    planted[i]);
		CHECK(store(USER, planted[i], "") == ST_DUP, "%s", planted[i]);
	}
	rmdir(in_root(USER "/d.txt"));
	hide(FILE_REMOVE, USER, "");
	CHECK(!is_there(USER), "remove");
	CHECK(access("/etc/passwd", R_OK) == 0, "a link was followed");
	CHECK(symlink("/etc", in_root("11111")) == 0, "planting");
	CHECK(opened("11111", "host.txt") == ST_NOK, "a linked directory");
	CHECK(store("11111", "x.txt", "") == ST_NOK, "a linked directory");
	CHECK(hide(FILE_REMOVE, "11111", "") == ST_OK, "remove the link");
}

static void
removing_the_user_strikes_uploads(void)
{
	struct upload u, v;

	upload_begin(&u, USER, "u.txt");
	upload_begin(&v, "54321", "u.txt");
	CHECK(upload_wanted(&u), "wanted");
	files_forget(USER);
	CHECK(!upload_wanted(&u), "cancelled");
	CHECK(upload_wanted(&v), "another user's");
	drop(&u);
	drop(&v);
	CHECK(upload_begin(&u, USER, "u.txt") == ST_OK, "and again");
	CHECK(upload_wanted(&u), "a cancelled place is cancelled for ever");
	drop(&u);
}

static void
reservations_end_without_a_trace(void)
{
	static struct upload u[UPLOADS_MAX];
	struct upload more;
	char uid[UID_LEN + 1];

	for (int i = 0; i < UPLOADS_MAX; i++) {
		snprintf(uid, sizeof(uid), "%05d", i);
		CHECK(upload_begin(&u[i], uid, "u.txt") == ST_OK, "%d", i);
	}
	CHECK(upload_begin(&more, USER, "u.txt") == ST_NOK, "one too many");
	CHECK(more.fd == -1, "no upload");
	for (int i = 0; i < UPLOADS_MAX; i++)
		drop(&u[i]);
	CHECK(
	    strcmp(entry(work_dir()), "") == 0, "left: %s", entry(work_dir()));
}

static void
an_intent_hides_all_until_it_is_decided(void)
{
	struct upload u;

	CHECK(do_intent(FILE_INTEND, USER, "1111") == ST_OK, "nothing to hide");
	CHECK(!is_there("removals/" USER), "without files there is none");
	store(USER, "a.txt", "aaa");
	CHECK(do_intent(FILE_INTEND, USER, "1111") == ST_OK, "intend");
	CHECK(is_there("removals/" USER), "an intent");
	CHECK(do_intent(FILE_INTEND, USER, "1111") == ST_OK, "the same again");
	CHECK(do_intent(FILE_INTEND, USER, "2222") == ST_DUP, "another");
	CHECK(listed(USER) == 0, "listed");
	CHECK(opened(USER, "a.txt") == ST_EOF, "opened");
	CHECK(upload_begin(&u, USER, "b.txt") == ST_NOK, "upload");
	CHECK(u.fd == -1, "no upload");
	CHECK(do_intent(FILE_ABANDON, USER, "2222") == ST_OK, "another's");
	CHECK(listed(USER) == 0, "listed");
	CHECK(do_intent(FILE_ABANDON, USER, "1111") == ST_OK, "abandon");
	CHECK(holds(USER, "a.txt", "aaa"), "a.txt");
	CHECK(do_intent(FILE_INTEND, USER, "3333") == ST_OK, "intend");
	CHECK(do_intent(FILE_REMOVE, USER, "3333") == ST_OK, "remove");
	CHECK(!is_there("removals/" USER) && !is_there(USER), "over");
}

/* A removal that comes back, or an old TID, does not touch a new account. */
static void
a_removal_is_done_once(void)
{
	store(USER, "old.txt", "old");
	CHECK(do_intent(FILE_INTEND, USER, "4444") == ST_OK, "intend");
	CHECK(do_intent(FILE_REMOVE, USER, "4444") == ST_OK, "remove");
	CHECK(opened(USER, "old.txt") == ST_NOK, "nobody has stored anything");
	CHECK(store(USER, "new.txt", "new") == ST_OK, "new");
	CHECK(opened(USER, "old.txt") == ST_EOF, "somebody has");
	CHECK(do_intent(FILE_INTEND, USER, "4444") == ST_INV, "its TID again");
	CHECK(do_intent(FILE_REMOVE, USER, "4444") == ST_OK, "once more");
	CHECK(holds(USER, "new.txt", "new"), "new.txt");
	CHECK(hide(FILE_REMOVE, USER, "") == ST_OK, "another TID");
	CHECK(listed(USER) == 0, "listed");
}

/* Whoever has removed the user; another file server, too. */
static void
an_upload_belongs_to_the_generation_at_its_start(void)
{
	struct upload u, v;

	store(USER, "a.txt", "a");
	CHECK(upload_begin(&u, USER, "u.txt") == ST_OK, "begin");
	CHECK(upload_begin(&v, "54321", "v.txt") == ST_OK, "without files");
	hide(FILE_REMOVE, USER, "");
	hide(FILE_REMOVE, "54321", "");
	CHECK(publish(&u, USER, "u.txt") == ST_INV, "after a removal");
	CHECK(publish(&v, "54321", "v.txt") == ST_INV, "after a removal");
	CHECK(!is_there(USER "/u.txt") && !is_there("54321/v.txt"), "there");
	drop(&u);
	drop(&v);
	CHECK(store(USER, "u.txt", "u") == ST_OK, "begun afterwards");
	hide(FILE_REMOVE, USER, "");
}

/* What no rename can replace stands where the generation is to go. */
static void
a_removal_that_the_disk_refuses_stays_confirmed(void)
{
	struct disk_op j = job(FILE_REVIEW, "", "");
	struct upload u;

	store(USER, "a.txt", "aaa");
	CHECK(upload_begin(&u, USER, "u.txt") == ST_OK, "begin");
	CHECK(do_intent(FILE_INTEND, USER, "5555") == ST_OK, "intend");
	unlink(in_root("removals/" USER ".last"));
	CHECK(mkdir(in_root("removals/" USER ".last"), 0700) == 0, "planting");
	CHECK(do_intent(FILE_REMOVE, USER, "5555") == ST_NOK, "refused");
	CHECK(listed(USER) == 0 && opened(USER, "a.txt") == ST_EOF, "shown");
	files_run(&j, -1);
	CHECK(j.status == ST_OK && strcmp(j.uid, USER) == 0 &&
		j.intent.confirmed && strcmp(j.intent.tid, "5555") == 0,
	    "%d %s", (int)j.status, j.uid);
	CHECK(rmdir(in_root("removals/" USER ".last")) == 0, "planted");
	memset(&u.generation, 0, sizeof(u.generation));
	CHECK(publish(&u, USER, "u.txt") == ST_INV, "published");
	drop(&u);
	CHECK(do_intent(FILE_REMOVE, USER, "5555") == ST_OK, "at last");
	CHECK(!is_there(USER), "the files are still there");
	j = job(FILE_REVIEW, "", "");
	files_run(&j, -1);
	CHECK(j.status == ST_EOF, "%d %s", (int)j.status, j.uid);
}

/* Whose file server lives is left to it; what others left is taken up. */
static void
what_the_dead_have_begun_is_reviewed(void)
{
	struct disk_op j = job(FILE_REVIEW, "", "");
	char text[128];
	int dir = open(in_root("removals"), O_RDONLY), fd;
	pid_t pid;
	int told[2];

	CHECK(pipe(told) == 0, "pipe");
	pid = fork();
	if (pid == 0) {
		if (files_start(root) == NULL &&
		    write(told[1], workdir_owner(), OWNER_MAX) == OWNER_MAX)
			pause();
		_exit(1);
	}
	memset(&j.intent, 0, sizeof(j.intent));
	memcpy(j.intent.tid, "6666", CODE_LEN);
	CHECK(read(told[0], j.intent.owner, OWNER_MAX) == OWNER_MAX, "read");
	snprintf(text, sizeof(text), "6666 10.0.0.1 51234 %s asked\n",
	    j.intent.owner);
	fd = disk_create(dir, "22222");
	CHECK(disk_write(fd, text, strlen(text)) == 0, "write");
	close(fd);
	files_run(&j, -1);
	CHECK(j.status == ST_EOF, "its owner lives: %d", (int)j.status);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	j = job(FILE_REVIEW, "", "");
	files_run(&j, -1);
	CHECK(j.status == ST_OK && strcmp(j.uid, "22222") == 0 &&
		strcmp(j.intent.tid, "6666") == 0 &&
		strcmp(j.intent.ip, "10.0.0.1") == 0 &&
		j.intent.port == 51234 && !j.intent.confirmed,
	    "%d %s", (int)j.status, j.uid);
	files_run(&j, -1);
	CHECK(j.status == ST_EOF, "and no other");
	CHECK(do_intent(FILE_ABANDON, "22222", "6666") == ST_OK, "abandon");
	CHECK(!is_there("removals/22222"), "abandoned");
	close(dir);
	close(told[0]);
	close(told[1]);
}

/* Without a descriptor left nobody can tell: neither empty nor missing. */
static void
what_cannot_be_looked_at_is_not_taken_for_nothing(void)
{
	struct msg rls = { .type = MSG_RLS };
	struct rlimit few, all;
	struct upload u;

	store(USER, "a.txt", "aaa");
	CHECK(getrlimit(RLIMIT_NOFILE, &all) == 0, "getrlimit");
	few = all;
	few.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &few);
	files_list(USER, &rls);
	CHECK(rls.status == ST_NOK, "%d", (int)rls.status);
	CHECK(opened(USER, "a.txt") == ST_NOK, "open");
	CHECK(hide(FILE_DELETE, USER, "a.txt") == ST_NOK, "delete");
	CHECK(upload_begin(&u, USER, "b.txt") == ST_NOK, "upload");
	setrlimit(RLIMIT_NOFILE, &all);
	CHECK(holds(USER, "a.txt", "aaa"), "a.txt");
	hide(FILE_REMOVE, USER, "");
}

/* A stranger's hand, or a file system that has forgotten it. */
static void
a_work_directory_that_is_gone_is_made_again(void)
{
	struct disk_op j = job(FILE_REVIEW, "", "");
	char path[OWNER_MAX + 16], command[256];

	store(USER, "a.txt", "aaa");
	snprintf(path, sizeof(path), "work/%s", workdir_owner());
	snprintf(command, sizeof(command), "rm -r '%s'", in_root("work"));
	CHECK(system(command) == 0, "rm");
	CHECK(store(USER, "b.txt", "bbb") == ST_OK, "store");
	CHECK(is_there(path), "made again");
	CHECK(hide(FILE_DELETE, USER, "a.txt") == ST_OK, "delete");
	CHECK(system(command) == 0, "rm");
	files_run(&j, -1);
	CHECK(j.is_stale && files_renew() == 0 && is_there(path), "noticed");
	CHECK(hide(FILE_DELETE, USER, "b.txt") == ST_OK, "delete");
	hide(FILE_REMOVE, USER, "");
}

/* Its lock does not reach us, yet it has touched it just now. */
static void
a_start_beside_a_living_host_without_locks_is_refused(void)
{
	struct timespec times[2] = { { .tv_sec = 1000 }, { .tv_sec = 1000 } };
	pid_t pid;

	CHECK(mkdir(in_root("work/another-host.1.0"), 0700) == 0, "mkdir");
	close(open(
	    in_root("work/another-host.1.0/lock"), O_CREAT | O_RDWR, 0600));
	for (int old = 0; old < 2; old++) {
		pid = fork();
		if (pid == 0) {
			const char *why = files_start(root);

			if (why == NULL)
				files_stop();
			_exit(why == NULL                           ? 0 :
				strstr(why, "another-host") != NULL ? 1 :
								      2);
		}
		waitpid(pid, &pid, 0);
		CHECK(WEXITSTATUS(pid) == !old, "%s: %d",
		    old ? "long ago" : "just now", WEXITSTATUS(pid));
		utimensat(
		    AT_FDCWD, in_root("work/another-host.1.0/lock"), times, 0);
	}
	CHECK(!is_there("work/another-host.1.0"), "of the dead");
}

/* In a child, as a lock never stands in the way of its own process. */
static void
a_start_clears_away_what_the_dead_left(void)
{
	char living[80];
	struct upload u;
	pid_t pid;

	snprintf(living, sizeof(living), "%s", work_dir());
	store(USER, "a.txt", "kept");
	upload_begin(&u, USER, "u.txt");
	pid = fork();
	if (pid == 0) {
		/* Dies with an upload, and a removed user, in its work. */
		struct disk_op j = job(FILE_REMOVE, "54321", "");

		if (files_start(root) != NULL ||
		    upload_begin(&u, USER, "w.txt") != ST_OK)
			_exit(1);
		store("54321", "x.txt", "");
		files_temp(j.temp);
		files_run(&j, -1);
		_exit(j.status == ST_OK ? 0 : 1);
	}
	waitpid(pid, &pid, 0);
	CHECK(pid == 0, "status %d", (int)pid);
	pid = fork();
	if (pid == 0) {
		if (files_start(root) != NULL)
			_exit(1);
		files_stop();
		_exit(0);
	}
	waitpid(pid, &pid, 0);
	CHECK(pid == 0, "status %d", (int)pid);
	CHECK(strcmp(living, work_dir()) == 0, "left: %s", work_dir());
	CHECK(publish(&u, USER, "u.txt") == ST_OK, "the living one's upload");
	upload_release(&u);
	upload_close(&u);
	CHECK(holds(USER, "a.txt", "kept"), "a.txt");
}

static void
a_directory_that_is_not_ours_is_refused(void)
{
	CHECK(files_start("/dev/null") != NULL, "a device");
	CHECK(files_start("/nonexistent/fs-data") != NULL, "no such place");
	chmod(root, 0777);
	CHECK(files_start(root) != NULL, "writable by all");
	chmod(root, 0700);
}

int
main(void)
{
	if (mkdtemp(root) == NULL || files_start(root) != NULL)
		return 1;
	a_user_without_files_has_none();
	what_is_stored_is_listed_read_and_deleted();
	an_upload_under_way_is_reserved_and_unseen();
	fifteen_files_are_the_most();
	what_others_plant_is_no_file();
	removing_the_user_strikes_uploads();
	reservations_end_without_a_trace();
	an_intent_hides_all_until_it_is_decided();
	a_removal_is_done_once();
	an_upload_belongs_to_the_generation_at_its_start();
	a_removal_that_the_disk_refuses_stays_confirmed();
	what_the_dead_have_begun_is_reviewed();
	what_cannot_be_looked_at_is_not_taken_for_nothing();
	a_work_directory_that_is_gone_is_made_again();
	a_start_beside_a_living_host_without_locks_is_refused();
	a_start_clears_away_what_the_dead_left();
	hide(FILE_REMOVE, USER, "");
	files_stop();
	CHECK(strcmp(entry("work"), "") == 0, "left: %s", entry("work"));
	a_directory_that_is_not_ours_is_refused();
	unlink(in_root("work/lock"));
	rmdir(in_root("work"));
	disk_purge(AT_FDCWD, in_root("removals"));
	CHECK(rmdir(root) == 0, "the root is not empty: %s", root);
	return test_done("files");
}
