#include <string.h>

#include "proto/field.h"

/*
 * Fields that are plain text differ only in where they live, how long they may
 * be and what they may hold; the others bring their own scan and put.
 */
struct kind {
	const char *name;
	bool secret;
	size_t at, min, max;
	bool (*valid)(const char *, size_t);
	bool (*scan)(struct msg *, const char *, size_t);
	int (*put)(char *, size_t, const struct msg *);
	bool (*when)(const struct msg *); /* NULL: always there */
};

/* In the order of enum status, and of enum op. */
static const char words[ST_STATUSES][6] = { "OK", "NOK", "ERR", "ELOG", "EPD",
	"EUSER", "EFOP", "EOF", "INV", "DUP", "FULL" };
static const char ops[] = "LRUDXE";

static bool
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool
is_alnum(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool
digits(const char *s, size_t n)
{
	while (n > 0 && is_digit(s[n - 1]))
		n--;
	return n == 0;
}

static bool
alnums(const char *s, size_t n)
{
	while (n > 0 && is_alnum(s[n - 1]))
		n--;
	return n == 0;
}

/* "name.ext": letters, digits, '-', '_' and '.', ending in a dot and three. */
static bool
filename(const char *s, size_t n)
{
	if (n < 5 || n > FNAME_MAX || s[n - 4] != '.' || !alnums(s + n - 3, 3))
		return false;
	for (size_t i = 0; i < n - 4; i++)
		if (!is_alnum(s[i]) && s[i] != '-' && s[i] != '_' &&
		    s[i] != '.')
			return false;
	return true;
}

static bool
number(const char *s, size_t n, uint64_t max, uint64_t *value)
{
	*value = 0;
	if (n == 0 || n > 10 || !digits(s, n))
		return false;
	for (size_t i = 0; i < n; i++)
		*value = *value * 10 + (uint64_t)(s[i] - '0');
	return *value <= max;
}

/* Four parts of one to three digits, each up to 255. */
static bool
dotted_quad(const char *s, size_t n)
{
	const char *end = s + n;

	for (int part = 0; part < 4; part++) {
		const char *stop =
		    part < 3 ? memchr(s, '.', (size_t)(end - s)) : end;
		uint64_t value;

		if (stop == NULL || stop - s > 3 ||
		    !number(s, (size_t)(stop - s), 255, &value))
			return false;
		s = stop + 1;
	}
	return true;
}

static bool
scan_port(struct msg *m, const char *s, size_t n)
{
	uint64_t value;

	if (n > 5 || !number(s, n, UINT16_MAX, &value) || value == 0)
		return false;
	m->port = (uint16_t)value;
	return true;
}

/* Its length; where it does not fit nothing is put. */
static int
put_text(char *out, size_t size, const char *text)
{
	size_t n = strlen(text);

	if (n < size)
		memcpy(out, text, n + 1);
	return (int)n;
}

static int
put_number(char *out, size_t size, uint64_t value)
{
	char text[24], *digit = &text[sizeof(text) - 1];

	*digit = '\0';
	do
		*--digit = (char)('0' + value % 10);
	while ((value /= 10) > 0);
	return put_text(out, size, digit);
}

static int
put_port(char *out, size_t size, const struct msg *m)
{
	return put_number(out, size, m->port);
}

static bool
scan_size(struct msg *m, const char *s, size_t n)
{
	return number(s, n, FSIZE_MAX, &m->size);
}

static int
put_size(char *out, size_t size, const struct msg *m)
{
	return put_number(out, size, m->size);
}

static bool
scan_op_or_e(struct msg *m, const char *s, size_t n)
{
	const char *found = n == 1 && *s != '\0' ? strchr(ops, *s) : NULL;

	if (found == NULL)
		return false;
	m->op = (enum op)(found - ops);
	return true;
}

static bool
scan_op(struct msg *m, const char *s, size_t n)
{
	return scan_op_or_e(m, s, n) && m->op != OP_ERROR;
}

static int
put_op(char *out, size_t size, const struct msg *m)
{
	const char text[] = { ops[m->op], '\0' };

	return put_text(out, size, text);
}

static bool
scan_status(struct msg *m, const char *s, size_t n)
{
	for (int i = 0; i < ST_STATUSES; i++)
		if (strlen(words[i]) == n && memcmp(words[i], s, n) == 0) {
			m->status = (enum status)i;
			return true;
		}
	return false;
}

static int
put_status(char *out, size_t size, const struct msg *m)
{
	return put_text(out, size, words[m->status]);
}

/* RLS begins with the number of files or, when there are none, a status. */
static bool
scan_count(struct msg *m, const char *s, size_t n)
{
	uint64_t value;

	if (!number(s, n, FILES_MAX, &value))
		return scan_status(m, s, n) && m->status != ST_OK;
	m->nfiles = (unsigned)value;
	return value > 0;
}

static int
put_count(char *out, size_t size, const struct msg *m)
{
	if (m->status != ST_OK)
		return put_status(out, size, m);
	return put_number(out, size, m->nfiles);
}

/* The word at *s, up to a space or end; *s moves past that space. */
static size_t
word(const char **s, const char *end, const char **start)
{
	const char *gap = memchr(*s, ' ', (size_t)(end - *s));
	const char *stop = gap != NULL ? gap : end;

	*start = *s;
	*s = gap != NULL ? gap + 1 : end;
	return (size_t)(stop - *start);
}

/* nfiles times "name size": the one field that holds spaces. */
static bool
scan_listing(struct msg *m, const char *s, size_t n)
{
	const char *end = s + n, *w;
	unsigned i;

	for (i = 0; i < m->nfiles; i++) {
		size_t len = word(&s, end, &w);

		if (!filename(w, len))
			return false;
		memcpy(m->file[i].name, w, len);
		len = word(&s, end, &w);
		if (!number(w, len, FSIZE_MAX, &m->file[i].size))
			return false;
	}
	return s == end; /* or one space before the newline: some send it */
}

static int
put_listing(char *out, size_t size, const struct msg *m)
{
	size_t n = 0;

	for (unsigned i = 0; i < 2 * m->nfiles && n < size; i++) {
		if (i > 0)
			out[n++] = ' ';
		n += (size_t)(i % 2 == 0 ?
			put_text(out + n, size - n, m->file[i / 2].name) :
			put_number(out + n, size - n, m->file[i / 2].size));
	}
	return (int)n;
}

/* RAU: a TID, or the 0 that says that there is none. */
static bool
scan_tid_or_0(struct msg *m, const char *s, size_t n)
{
	if (!(n == CODE_LEN && digits(s, n)) && !(n == 1 && *s == '0'))
		return false;
	memcpy(m->tid, s, n);
	return true;
}

static bool
names_file(const struct msg *m)
{
	return op_names_file(m->op);
}

static bool
is_ok(const struct msg *m)
{
	return m->status == ST_OK;
}

#define TEXT(what, member, lo, hi, is)                                         \
	.name = (what), .at = offsetof(struct msg, member), .min = (lo),       \
	.max = (hi), .valid = (is)
#define CODE(what, member) TEXT(what, member, CODE_LEN, CODE_LEN, digits)
#define FILE_NAME          TEXT("Fname", fname, 5, FNAME_MAX, filename)

static const struct kind kinds[F_FIELDS] = {
	[F_END] = { .name = "" },
	[F_DATA] = { .name = "data" },
	[F_UID] = { TEXT("UID", uid, UID_LEN, UID_LEN, digits) },
	[F_PASS] = { TEXT("pass", pass, PASS_LEN, PASS_LEN, alnums),
	    .secret = true },
	[F_IP] = { TEXT("PDIP", ip, 7, 15, dotted_quad) },
	[F_PORT] = { .name = "PDport", .scan = scan_port, .put = put_port },
	[F_VC] = { CODE("VC", vc), .secret = true },
	[F_RID] = { CODE("RID", rid) },
	[F_TID] = { CODE("TID", tid), .secret = true },
	[F_TID_OR_0] = { .name = "TID",
	    .at = offsetof(struct msg, tid),
	    .scan = scan_tid_or_0,
	    .secret = true },
	[F_OP] = { .name = "Fop", .scan = scan_op, .put = put_op },
	[F_OP_OR_E] = { .name = "Fop", .scan = scan_op_or_e, .put = put_op },
	[F_FNAME] = { FILE_NAME },
	[F_FNAME_IF_OP] = { FILE_NAME, .when = names_file },
	[F_STATUS] = { .name = "status",
	    .scan = scan_status,
	    .put = put_status },
	[F_COUNT_OR_STATUS] = { .name = "N",
	    .scan = scan_count,
	    .put = put_count },
	[F_LISTING] = { .name = "list",
	    .scan = scan_listing,
	    .put = put_listing,
	    .when = is_ok },
	[F_SIZE] = { .name = "Fsize", .scan = scan_size, .put = put_size },
	[F_SIZE_IF_OK] = { .name = "Fsize",
	    .scan = scan_size,
	    .put = put_size,
	    .when = is_ok },
};

bool
field_wanted(enum field f, const struct msg *m)
{
	return kinds[f].when == NULL || kinds[f].when(m);
}

bool
field_scan(enum field f, struct msg *m, const char *s, size_t n)
{
	const struct kind *k = &kinds[f];

	if (k->scan != NULL)
		return k->scan(m, s, n);
	if (n < k->min || n > k->max || !k->valid(s, n))
		return false;
	memcpy((char *)m + k->at, s, n); /* m is zeroed: ends in '\0' */
	return true;
}

int
field_put(enum field f, char *out, size_t size, const struct msg *m)
{
	const struct kind *k = &kinds[f];

	if (k->put != NULL)
		return k->put(out, size, m);
	return put_text(out, size, (const char *)m + k->at);
}

const char *
field_name(enum field f)
{
	return kinds[f].name;
}

bool
field_secret(enum field f, const struct msg *m)
{
	return kinds[f].secret &&
	    !(f == F_TID_OR_0 && strcmp(m->tid, "0") == 0);
}

bool
op_names_file(enum op op)
{
	return op == OP_RETRIEVE || op == OP_UPLOAD || op == OP_DELETE;
}

bool
op_scan(const char *word, enum op *op)
{
	struct msg m = { .type = MSG_UNKNOWN };

	if (!scan_op(&m, word, strlen(word)))
		return false;
	*op = m.op;
	return true;
}

const char *
op_name(enum op op)
{
	static const char *const names[] = {
		[OP_LIST] = "list",
		[OP_RETRIEVE] = "retrieve",
		[OP_UPLOAD] = "upload",
		[OP_DELETE] = "delete",
		[OP_REMOVE] = "remove",
		[OP_ERROR] = "error",
	};

	return names[op];
}

const char *
status_word(enum status status)
{
	return words[status];
}
