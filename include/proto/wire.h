/*
 * wire - the messages of the four protocols and their text form (chapter 3).
 *
 * All that is known about a message is one row of the table in wire.c; parsing,
 * formatting, describing and the tests all walk that table.  Nothing here
 * touches a socket, a file, the clock or any state but its arguments.
 *
 * UID, VC, RID and TID are opaque digit strings: compared, never computed with.
 */
#ifndef WIRE_H
#define WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UID_LEN      5
#define UIDS         100000 /* of so many digits */
#define PASS_LEN     8
#define CODE_LEN     4 /* VC, RID and TID */
#define FNAME_MAX    24
#define FSIZE_MAX    9999999999u /* ten digits */
#define FSIZE_DIGITS 10
#ifndef FILES_MAX
#define FILES_MAX 15 /* a user */
#endif

/* Of a number that has a name, the digits: for sentences. */
#define DIGITS_OF(name)    DIGITS_OF_IT(name)
#define DIGITS_OF_IT(name) #name

/*
 * Sizes of buffers, in bytes: of a line up to its newline, which a RLS alone
 * exceeds; of any head, a full RLS with all its names and sizes included; of
 * any UDP message, of which VLC and CNF are the longest.
 */
#define WIRE_LINE_MAX 128
#define WIRE_HEAD_MAX (100 + FILES_MAX * (FNAME_MAX + FSIZE_DIGITS + 2))
#define WIRE_TEXT_MAX 64

_Static_assert(FILES_MAX >= 1 && FILES_MAX <= 99, "a RLS is one line");
_Static_assert(WIRE_LINE_MAX < WIRE_HEAD_MAX, "a head has room for a line");
_Static_assert(
    sizeof("VLC ") + UID_LEN + CODE_LEN + sizeof(" U ") + FNAME_MAX + 2 <
	WIRE_TEXT_MAX,
    "a datagram has room for a VLC with the longest name");

enum msg_type {
	MSG_UNKNOWN,
	MSG_REG,
	MSG_RRG,
	MSG_VLC,
	MSG_RVC,
	MSG_UNR,
	MSG_RUN, /* PD - AS */
	MSG_LOG,
	MSG_RLO,
	MSG_REQ,
	MSG_RRQ,
	MSG_AUT,
	MSG_RAU, /* User - AS */
	MSG_VLD,
	MSG_CNF, /* FS - AS */
	MSG_LST,
	MSG_RLS,
	MSG_RTV,
	MSG_RRT,
	MSG_UPL,
	MSG_RUP, /* User - FS */
	MSG_DEL,
	MSG_RDL,
	MSG_REM,
	MSG_RRM,
	MSG_ERR,
	MSG_TYPES
};

enum field {
	F_END,
	F_DATA, /* ends the head: "... size data\n" */
	F_UID,
	F_PASS,
	F_IP,
	F_PORT,
	F_VC,
	F_RID,
	F_TID,
	F_TID_OR_0,
	F_OP,
	F_OP_OR_E,
	F_FNAME,
	F_FNAME_IF_OP,
	F_STATUS,
	F_COUNT_OR_STATUS,
	F_LISTING,
	F_SIZE,
	F_SIZE_IF_OK,
	F_FIELDS
};

enum op { OP_LIST, OP_RETRIEVE, OP_UPLOAD, OP_DELETE, OP_REMOVE, OP_ERROR };

enum status {
	ST_OK,
	ST_NOK,
	ST_ERR,
	ST_ELOG,
	ST_EPD,
	ST_EUSER,
	ST_EFOP,
	ST_EOF,
	ST_INV,
	ST_DUP,
	ST_FULL,
	ST_STATUSES
};

/* One message, any type: the fields its row does not name are zero. */
struct msg {
	enum msg_type type;
	enum field bad; /* after WIRE_BAD: the field at fault, ... */
	unsigned words; /* ... and how many the line has, verb included */
	bool newline;   /* parsed: the head ended with '\n' */
	enum op op;
	enum status status;
	char uid[UID_LEN + 1];
	char pass[PASS_LEN + 1];
	char ip[16];
	char vc[CODE_LEN + 1];
	char rid[CODE_LEN + 1];
	char tid[CODE_LEN + 1];
	char fname[FNAME_MAX + 1];
	uint16_t port;
	uint64_t size; /* of the data that follows the head */
	unsigned nfiles;
	struct {
		char name[FNAME_MAX + 1];
		uint64_t size;
	} file[FILES_MAX];
};

enum wire_result {
	WIRE_OK,   /* *msg is set; drop *used bytes */
	WIRE_MORE, /* not all here yet; call again with more bytes */
	WIRE_BAD,  /* malformed or unknown; drop *used bytes, see msg->type */
	WIRE_LONG  /* no end within the bound: nothing more can be read here */
};

/* Parse the message at the start of a stream of which n bytes have come. */
enum wire_result wire_parse(
    const char *s, size_t n, size_t *used, struct msg *msg);

/*
 * Parse a datagram: one message, whole.  Its newline may be missing.  NULs may
 * follow a request; after the newline of a reply anything is ignored.
 * WIRE_OK or WIRE_BAD.
 */
enum wire_result wire_parse_datagram(const char *s, size_t n, struct msg *msg);

/* The length written to out, or 0 when the message is wrong or too long for
 * size bytes. */
size_t wire_format(char *out, size_t size, const struct msg *msg);

/*
 * What a person may read of a message in a log: its good fields without
 * passwords, VCs and TIDs.  result is what parsing it gave.
 */
void wire_describe(
    char *out, size_t size, const struct msg *msg, enum wire_result result);

/* True when data follows the head: msg->size bytes, then a newline. */
bool wire_has_body(const struct msg *msg);

bool wire_is_request(enum msg_type type);

/* The type of a request's reply; MSG_ERR for what is no request. */
enum msg_type wire_reply_type(enum msg_type request);

/* Make *reply the reply to a request, with this status. */
void wire_reply(struct msg *reply, enum msg_type request, enum status status);

/* Make *reply the reply to a malformed or (MSG_UNKNOWN) unexpected request. */
void wire_fault(struct msg *reply, enum msg_type request);

/* True when text is what field f may hold. */
bool wire_valid(enum field f, const char *text);

/* The digits that a text begins with as a number, 0 where it has none. */
uint32_t wire_number(const char *text);

/* True for the operations that name a file: R, U and D. */
bool op_names_file(enum op op);

/* The operation that a letter of L R U D X means; false for another word. */
bool op_scan(const char *word, enum op *op);
const char *op_name(enum op op); /* "list", "retrieve", ... */

const char *status_word(enum status status);

#endif
