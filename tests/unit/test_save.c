#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/random.h"
#include "test.h"
#include "user/save.h"

#define VICTIM "victim.txt"

static char dir[] = "/tmp/test_save.XXXXXX";

/* In place of the system's: what chance will call the temporary is known. */
void
random_code(char code[CODE_LEN + 1])
{
	memcpy(code, "1234", CODE_LEN + 1);
}

static bool
victim_is_whole(void)
{
	struct stat st;

	return stat(VICTIM, &st) == 0 && st.st_size == 6;
}

static void
nothing_is_written_through_what_was_planted(void)
{
	static const char *const names[] = { ".a.txt.1234.temp",
		".a.txt.1234.part" };
	struct save s;

	for (size_t i = 0; i < LEN(names); i++) {
		save_init(&s);
		CHECK(symlink(VICTIM, names[i]) == 0, "planted");
		if (save_open(&s, "a.txt") == 0) {
			CHECK(save_write(&s, 3, "abc", 3) == 0, "written");
			save_drop(&s);
		}
		CHECK(victim_is_whole(), "a link at %s", names[i]);
		unlink(names[i]);
	}
}

static void
what_is_left_of_a_killed_one_is_deleted(void)
{
	struct save s;
	int fd = open(".b.txt.4321.part", O_WRONLY | O_CREAT, 0600);

	close(fd);
	save_init(&s);
	CHECK(save_open(&s, "a.txt") == 0, "%s", strerror(errno));
	CHECK(access(".b.txt.4321.part", F_OK) == -1, "it is still there");
	save_drop(&s);
}

static void
a_directory_is_not_replaced(void)
{
	struct save s;

	mkdir("d.txt", 0700);
	save_init(&s);
	CHECK(save_open(&s, "d.txt") == -1 && errno == EISDIR, "%s",
	    strerror(errno));
	CHECK(access("d.txt", F_OK) == 0, "it has gone");
	rmdir("d.txt");
}

int
main(void)
{
	int fd;

	if (mkdtemp(dir) == NULL || chdir(dir) == -1)
		return 1;
	fd = open(VICTIM, O_WRONLY | O_CREAT, 0600);
	if (write(fd, "victim", 6) != 6 || close(fd) == -1)
		return 1;
	nothing_is_written_through_what_was_planted();
	what_is_left_of_a_killed_one_is_deleted();
	a_directory_is_not_replaced();
	unlink(VICTIM);
	if (chdir("/") == 0)
		rmdir(dir);
	return test_done("save");
}
