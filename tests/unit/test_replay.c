/* The file server's memory of used TIDs; time is passed in. */
#include "fs/replay.h"
#include "policy.h"
#include "test.h"

#define USER "12345"

static void
a_tid_is_used_once(void)
{
	static struct replay s;
	ms_t now = 1000000, late = now + 4 * SECONDS;

	CHECK(replay_claim(&s, USER, "1234", now), "first");
	CHECK(!replay_claim(&s, USER, "1234", now), "at once");
	CHECK(replay_claim(&s, USER, "1235", now), "another TID");
	CHECK(replay_claim(&s, "12346", "1234", now), "another user");
	CHECK(replay_claim(&s, "00000", "0000", now), "all zero");
	CHECK(!replay_claim(&s, "00000", "0000", now), "all zero, again");
	replay_keep(&s, USER, "1234", late);
	CHECK(!replay_claim(&s, USER, "1234", late + TID_MEMORY), "kept");
	CHECK(replay_claim(&s, USER, "1235", late + TID_MEMORY), "not kept");
	CHECK(replay_claim(&s, USER, "1234", late + TID_MEMORY + SECONDS),
	    "too old");
	replay_forget(&s, USER, "1234");
	replay_forget(&s, USER, "9999");
	CHECK(replay_claim(&s, USER, "1234", late + TID_MEMORY + SECONDS),
	    "forgotten");
}

/* A flood takes the oldest places: what has just come stays. */
static void
the_memory_of_tids_is_bounded(void)
{
	static struct replay s;
	char uid[UID_LEN + 1], tid[CODE_LEN + 1];
	unsigned lost = 0;

	for (int i = 0; i < 1000000; i++) {
		snprintf(uid, sizeof(uid), "%05d", i % 99991);
		snprintf(tid, sizeof(tid), "%04d", i % 9973);
		replay_claim(&s, uid, tid, i);
		lost += replay_claim(&s, uid, tid, i);
	}
	CHECK(lost == 0, "%u", lost);
	for (int i = 1000000 - REPLAY_SETS; i < 1000000; i++) {
		snprintf(uid, sizeof(uid), "%05d", i % 99991);
		snprintf(tid, sizeof(tid), "%04d", i % 9973);
		lost += replay_claim(&s, uid, tid, 1000000);
	}
	CHECK(lost < REPLAY_SETS / 100, "%u of the last pairs lost", lost);
}

int
main(void)
{
	a_tid_is_used_once();
	the_memory_of_tids_is_bounded();
	return test_done("replay");
}
