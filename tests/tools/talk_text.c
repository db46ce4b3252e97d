#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "talk_text.h"

#define VARS_MAX  1024
#define NAME_LEN  31
#define PRINT_MAX 300

static struct {
	char name[NAME_LEN + 1];
	struct text value;
} vars[VARS_MAX];

void
text_add(struct text *t, const char *s, size_t n)
{
	if (t->len + n >= t->room) {
		t->room = 2 * (t->len + n) + 64;
		t->s = realloc(t->s, t->room);
		if (t->s == NULL)
			abort();
	}
	if (n > 0)
		memcpy(t->s + t->len, s, n);
	t->len += n;
	t->s[t->len] = '\0';
}

void
text_drop(struct text *t, size_t n)
{
	if (n == 0)
		return;
	t->len -= n;
	memmove(t->s, t->s + n, t->len + 1);
}

void
text_free(struct text *t)
{
	free(t->s);
	*t = (struct text){ 0 };
}

/* The slot of that variable, or the first free one. */
static size_t
var_slot(const char *name, size_t n)
{
	size_t i = 0;

	while (i < VARS_MAX - 1 && vars[i].name[0] != '\0' &&
	    (strlen(vars[i].name) != n || memcmp(vars[i].name, name, n) != 0))
		i++;
	return i;
}

static void
var_set_n(const char *name, size_t len, const char *value, size_t n)
{
	size_t i = var_slot(name, len);

	if (len > NAME_LEN || i == VARS_MAX - 1)
		abort();
	memcpy(vars[i].name, name, len);
	vars[i].value.len = 0;
	text_add(&vars[i].value, value, n);
}

void
var_set(const char *name, const char *value, size_t n)
{
	var_set_n(name, strlen(name), value, n);
}

static size_t
name_len(const char *s)
{
	size_t n = 0;

	while (isalnum((unsigned char)s[n]) || s[n] == '_')
		n++;
	return n;
}

/* The value of the variable at *p, which moves behind it; NULL: no such. */
static const struct text *
take_var(const char **p)
{
	bool braced = (*p)[1] == '{';
	const char *name = *p + 1 + braced;
	size_t n = name_len(name);
	size_t i = var_slot(name, n);

	if (n == 0 || (braced && name[n] != '}') || vars[i].name[0] == '\0')
		return NULL;
	*p = name + n + braced;
	return &vars[i].value;
}

static char
hex_byte(const char **p)
{
	char digits[3] = { 0 };

	for (int i = 0; i < 2 && isxdigit((unsigned char)**p); i++)
		digits[i] = *(*p)++;
	return (char)strtoul(digits, NULL, 16);
}

/* One byte of the text at *p, which moves behind it. */
static char
take_byte(const char **p)
{
	if (**p != '\\' || (*p)[1] == '\0')
		return *(*p)++;
	*p += 2;
	switch ((*p)[-1]) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'x':
		return hex_byte(p);
	default:
		return (*p)[-1];
	}
}

/* The \{ab*5000} at *p. */
static bool
take_repeated(struct text *out, const char **p)
{
	struct text unit = { 0 };
	const char *s = *p + 2;

	while (*s != '\0' && *s != '*') {
		char c = take_byte(&s);

		text_add(&unit, &c, 1);
	}
	if (*s == '*')
		for (unsigned long n = strtoul(s + 1, NULL, 10); n > 0; n--)
			text_add(out, unit.s, unit.len);
	text_free(&unit);
	s += strcspn(s, "}");
	*p = s + 1;
	return *s == '}';
}

static bool
take_value(struct text *out, const char **p)
{
	const struct text *value = take_var(p);

	if (value == NULL)
		return false;
	text_add(out, value->s, value->len);
	return true;
}

bool
text_expand(struct text *out, const char *src)
{
	bool good = true;

	out->len = 0;
	text_add(out, "", 0);
	while (good && *src != '\0') {
		if (*src == '$') {
			good = take_value(out, &src);
		} else if (src[0] == '\\' && src[1] == '{') {
			good = take_repeated(out, &src);
		} else {
			char c = take_byte(&src);

			text_add(out, &c, 1);
		}
	}
	return good;
}

/* The {name} or {name:4} at *p takes its share of *s. */
static bool
match_capture(const char **p, const char **s, const char *end)
{
	const char *name = *p + 1, *after = strchr(name, '}');
	size_t len = name_len(name), n = 0, digits = 0;

	if (after == NULL)
		return false;
	after++;
	if (name[len] == ':')
		digits = strtoul(name + len + 1, NULL, 10);
	while (*s + n < end && (digits == 0 || n < digits) &&
	    (digits == 0 ? (*s)[n] != ' ' && (*s)[n] != *after :
			   isdigit((unsigned char)(*s)[n])))
		n++;
	if (n == 0 || (digits > 0 && n != digits))
		return false;
	var_set_n(name, len, *s, n);
	*s += n;
	*p = after;
	return true;
}

static bool
match_value(const char **p, const char **s, const char *end)
{
	const struct text *value = take_var(p);

	if (value == NULL || (size_t)(end - *s) < value->len ||
	    memcmp(*s, value->s, value->len) != 0)
		return false;
	*s += value->len;
	return true;
}

/* One element of the pattern against what stands at *s. */
static bool
match_one(const char **p, const char **s, const char *end)
{
	if (**p == '{')
		return match_capture(p, s, end);
	if (**p == '$')
		return match_value(p, s, end);
	return **p != '\0' && *s < end && take_byte(p) == *(*s)++;
}

bool
text_match(const char *p, const char *s, const char *end)
{
	const char *star = NULL, *retry = NULL;

	while (*p != '\0' || s != end) {
		if (*p == '*') {
			star = ++p;
			retry = s;
		} else if (!match_one(&p, &s, end)) {
			if (star == NULL || retry == end || *retry == '\n')
				return false;
			p = star;
			s = ++retry;
		}
	}
	return true;
}

void
text_print(FILE *f, const char *s, size_t n)
{
	for (size_t i = 0; i < n && i < PRINT_MAX; i++)
		if (s[i] == '\n')
			fputs("\\n", f);
		else if (isprint((unsigned char)s[i]))
			putc(s[i], f);
		else
			fprintf(f, "\\x%02x", (unsigned)(unsigned char)s[i]);
	if (n > PRINT_MAX)
		fprintf(f, "... (%zu bytes)", n);
}
