#include <stdio.h>
#include <string.h>

#include "crypto/secret.h"
#include "proto/field.h"
#include "proto/wire.h"

#define FIELDS_MAX 6 /* the last is always F_END */
#define ST(s)      (1u << ST_##s)
#define ST_FILE    (ST(OK) | ST(EOF) | ST(NOK) | ST(INV) | ST(ERR))
#define ST_UPL     (ST(OK) | ST(DUP) | ST(FULL) | ST(NOK) | ST(INV) | ST(ERR))
#define ST_REQ     (ST(OK) | ST(ELOG) | ST(EPD) | ST(EUSER) | ST(EFOP) | ST(ERR))

/* What a message looks like: "CODE field field ...\n". */
struct shape {
	const char *code;
	enum field field[FIELDS_MAX]; /* F_END fills the rest */
	enum msg_type reply;          /* MSG_UNKNOWN: it is a reply itself */
	enum status fault; /* of its reply when malformed; ST_OK: "ERR" */
	unsigned statuses; /* those its status may be */
};

#define ASK(c, r, f, ...)                                                      \
	[MSG_##c] = { .code = #c,                                              \
		.reply = MSG_##r,                                              \
		.fault = ST_##f,                                               \
		.field = { __VA_ARGS__ } }
#define SAY(c, st, ...)                                                        \
	[MSG_##c] = { .code = #c, .statuses = (st), .field = { __VA_ARGS__ } }

static const struct shape shapes[MSG_TYPES] = {
	/* PD - AS */
	ASK(REG, RRG, NOK, F_UID, F_PASS, F_IP, F_PORT),
	SAY(RRG, ST(OK) | ST(NOK), F_STATUS),
	ASK(VLC, RVC, OK, F_UID, F_VC, F_OP, F_FNAME_IF_OP),
	SAY(RVC, ST(OK) | ST(NOK), F_UID, F_STATUS),
	ASK(UNR, RUN, NOK, F_UID, F_PASS),
	SAY(RUN, ST(OK) | ST(NOK), F_STATUS),

	/* User - AS */
	ASK(LOG, RLO, ERR, F_UID, F_PASS),
	SAY(RLO, ST(OK) | ST(NOK) | ST(ERR), F_STATUS),
	ASK(REQ, RRQ, ERR, F_UID, F_RID, F_OP, F_FNAME_IF_OP),
	SAY(RRQ, ST_REQ, F_STATUS),
	ASK(AUT, RAU, NOK, F_UID, F_RID, F_VC),
	SAY(RAU, 0, F_TID_OR_0),

	/* FS - AS */
	ASK(VLD, CNF, OK, F_UID, F_TID),
	SAY(CNF, 0, F_UID, F_TID, F_OP_OR_E, F_FNAME_IF_OP),

	/* User - FS */
	ASK(LST, RLS, ERR, F_UID, F_TID),
	SAY(RLS, ST_FILE, F_COUNT_OR_STATUS, F_LISTING),
	ASK(RTV, RRT, ERR, F_UID, F_TID, F_FNAME),
	SAY(RRT, ST_FILE, F_STATUS, F_SIZE_IF_OK, F_DATA),
	ASK(UPL, RUP, ERR, F_UID, F_TID, F_FNAME, F_SIZE, F_DATA),
	SAY(RUP, ST_UPL, F_STATUS),
	ASK(DEL, RDL, ERR, F_UID, F_TID, F_FNAME),
	SAY(RDL, ST_FILE, F_STATUS),
	ASK(REM, RRM, ERR, F_UID, F_TID),
	SAY(RRM, ST(OK) | ST(NOK) | ST(INV) | ST(ERR), F_STATUS),

	SAY(ERR, 0, F_END),
};

static enum msg_type
type_of(const char *s, size_t n)
{
	for (enum msg_type t = MSG_UNKNOWN + 1; t < MSG_TYPES; t++)
		if (n > 3 && memcmp(s, shapes[t].code, 3) == 0 &&
		    (s[3] == ' ' || s[3] == '\n'))
			return t;
	return MSG_UNKNOWN;
}

static int
index_of(const struct shape *shape, enum field f)
{
	for (int i = 0; i < FIELDS_MAX; i++)
		if (shape->field[i] == f)
			return i;
	return -1;
}

/*
 * The length of the head that starts at s: up to and with its newline or, where
 * data follows, the space after the size.  0 when the end is not here yet.
 */
static size_t
head_length(const char *s, size_t n, const struct shape *shape)
{
	int gaps = 0, last = index_of(shape, F_DATA) + 1; /* 0: no data */

	for (size_t i = 0; i < n; i++)
		if (s[i] == '\n' || (s[i] == ' ' && ++gaps == last))
			return i + 1;
	return 0;
}

static size_t
bound(const struct shape *shape)
{
	return index_of(shape, F_LISTING) == -1 ? WIRE_LINE_MAX :
						  WIRE_HEAD_MAX - 1;
}

static unsigned
count_words(const char *s, size_t n)
{
	unsigned words = 1;

	for (size_t i = 0; i + 1 < n; i++)
		words += s[i] == ' ';
	return words;
}

/* Read the fields of a whole head; false with m->bad at the first wrong one. */
static bool
parse_head(const char *s, size_t n, struct msg *m)
{
	const struct shape *shape = &shapes[m->type];
	const char *end = s + n - 1; /* the final newline or space */

	s += 3;
	for (int i = 0; shape->field[i] > F_DATA; i++) {
		enum field f = shape->field[i];
		const char *stop;

		if (!field_wanted(f, m))
			continue;
		m->bad = f;
		if (s >= end || *s++ != ' ')
			return false;
		stop = memchr(s, ' ', (size_t)(end - s));
		if (stop == NULL || f == F_LISTING)
			stop = end;
		if (!field_scan(f, m, s, (size_t)(stop - s)))
			return false;
		if (shape->statuses != 0 &&
		    !(shape->statuses & 1u << m->status))
			return false;
		s = stop;
	}
	m->bad = F_END;
	return s == end && *end == (wire_has_body(m) ? ' ' : '\n');
}

enum wire_result
wire_parse(const char *s, size_t n, size_t *used, struct msg *m)
{
	size_t max;

	memset(m, 0, sizeof(*m));
	m->type = type_of(s, n);
	max = bound(&shapes[m->type]);
	*used = head_length(s, n, &shapes[m->type]);
	if (*used == 0 && n <= max)
		return WIRE_MORE;
	if (*used == 0 || *used > max + 1) {
		memset(m, 0, sizeof(*m));
		*used = n;
		return WIRE_LONG;
	}
	m->newline = s[*used - 1] == '\n';
	if (m->type != MSG_UNKNOWN && parse_head(s, *used, m))
		return WIRE_OK;
	m->words = count_words(s, *used);
	return WIRE_BAD;
}

static bool
only_nuls(const char *s, size_t n)
{
	while (n > 0 && s[n - 1] == '\0')
		n--;
	return n == 0;
}

enum wire_result
wire_parse_datagram(const char *s, size_t n, struct msg *m)
{
	char text[WIRE_TEXT_MAX];
	const char *newline = memchr(s, '\n', n);
	const char *end = newline != NULL ? newline : memchr(s, '\0', n);
	size_t used, len = end != NULL ? (size_t)(end - s) : n;
	enum wire_result result;

	memset(m, 0, sizeof(*m));
	if (len < WIRE_TEXT_MAX) {
		memcpy(text, s, len);
		text[len] = '\n';
		result = wire_parse(text, len + 1, &used, m);
		wipe(text, len); /* a password may be in it */
	} else {
		m->type = type_of(s, n);
		result = WIRE_BAD;
	}
	if (result != WIRE_OK || wire_has_body(m))
		return WIRE_BAD;
	if (newline != NULL)
		len++;
	if (wire_is_request(m->type) && !only_nuls(s + len, n - len))
		return WIRE_BAD;
	return WIRE_OK;
}

/* Append the fields that pick() lets through; false when they do not fit. */
static bool
put_fields(char *out, size_t size, size_t *n, const struct msg *m,
    bool (*pick)(enum field, const struct msg *))
{
	const struct shape *shape = &shapes[m->type];

	for (int i = 0; shape->field[i] > F_DATA; i++) {
		if (!pick(shape->field[i], m))
			continue;
		if (*n + 2 >= size)
			return false;
		out[(*n)++] = ' ';
		*n +=
		    (size_t)field_put(shape->field[i], out + *n, size - *n, m);
	}
	return *n + 2 <= size;
}

size_t
wire_format(char *out, size_t size, const struct msg *m)
{
	size_t used, n = 3;
	struct msg back;

	if (size < sizeof("ERR\n"))
		return 0;
	memcpy(out, shapes[m->type].code, n);
	if (!put_fields(out, size, &n, m, field_wanted))
		return 0;
	out[n++] = wire_has_body(m) ? ' ' : '\n';
	out[n] = '\0';

	/* What we would refuse to hear we refuse to say. */
	return wire_parse(out, n, &used, &back) == WIRE_OK && used == n ? n : 0;
}

static bool
may_show(enum field f, const struct msg *m)
{
	return field_wanted(f, m) && !field_secret(f, m);
}

void
wire_describe(
    char *out, size_t size, const struct msg *m, enum wire_result result)
{
	size_t n;

	if (m->type == MSG_UNKNOWN || result == WIRE_LONG) {
		snprintf(out, size, "%s",
		    result == WIRE_LONG ? "(line too long)" :
					  "(unknown message)");
		return;
	}
	n = (size_t)snprintf(out, size, "%s", shapes[m->type].code);
	if (result == WIRE_OK)
		put_fields(out, size, &n, m, may_show);
	else
		n += (size_t)snprintf(out + n, size - n, " (malformed%s%s)",
		    m->bad == F_END ? "" : " ", field_name(m->bad));
	out[n < size ? n : size - 1] = '\0';
}

bool
wire_has_body(const struct msg *m)
{
	return index_of(&shapes[m->type], F_DATA) != -1 && m->status == ST_OK;
}

bool
wire_is_request(enum msg_type type)
{
	return shapes[type].reply != MSG_UNKNOWN;
}

enum msg_type
wire_reply_type(enum msg_type request)
{
	return wire_is_request(request) ? shapes[request].reply : MSG_ERR;
}

void
wire_reply(struct msg *reply, enum msg_type request, enum status status)
{
	memset(reply, 0, sizeof(*reply));
	reply->type = wire_reply_type(request);
	reply->status = status;
	if (reply->type == MSG_RAU)
		reply->tid[0] = '0';
}

void
wire_fault(struct msg *reply, enum msg_type request)
{
	enum status fault = shapes[request].fault;

	wire_reply(reply, fault == ST_OK ? MSG_UNKNOWN : request, fault);
}

bool
wire_valid(enum field f, const char *text)
{
	struct msg m = { .type = MSG_UNKNOWN };

	return field_scan(f, &m, text, strlen(text));
}

uint32_t
wire_number(const char *text)
{
	uint32_t n = 0;

	for (; *text >= '0' && *text <= '9'; text++)
		n = n * 10 + (uint32_t)(*text - '0');
	return n;
}
