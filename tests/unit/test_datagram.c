/* The rest of wire.h: datagrams, refusals, descriptions, single fields. */
#include <string.h>

#include "proto/wire.h"
#include "test.h"

#define TEXT(s) (s), sizeof(s) - 1

static const struct {
	enum wire_result want;
	enum msg_type type;
	const char *text;
	size_t n;
} datagrams[] = {
	{ WIRE_OK, MSG_VLD, TEXT("VLD 12345 7777\n") },
	{ WIRE_OK, MSG_VLD, TEXT("VLD 12345 7777") },
	{ WIRE_OK, MSG_VLD, TEXT("VLD 12345 7777\n\0") },
	{ WIRE_OK, MSG_VLD, TEXT("VLD 12345 7777\n\0\0\0\0") },
	{ WIRE_OK, MSG_VLD, TEXT("VLD 12345 7777\0") },
	{ WIRE_OK, MSG_REG,
	    TEXT("REG 12345 abcd1234 255.255.255.255 65535\n") },
	{ WIRE_OK, MSG_ERR, TEXT("ERR\n") },
	{ WIRE_OK, MSG_ERR, TEXT("ERR") },
	{ WIRE_OK, MSG_RRG, TEXT("RRG OK\nwhatever \1\n") },
	{ WIRE_OK, MSG_RVC, TEXT("RVC 12345 OK\n\0") },
	{ WIRE_OK, MSG_CNF, TEXT("CNF 12345 7777 R a.txt\n\n\n") },
	{ WIRE_BAD, MSG_VLD, TEXT("VLD 12345 7777\nx") },
	{ WIRE_BAD, MSG_VLD, TEXT("VLD 12345 7777\n\n") },
	{ WIRE_BAD, MSG_VLD, TEXT("VLD 12345 7777\n\0x") },
	{ WIRE_BAD, MSG_VLD, TEXT("VLD 12345 7777\0x") },
	{ WIRE_BAD, MSG_VLD, TEXT("VLD 12345\0 7777\n") },
	{ WIRE_BAD, MSG_VLD, TEXT("VLD 12345 7777 ") },
	{ WIRE_BAD, MSG_VLD, TEXT("VLD 12345 7777\r\n") },
	{ WIRE_BAD, MSG_VLD, TEXT("VLD 12345 7777 L\n") },
	{ WIRE_BAD, MSG_VLD, TEXT("VLD\n") },
	{ WIRE_BAD, MSG_VLD, TEXT("VLD") },
	{ WIRE_BAD, MSG_UNR,
	    TEXT("UNR 12345 abcd1234                                 "
		 "                            \n") },
	{ WIRE_BAD, MSG_UPL, TEXT("UPL 12345 7777 a.txt 5 ") },
	{ WIRE_BAD, MSG_UNKNOWN, TEXT("") },
	{ WIRE_BAD, MSG_UNKNOWN, TEXT("\n") },
	{ WIRE_BAD, MSG_UNKNOWN, TEXT("\0") },
	{ WIRE_BAD, MSG_UNKNOWN, TEXT("VL") },
	{ WIRE_BAD, MSG_UNKNOWN, TEXT("\nVLD 12345 7777\n") },
	{ WIRE_BAD, MSG_UNKNOWN, TEXT("vld 12345 7777\n") },
};

static void
a_datagram_is_one_whole_message(void)
{
	for (size_t i = 0; i < LEN(datagrams); i++) {
		struct msg m;
		enum wire_result result =
		    wire_parse_datagram(datagrams[i].text, datagrams[i].n, &m);

		CHECK(result == datagrams[i].want, "%zu: %s", i,
		    datagrams[i].text);
		CHECK(m.type == datagrams[i].type, "%zu: %s", i,
		    datagrams[i].text);
	}
}

/* Long ones, of a known verb and not, with and without an end in them. */
static void
a_long_datagram_is_malformed(void)
{
	static char text[1024];

	for (size_t n = WIRE_TEXT_MAX - 1; n <= sizeof(text); n++) {
		struct msg m;

		memset(text, '7', sizeof(text));
		CHECK(wire_parse_datagram(text, n, &m) == WIRE_BAD &&
			m.type == MSG_UNKNOWN,
		    "%zu", n);
		memcpy(text, "VLD ", 4);
		CHECK(wire_parse_datagram(text, n, &m) == WIRE_BAD &&
			m.type == MSG_VLD,
		    "%zu", n);
	}
	memcpy(text, "RRG OK\n", 7); /* a reply with much behind it is one */
	CHECK(wire_parse_datagram(text, sizeof(text),
		  &(struct msg){ .type = MSG_UNKNOWN }) == WIRE_OK,
	    "RRG OK and junk");
	memset(text, '\0', sizeof(text));
	memcpy(text, "VLD 12345 7777", 14);
	CHECK(wire_parse_datagram(text, sizeof(text),
		  &(struct msg){ .type = MSG_UNKNOWN }) == WIRE_OK,
	    "VLD and 1,010 NULs");
}

static const struct {
	enum msg_type request;
	const char *fault, *ok;
} refusals[] = {
	{ MSG_REG, "RRG NOK\n", "RRG OK\n" },
	{ MSG_UNR, "RUN NOK\n", "RUN OK\n" },
	{ MSG_LOG, "RLO ERR\n", "RLO OK\n" },
	{ MSG_REQ, "RRQ ERR\n", "RRQ OK\n" },
	{ MSG_AUT, "RAU 0\n", "RAU 0\n" },
	{ MSG_VLC, "ERR\n", NULL }, /* RVC and CNF want a UID first */
	{ MSG_VLD, "ERR\n", NULL },
	{ MSG_LST, "RLS ERR\n", NULL }, /* OK wants a count */
	{ MSG_RTV, "RRT ERR\n", "RRT OK 0 " },
	{ MSG_UPL, "RUP ERR\n", "RUP OK\n" },
	{ MSG_DEL, "RDL ERR\n", "RDL OK\n" },
	{ MSG_REM, "RRM ERR\n", "RRM OK\n" },
	{ MSG_UNKNOWN, "ERR\n", "ERR\n" },
	{ MSG_CNF, "ERR\n", "ERR\n" }, /* a reply is no request */
	{ MSG_ERR, "ERR\n", "ERR\n" },
};

static void
every_request_has_its_refusal(void)
{
	bool seen[MSG_TYPES] = { [MSG_UNKNOWN] = true };

	for (size_t i = 0; i < LEN(refusals); i++) {
		char out[WIRE_HEAD_MAX] = "";
		struct msg reply;

		seen[refusals[i].request] = true;
		wire_fault(&reply, refusals[i].request);
		CHECK(wire_format(out, sizeof(out), &reply) ==
			strlen(refusals[i].fault),
		    "%s", out);
		CHECK(strcmp(out, refusals[i].fault) == 0, "%s", out);
		wire_reply(&reply, refusals[i].request, ST_OK);
		if (refusals[i].ok == NULL)
			CHECK(wire_format(out, sizeof(out), &reply) == 0, "%s",
			    out);
		else
			CHECK(wire_format(out, sizeof(out), &reply) > 0 &&
				strcmp(out, refusals[i].ok) == 0,
			    "%s", out);
	}
	for (enum msg_type t = MSG_UNKNOWN; t < MSG_TYPES; t++)
		CHECK(seen[t] || !wire_is_request(t), "request %d", (int)t);
}

static void
a_refusal_carries_its_status(void)
{
	static const struct {
		enum msg_type request;
		enum status status;
		const char *text; /* "": cannot be said */
	} rows[] = {
		{ MSG_REQ, ST_ELOG, "RRQ ELOG\n" },
		{ MSG_REQ, ST_EPD, "RRQ EPD\n" },
		{ MSG_REQ, ST_EUSER, "RRQ EUSER\n" },
		{ MSG_REQ, ST_EFOP, "RRQ EFOP\n" },
		{ MSG_LST, ST_EOF, "RLS EOF\n" },
		{ MSG_RTV, ST_NOK, "RRT NOK\n" },
		{ MSG_UPL, ST_DUP, "RUP DUP\n" },
		{ MSG_UPL, ST_FULL, "RUP FULL\n" },
		{ MSG_REM, ST_INV, "RRM INV\n" },
		{ MSG_REG, ST_ERR, "" },
		{ MSG_REM, ST_EOF, "" },
		{ MSG_LOG, ST_INV, "" },
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		char out[WIRE_TEXT_MAX] = "";
		struct msg reply;
		size_t n;

		wire_reply(&reply, rows[i].request, rows[i].status);
		n = wire_format(out, sizeof(out), &reply);
		CHECK(n == strlen(rows[i].text) &&
			memcmp(out, rows[i].text, n) == 0,
		    "%zu: %s", i, out);
	}
}

/* Every secret that a message can hold, each unlike any other text in it. */
static const struct {
	const char *text, *secret, *shown;
} secrets[] = {
	{ "REG 12345 SeCreT12 127.0.0.1 57001\n", "SeCreT12",
	    "REG 12345 127.0.0.1 57001" },
	{ "UNR 12345 SeCreT12\n", "SeCreT12", "UNR 12345" },
	{ "LOG 12345 SeCreT12\n", "SeCreT12", "LOG 12345" },
	{ "VLC 12345 8642 R a.txt\n", "8642", "VLC 12345 R a.txt" },
	{ "AUT 12345 1111 8642\n", "8642", "AUT 12345 1111" },
	{ "RAU 8642\n", "8642", "RAU" },
	{ "RAU 0\n", "8642", "RAU 0" },
	{ "VLD 12345 8642\n", "8642", "VLD 12345" },
	{ "CNF 12345 8642 D a.txt\n", "8642", "CNF 12345 D a.txt" },
	{ "LST 12345 8642\n", "8642", "LST 12345" },
	{ "RTV 12345 8642 a.txt\n", "8642", "RTV 12345 a.txt" },
	{ "UPL 12345 8642 a.txt 10 ", "8642", "UPL 12345 a.txt 10" },
	{ "DEL 12345 8642 a.txt\n", "8642", "DEL 12345 a.txt" },
	{ "REM 12345 8642\n", "8642", "REM 12345" },
	{ "REQ 12345 1111 U a.txt\n", "8642", "REQ 12345 1111 U a.txt" },
	{ "RLS 1 a.txt 10\n", "8642", "RLS 1 a.txt 10" },
	{ "LOG 12345 SeCreT1!\n", "SeCreT", "LOG (malformed pass)" },
	{ "AUT 12345 8642 1\n", "8642", "AUT (malformed VC)" },
	{ "AUT 12345 1111 8642 x\n", "8642", "AUT (malformed)" },
	{ "QQQ 8642\n", "8642", "(unknown message)" },
};

static void
a_description_tells_no_secret(void)
{
	for (size_t i = 0; i < LEN(secrets); i++) {
		const char *text = secrets[i].text;
		char out[WIRE_HEAD_MAX];
		size_t used;
		struct msg m;
		enum wire_result result =
		    wire_parse(text, strlen(text), &used, &m);

		wire_describe(out, sizeof(out), &m, result);
		CHECK(strstr(out, secrets[i].secret) == NULL, "%s", out);
		CHECK(strcmp(out, secrets[i].shown) == 0, "%s", out);
		for (size_t room = 1; room < sizeof(out); room++) {
			memset(out, '#', sizeof(out));
			wire_describe(out, room, &m, result);
			CHECK(
			    memchr(out, '\0', room) != NULL && out[room] == '#',
			    "room %zu", room);
		}
	}
}

static void
a_long_line_is_described_without_a_byte_of_it(void)
{
	char out[64];
	struct msg m = { .type = MSG_LOG };

	wire_describe(out, sizeof(out), &m, WIRE_LONG);
	CHECK(strcmp(out, "(line too long)") == 0, "%s", out);
}

static void
operations_are_single_letters(void)
{
	static const char letters[] = "LRUDX";
	enum op op;

	for (size_t i = 0; letters[i] != '\0'; i++) {
		char word[2] = { letters[i], '\0' };

		CHECK(op_scan(word, &op) && (size_t)op == i, "%s", word);
		CHECK(op_names_file(op) == (i >= 1 && i <= 3), "%s", word);
	}
	op = OP_DELETE;
	CHECK(!op_scan("", &op) && !op_scan("E", &op) && !op_scan("l", &op) &&
		!op_scan("LL", &op) && !op_scan("L ", &op) &&
		!op_scan("list", &op),
	    "not an operation");
	CHECK(op == OP_DELETE, "left alone");
	CHECK(strcmp(op_name(OP_RETRIEVE), "retrieve") == 0, "name");
}

static void
single_fields_are_checked_as_in_messages(void)
{
	static const struct {
		enum field f;
		bool valid;
		const char *text;
	} rows[] = {
		{ F_UID, true, "12345" },
		{ F_UID, false, "1234" },
		{ F_UID, false, "123456" },
		{ F_UID, false, "12 45" },
		{ F_UID, false, "" },
		{ F_PASS, true, "abcdEF12" },
		{ F_PASS, false, "abcdEF1" },
		{ F_PASS, false, "abcd_F12" },
		{ F_VC, true, "0042" },
		{ F_VC, false, "42" },
		{ F_FNAME, true, "a.txt" },
		{ F_FNAME, false, "a.txt\n" },
		{ F_FNAME, false, "/a.txt" },
		{ F_IP, true, "10.0.0.1" },
		{ F_IP, false, "10.0.0.1 " },
		{ F_PORT, true, "65535" },
		{ F_PORT, false, "0" },
		{ F_SIZE, true, "9999999999" },
		{ F_SIZE, false, "" },
	};

	for (size_t i = 0; i < LEN(rows); i++)
		CHECK(wire_valid(rows[i].f, rows[i].text) == rows[i].valid,
		    "%d %s", (int)rows[i].f, rows[i].text);
}

int
main(void)
{
	a_datagram_is_one_whole_message();
	a_long_datagram_is_malformed();
	every_request_has_its_refusal();
	a_refusal_carries_its_status();
	a_description_tells_no_secret();
	a_long_line_is_described_without_a_byte_of_it();
	operations_are_single_letters();
	single_fields_are_checked_as_in_messages();
	return test_done("datagram");
}
