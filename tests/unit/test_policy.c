/*
 * What the readme and the manuals promise in figures.  Everybody else takes
 * them from policy.h, and would not notice another one there.
 */
#include "policy.h"
#include "test.h"

static const int64_t patience[] = { REQUEST_PATIENCE };
static const int64_t delays[] = { LOGIN_DELAYS };

static void
a_request_is_given_up_after_eight_seconds(void)
{
	int64_t all = 0;

	for (size_t i = 0; i < LEN(patience); i++)
		all += patience[i];
	CHECK(all == 8000 && LEN(patience) == 5, "%d", (int)all);
	CHECK(patience[0] == 500 && patience[1] == 1000, "the first ones");
}

static void
connections_have_their_times(void)
{
	CHECK(LINE_TIME == 60000, "a line, or a request to the FS");
	CHECK(STALL_TIME == 60000, "a transfer without a byte");
	CHECK(LINGER_IDLE == 5000 && LINGER_TIME == 30000, "after a reply");
	CHECK(NEWLINE_TIME == 500, "the last newline of an UPL");
	CHECK(STOP_TIME == 1500, "replies under way at SIGTERM");
	CHECK(STOP_SURELY == 2, "and all else");
	CHECK(EVICT_AGE == 10000, "silent, under pressure");
}

static void
codes_and_tids_have_their_lives(void)
{
	CHECK(VC_LIFE == 300000, "five minutes");
	CHECK(TID_LIFE == 600000, "ten minutes");
	CHECK(VC_TRIES == 3 && VLD_TRIES == 10, "wrong ones");
	CHECK(VLD_AGAIN == 5000, "a resend of a VLD");
	CHECK(TID_MEMORY == 30000, "a TID that comes again");
	CHECK(SHOWN_MEMORY == 60000, "a VLC that comes again");
	CHECK(CODES_FAILED_SLOW == 10 && CODES_SLOW_TIME == 30000,
	    "from ten wrong codes on");
	CHECK(VLC_BURST == 60 && VLC_PACE == 1000, "codes to a device");
	CHECK(ERR_PER_SECOND == 5, "no storm");
}

static void
passwords_cost_what_they_should(void)
{
	CHECK(KDF_ROUNDS == 100000, "rounds");
	CHECK(LOGINS_FREE == 3 && DELAY_BY_UDP == 4000, "free ones");
	CHECK(LEN(delays) == 5 && delays[0] == 1000 && delays[4] == 15000,
	    "then later and later");
}

int
main(void)
{
	a_request_is_given_up_after_eight_seconds();
	connections_have_their_times();
	codes_and_tids_have_their_lives();
	passwords_cost_what_they_should();
	return test_done("policy");
}
