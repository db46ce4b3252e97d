#include <stdlib.h>
#include <string.h>

#include "talk_words.h"

static void
expand(struct text *out, const char *src)
{
	if (!text_expand(out, src))
		fail("a variable without a value, or half an escape", NULL, 0);
}

char *
word(const char **s)
{
	static struct text ring[WORDS_MAX];
	static size_t turn;
	struct text raw = { 0 }, *t = &ring[turn++ % WORDS_MAX];
	size_t n = strcspn(*s, " ");

	text_add(&raw, *s, n);
	*s += n;
	*s += strspn(*s, " ");
	expand(t, raw.s);
	text_free(&raw);
	return t->s;
}

unsigned long
number(const char **s)
{
	const char *w = word(s);
	char *end;
	unsigned long n = strtoul(w, &end, 10);

	if (end == w || *end != '\0')
		fail("not a number", w, strlen(w));
	return n;
}

unsigned long
port_and_source(const char **s, const char **from)
{
	unsigned long port = 0;

	if (**s != '\0' && strncmp(*s, "from ", 5) != 0)
		port = number(s);
	*from = "127.0.0.1";
	if (strcmp(word(s), "from") == 0)
		*from = word(s);
	return port;
}

const struct text *
text(const char *s)
{
	static struct text t;

	expand(&t, s);
	return &t;
}
