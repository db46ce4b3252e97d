#include <string.h>

#include "as/people.h"
#include "policy.h"
#include "sys/random.h"
#include "test.h"

#define START 1000000

static struct addr
host(const char *ip)
{
	return addr_parse(ip, 0);
}

static void
everybody_has_a_place_of_his_own(void)
{
	struct person *a = person_of("00000"), *b = person_of("99999");

	CHECK(a != b && a != NULL && b != NULL, "two people");
	CHECK(person_of("00000") == a && person_of("99999") == b, "they stay");
	CHECK(a->failed == 0 && a->ticket == 0 && a->proven[0] == '\0',
	    "nothing is known yet");
}

/* How many codes leave in this time when one is asked for every step ms. */
static int
codes_sent(struct person *p, ms_t from, ms_t time, ms_t step)
{
	int n = 0;

	for (ms_t now = from; now < from + time; now += step)
		if (person_next_code_at(p, now) <= now) {
			person_code_sent(p, now);
			n++;
		}
	return n;
}

static void
a_device_gets_no_more_than_71_codes_in_ten_seconds(void)
{
	struct person *p = person_of("10000");
	int n = codes_sent(p, START, 10 * SECONDS, 1);

	CHECK(n >= VLC_BURST && n <= 71, "%d", n);
	n = codes_sent(p, START + 10 * SECONDS, 10 * SECONDS, 1);
	CHECK(n >= 9 && n <= 11, "then one a second: %d", n);
	n = codes_sent(p, START + 10 * MINUTES, 10 * SECONDS, 1);
	CHECK(n >= VLC_BURST && n <= 71, "after a rest: %d", n);
}

static void
one_a_second_is_never_delayed(void)
{
	struct person *p = person_of("10001");

	for (ms_t i = 0; i < 200; i++) {
		ms_t now = START + i * SECONDS;

		CHECK(person_next_code_at(p, now) <= now, "REQ %d", (int)i);
		person_code_sent(p, now);
	}
}

/* What is told as the time to come back is neither early nor late. */
static void
who_waits_as_told_waits_no_longer(void)
{
	struct person *p = person_of("10002");
	ms_t now = START, at;

	CHECK(codes_sent(p, now, 1000, 10) == VLC_BURST, "a burst");
	at = person_next_code_at(p, now + 999);
	CHECK(at > now + 999 && at <= now + 2 * SECONDS, "%ld", (long)at);
	CHECK(person_next_code_at(p, at - 1) > at - 1, "too early");
	CHECK(person_next_code_at(p, at) <= at, "in time");
}

static void
ten_wrong_codes_slow_a_user_down(void)
{
	struct person *p = person_of("10003");
	ms_t now = START;

	for (int i = 1; i < CODES_FAILED_SLOW; i++)
		person_failed(p, now);
	person_code_sent(p, now);
	CHECK(person_next_code_at(p, now) <= now, "nine are nothing yet");
	person_failed(p, now);
	CHECK(person_next_code_at(p, now) == now + CODES_SLOW_TIME, "ten are");
	now += CODES_SLOW_TIME;
	CHECK(person_next_code_at(p, now) <= now, "one in 30 s");
	person_code_sent(p, now);
	CHECK(person_next_code_at(p, now) > now, "and then none");
	CHECK(codes_sent(p, now, 10 * MINUTES, 100) == 19, "in 10 minutes");
}

static void
forty_wrong_codes_stop_a_user(void)
{
	struct person *p = person_of("10004");

	for (int i = 1; i < CODES_FAILED_MAX; i++)
		person_failed(p, START);
	CHECK(person_next_code_at(p, START) != NEVER, "one is left");
	person_failed(p, START);
	CHECK(person_next_code_at(p, START) == NEVER, "none is");
	CHECK(person_next_code_at(p, START + 100 * CODES_FORGIVEN) == NEVER,
	    "and time does not change it");
	person_new_device(p, START);
	CHECK(
	    person_next_code_at(p, START) <= START, "a device has registered");
	CHECK(
	    p->failed == CODES_FAILED_MAX - CODES_EXCUSED_MAX, "%u", p->failed);
}

/* Whoever has the password can register devices all day. */
static void
registering_excuses_twenty_and_then_one_a_day(void)
{
	struct person *p = person_of("10006");
	ms_t now = START;
	int failed = 0;

	for (int i = 0; i < 1000; i++) {
		if (person_next_code_at(p, now) != NEVER) {
			person_failed(p, now);
			failed++;
		}
		person_new_device(p, now);
	}
	CHECK(failed == CODES_FAILED_MAX + CODES_EXCUSED_MAX, "%d", failed);
	for (int day = 1; day <= 5; day++) {
		now += CODES_FORGIVEN;
		CHECK(person_next_code_at(p, now) == NEVER,
		    "not without registering");
		person_new_device(p, now);
		CHECK(person_next_code_at(p, now) != NEVER, "one is left");
		person_failed(p, now);
		person_new_device(p, now);
		CHECK(person_next_code_at(p, now) == NEVER, "no more today");
	}
}

/* Not those of somebody else, who knows the password, too. */
static void
a_right_code_forgives_the_wrong_ones_of_its_connection(void)
{
	struct person *p = person_of("10007");

	for (int i = 0; i < 5; i++)
		person_failed(p, START);
	person_proved(p, 2);
	CHECK(p->failed == 3, "%u", p->failed);
	person_proved(p, 9);
	CHECK(p->failed == 0, "%u", p->failed);
}

static void
a_day_forgives_one_wrong_code(void)
{
	struct person *p = person_of("10005");
	ms_t now = START;

	for (int i = 0; i < CODES_FAILED_SLOW; i++)
		person_failed(p, now);
	person_code_sent(p, now + CODES_FORGIVEN - 1);
	CHECK(person_next_code_at(p, now + CODES_FORGIVEN - 1) >
		now + CODES_FORGIVEN,
	    "not yet");
	now += CODES_FORGIVEN;
	CHECK(person_next_code_at(p, now) <= now, "nine are left");
	CHECK(person_next_code_at(p, now) <= now && p->failed == 9, "%u",
	    p->failed);
	person_failed(p, now);
	CHECK(person_next_code_at(p, now) > now, "ten again");
}

static const ms_t delays[] = { 0, 0, 0, 1000, 2000, 4000, 8000, 15000, 15000,
	15000 };

static void
wrong_passwords_are_answered_later_and_later(void)
{
	struct addr from = host("10.0.0.1");

	for (size_t i = 0; i < LEN(delays); i++)
		CHECK(people_wrong("20000", from, START) == delays[i],
		    "wrong password %zu", i + 1);
	CHECK(people_wrong("20001", from, START) == 0, "another user");
	CHECK(people_wrong("20000", host("10.0.0.2"), START) == 0,
	    "another address");
	CHECK(people_wrong("20000", from, START) == 15000, "but not this");
	people_right("20000", from);
	for (size_t i = 0; i < 4; i++)
		CHECK(people_wrong("20000", from, START) == delays[i],
		    "after a right one: %zu", i + 1);
}

static void
wrong_passwords_are_forgotten_after_a_quarter_of_an_hour(void)
{
	struct addr from = host("10.0.0.3");
	ms_t now = START;

	for (int i = 0; i < 6; i++)
		people_wrong("20002", from, now);
	now += 15 * MINUTES;
	CHECK(people_wrong("20002", from, now) == 8000, "remembered");
	now += 15 * MINUTES + 1;
	CHECK(people_wrong("20002", from, now) == 0, "forgotten");
}

/* More than there is room for: the one who is at it is not forgotten. */
static void
a_guesser_is_remembered_among_many(void)
{
	struct addr from = host("10.0.0.4");
	ms_t delay = 0, now = START;

	for (int i = 0; i < 20; i++) {
		delay = people_wrong("20003", from, ++now);
		for (int k = 0; k < 3; k++) {
			char ip[16];

			snprintf(ip, sizeof(ip), "10.1.%d.%d", i, k);
			people_wrong("20004", host(ip), ++now);
		}
	}
	CHECK(delay == 15000, "%ld", (long)delay);
}

/* Others who log in must not make us forget who guesses. */
static void
right_passwords_of_others_do_not_help_a_guesser(void)
{
	struct addr from = host("10.0.0.5");
	char uid[UID_LEN + 1];

	for (int i = 0; i < 8; i++)
		people_wrong("20005", from, START + i);
	for (int i = 30000; i < 40000; i++) {
		snprintf(uid, sizeof(uid), "%05d", i);
		people_right(uid, from);
	}
	CHECK(people_wrong("20005", from, START + 10) == 15000,
	    "forgotten by others' logins");
}

static void
a_proven_password_is_checked_at_once(void)
{
	static const char pair[] = "pbkdf2-sha256$1$00$0123456789abcdef",
			  newer[] = "pbkdf2-sha256$1$00$0123456789abcdee";
	struct person *p = person_of("40000"), *q = person_of("40001");

	CHECK(person_check(p, pair, "abcd1234") == CHECK_SLOWLY, "at first");
	person_prove(p, pair, "abcd1234");
	CHECK(person_check(p, pair, "abcd1234") == CHECK_RIGHT, "right");
	CHECK(person_check(p, pair, "abcd1235") == CHECK_WRONG, "wrong");
	CHECK(person_check(p, pair, "") == CHECK_WRONG, "none");
	CHECK(
	    person_check(p, newer, "abcd1234") == CHECK_SLOWLY, "another pair");
	CHECK(
	    person_check(q, pair, "abcd1234") == CHECK_SLOWLY, "another user");
	person_prove(p, newer, "zzzz9999");
	CHECK(person_check(p, newer, "zzzz9999") == CHECK_RIGHT, "newer");
	CHECK(person_check(p, pair, "abcd1234") == CHECK_SLOWLY, "older");
	for (size_t i = 0; i + 8 <= sizeof(*p); i++)
		CHECK(memcmp((const char *)p + i, "zzzz9999", 8) != 0,
		    "the password itself is kept");
}

static void
a_pair_that_is_no_pair_proves_nothing(void)
{
	struct person *p = person_of("40002");

	CHECK(person_check(p, "", "abcd1234") == CHECK_SLOWLY, "empty");
	CHECK(person_check(p, "short", "abcd1234") == CHECK_SLOWLY, "short");
}

/* However many others are guessed at, an entry that gives way leaves its count
 * behind: nobody guesses for nothing. */
static void
guessing_at_thousands_is_slowed_down(void)
{
	char uid[6];
	int slow = 0;

	for (int i = 0; i < 5000; i++) {
		snprintf(uid, sizeof(uid), "%05d", 40000 + i);
		for (int n = 0; n < 3; n++)
			slow += people_wrong(uid, host("10.9.0.1"),
				    2 * START + i * 10 + n) > 0;
	}
	CHECK(slow > 10000, "%d of 15000 were delayed", slow);
}

static void
a_password_is_compared_to_its_last_byte(void)
{
	struct person *p = person_of("30001");
	const char *pair = "pbkdf2-sha256$1$00$"
			   "0123456789abcdef0123456789abcdef"
			   "0123456789abcdef0123456789abcdef";

	person_prove(p, pair, "abcd1234");
	CHECK(person_check(p, pair, "abcd1234") == CHECK_RIGHT, "right");
	p->proof[PROOF_LEN - 1] ^= 1;
	CHECK(person_check(p, pair, "abcd1234") == CHECK_WRONG, "last byte");
	p->proof[PROOF_LEN - 1] ^= 1;
	p->proof[0] ^= 1;
	CHECK(person_check(p, pair, "abcd1234") == CHECK_WRONG, "first byte");
}

int
main(void)
{
	random_open();
	people_open();
	everybody_has_a_place_of_his_own();
	a_device_gets_no_more_than_71_codes_in_ten_seconds();
	one_a_second_is_never_delayed();
	who_waits_as_told_waits_no_longer();
	ten_wrong_codes_slow_a_user_down();
	forty_wrong_codes_stop_a_user();
	a_day_forgives_one_wrong_code();
	registering_excuses_twenty_and_then_one_a_day();
	a_right_code_forgives_the_wrong_ones_of_its_connection();
	wrong_passwords_are_answered_later_and_later();
	wrong_passwords_are_forgotten_after_a_quarter_of_an_hour();
	a_guesser_is_remembered_among_many();
	right_passwords_of_others_do_not_help_a_guesser();
	a_proven_password_is_checked_at_once();
	a_pair_that_is_no_pair_proves_nothing();
	a_password_is_compared_to_its_last_byte();
	guessing_at_thousands_is_slowed_down();
	return test_done("people");
}
