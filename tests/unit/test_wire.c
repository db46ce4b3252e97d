#include <string.h>

#include "test.h"
#include "wire.h"

/* Every message of the specification, as it is written there. */
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
	{ F_COUNT_OR_STATUS, "RLS 16 a.txt 10\n" },
	{ F_SIZE, "UPL 12345 7777 a.txt 12345678901 " },
	{ F_END, "RRT NOK 5 " },
	{ F_IP, "REG 12345 abcd1234 1.2.3.400 57001\n" },
	{ F_PORT, "REG 12345 abcd1234 1.2.3.4 65536\n" },
	{ F_END, "HELLO\n" },
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

int
main(void)
{
	every_good_message_survives_a_round_trip();
	every_cut_asks_for_more();
	every_wrong_message_names_its_fault();
	no_mutation_is_accepted_but_not_sayable();
	return test_done("wire");
}
