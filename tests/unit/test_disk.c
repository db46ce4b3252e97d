#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sys/disk.h"
#include "test.h"

static char path[] = "/tmp/test_disk.XXXXXX";
static int root, work;

static void
put(const char *name, const char *text)
{
	int fd = disk_create(root, name);

	CHECK(fd != -1 && disk_write(fd, text, strlen(text)) == 0, "%s", name);
	close(fd);
}

static const char *
get(const char *name)
{
	static char text[256];

	return disk_load(root, name, text, sizeof(text)) == -1 ? "none" : text;
}

static void
a_root_is_made_for_us_alone(void)
{
	char sub[64];
	struct stat st;
	int fd = -1;

	umask(0);
	snprintf(sub, sizeof(sub), "%s/data", path);
	CHECK(disk_root(sub, &fd) == NULL && fd != -1, "made");
	CHECK(fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0700, "%o",
	    (unsigned)st.st_mode);
	CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "closed on exec");
	close(fd);
	CHECK(disk_root(sub, &fd) == NULL, "there already");
	close(fd);
}

static void
a_root_that_others_may_write_is_refused(void)
{
	static const struct {
		mode_t mode;
		bool good;
	} rows[] = { { 0700, true }, { 0755, true }, { 0750, true },
		{ 0770, false }, { 0702, false }, { 0777, false },
		{ 01777, false } };
	char sub[64];
	int fd;

	snprintf(sub, sizeof(sub), "%s/data", path);
	for (size_t i = 0; i < LEN(rows); i++) {
		chmod(sub, rows[i].mode);
		CHECK((disk_root(sub, &fd) == NULL) == rows[i].good, "%o",
		    (unsigned)rows[i].mode);
		close(fd);
	}
	chmod(sub, 0700);
	if (geteuid() == 0) {
		CHECK(chown(sub, 12345, 12345) == 0, "chown");
		CHECK(disk_root(sub, &fd) != NULL, "another's");
		close(fd);
	}
	CHECK(rmdir(sub) == 0, "rmdir");
	CHECK(disk_root("/nonexistent/x", &fd) != NULL, "nowhere");
	put("file", "x");
	snprintf(sub, sizeof(sub), "%s/file", path);
	CHECK(disk_root(sub, &fd) != NULL, "a file");
	disk_purge(root, "file");
}

static void
only_plain_files_with_one_link_are_opened(void)
{
	static const char *const planted[] = { "link", "dangling", "fifo",
		"dir", "hard1", "hard2", "none", "dir/none", "file/x" };
	off_t size = 0;
	int fd;

	put("file", "12345");
	put("hard1", "x");
	CHECK(symlinkat("file", root, "link") == 0, "link");
	CHECK(symlinkat("nowhere", root, "dangling") == 0, "dangling");
	CHECK(mkfifoat(root, "fifo", 0600) == 0, "fifo");
	CHECK(mkdirat(root, "dir", 0700) == 0, "dir");
	CHECK(linkat(root, "hard1", root, "hard2", 0) == 0, "hard link");
	fd = disk_open(root, "file", &size);
	CHECK(fd != -1 && size == 5, "%ld", (long)size);
	CHECK((fcntl(fd, F_GETFD) & FD_CLOEXEC) != 0, "closed on exec");
	close(fd);
	alarm(10); /* a FIFO would be waited for */
	for (size_t i = 0; i < LEN(planted); i++)
		CHECK(
		    disk_open(root, planted[i], &size) == -1, "%s", planted[i]);
	alarm(0);
	CHECK(disk_open_dir(root, "link") == -1 &&
		disk_open_dir(root, "file") == -1,
	    "no directory");
	fd = disk_open_dir(root, "dir");
	CHECK(fd != -1, "a directory");
	close(fd);
	CHECK(unlinkat(root, "hard2", 0) == 0 &&
		disk_open(root, "hard1", &size) != -1,
	    "one link again");
}

static void
what_is_there_is_not_made_again(void)
{
	struct stat st;
	int fd = disk_create(root, "new");

	CHECK(fd != -1 && fstat(fd, &st) == 0 && (st.st_mode & 07777) == 0600,
	    "%o", (unsigned)st.st_mode);
	close(fd);
	CHECK(disk_create(root, "new") == -1 && errno == EEXIST, "a file");
	CHECK(disk_create(root, "dangling") == -1 && errno == EEXIST, "a link");
	CHECK(faccessat(root, "nowhere", F_OK, 0) == -1, "through the link");
}

static void
a_file_is_loaded_as_far_as_there_is_room(void)
{
	char out[6];

	CHECK(disk_load(root, "file", out, sizeof(out)) == 5 &&
		strcmp(out, "12345") == 0,
	    "%s", out);
	memset(out, '#', sizeof(out));
	CHECK(disk_load(root, "file", out, 4) == 3 && strcmp(out, "123") == 0 &&
		out[4] == '#',
	    "%.6s", out);
	CHECK(disk_load(root, "fifo", out, sizeof(out)) == -1, "a FIFO");
}

static bool
count_it(int dir, const char *name, void *n)
{
	(void)dir;
	CHECK(strcmp(name, ".") != 0 && strcmp(name, "..") != 0, "%s", name);
	return ++*(int *)n < 3;
}

static int
entries(int at, const char *dir)
{
	int n = 0;

	return disk_each(at, dir, count_it, &n) == -1 ? -1 : n;
}

static off_t
size_of(int fd)
{
	struct stat st;

	return fstat(fd, &st) == 0 ? st.st_size : -1;
}

/* The room once the first need bytes of a file of size bytes are due. */
static bool
room_is(int fd, uint64_t need, uint64_t size, uint64_t want)
{
	static uint64_t room;

	disk_preallocate(fd, &room, need, size);
	return room == want && size_of(fd) == (off_t)want;
}

static void
a_large_file_takes_its_room_as_it_needs_it(void)
{
	const uint64_t part = DISK_STRETCH, size = 2 * part + part / 2;
	int fd = disk_create(root, "large");

	CHECK(room_is(fd, 1, part - 1, 0), "not for a small one");
	CHECK(room_is(fd, 0, size, 0), "not before it comes");
	CHECK(room_is(fd, 1, size, part), "the first");
	CHECK(room_is(fd, part, size, part), "there is some");
	CHECK(room_is(fd, part + 1, size, 2 * part), "the second");
	CHECK(room_is(fd, 2 * part + 99, size, size), "the last");
	CHECK(room_is(fd, size, size, size), "that is all");
	close(fd);
	unlinkat(root, "large", 0);
}

static void
a_save_replaces_the_whole_file(void)
{
	struct stat st;

	CHECK(disk_save(root, "saved", work, "a long first text\n") == 0, "%s",
	    strerror(errno));
	CHECK(
	    fstatat(root, "saved", &st, 0) == 0 && (st.st_mode & 07777) == 0600,
	    "%o", (unsigned)st.st_mode);
	CHECK(disk_save(root, "saved", work, "short\n") == 0, "again");
	CHECK(strcmp(get("saved"), "short\n") == 0, "%s", get("saved"));
	CHECK(entries(root, "work") == 0, "a temporary is left");
}

/* What a crash or a stranger left in the way does no harm. */
static void
a_save_is_not_misled(void)
{
	put("victim", "untouched");
	CHECK(symlinkat("../victim", work, "saved") == 0, "symlink");
	CHECK(disk_save(root, "saved", work, "new\n") == 0, "over a link");
	CHECK(strcmp(get("saved"), "new\n") == 0, "%s", get("saved"));
	CHECK(unlinkat(root, "saved", 0) == 0, "unlink");
	CHECK(symlinkat("victim", root, "saved") == 0, "symlink");
	CHECK(disk_save(root, "saved", work, "newer\n") == 0, "onto a link");
	CHECK(strcmp(get("saved"), "newer\n") == 0, "%s", get("saved"));
	CHECK(strcmp(get("victim"), "untouched") == 0, "%s", get("victim"));
}

static void
a_save_that_fails_changes_nothing(void)
{
	CHECK(disk_save(root, "dir", work, "x") == -1, "onto a directory");
	CHECK(entries(root, "work") == 0, "a temporary is left");
	CHECK(disk_save(root, "saved", -1, "x") == -1 && errno == EBADF,
	    "no work directory");
	CHECK(strcmp(get("saved"), "newer\n") == 0, "%s", get("saved"));
}

static void
every_entry_is_told_until_it_says_stop(void)
{
	int n = 0;

	CHECK(entries(root, "dir") == 0, "empty");
	CHECK(disk_each(root, ".", count_it, &n) == 0 && n == 3, "%d", n);
	CHECK(entries(root, "link") == -1 && entries(root, "file") == -1 &&
		entries(root, "none") == -1,
	    "no directory");
}

static void
a_purge_takes_a_file_or_a_directory_and_follows_no_link(void)
{
	int dir = disk_open_dir(root, "dir");

	CHECK(symlinkat("../victim", dir, "link") == 0, "symlink");
	CHECK(mkfifoat(dir, "fifo", 0600) == 0, "fifo");
	close(disk_create(dir, "one"));
	close(dir);
	CHECK(disk_purge(root, "dir") == 0, "%s", strerror(errno));
	CHECK(faccessat(root, "dir", F_OK, 0) == -1, "dir");
	CHECK(disk_purge(root, "dir") == 0, "a second time");
	CHECK(disk_purge(root, "link") == 0, "a link");
	CHECK(strcmp(get("file"), "12345") == 0, "what it led to");
	CHECK(disk_purge(root, "file") == 0, "a file");
	CHECK(strcmp(get("victim"), "untouched") == 0, "%s", get("victim"));
}

/* A child that holds byte 3 until its pipe is closed. */
static void
a_lock_holds_against_other_processes_and_ends_with_them(void)
{
	int fd = disk_create(root, "lock"), ends[2], told[2];
	pid_t child;
	char byte;

	CHECK(pipe(ends) == 0 && pipe(told) == 0, "pipe");
	CHECK(disk_locker(fd, 3) == 0, "nobody");
	child = fork();
	if (child == 0) {
		close(ends[1]);
		byte = disk_lock(fd, 3, false) == 0 ? 'y' : 'n';
		_exit(write(told[1], &byte, 1) == 1 &&
			    read(ends[0], &byte, 1) == 0 ?
			0 :
			1);
	}
	CHECK(read(told[0], &byte, 1) == 1 && byte == 'y', "%c", byte);
	CHECK(disk_lock(fd, 3, false) == -1 &&
		(errno == EAGAIN || errno == EACCES),
	    "%s", strerror(errno));
	CHECK(disk_locker(fd, 3) == child, "%ld", (long)disk_locker(fd, 3));
	CHECK(disk_lock(fd, 4, false) == 0, "another byte");
	CHECK(disk_unlock(fd, 4) == 0, "unlock");
	close(ends[1]);
	CHECK(disk_lock(fd, 3, true) == 0, "waited for");
	CHECK(waitpid(child, NULL, 0) == child, "gone");
	CHECK(disk_locker(fd, 3) == 0, "ours is nobody else's");
	close(fd);
}

static void
a_shared_lock_is_shared_and_keeps_others_out(void)
{
	int fd = openat(root, "lock", O_RDWR), told[2];
	pid_t child;
	char byte;

	CHECK(pipe(told) == 0 && disk_lock_shared(fd, 5) == 0, "ours");
	child = fork();
	if (child == 0) {
		byte = disk_lock_shared(fd, 5) == 0 ? 'y' : 'n';
		byte = disk_lock(fd, 5, false) == -1 ? byte : 'x';
		_exit(write(told[1], &byte, 1) == 1 ? 0 : 1);
	}
	CHECK(read(told[0], &byte, 1) == 1 && byte == 'y', "%c", byte);
	CHECK(waitpid(child, NULL, 0) == child, "gone");
	CHECK(disk_lock(fd, 5, false) == 0, "alone it can be ours");
	close(fd);
}

int
main(void)
{
	if (mkdtemp(path) == NULL)
		return 1;
	root = open(path, O_RDONLY | O_DIRECTORY);
	mkdirat(root, "work", 0700);
	work = disk_open_dir(root, "work");
	a_root_is_made_for_us_alone();
	a_root_that_others_may_write_is_refused();
	only_plain_files_with_one_link_are_opened();
	what_is_there_is_not_made_again();
	a_file_is_loaded_as_far_as_there_is_room();
	a_large_file_takes_its_room_as_it_needs_it();
	a_save_replaces_the_whole_file();
	a_save_is_not_misled();
	a_save_that_fails_changes_nothing();
	every_entry_is_told_until_it_says_stop();
	a_purge_takes_a_file_or_a_directory_and_follows_no_link();
	a_lock_holds_against_other_processes_and_ends_with_them();
	a_shared_lock_is_shared_and_keeps_others_out();
	disk_purge(root, "work");
	disk_purge(AT_FDCWD, path);
	return test_done("disk");
}
