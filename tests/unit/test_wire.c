#include <string.h>

#include "proto/wire.h"
#include "test.h"

/* Every message of the specification, as it is written there. */
#define TEXT_OF_(n) #n
#define TEXT_OF(n)  TEXT_OF_(n)

static const struct {
	enum msg_type type;
	const char *text;
} good[] = {
	{ MSG_REG, "REG 12345 abcd1234 127.0.0.1 57001\n" },
	{ MSG_RRG, "RRG OK\n" },
	{ MSG_RRG, "RRG NOK\n" },
	{ MSG_VLC, "VLC 12345 0042 L\n" },
	{ MSG_VLC, "VLC 12345 0042 U report.txt\n" },
	{ MSG_RVC, "RVC 12345 OK\n" },
	{ MSG_UNR, "UNR 12345 abcd1234\n" },
	{ MSG_RUN, "RUN NOK\n" },
	{ MSG_LOG, "LOG 12345 abcd1234\n" },
	{ MSG_RLO, "RLO ERR\n" },
	{ MSG_REQ, "REQ 12345 9999 R a.txt\n" },
	{ MSG_REQ, "REQ 12345 1234 X\n" },
	{ MSG_RRQ, "RRQ EFOP\n" },
	{ MSG_AUT, "AUT 12345 1234 0042\n" },
	{ MSG_RAU, "RAU 7777\n" },
	{ MSG_RAU, "RAU 0\n" },
	{ MSG_VLD, "VLD 12345 7777\n" },
	{ MSG_CNF, "CNF 12345 7777 D a.txt\n" },
	{ MSG_CNF, "CNF 12345 7777 E\n" },
	{ MSG_LST, "LST 12345 7777\n" },
	{ MSG_RLS, "RLS 2 a.txt 10 b-_.c.pdf 9999999999\n" },
	{ MSG_RLS, "RLS EOF\n" },
	{ MSG_RTV, "RTV 12345 7777 a.txt\n" },
	{ MSG_RRT, "RRT OK 12 " },
	{ MSG_RRT, "RRT INV\n" },
	{ MSG_UPL, "UPL 12345 7777 a.txt 0 " },
	{ MSG_RUP, "RUP FULL\n" },
	{ MSG_DEL, "DEL 12345 7777 a.txt\n" },
	{ MSG_RDL, "RDL EOF\n" },
	{ MSG_REM, "REM 12345 7777\n" },
	{ MSG_RRM, "RRM OK\n" },
	{ MSG_ERR, "ERR\n" },
	{ MSG_REG, "REG 00000 AZaz0909 0.0.0.0 1\n" },
	{ MSG_REG, "REG 99999 00000000 255.255.255.255 65535\n" },
	{ MSG_REG, "REG 12345 abcd1234 010.001.000.099 57001\n" },
	{ MSG_RTV, "RTV 12345 0000 aaaaaaaaaaaaaaaaaaaa.txt\n" },
	{ MSG_RTV, "RTV 12345 7777 two.dots.txt\n" },
	{ MSG_DEL, "DEL 12345 7777 .a.txt\n" },
	{ MSG_DEL, "DEL 12345 7777 ..txt\n" },
	{ MSG_DEL, "DEL 12345 7777 -_Z9.A1z\n" },
	{ MSG_UPL, "UPL 12345 7777 a.txt 9999999999 " },
	{ MSG_RLS, "RLS 1 a.txt 0\n" },
	{ MSG_RLS, "RLS NOK\n" },
	{ MSG_RRQ, "RRQ EUSER\n" },
	{ MSG_RVC, "RVC 12345 NOK\n" },
};

/* What is accepted, and how it is said again. */
static const struct {
	const char *heard, *said;
} lenient[] = {
	{ "UPL 12345 7777 a.txt 0000000012 ", "UPL 12345 7777 a.txt 12 " },
	{ "UPL 12345 7777 a.txt 000 ", "UPL 12345 7777 a.txt 0 " },
	{ "RRT OK 007 ", "RRT OK 7 " },
	{ "REG 12345 abcd1234 1.2.3.4 00080\n",
	    "REG 12345 abcd1234 1.2.3.4 80\n" },
	{ "RLS 1 a.txt 10 \n", "RLS 1 a.txt 10\n" },
	{ "RLS 01 a.txt 010\n", "RLS 1 a.txt 10\n" },
};

static const struct {
	enum field bad;
	const char *text;
} wrong[] = {
	{ F_UID, "LOG 1234 abcd1234\n" },
	{ F_UID, "LOG  12345 abcd1234\n" },
	{ F_PASS, "LOG 12345 abcd123!\n" },
	{ F_PASS, "LOG 12345\n" },
	{ F_END, "LOG 12345 abcd1234 \n" },
	{ F_END, "LOG 12345 abcd1234\r\n" },
	{ F_OP, "REQ 12345 1234 Z\n" },
	{ F_FNAME_IF_OP, "REQ 12345 1234 R\n" },
	{ F_FNAME_IF_OP, "REQ 12345 1234 R ../x.txt\n" },
	{ F_END, "REQ 12345 1234 L a.txt\n" },
	{ F_STATUS, "RUP EOF\n" },
	{ F_LISTING, "RLS 2 a.txt 10\n" },
	{ F_COUNT_OR_STATUS, "RLS " TEXT_OF(FILES_MAX) "6 a.txt 10\n" },
	{ F_SIZE, "UPL 12345 7777 a.txt 12345678901 " },
	{ F_END, "RRT NOK 5 " },
	{ F_IP, "REG 12345 abcd1234 1.2.3.400 57001\n" },
	{ F_PORT, "REG 12345 abcd1234 1.2.3.4 65536\n" },
	{ F_UID, "LOG\n" },
	{ F_UID, "LOG \n" },
	{ F_UID, "LOG 123456 abcd1234\n" },
	{ F_UID, "LOG 1234a abcd1234\n" },
	{ F_UID, "LOG -1234 abcd1234\n" },
	{ F_PASS, "LOG 12345 abcd12345\n" },
	{ F_PASS, "LOG 12345  abcd1234\n" },
	{ F_UID, "LOG 12345\tabcd1234\n" },
	{ F_PASS, "UNR 12345 abcd123\xe9\n" },
	{ F_END, "UNR 12345 abcd1234 x\n" },
	{ F_RID, "REQ 12345 123 L\n" },
	{ F_RID, "REQ 12345 12345 L\n" },
	{ F_OP, "REQ 12345 1234 l\n" },
	{ F_OP, "REQ 12345 1234 E\n" },
	{ F_OP, "REQ 12345 1234 LL\n" },
	{ F_OP, "REQ 12345 1234\n" },
	{ F_END, "REQ 12345 1234 X a.txt\n" },
	{ F_END, "REQ 12345 1234 R a.txt b.txt\n" },
	{ F_FNAME, "RTV 12345 7777 aaaaaaaaaaaaaaaaaaaaa.txt\n" },
	{ F_FNAME, "RTV 12345 7777 .txt\n" },
	{ F_FNAME, "RTV 12345 7777 a.tx\n" },
	{ F_FNAME, "RTV 12345 7777 a.text\n" },
	{ F_FNAME, "RTV 12345 7777 a.t-t\n" },
	{ F_FNAME, "RTV 12345 7777 a..xt\n" },
	{ F_FNAME, "RTV 12345 7777 a/b.txt\n" },
	{ F_FNAME, "RTV 12345 7777 a*b.txt\n" },
	{ F_FNAME, "DEL 12345 7777\n" },
	{ F_TID, "LST 12345\n" },
	{ F_TID, "REM 12345 77777\n" },
	{ F_END, "REM 12345 7777 \n" },
	{ F_TID_OR_0, "RAU 00\n" },
	{ F_TID_OR_0, "RAU 1\n" },
	{ F_TID_OR_0, "RAU 12345\n" },
	{ F_STATUS, "RLO EOF\n" },
	{ F_STATUS, "RRM EOF\n" },
	{ F_STATUS, "RDL OKAY\n" },
	{ F_STATUS, "RDL ok\n" },
	{ F_STATUS, "RVC 12345 ERR\n" },
	{ F_COUNT_OR_STATUS, "RLS 0\n" },
	{ F_COUNT_OR_STATUS, "RLS OK\n" },
	{ F_LISTING, "RLS 1\n" },
	{ F_LISTING, "RLS 1 a.txt 10 b.txt 10\n" },
	{ F_LISTING, "RLS 1 a.txt 10  \n" },
	{ F_LISTING, "RLS 1 a.txt\n" },
	{ F_LISTING, "RLS 1 aaaaaaaaaaaaaaaaaaaaa.txt 10\n" },
	{ F_LISTING, "RLS 1 a.txt x\n" },
	{ F_LISTING, "RLS 1 a.txt 12345678901\n" },
	{ F_END, "RLS EOF \n" },
	{ F_END, "RLS EOF a.txt 10\n" },
	{ F_SIZE, "UPL 12345 7777 a.txt -1 " },
	{ F_SIZE, "UPL 12345 7777 a.txt 1x " },
	{ F_SIZE, "UPL 12345 7777 a.txt\n" },
	{ F_END, "UPL 12345 7777 a.txt 5\n" },
	{ F_SIZE_IF_OK, "RRT OK\n" },
	{ F_END, "RRT OK 5\n" },
	{ F_IP, "REG 12345 abcd1234 256.0.0.1 57001\n" },
	{ F_IP, "REG 12345 abcd1234 1.2.3.0004 57001\n" },
	{ F_IP, "REG 12345 abcd1234 1.2.3 57001\n" },
	{ F_IP, "REG 12345 abcd1234 1.2.3.4.5 57001\n" },
	{ F_IP, "REG 12345 abcd1234 1.2..4 57001\n" },
	{ F_IP, "REG 12345 abcd1234 1.2.3. 57001\n" },
	{ F_IP, "REG 12345 abcd1234 localhost 57001\n" },
	{ F_PORT, "REG 12345 abcd1234 1.2.3.4 0\n" },
	{ F_PORT, "REG 12345 abcd1234 1.2.3.4 00000\n" },
	{ F_PORT, "REG 12345 abcd1234 1.2.3.4 000080\n" },
	{ F_PORT, "REG 12345 abcd1234 1.2.3.4 +80\n" },
	{ F_PORT, "REG 12345 abcd1234 1.2.3.4\n" },
	{ F_OP_OR_E, "CNF 12345 7777 Q\n" },
	{ F_END, "CNF 12345 7777 E a.txt\n" },
	{ F_END, "ERR \n" },
	{ F_END, "ERR x\n" },
	{ F_END, "HELLO\n" },
	{ F_END, "log 12345 abcd1234\n" },
	{ F_END, " LOG 12345 abcd1234\n" },
	{ F_END, "LOGX 12345 abcd1234\n" },
	{ F_END, "LO\n" },
	{ F_END, "\n" },
};

static void
every_good_message_survives_a_round_trip(void)
{
	bool seen[MSG_TYPES] = { [MSG_UNKNOWN] = true };

	for (size_t i = 0; i < LEN(good); i++) {
		const char *text = good[i].text;
		char back[WIRE_HEAD_MAX];
		size_t used = 0, n = strlen(text);
		struct msg m;

		CHECK(wire_parse(text, n, &used, &m) == WIRE_OK, "%s", text);
		CHECK(m.type == good[i].type && used == n, "%s", text);
		CHECK(wire_format(back, sizeof(back), &m) == n, "%s", text);
		CHECK(memcmp(back, text, n) == 0, "%s != %s", back, text);
		seen[m.type] = true;
	}
	for (int t = 0; t < MSG_TYPES; t++)
		CHECK(seen[t], "message type %d has no example", t);
}

static void
every_cut_asks_for_more(void)
{
	for (size_t i = 0; i < LEN(good); i++)
		for (size_t n = 0; n < strlen(good[i].text); n++) {
			size_t used;
			struct msg m;

			CHECK(
			    wire_parse(good[i].text, n, &used, &m) == WIRE_MORE,
			    "%.*s", (int)n, good[i].text);
		}
}

static void
every_wrong_message_names_its_fault(void)
{
	for (size_t i = 0; i < LEN(wrong); i++) {
		size_t used, n = strlen(wrong[i].text);
		struct msg m;

		CHECK(wire_parse(wrong[i].text, n, &used, &m) == WIRE_BAD &&
			used == n,
		    "%s", wrong[i].text);
		if (strchr(wrong[i].text, '\r') == NULL)
			CHECK(m.bad == wrong[i].bad, "field %d: %s", m.bad,
			    wrong[i].text);
	}
}

static bool
same_meaning(const char *text, const struct msg *m)
{
	size_t used;
	struct msg back;

	return wire_parse(text, strlen(text), &used, &back) == WIRE_OK &&
	    memcmp(&back, m, sizeof(back)) == 0;
}

/* Whatever one changed byte does, an accepted message can be said again. */
static void
no_mutation_is_accepted_but_not_sayable(void)
{
	static const char bytes[] = { 0, ' ', '\n', '\r', '/', '.', '0', 'Z',
		-1 };

	for (size_t i = 0; i < LEN(good); i++)
		for (size_t at = 0; at < strlen(good[i].text); at++)
			for (size_t b = 0; b < sizeof(bytes); b++) {
				char text[WIRE_HEAD_MAX], back[WIRE_HEAD_MAX];
				size_t used, n = strlen(good[i].text);
				struct msg m;

				memcpy(text, good[i].text, n);
				text[at] = bytes[b];
				if (wire_parse(text, n, &used, &m) != WIRE_OK)
					continue;
				CHECK(
				    wire_format(back, sizeof(back), &m) != 0 &&
					same_meaning(back, &m),
				    "%.*s", (int)n, text);
			}
}

/* The wanted answer to n bytes that start with head and go on with x. */
static enum wire_result
parse_padded(const char *head, size_t n, bool newline)
{
	char text[2 * WIRE_HEAD_MAX];
	size_t used, len = strlen(head);
	struct msg m;

	memset(text, 'x', sizeof(text));
	memcpy(text, head, len);
	if (newline)
		text[n++] = '\n';
	return wire_parse(text, n, &used, &m);
}

static void
a_line_is_bounded(void)
{
	static const struct {
		const char *head;
		size_t n;
		bool newline;
		enum wire_result want;
	} rows[] = {
		{ "LOG ", 128, true, WIRE_BAD },
		{ "LOG ", 128, false, WIRE_MORE },
		{ "LOG ", 129, true, WIRE_LONG },
		{ "LOG ", 129, false, WIRE_LONG },
		{ "QQQ ", 128, true, WIRE_BAD },
		{ "QQQ ", 129, true, WIRE_LONG },
		{ "UPL 12345 7777 a.txt ", 128, false, WIRE_MORE },
		{ "UPL 12345 7777 a.txt ", 129, false, WIRE_LONG },
		{ "RLS 1 ", 129, true, WIRE_BAD },
		{ "RLS 1 ", WIRE_HEAD_MAX - 1, false, WIRE_MORE },
		{ "RLS 1 ", WIRE_HEAD_MAX, false, WIRE_LONG },
	};

	for (size_t i = 0; i < LEN(rows); i++)
		CHECK(parse_padded(rows[i].head, rows[i].n, rows[i].newline) ==
			rows[i].want,
		    "%s, %zu bytes", rows[i].head, rows[i].n);
}

static void
what_is_lenient_to_hear_is_strict_to_say(void)
{
	for (size_t i = 0; i < LEN(lenient); i++) {
		char back[WIRE_HEAD_MAX] = "";
		const char *heard = lenient[i].heard;
		size_t used;
		struct msg m;

		CHECK(wire_parse(heard, strlen(heard), &used, &m) == WIRE_OK,
		    "%s", heard);
		wire_format(back, sizeof(back), &m);
		CHECK(strcmp(back, lenient[i].said) == 0, "%s", back);
	}
}

/* "REQ ... " with 4 or 5 words and a wrong one is told from a wrong count. */
static void
a_bad_request_tells_how_many_words_it_has(void)
{
	static const struct {
		const char *text;
		unsigned words;
	} rows[] = {
		{ "REQ\n", 1 },
		{ "REQ 12345\n", 2 },
		{ "REQ 12345 1234\n", 3 },
		{ "REQ 12345 1234 Z\n", 4 },
		{ "REQ 12345 1234 L a.txt\n", 5 },
		{ "REQ 12345 1234 R a.txt b\n", 6 },
		{ "REQ  12345 1234 R\n", 5 },
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		size_t used;
		struct msg m;

		CHECK(wire_parse(rows[i].text, strlen(rows[i].text), &used,
			  &m) == WIRE_BAD &&
			m.words == rows[i].words,
		    "%u: %s", m.words, rows[i].text);
	}
}

static void
only_the_first_message_of_a_stream_is_taken(void)
{
	static const char two[] = "RLO OK\nERR\n";
	size_t used;
	struct msg m;

	CHECK(wire_parse(two, strlen(two), &used, &m) == WIRE_OK, "%s", two);
	CHECK(used == 7 && m.type == MSG_RLO && m.newline, "%zu", used);
}

static void
a_full_listing_fits(void)
{
	char text[WIRE_HEAD_MAX], back[WIRE_HEAD_MAX];
	size_t used, n;
	struct msg m = { .type = MSG_RLS, .nfiles = FILES_MAX };

	for (int i = 0; i < FILES_MAX; i++) {
		snprintf(m.file[i].name, sizeof(m.file[i].name),
		    "abcdefghijklmnopqr%02d.txt", i);
		m.file[i].size = FSIZE_MAX;
	}
	n = wire_format(text, sizeof(text), &m);
	CHECK(n > 36 * FILES_MAX && n < WIRE_HEAD_MAX, "%zu", n);
	CHECK(wire_parse(text, n, &used, &m) == WIRE_OK, "%s", text);
	CHECK(wire_format(back, sizeof(back), &m) == n, "%s", back);
	for (size_t room = 0; room <= n; room++)
		CHECK(wire_format(back, room, &m) == 0, "room %zu", room);
	CHECK(wire_format(back, n + 1, &m) == n, "room for all");
}

int
main(void)
{
	every_good_message_survives_a_round_trip();
	every_cut_asks_for_more();
	every_wrong_message_names_its_fault();
	no_mutation_is_accepted_but_not_sayable();
	a_line_is_bounded();
	what_is_lenient_to_hear_is_strict_to_say();
	a_bad_request_tells_how_many_words_it_has();
	only_the_first_message_of_a_stream_is_taken();
	a_full_listing_fits();
	return test_done("wire");
}
