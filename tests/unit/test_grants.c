/* grants - TIDs are kept until they are used or have expired. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "test.h"
#include "user/grants.h"

static void
add(struct grants *w, enum op op, int file, ms_t now)
{
	char tid[CODE_LEN + 1];

	memset(&w->pending, 0, sizeof(w->pending));
	memcpy(w->pending.code, "1111", sizeof("1111"));
	w->pending.op = op;
	if (op != OP_LIST)
		snprintf(w->pending.fname, sizeof(w->pending.fname),
		    "f%02d.txt", file);
	snprintf(tid, sizeof(tid), "%04d", 1000 + file);
	CHECK(strcmp(grants_add(w, tid, now)->code, tid) == 0, "%s", tid);
}

static bool
has(struct grants *w, enum op op, int file, ms_t now)
{
	char fname[FNAME_MAX + 1] = "";
	const struct grant *found;

	if (op != OP_LIST)
		snprintf(fname, sizeof(fname), "f%02d.txt", file);
	found = grants_find(w, op, fname, now);
	return found != NULL && atoi(found->code) == 1000 + file;
}

static void
a_tid_is_for_its_operation_and_file_and_time(void)
{
	struct grants w;

	memset(&w, 0, sizeof(w));
	CHECK(grants_find(&w, ANY_OP, NULL, 1) == NULL, "none");
	add(&w, OP_UPLOAD, 1, 1000);
	add(&w, OP_UPLOAD, 2, 2000);
	add(&w, OP_LIST, 3, 3000);
	CHECK(has(&w, OP_UPLOAD, 1, 3000) && has(&w, OP_UPLOAD, 2, 3000) &&
		has(&w, OP_LIST, 3, 3000) && !has(&w, OP_DELETE, 1, 3000),
	    "each");
	CHECK(grants_find(&w, ANY_OP, NULL, 3000)->op == OP_LIST &&
		atoi(grants_find(&w, OP_UPLOAD, NULL, 3000)->code) == 1002,
	    "the newest");
	CHECK(has(&w, OP_UPLOAD, 1, 1000 + TID_LIFE - 1) &&
		!has(&w, OP_UPLOAD, 1, 1000 + TID_LIFE) &&
		has(&w, OP_UPLOAD, 2, 1000 + TID_LIFE),
	    "expired");
}

static void
the_oldest_gives_way(void)
{
	struct grants w;

	memset(&w, 0, sizeof(w));
	for (int i = 0; i < TIDS_LIVE_MAX + 2; i++)
		add(&w, OP_DELETE, i, 1000 + i);
	for (int i = 0; i < TIDS_LIVE_MAX + 2; i++)
		CHECK(has(&w, OP_DELETE, i, 2000) == (i >= 2), "%d", i);
	/* one that is used first */
	grants_find(&w, OP_DELETE, "f09.txt", 2000)->code[0] = '\0';
	add(&w, OP_LIST, 50, 2001);
	CHECK(has(&w, OP_DELETE, 2, 2001) && has(&w, OP_LIST, 50, 2001),
	    "a free place");
	/* the same again takes its own place */
	add(&w, OP_LIST, 51, 2002);
	CHECK(has(&w, OP_DELETE, 2, 2002) && has(&w, OP_LIST, 51, 2002),
	    "its own place");
}

int
main(void)
{
	a_tid_is_for_its_operation_and_file_and_time();
	the_oldest_gives_way();
	return test_done("grants");
}
