/*
 * What somebody gets who knows a password and guesses at the rest: the share of
 * accounts that fall is printed.  That it is at most one in a hundred is
 * checked twice: by the number of guesses that could have been right, which is
 * exact, and by those that were, with room for chance.  Time is our own: an
 * attacker waits as long as is demanded before the next REQ.
 */
#include <string.h>

#include "as/tickets.h"
#include "net/net.h"
#include "policy.h"
#include "sys/random.h"
#include "test.h"

#define START (1000 * MINUTES)
#define DAYS  (24 * 60 * (ms_t)MINUTES)
#define TRIES 100000
#define CODES 9000

static int admitted; /* guesses at this account that might have been right */

/* One AUT, with one of the 9,000 codes; each code's guesses all differ. */
static bool
guess(struct code *c, int number, ms_t now)
{
	struct msg aut = { .type = MSG_AUT, .rid = "1234" };
	char code[16];
	bool right;

	admitted += person_of(c->uid)->failed < CODES_FAILED_MAX;
	memcpy(aut.uid, c->uid, sizeof(aut.uid));
	snprintf(code, sizeof(code), "%04d", 1000 + number % 9000);
	memcpy(aut.vc, code, CODE_LEN);
	right = code_redeem(c, &aut, now);
	if (!right)
		person_failed(person_of(c->uid), now);
	return right;
}

static void
ask(struct code *c, const char *uid, ms_t now)
{
	struct msg req = { .type = MSG_REQ, .op = OP_LIST, .rid = "1234" };

	memcpy(req.uid, uid, UID_LEN + 1);
	code_make(c, &req);
	code_sent(c, now);
	person_code_sent(person_of(uid), now);
}

/*
 * One code after another, three guesses each, up to TRIES within a time.  From
 * NEVER on all that is left is refused, so we stop there.
 */
static bool
falls_to_patience(const char *uid, ms_t end, bool stop_short, long *tried)
{
	struct person *p = person_of(uid);
	struct code c = { .op = OP_LIST };
	ms_t now = START;

	for (int i = 0; i < TRIES; i++) {
		if (stop_short && p->failed == CODES_FAILED_MAX - 1) {
			now = p->failed_at + CODES_FORGIVEN;
			if (now >= end || person_next_code_at(p, now) == NEVER)
				return false;
		}
		if (c.vc[0] == '\0') {
			ms_t at = person_next_code_at(p, now);

			if (at == NEVER || at >= end)
				return false;
			now = at > now ? at : now;
			ask(&c, uid, now);
		}
		++*tried;
		if (guess(&c, i, now))
			return true;
	}
	return false;
}

/* Many codes first, in a connection each, and only then the guesses. */
static bool
falls_to_hoarding(const char *uid, long *tried)
{
	static struct code c[300]; /* 60 at once, then one a second */
	struct person *p = person_of(uid);
	ms_t now = START;
	int n = 0;

	while (n < (int)LEN(c) && now < START + VC_LIFE) {
		ms_t at = person_next_code_at(p, now);

		now = at > now ? at : now;
		ask(&c[n++], uid, now);
	}
	for (int i = 0; i < n; i++)
		for (int try = 0; c[i].vc[0] != '\0'; try++) {
			++*tried;
			if (guess(&c[i], i + try, now))
				return true;
		}
	return false;
}

/*
 * The AS is restarted: what is on its disk is left, and no wrong code was long
 * ago.  And a device registers, which needs but the password.
 */
static void
restart_and_register(struct person *p, ms_t now)
{
	struct person was = *p;

	memset(p, 0, sizeof(*p));
	p->failed = was.failed;
	p->excused = was.excused;
	p->failed_at = now;
	for (int i = 0; i < 10; i++)
		person_moved(p, now);
}

/*
 * Codes one by one; after each the AS is restarted and devices register; the
 * owner, who is there too, enters a right code between two of them.
 */
static bool
falls_to_registering(const char *uid, ms_t end, long *tried)
{
	struct person *p = person_of(uid);
	struct code c = { .op = OP_LIST };
	ms_t now = START;

	for (int i = 0; now < end;) {
		ms_t at = person_next_code_at(p, now);

		if (at == NEVER) {
			now += CODES_FORGIVEN;
			person_moved(p, now);
			continue;
		}
		now = at > now ? at : now;
		ask(&c, uid, now);
		while (c.vc[0] != '\0') {
			++*tried;
			if (guess(&c, i++, now))
				return true;
		}
		person_proved(p, 0);
		restart_and_register(p, now);
	}
	return false;
}

/* No more than one in a hundred, and four deviations for chance. */
static bool
few(int fell, int accounts, long tried, const char *how)
{
	int over = fell - accounts / 100;

	printf("guessing: %s: %d of %d accounts (%.2f %%), %.0f tries each\n",
	    how, fell, accounts, 100.0 * fell / accounts,
	    (double)tried / accounts);
	return over <= 0 || over * over <= 16 * accounts / 100;
}

static bool
falls(const char *uid, int how, long *tried)
{
	if (how == 1)
		return falls_to_hoarding(uid, tried);
	if (how >= 3)
		return falls_to_registering(
		    uid, START + (how == 3 ? DAYS : 30 * DAYS), tried);
	return falls_to_patience(uid, START + 30 * DAYS, how == 2, tried);
}

/*
 * Who stops one short of CODES_FAILED_MAX gains a try a day: that is what
 * forgiving costs, and why a month has a bound of its own.
 */
static void
no_more_than_one_account_in_a_hundred_falls(void)
{
	static const struct {
		const char *how;
		int from, to; /* accounts */
		int bound;    /* guesses that may be right */
	} attacks[] = {
		{ "codes one by one", 0, 10000, CODES / 100 },
		{ "many codes at once", 10000, 11000, CODES / 100 },
		{ "and a try a day for a month", 11000, 12000,
		    CODES / 100 + 30 },
		{ "registering and restarts", 12000, 13000, CODES / 100 },
		{ "registering and restarts for a month", 13000, 14000,
		    CODES / 100 + 30 },
	};

	for (size_t i = 0; i < LEN(attacks); i++) {
		int fell = 0, n = attacks[i].to - attacks[i].from;
		long tried = 0;

		for (int u = attacks[i].from; u < attacks[i].to; u++) {
			char uid[UID_LEN + 1];

			snprintf(uid, sizeof(uid), "%05d", u);
			admitted = 0;
			fell += falls(uid, (int)i, &tried);
			CHECK(admitted <= attacks[i].bound, "%s: %d guesses",
			    attacks[i].how, admitted);
		}
		CHECK(few(fell, n, tried, attacks[i].how), "%d", fell);
	}
}

/* 10,000 guesses against one live TID: the first ten alone can be right. */
static void
nor_a_tid_to_10000_guesses(void)
{
	struct asker who = { .len = 15 };
	int fell = 0, users = 200;
	long tried = 0;

	net_address(&who.from, "127.0.0.1", 59000);
	for (int u = 0; u < users; u++) {
		struct code c = { .op = OP_LIST };
		struct msg cnf, vld = { .type = MSG_VLD };

		snprintf(c.uid, sizeof(c.uid), "%05d", u);
		memcpy(vld.uid, c.uid, sizeof(vld.uid));
		ticket_grant(&c, START);
		for (int i = 0; i < 10000; i++) {
			snprintf(vld.tid, sizeof(vld.tid), "%04d",
			    1000 + (u * 7 + i) % 9000);
			ticket_use(&vld, &who, START, &cnf);
			tried++;
			if (cnf.op != OP_ERROR)
				break;
		}
		fell += cnf.op != OP_ERROR;
	}
	CHECK(few(fell, users, tried, "TIDs"), "%d", fell);
}

int
main(void)
{
	random_open();
	people_open();
	no_more_than_one_account_in_a_hundred_falls();
	nor_a_tid_to_10000_guesses();
	return test_done("guessing");
}
