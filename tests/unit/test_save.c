/* save - a file that arrives beside the old one, in a directory of others'. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/random.h"
#include "test.h"
#include "user/save.h"

static void
put(const char *name, const char *text)
{
	FILE *f = fopen(name, "w");

	CHECK(f != NULL && fputs(text, f) >= 0 && fclose(f) == 0, "%s", name);
}

static bool
holds(const char *name, const char *text)
{
	char got[64] = "";
	FILE *f = fopen(name, "r");
	size_t n = f != NULL ? fread(got, 1, sizeof(got) - 1, f) : 0;

	if (f != NULL)
		fclose(f);
	return f != NULL && n == strlen(text) && strcmp(got, text) == 0;
}

static bool
is_there(const char *name)
{
	struct stat st;

	return lstat(name, &st) == 0;
}

static enum save_state
close_it(struct save *s)
{
	struct ready r;
	enum save_state state;

	while ((state = save_close(s)) == SAVE_WAITING) {
		ready_begin(&r);
		save_watch(s, &r);
		CHECK(ready_wait(&r) == 0, "select");
		save_step(s, &r);
	}
	return state;
}

static void
the_old_one_stays_until_the_new_one_is_whole(void)
{
	struct save s;

	put("a.txt", "old");
	memset(&s, 0, sizeof(s));
	CHECK(save_open(&s, "a.txt") == 0 && s.replaced, "open");
	CHECK(save_write(&s, 3, "new", 3) == 0 && holds("a.txt", "old"),
	    "written");
	CHECK(is_there(s.temp) && close_it(&s) == SAVE_DONE, "closed");
	CHECK(holds("a.txt", "new") && !is_there(s.temp), "named");
	CHECK(save_open(&s, "b.txt") == 0 && !s.replaced, "another");
	save_drop(&s);
	save_drop(&s);
	CHECK(!is_there("b.txt") && !is_there(s.temp), "dropped");
	pool_stop(&s.pool);
}

static void
what_the_killed_have_left_goes_and_nothing_else(void)
{
	static const char *const left[] = { ".a.txt.1234.part",
		".b.txt.9999.temp" };
	static const char *const others[] = { ".a.txt.12345.part",
		".a.txt.part", ".a.txt.1234.partial", "a.txt.1234.part",
		".a.1234.part", ".a.txt.12x4.part", "..1234.part" };
	struct save one, two;

	memset(&one, 0, sizeof(one));
	memset(&two, 0, sizeof(two));
	for (size_t i = 0; i < LEN(left); i++)
		put(left[i], "left");
	for (size_t i = 0; i < LEN(others); i++)
		put(others[i], "kept");
	CHECK(symlink("a.txt", ".c.txt.1234.part") == 0, "symlink");
	CHECK(save_open(&one, "d.txt") == 0, "open");
	for (size_t i = 0; i < LEN(left); i++)
		CHECK(!is_there(left[i]), "%s", left[i]);
	for (size_t i = 0; i < LEN(others); i++)
		CHECK(holds(others[i], "kept"), "%s", others[i]);
	CHECK(is_there(".c.txt.1234.part"), "a link is not followed");
	save_drop(&one);
}

static void
a_planted_link_is_not_written_through(void)
{
	char name[32];
	struct save s;

	put("victim", "untouched");
	memset(&s, 0, sizeof(s));
	for (int i = 1000; i <= 9999; i++) {
		snprintf(name, sizeof(name), ".e.txt.%d.temp", i);
		CHECK(symlink("victim", name) == 0, "%s", name);
	}
	CHECK(save_open(&s, "e.txt") == -1 && errno == EEXIST, "open");
	CHECK(holds("victim", "untouched"), "victim");
}

static void
a_name_that_cannot_be_had_is_refused_before(void)
{
	struct save s;

	memset(&s, 0, sizeof(s));
	CHECK(mkdir("f.txt", 0700) == 0 && save_open(&s, "f.txt") == -1 &&
		errno == EISDIR && s.stage == SAVE_NONE,
	    "a directory");
	CHECK(is_there("f.txt"), "it is still there");
	CHECK(symlink("nowhere", "g.txt") == 0 && save_open(&s, "g.txt") == 0 &&
		save_write(&s, 1, "g", 1) == 0 && close_it(&s) == SAVE_DONE &&
		holds("g.txt", "g") && !is_there("nowhere"),
	    "a link is replaced");
	pool_stop(&s.pool);
}

int
main(void)
{
	char dir[] = "/tmp/test_save.XXXXXX", clean[64];

	CHECK(random_open() != -1 && mkdtemp(dir) != NULL && chdir(dir) == 0,
	    "%s", dir);
	the_old_one_stays_until_the_new_one_is_whole();
	what_the_killed_have_left_goes_and_nothing_else();
	a_planted_link_is_not_written_through();
	a_name_that_cannot_be_had_is_refused_before();
	snprintf(clean, sizeof(clean), "rm -rf %s", dir);
	CHECK(chdir("/") == 0 && system(clean) == 0, "clean up");
	return test_done("save");
}
