/*
 * What somebody gets who knows a password and guesses at the rest: the share of
 * accounts that fall is printed.  That it is at most one in a hundred is
 * checked twice: by the number of guesses that could have been right, which is
 * exact, and by those that were, with room for chance.  Time is our own: an
 * attacker waits as long as is demanded before the next REQ.
 */
#include <string.h>

#include "as/tickets.h"
#include "net/throttle.h"
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

/* 10,000 guesses at once against one live TID: ten alone can be right. */
static void
nor_a_tid_to_10000_guesses(void)
{
	struct asker who = { .len = 15 };
	int fell = 0, users = 200;
	long tried = 0;

	who.from = addr_parse("127.0.0.1", 59000);
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

/*
 * Guesses at the TIDs of a user, at so many a second from some addresses,
 * straight at the AS or through an FS: ours, which holds back, or another's,
 * which does not.
 */
struct siege {
	const char *how;
	int per_second;
	int addresses; /* of those who guess */
	bool by_fs, ours;
	bool at_home;   /* the first of them is the owner's address */
	int since, use; /* s before the TID is granted, and until it is used */
	bool good;      /* it is still good then */
};

static struct throttle inv = { .burst = INV_TRIES, .pace = INV_PACE };
static struct addr fs_addr, client[64];

/* What becomes of a request with this TID; heard: it might have been right. */
static enum op
use_tid(const struct siege *s, const char *uid, const char *tid,
    const struct addr *from, ms_t now)
{
	struct asker who = { .from = s->by_fs ? fs_addr : *from, .len = 15 };
	struct msg cnf, vld = { .type = MSG_VLD };
	unsigned number = person_number(uid);

	if (s->ours && !throttle_allows(&inv, number, *from, now))
		return OP_ERROR;
	memcpy(vld.uid, uid, UID_LEN + 1);
	memcpy(vld.tid, tid, CODE_LEN + 1);
	ticket_use(&vld, &who, now, &cnf);
	if (s->ours && cnf.op == OP_ERROR)
		throttle_count(&inv, number, *from, now);
	else if (s->ours)
		throttle_forgive(&inv, number, *from, now + INV_TRUST);
	return cnf.op;
}

/* One that is not the user's: with it any guess would do as well. */
static void
guess_tid(
    const struct siege *s, const char *uid, const char *but, int i, ms_t now)
{
	char tid[CODE_LEN + 1];

	snprintf(tid, sizeof(tid), "%04d", 1000 + i % 9000);
	if (strcmp(tid, but) != 0)
		use_tid(s, uid, tid, &client[i % s->addresses], now);
}

static void
withstands(const struct siege *s, const char *uid)
{
	struct code c = { .op = OP_LIST };
	struct addr home = client[s->at_home ? 0 : 63];
	char tid[CODE_LEN + 1] = "";
	ms_t now = START, granted = START + s->since * SECONDS;
	enum op op;
	int i = 0;

	memset(inv.owing, 0, sizeof(inv.owing));
	memcpy(c.uid, uid, UID_LEN + 1);
	if (s->at_home) /* he has been here before */
		throttle_forgive(
		    &inv, person_number(uid), home, now + INV_TRUST);
	for (; now < granted + s->use * SECONDS; now += 1000 / s->per_second) {
		if (tid[0] == '\0' && now >= granted)
			memcpy(tid, ticket_grant(&c, now), sizeof(tid));
		guess_tid(s, uid, tid, i++, now);
	}
	op = use_tid(s, uid, tid, &home, now);
	CHECK((op == OP_LIST) == s->good, "%s: op %d after %d s", s->how,
	    (int)op, s->use);
}

/*
 * One address that guesses ends no TID of a user whose FS has another; behind
 * an FS that holds nothing back a person has some seconds.
 */
static void
guesses_end_no_tids_of_others(void)
{
	static const struct siege sieges[] = {
		{ "straight at the AS", 5, 1, false, false, false, 60, 590,
		    true },
		{ "and fast", 500, 1, false, false, false, 5, 590, true },
		{ "through our FS", 5, 1, true, true, false, 60, 590, true },
		{ "just begun", 5, 1, true, true, false, 0, 590, true },
		{ "and fast", 100, 1, true, true, false, 1, 590, true },
		{ "from three addresses", 15, 3, true, true, false, 60, 300,
		    true },
		{ "from the owner's own", 5, 1, true, true, true, 600, 9,
		    true },
		{ "for long", 5, 1, true, true, true, 600, 60, false },
		{ "through another's FS", 5, 1, true, false, false, 600, 9,
		    true },
		{ "for long", 5, 1, true, false, false, 600, 60, false },
	};
	char uid[UID_LEN + 1];

	fs_addr = addr_parse("10.0.0.1", 59000);
	for (int i = 0; i < (int)LEN(client); i++) {
		char ip[16];

		snprintf(ip, sizeof(ip), "10.1.0.%d", i);
		client[i] = addr_parse(ip, 50000);
	}
	for (size_t i = 0; i < LEN(sieges); i++) {
		snprintf(uid, sizeof(uid), "%05d", 20000 + (int)i);
		withstands(&sieges[i], uid);
	}
}

/* However many addresses guess, and however long: exactly counted. */
static void
nor_is_a_tid_guessed_from_many_addresses(void)
{
	const struct siege s = { .addresses = 1 };
	int fell = 0, users = 2000;
	long tried = 0;

	for (int u = 0; u < users; u++) {
		struct code c = { .op = OP_LIST };
		char tid[CODE_LEN + 1];
		enum op op = OP_ERROR;

		snprintf(c.uid, sizeof(c.uid), "%05d", 30000 + u);
		ticket_grant(&c, START);
		for (int i = 0; op == OP_ERROR && i < 9000; i++, tried++) {
			snprintf(tid, sizeof(tid), "%04d",
			    1000 + (u * 7 + i) % 9000);
			op = use_tid(
			    &s, c.uid, tid, &client[i % 60], START + i * 10);
		}
		fell += op != OP_ERROR;
	}
	CHECK(few(fell, users, tried, "TIDs, from 60 addresses"), "%d", fell);
	CHECK(VLD_TID_TRIES * 100 < CODES, "one in a hundred");
	CHECK(INV_TRIES + TID_LIFE / INV_PACE < VLD_ADDRESS_TRIES,
	    "what one client has an FS ask");
}

int
main(void)
{
	random_open();
	people_open();
	no_more_than_one_account_in_a_hundred_falls();
	nor_a_tid_to_10000_guesses();
	guesses_end_no_tids_of_others();
	nor_is_a_tid_guessed_from_many_addresses();
	return test_done("guessing");
}
