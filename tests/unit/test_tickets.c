#include <stdlib.h>
#include <string.h>

#include "as/tickets.h"
#include "policy.h"
#include "sys/random.h"
#include "test.h"

#define START 1000000 /* when every test begins; any time would do */

static struct code
code_for(const char *uid, enum op op, const char *fname)
{
	struct msg req = { .type = MSG_REQ, .op = op, .rid = "1234" };
	struct code c;

	memcpy(req.uid, uid, UID_LEN);
	memcpy(req.fname, fname, strlen(fname));
	code_make(&c, &req);
	code_sent(&c, START);
	return c;
}

static bool
redeem(struct code *c, const char *rid, const char *vc, ms_t now)
{
	struct msg aut = { .type = MSG_AUT };

	memcpy(aut.uid, c->uid, sizeof(aut.uid));
	memcpy(aut.rid, rid, sizeof(aut.rid));
	snprintf(aut.vc, sizeof(aut.vc), "%s", vc);
	return code_redeem(c, &aut, now);
}

/* A code of four digits that is not this one. */
static const char *
not_this(const char *code)
{
	static char other[CODE_LEN + 1];

	memcpy(other, code, sizeof(other));
	other[3] = code[3] == '9' ? '0' : (char)(code[3] + 1);
	return other;
}

static void
a_code_is_good_once(void)
{
	struct code c = code_for("10000", OP_RETRIEVE, "a.txt");
	char vc[CODE_LEN + 1];

	memcpy(vc, c.vc, sizeof(vc));
	CHECK(wire_valid(F_VC, vc) && vc[0] != '0', "%s", vc);
	CHECK(c.op == OP_RETRIEVE && strcmp(c.fname, "a.txt") == 0, "kept");
	CHECK(redeem(&c, "1234", vc, START), "%s", vc);
	CHECK(!redeem(&c, "1234", vc, START), "a second time");
	CHECK(!redeem(&c, "1234", "", START), "no code for no code");
}

static void
a_code_dies_after_three_wrong_tries(void)
{
	for (int wrong = 0; wrong <= VC_TRIES; wrong++) {
		struct code c = code_for("10001", OP_LIST, "");
		char vc[CODE_LEN + 1];

		memcpy(vc, c.vc, sizeof(vc));
		for (int i = 0; i < wrong; i++)
			CHECK(
			    !redeem(&c, "1234", not_this(vc), START), "%d", i);
		CHECK(redeem(&c, "1234", vc, START) == (wrong < 3), "%d wrong",
		    wrong);
	}
}

static void
a_code_wants_its_own_rid_and_uid(void)
{
	struct code c = code_for("10002", OP_LIST, "");
	struct msg aut = { .type = MSG_AUT, .uid = "10003", .rid = "1234" };
	char vc[CODE_LEN + 1];

	memcpy(vc, c.vc, sizeof(vc));
	memcpy(aut.vc, vc, sizeof(aut.vc));
	CHECK(!redeem(&c, "1235", vc, START), "another RID");
	CHECK(!code_redeem(&c, &aut, START), "another UID");
	CHECK(redeem(&c, "1234", vc, START), "its own");
}

static void
a_code_lives_five_minutes_from_when_it_was_sent(void)
{
	for (ms_t age = VC_LIFE - 1; age <= VC_LIFE + 1; age++) {
		struct code c = code_for("10004", OP_LIST, "");
		char vc[CODE_LEN + 1];

		memcpy(vc, c.vc, sizeof(vc));
		CHECK(redeem(&c, "1234", vc, START + age) == (age < VC_LIFE),
		    "%ld", (long)age);
		CHECK(!redeem(&c, "1234", vc, START), "dead from then on");
	}
}

/* Codes that were sent before the last try was used up are no way around. */
static void
no_code_is_good_once_the_user_has_failed_too_often(void)
{
	struct code c = code_for("10005", OP_LIST, "");
	char vc[CODE_LEN + 1];

	memcpy(vc, c.vc, sizeof(vc));
	for (int i = 0; i < CODES_FAILED_MAX; i++)
		person_failed(person_of("10005"), START);
	CHECK(!redeem(&c, "1234", vc, START), "after %d", CODES_FAILED_MAX);
}

static struct asker
asker_at(uint16_t port)
{
	struct asker who = { .len = 15 };

	who.from = addr_parse("127.0.0.1", port);
	return who;
}

static void
grant(const char *uid, enum op op, const char *fname, ms_t now,
    char tid[CODE_LEN + 1])
{
	struct code c = code_for(uid, op, fname);

	snprintf(tid, CODE_LEN + 1, "%s", ticket_grant(&c, now));
}

/* The letter of the CNF that answers a VLD. */
static char
asked_by(struct asker who, const char *uid, const char *tid, ms_t now)
{
	struct msg cnf, vld = { .type = MSG_VLD };

	memcpy(vld.uid, uid, UID_LEN);
	memcpy(vld.tid, tid, CODE_LEN);
	ticket_use(&vld, &who, now, &cnf);
	CHECK(cnf.type == MSG_CNF && strcmp(cnf.uid, uid) == 0 &&
		strcmp(cnf.tid, tid) == 0,
	    "%s %s", cnf.uid, cnf.tid);
	return "LRUDXE"[cnf.op];
}

static char
asked(const char *uid, const char *tid, ms_t now)
{
	return asked_by(asker_at(59000), uid, tid, now);
}

static void
a_tid_is_bound_to_its_user_operation_and_file(void)
{
	struct msg cnf, vld = { .type = MSG_VLD, .uid = "20000" };
	struct asker who = asker_at(59000);
	char tid[CODE_LEN + 1];

	grant("20000", OP_UPLOAD, "up.txt", START, tid);
	CHECK(wire_valid(F_TID, tid) && tid[0] != '0', "%s", tid);
	CHECK(asked("20001", tid, START) == 'E', "another user");
	CHECK(asked("20000", not_this(tid), START) == 'E', "another TID");
	memcpy(vld.tid, tid, sizeof(vld.tid));
	CHECK(!ticket_use(&vld, &who, START, &cnf), "not again");
	CHECK(cnf.op == OP_UPLOAD && strcmp(cnf.fname, "up.txt") == 0, "%s",
	    cnf.fname);
	CHECK(ticket_use(&vld, &who, START, &cnf) && cnf.op == OP_UPLOAD,
	    "again");
}

static void
a_tid_lives_ten_minutes(void)
{
	for (ms_t age = TID_LIFE - 1; age <= TID_LIFE + 1; age++) {
		char tid[CODE_LEN + 1];

		grant("20002", OP_LIST, "", START, tid);
		CHECK(asked("20002", tid, START + age) ==
			(age < TID_LIFE ? 'L' : 'E'),
		    "%ld", (long)age);
	}
}

/* Who asks, when, and the answer; each row goes on where the last ended. */
static void
a_used_tid_is_confirmed_again_to_the_same_asker_only(void)
{
	static const struct {
		uint16_t port;
		size_t len;
		ms_t at;
		char answer;
	} rows[] = {
		{ 59000, 15, 0, 'D' },
		{ 59001, 15, 1, 'E' },     /* another port */
		{ 59000, 14, 1, 'E' },     /* other bytes: no newline */
		{ 59000, 15, 4999, 'D' },  /* a resend */
		{ 59000, 15, 9998, 'D' },  /* from the last asking on */
		{ 59000, 15, 14998, 'E' }, /* 5 s later */
		{ 59000, 15, 14999, 'E' },
	};
	char tid[CODE_LEN + 1];

	grant("20003", OP_DELETE, "a.txt", START, tid);
	for (size_t i = 0; i < LEN(rows); i++) {
		struct asker who = asker_at(rows[i].port);

		who.len = rows[i].len;
		CHECK(asked_by(who, "20003", tid, START + rows[i].at) ==
			rows[i].answer,
		    "row %zu", i);
	}
}

static void
a_resend_from_another_host_is_e(void)
{
	struct asker who = asker_at(59000);
	char tid[CODE_LEN + 1];

	grant("20004", OP_LIST, "", START, tid);
	CHECK(asked("20004", tid, START) == 'L', "first");
	who.from = addr_parse("127.0.0.2", 59000);
	CHECK(asked_by(who, "20004", tid, START) == 'E', "another host");
}

static void
sixteen_tids_live_at_once_and_the_oldest_gives_way(void)
{
	char tid[TIDS_LIVE_MAX + 1][CODE_LEN + 1];

	for (int i = 0; i <= TIDS_LIVE_MAX; i++)
		grant("20005", OP_LIST, "", START + i, tid[i]);
	CHECK(asked("20005", tid[0], START + 20) == 'E', "the oldest");
	for (int i = 1; i <= TIDS_LIVE_MAX; i++)
		CHECK(asked("20005", tid[i], START + 20) == 'L', "%d", i);
}

static void
ten_wrong_vlds_kill_the_live_tids_of_their_user(void)
{
	for (int wrong = VLD_TRIES - 1; wrong <= VLD_TRIES; wrong++) {
		char tid[CODE_LEN + 1], later[CODE_LEN + 1],
		    other[CODE_LEN + 1];

		grant("20006", OP_LIST, "", START, tid);
		grant("20007", OP_LIST, "", START, other);
		for (int i = 0; i < wrong; i++)
			CHECK(asked("20006", "0000", START) == 'E', "%d", i);
		grant("20006", OP_LIST, "", START, later);
		CHECK(asked("20006", tid, START) == (wrong < 10 ? 'L' : 'E'),
		    "%d wrong", wrong);
		CHECK(asked("20006", later, START) == 'L', "a newer one");
		CHECK(asked("20007", other, START) == 'L', "another's");
	}
}

/* Hundreds of TIDs within the memory of one user: none comes twice. */
static void
no_tid_comes_again_within_ten_minutes_of_its_use(void)
{
	static bool seen[10000];
	char tid[CODE_LEN + 1];

	for (int i = 0; i < 2000; i++) {
		int n;

		grant("20008", OP_LIST, "", START + i, tid);
		n = (int)strtol(tid, NULL, 10);
		CHECK(n >= 1000 && !seen[n], "%s", tid);
		seen[n] = true;
		CHECK(asked("20008", tid, START + i) == 'L', "%s", tid);
	}
	for (int i = 0; i < 1000; i++) { /* later they may */
		grant("20008", OP_LIST, "", START + 2 * TID_LIFE + i, tid);
		if (seen[strtol(tid, NULL, 10)])
			return;
	}
	CHECK(false, "2,000 TIDs are lost for ever");
}

static void
a_removed_user_has_no_live_tid(void)
{
	char tid[2][CODE_LEN + 1], other[CODE_LEN + 1];

	grant("20009", OP_REMOVE, "", START, tid[0]);
	grant("20009", OP_LIST, "", START, tid[1]);
	grant("20010", OP_LIST, "", START, other);
	CHECK(asked("20009", tid[0], START) == 'X', "remove");
	tickets_drop("20009");
	tickets_drop("20009");
	CHECK(asked("20009", tid[1], START) == 'E', "live before");
	CHECK(asked("20009", tid[0], START) == 'X', "its resend");
	CHECK(asked("20010", other, START) == 'L', "another user's");
}

/* It goes on meaning that removal.  By chance one of these would be it. */
static void
the_tid_of_the_last_removal_is_granted_no_more(void)
{
	struct person *p = person_of("20011");
	char tid[CODE_LEN + 1];
	int same = 0;

	memcpy(p->removal, "4321", sizeof(p->removal));
	for (int i = 0; i < 90000; i++) {
		grant("20011", OP_LIST, "", START, tid);
		same += strcmp(tid, "4321") == 0;
	}
	CHECK(same == 0, "granted %d times", same);
}

static void
a_tid_whose_use_has_failed_is_e_also_to_its_asker(void)
{
	struct msg vld = { .type = MSG_VLD, .uid = "20012" };
	char tid[CODE_LEN + 1];

	grant("20012", OP_REMOVE, "", START, tid);
	memcpy(vld.tid, tid, sizeof(vld.tid));
	CHECK(asked("20012", tid, START) == 'X', "use");
	ticket_void(&vld);
	CHECK(asked("20012", tid, START) == 'E', "again");
	vld.tid[0] = '0';
	ticket_void(&vld); /* none such: nothing happens */
}

/* The last test: it takes all tickets that there are. */
static void
a_full_table_refuses_and_recovers(void)
{
	ms_t now = START + 10 * TID_LIFE;
	char uid[UID_LEN + 1], tid[CODE_LEN + 1], first[CODE_LEN + 1];
	int granted = 0;

	for (int u = 40000; u < 43000; u++)
		for (int i = 0; i < TIDS_LIVE_MAX; i++) {
			snprintf(uid, sizeof(uid), "%05d", u);
			grant(uid, OP_LIST, "", now, tid);
			granted += strcmp(tid, "0") != 0;
			if (u == 40000 && i == 0)
				memcpy(first, tid, sizeof(first));
		}
	CHECK(granted > 30000 && granted < 48000, "%d", granted);
	grant("50000", OP_LIST, "", now, tid);
	CHECK(strcmp(tid, "0") == 0, "a TID beyond all: %s", tid);
	CHECK(asked("40000", first, now) == 'L', "others live on");
	grant("50000", OP_LIST, "", now, tid);
	CHECK(asked("50000", tid, now) == 'L', "a used one gave way");
	now += TID_LIFE;
	for (int i = 0; i < 2; i++) { /* nobody used theirs: they expire */
		grant("50001", OP_LIST, "", now, tid);
		CHECK(strcmp(tid, "0") != 0, "all have expired, yet no room");
	}
}

int
main(void)
{
	random_open();
	people_open();
	a_code_is_good_once();
	a_code_dies_after_three_wrong_tries();
	a_code_wants_its_own_rid_and_uid();
	a_code_lives_five_minutes_from_when_it_was_sent();
	no_code_is_good_once_the_user_has_failed_too_often();
	a_tid_is_bound_to_its_user_operation_and_file();
	a_tid_lives_ten_minutes();
	a_used_tid_is_confirmed_again_to_the_same_asker_only();
	a_resend_from_another_host_is_e();
	sixteen_tids_live_at_once_and_the_oldest_gives_way();
	ten_wrong_vlds_kill_the_live_tids_of_their_user();
	no_tid_comes_again_within_ten_minutes_of_its_use();
	a_removed_user_has_no_live_tid();
	the_tid_of_the_last_removal_is_granted_no_more();
	a_tid_whose_use_has_failed_is_e_also_to_its_asker();
	a_full_table_refuses_and_recovers();
	return test_done("tickets");
}
