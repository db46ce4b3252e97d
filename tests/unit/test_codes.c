/* codes - a code is shown once, however often it comes. */
#include <string.h>

#include "pd/codes.h"
#include "policy.h"
#include "test.h"

static struct msg
vlc(const char *code, enum op op, const char *fname)
{
	struct msg m = { .type = MSG_VLC, .op = op, .uid = "12345" };

	snprintf(m.vc, sizeof(m.vc), "%s", code);
	snprintf(m.fname, sizeof(m.fname), "%s", fname);
	return m;
}

static void
a_copy_is_shown_once(void)
{
	static struct codes c;
	struct msg m = vlc("9987", OP_UPLOAD, "a.txt"), other = m;

	CHECK(codes_add(&c, &m, 1000), "new");
	CHECK(!codes_add(&c, &m, 1500), "copy");
	CHECK(!codes_add(&c, &m, 1000 + SHOWN_MEMORY - 1), "late copy");
	CHECK(codes_add(&c, &m, 1000 + SHOWN_MEMORY), "another of that name");
	other.fname[0] = 'b';
	CHECK(codes_add(&c, &other, 2000), "another file");
	other.op = OP_DELETE;
	CHECK(codes_add(&c, &other, 2000), "another operation");
	memcpy(other.uid, "54321", 6);
	CHECK(codes_add(&c, &other, 2000), "another user");
	CHECK(!c.removal, "no remove yet");
	m = vlc("1234", OP_REMOVE, "");
	CHECK(codes_add(&c, &m, 2000) && c.removal, "remove");
}

static void
the_last_ten_are_kept_in_order(void)
{
	static struct codes c;
	char code[CODE_LEN + 1];

	CHECK(codes_last(&c, 0) == NULL, "none yet");
	for (unsigned i = 0; i < 3 * CODES_SHOWN; i++) {
		struct msg m;
		unsigned first = i < CODES_LAST ? 0 : i + 1 - CODES_LAST;

		snprintf(code, sizeof(code), "%04u", i);
		m = vlc(code, OP_LIST, "");
		CHECK(codes_add(&c, &m, 5), "%s", code);
		CHECK(!codes_add(&c, &m, 6), "%s again", code);
		snprintf(code, sizeof(code), "%04u", first);
		CHECK(strcmp(codes_last(&c, 0)->vlc.vc, code) == 0, "%s", code);
		CHECK(codes_last(&c, i - first) != NULL &&
			codes_last(&c, i - first + 1) == NULL,
		    "%u", i);
	}
}

int
main(void)
{
	a_copy_is_shown_once();
	the_last_ten_are_kept_in_order();
	return test_done("codes");
}
