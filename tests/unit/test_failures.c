/* The wrong codes of each user, on the disk.  Each AS of this test is a child.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "as/failures.h"
#include "as/people.h"
#include "policy.h"
#include "sys/disk.h"
#include "test.h"

#define START 1000000

static char dir[] = "/tmp/test_failures.XXXXXX";
static int root;

/* An AS that starts, does this, and is killed. */
static bool
in_an_as(bool (*what)(void))
{
	int status = 0;
	pid_t child;

	fflush(stdout);
	child = fork();
	if (child == 0)
		_exit(failures_open(root, START) == 0 && what() ? 0 : 1);
	waitpid(child, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static void
set(const char *uid, unsigned failed, unsigned excused)
{
	person_of(uid)->failed = failed;
	person_of(uid)->excused = excused;
	failures_save(uid);
}

static bool
is(const char *uid, unsigned failed, unsigned excused)
{
	const struct person *p = person_of(uid);

	return p->failed == failed && p->excused == excused;
}

static bool
are_set(void)
{
	set("00000", 1, 0);
	set("12345", CODES_FAILED_MAX, CODES_EXCUSED_MAX);
	set("12346", 7, 7);
	set("99999", 0, 9);
	return true;
}

static bool
are_there(void)
{
	return is("00000", 1, 0) &&
	    is("12345", CODES_FAILED_MAX, CODES_EXCUSED_MAX) &&
	    is("12346", 7, 7) && is("99999", 0, 9) && is("12344", 0, 0) &&
	    is("12347", 0, 0) && person_of("12345")->failed_at == START;
}

static bool
one_is_forgiven(void)
{
	set("12345", 0, 0);
	return true;
}

static bool
it_is(void)
{
	return is("12345", 0, 0) && is("12346", 7, 7);
}

static void
counts_survive_the_as(void)
{
	struct stat st;

	CHECK(in_an_as(are_set), "set");
	CHECK(fstatat(root, "failures", &st, 0) == 0 &&
		(st.st_mode & 07777) == 0600,
	    "%o", (unsigned)st.st_mode);
	CHECK(in_an_as(are_there), "all of them");
	CHECK(in_an_as(one_is_forgiven) && in_an_as(it_is), "one alone");
}

static bool
are_bounded(void)
{
	return is("00001", CODES_FAILED_MAX, CODES_EXCUSED_MAX) &&
	    is("00002", 0, 0) && is("00003", 0, 5) && is("00004", 3, 0);
}

static void
damage_is_no_count(void)
{
	int fd = openat(root, "failures", O_RDWR);

	CHECK(pwrite(fd, "9999\nab-1\n 505\n0300\n", 20, 5) == 20, "%s",
	    strerror(errno));
	close(fd);
	CHECK(in_an_as(are_bounded), "what it says, at most");
}

static bool
nothing(void)
{
	return true;
}

static void
what_is_no_file_is_refused(void)
{
	CHECK(unlinkat(root, "failures", 0) == 0, "unlink");
	CHECK(mkfifoat(root, "failures", 0600) == 0, "mkfifo");
	CHECK(!in_an_as(nothing), "a FIFO");
	CHECK(unlinkat(root, "failures", 0) == 0, "unlink");
	CHECK(symlinkat("elsewhere", root, "failures") == 0, "symlink");
	CHECK(!in_an_as(nothing), "a link");
}

int
main(void)
{
	if (mkdtemp(dir) == NULL)
		return 1;
	root = open(dir, O_RDONLY | O_DIRECTORY);
	counts_survive_the_as();
	damage_is_no_count();
	what_is_no_file_is_refused();
	disk_purge(AT_FDCWD, dir);
	return test_done("failures");
}
