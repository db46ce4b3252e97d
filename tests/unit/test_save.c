/* A file that arrives, in a directory where others may write. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/random.h"
#include "test.h"
#include "user/save.h"

#define VICTIM "victim.txt"

/* Every name that a temporary of a.txt may get leads to somebody's file. */
static void
plant(const char *kind)
{
	char name[FNAME_MAX + 16];

	for (int code = 0; code < 10000; code++) {
		snprintf(name, sizeof(name), ".a.txt.%04d.%s", code, kind);
		if (symlink(VICTIM, name) == -1)
			exit(1);
	}
}

static void
uproot(const char *kind)
{
	char name[FNAME_MAX + 16];

	for (int code = 0; code < 10000; code++) {
		snprintf(name, sizeof(name), ".a.txt.%04d.%s", code, kind);
		unlink(name);
	}
}

static void
nothing_is_written_through_a_planted_link(const char *kind)
{
	struct save s;
	struct stat st;

	plant(kind);
	save_init(&s);
	if (save_open(&s, "a.txt") == 0)
		save_write(&s, 6, "secret", 6);
	save_drop(&s);
	CHECK(stat(VICTIM, &st) == 0 && st.st_size == 4, "%s: %ld bytes", kind,
	    (long)st.st_size);
	uproot(kind);
}

static void
what_was_left_behind_goes_and_nothing_else(void)
{
	static const char *const mine[] = { ".a.txt.1234.part",
		".b.txt.0001.temp" };
	static const char *const others[] = { "a.txt", ".a.txt.123.part",
		".a.txt.12x4.part", ".profile.1234.part" };
	struct save s;

	for (size_t i = 0; i < LEN(mine); i++)
		close(open(mine[i], O_WRONLY | O_CREAT, 0600));
	for (size_t i = 0; i < LEN(others); i++)
		close(open(others[i], O_WRONLY | O_CREAT, 0600));
	save_init(&s);
	CHECK(save_open(&s, "c.txt") == 0, "a place for c.txt");
	save_drop(&s);
	for (size_t i = 0; i < LEN(mine); i++)
		CHECK(access(mine[i], F_OK) == -1, "%s", mine[i]);
	for (size_t i = 0; i < LEN(others); i++) {
		CHECK(access(others[i], F_OK) == 0, "%s", others[i]);
		unlink(others[i]);
	}
}

int
main(void)
{
	char dir[] = "/tmp/test_save.XXXXXX";
	int fd;

	if (random_open() == -1 || mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 1;
	fd = open(VICTIM, O_WRONLY | O_CREAT, 0600);
	if (fd == -1 || write(fd, "safe", 4) != 4)
		return 1;
	close(fd);
	nothing_is_written_through_a_planted_link("temp");
	nothing_is_written_through_a_planted_link("part");
	what_was_left_behind_goes_and_nothing_else();
	unlink(VICTIM);
	CHECK(
	    chdir("/") == 0 && rmdir(dir) == 0, "something is left in %s", dir);
	return test_done("save");
}
