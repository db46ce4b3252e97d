/*
 * What somebody gets who knows a password and guesses at the rest.  Each code
 * is one of 9,000, all equally likely and known to nobody, so a guess that
 * would be taken if it were right is worth 1 in 9,000, and any other nothing.
 * An attack is played to its end with wrong guesses alone; before each we ask,
 * with a copy, whether the right one would be taken.  The count is exact, and
 * at most one in a hundred: 90.  Time is our own: an attacker waits as long as
 * is demanded.
 */
#include <string.h>

#include "as/tickets.h"
#include "net/throttle.h"
#include "policy.h"
#include "sys/random.h"
#include "test.h"

#define START (1000 * MINUTES)
#define MONTH (30 * 24 * 60 * (ms_t)MINUTES)
#define TRIES 100000
#define CODES 9000

static struct addr client[64];

/* Of one attack. */
struct toll {
	long tried;
	int worth; /* guesses that would have been taken if they were right */
};

/* One AUT, which is wrong; the code is looked at, to know what it was worth. */
static void
guess(struct code *c, ms_t now, struct toll *toll)
{
	struct msg aut = { .type = MSG_AUT, .rid = "1234" };
	struct code copy = *c;

	memcpy(aut.uid, c->uid, sizeof(aut.uid));
	memcpy(aut.vc, c->vc, sizeof(aut.vc));
	toll->tried++;
	toll->worth += code_redeem(&copy, &aut, now);
	aut.vc[0] = aut.vc[0] == '9' ? '1' : '9';
	CHECK(!code_redeem(c, &aut, now), "a wrong code");
	person_failed(person_of(c->uid), now);
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
 * One code after another, three guesses each, up to TRIES within a time; or,
 * stop_short, never the last one before no more are heard, but a try a day.
 */
static void
be_patient(const char *uid, ms_t end, bool stop_short, struct toll *toll)
{
	struct person *p = person_of(uid);
	struct code c = { .op = OP_LIST };
	ms_t now = START, at;

	while (toll->tried < TRIES) {
		if (stop_short && p->failed == CODES_FAILED_MAX - 1)
			now = p->failed_at + CODES_FORGIVEN;
		if (c.vc[0] == '\0' || now >= c.expires) {
			at = person_next_code_at(p, now);
			now = at > now ? at : now;
			if (at == NEVER || now >= end)
				return;
			ask(&c, uid, now);
		}
		guess(&c, now, toll);
	}
}

/* Many codes first, in a connection each, and only then the guesses. */
static void
hoard(const char *uid, struct toll *toll)
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
		while (c[i].vc[0] != '\0')
			guess(&c[i], now, toll);
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
		person_new_device(p, now);
}

/*
 * Codes one by one; after each the AS is restarted, or not, and devices
 * register; the owner, who is there too, enters a right code between two.
 */
static void
keep_registering(const char *uid, ms_t end, bool restarts, struct toll *toll)
{
	struct person *p = person_of(uid);
	struct code c = { .op = OP_LIST };
	ms_t now = START;

	while (now < end) {
		ms_t at = person_next_code_at(p, now);

		if (at == NEVER) {
			now += CODES_FORGIVEN;
			person_new_device(p, now);
			continue;
		}
		now = at > now ? at : now;
		ask(&c, uid, now);
		while (c.vc[0] != '\0')
			guess(&c, now, toll);
		person_proved(p, 0);
		if (restarts)
			restart_and_register(p, now);
		else
			person_new_device(p, now);
	}
}

static void
attack(int how, const char *uid, struct toll *toll)
{
	switch (how) {
	case 0:
		be_patient(uid, START + MONTH, false, toll);
		break;
	case 1:
		hoard(uid, toll);
		break;
	case 2:
		be_patient(uid, START + MONTH, true, toll);
		break;
	case 3:
		keep_registering(uid, START + MONTH, true, toll);
		break;
	default:
		keep_registering(uid, START + MONTH, false, toll);
	}
}

/* worth guesses at something that has one of CODES values. */
static void
tell(const char *how, long tried, int worth)
{
	printf("guessing: %s: %ld tries, of which %d count: %.3f %%\n", how,
	    tried, worth, 100.0 * worth / CODES);
	CHECK(worth * 100 <= CODES, "%s: more than one in a hundred", how);
	CHECK(worth >= 3, "%s: nothing was tried", how);
}

static void
no_more_than_one_account_in_a_hundred_falls(void)
{
	static const struct {
		const char *how;
		int at_least; /* what it is worth, or it was not played */
	} attacks[] = {
		{ "codes one by one", CODES_FAILED_MAX },
		{ "many codes at once", CODES_FAILED_MAX },
		{ "a try a day for a month", CODES_FAILED_MAX + 20 },
		{ "registering and restarts for a month",
		    CODES_FAILED_MAX + CODES_EXCUSED_MAX },
		{ "registering for a month",
		    CODES_FAILED_MAX + CODES_EXCUSED_MAX + 20 },
	};

	for (int i = 0; i < (int)LEN(attacks); i++) {
		struct toll toll = { 0, 0 };
		char uid[UID_LEN + 1];

		snprintf(uid, sizeof(uid), "%05d", i);
		attack(i, uid, &toll);
		tell(attacks[i].how, toll.tried, toll.worth);
		CHECK(toll.worth >= attacks[i].at_least, "%s: %d",
		    attacks[i].how, toll.worth);
	}
}

/*
 * n guesses at one live TID, from so many addresses, one in pause ms.  Its
 * operation is the one of which can be asked whether it would be taken.
 */
static void
guess_at_a_tid(
    const char *how, const char *uid, int n, int addresses, int pause)
{
	struct code c = { .op = OP_REMOVE };
	struct msg cnf, vld = { .type = MSG_VLD };
	int worth = 0;

	memcpy(c.uid, uid, UID_LEN + 1);
	memcpy(vld.uid, uid, UID_LEN + 1);
	memcpy(c.vc, ticket_grant(&c, START), CODE_LEN + 1);
	for (int i = 0; i < n; i++) {
		struct asker who = { .len = 15 };
		ms_t now = START + i * pause;

		who.from = client[i % addresses];
		memcpy(vld.tid, c.vc, sizeof(vld.tid));
		worth += ticket_removes(&vld, &who, now);
		vld.tid[0] = vld.tid[0] == '9' ? '1' : '9';
		ticket_use(&vld, &who, now, &cnf);
		CHECK(cnf.op == OP_ERROR, "a wrong TID");
	}
	tell(how, n, worth);
}

static void
nor_a_tid(void)
{
	guess_at_a_tid("a TID, at once", "30000", 10000, 1, 0);
	guess_at_a_tid("a TID, in its life", "30001", 60000, 1, 10);
	guess_at_a_tid("a TID, from 60 addresses", "30002", 60000, 60, 10);
	CHECK(INV_TRIES < VLD_TRIES, "one client's burst leaves the owner's");
	CHECK(INV_TRIES + TID_LIFE / INV_PACE < VLD_ADDRESS_TRIES,
	    "what one client has an FS ask");
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
static struct addr fs_addr;

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
	for (size_t i = 0; i < LEN(sieges); i++) {
		snprintf(uid, sizeof(uid), "%05d", 20000 + (int)i);
		withstands(&sieges[i], uid);
	}
}

int
main(void)
{
	random_open();
	people_open();
	for (int i = 0; i < (int)LEN(client); i++) {
		char ip[16];

		snprintf(ip, sizeof(ip), "10.1.0.%d", i);
		client[i] = addr_parse(ip, 50000);
	}
	no_more_than_one_account_in_a_hundred_falls();
	nor_a_tid();
	guesses_end_no_tids_of_others();
	return test_done("guessing");
}
