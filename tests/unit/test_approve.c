#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "as/accounts.h"
#include "sys/disk.h"
#include "test.h"

static char file[] = "/tmp/test_approve.XXXXXX";
static int fd;

static int
approve(const char *text, int *line)
{
	CHECK(ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
		disk_write(fd, text, strlen(text)) == 0,
	    "%s", text);
	return accounts_approve(file, line);
}

static const struct {
	const char *text;
	int n, line; /* the UIDs in it; the last line, or the one at fault */
} lists[] = {
	{ "", 0, 0 },
	{ "12345\n54321\n", 2, 2 },
	{ "12345", 1, 1 },
	{ "# the class of 2024\n\n  12345 # somebody\n\t54321\r\n", 2, 4 },
	{ "00000\n99999\n", 2, 2 },
	{ "12345\n1234\n", -1, 2 },
	{ "12345\n\n#\n123456\n", -1, 4 },
	{ "1234a\n", -1, 1 },
	{ "-1234\n", -1, 1 },
};

static void
a_list_is_one_uid_a_line(void)
{
	for (size_t i = 0; i < LEN(lists); i++) {
		int line, n = approve(lists[i].text, &line);

		CHECK(n == lists[i].n && line == lists[i].line, "%d %d: %s", n,
		    line, lists[i].text);
	}
}

static void
a_long_comment_is_one_line(void)
{
	char text[1000];
	int line, n;

	memset(text, '1', sizeof(text));
	memcpy(text, "12345 # ", 8);
	memcpy(text + 900, "\n54321\n", 8);
	n = approve(text, &line);
	CHECK(n == 2 && line == 2, "%d %d", n, line);
}

static void
who_is_not_on_the_list_is_not_approved(void)
{
	static const char *const on[] = { "12345", "54321", "00000", "99999" },
				 *const off[] = { "12346", "12344", "11111",
					 "00001", "99998" };

	for (size_t i = 0; i < LEN(on); i++)
		CHECK(accounts_approved(on[i]), "%s", on[i]);
	for (size_t i = 0; i < LEN(off); i++)
		CHECK(!accounts_approved(off[i]), "%s", off[i]);
}

int
main(void)
{
	int line;

	fd = mkstemp(file);
	CHECK(accounts_approved("12346"), "without a list anybody is");
	CHECK(accounts_approve("/nonexistent/list", &line) == -1 && line == 0,
	    "no such file");
	a_list_is_one_uid_a_line();
	a_long_comment_is_one_line();
	who_is_not_on_the_list_is_not_approved();
	unlink(file);
	return test_done("approve");
}
