#include <string.h>

#include "../lib/body.h"
#include "talk_hear.h"
#include "talk_speech.h"
#include "talk_words.h"

struct party *
party_named(const char **s)
{
	return party_find(word(s));
}

void
do_say_line(const char *s)
{
	struct party *p = party_named(&s);
	struct text line = { 0 };

	text_add(&line, text(s)->s, text(s)->len);
	text_add(&line, "\n", 1);
	party_send(p, line.s, line.len);
	text_free(&line);
}

void
do_say(const char *s)
{
	struct party *p = party_named(&s);

	party_send(p, text(s)->s, text(s)->len);
}

void
do_drip(const char *s)
{
	struct party *p = party_named(&s);
	const struct text *t = text(s);

	for (size_t i = 0; i < t->len; i++) {
		party_send(p, t->s + i, 1);
		hear_pause(1);
	}
	party_send(p, "\n", 1);
}

void
do_give(const char *s)
{
	struct party *p = party_named(&s);
	unsigned long n = number(&s), from = *s == '\0' ? 0 : number(&s);

	while (n > 0) {
		size_t some = n < BODY_CHUNK ? n : BODY_CHUNK;

		party_send(p, body(from, some), some);
		from += some;
		n -= some;
	}
}

static void
hear_line(struct party *p, struct source *from, const char *pattern)
{
	size_t n = hear(p, from, 0);
	const char *line = from->came.s;

	if (line[n - 1] != '\n' || !text_match(pattern, line, line + n - 1))
		fail("this came", line, n);
	text_drop(&from->came, n);
}

void
do_hear_line(const char *s)
{
	struct party *p = party_named(&s);

	hear_line(p, &p->said, s);
}

void
do_hear_complaint(const char *s)
{
	struct party *p = party_named(&s);

	hear_line(p, &p->complained, s);
}

static void
hear_until(struct party *p, struct source *from, const char *pattern)
{
	struct text *came = &from->came;
	bool found = false;

	while (!found) {
		size_t n = hear(p, from, 0);

		found = text_match(pattern, came->s, came->s + n - 1);
		text_drop(came, n);
	}
}

void
do_until(const char *s)
{
	struct party *p = party_named(&s);

	hear_until(p, &p->said, s);
}

void
do_until_complaint(const char *s)
{
	struct party *p = party_named(&s);

	hear_until(p, &p->complained, s);
}

void
do_shows(const char *s)
{
	struct party *p = party_named(&s);

	hear_screen(p, s);
}

void
do_hear_exactly(const char *s)
{
	struct party *p = party_named(&s);
	const struct text *t = text(s);
	size_t n = hear(p, &p->said, t->len);

	if (n != t->len || memcmp(p->said.came.s, t->s, n) != 0)
		fail("this came", p->said.came.s, p->said.came.len);
	text_drop(&p->said.came, n);
}

void
do_take(const char *s)
{
	struct party *p = party_named(&s);
	unsigned long n = number(&s), from = *s == '\0' ? 0 : number(&s);

	if (n > 0 &&
	    (hear(p, &p->said, n) != n || !body_is(p->said.came.s, n, from)))
		fail("another body came", p->said.came.s, n);
	text_drop(&p->said.came, n);
}

void
do_eof(const char *s)
{
	struct party *p = party_named(&s);

	hear_end(p, &p->said);
}

void
do_drain(const char *s)
{
	struct party *p = party_named(&s);

	hear_all(p, &p->said);
}

void
do_silent(const char *s)
{
	struct party *p = party_named(&s);

	hear_nothing(p, &p->said, (ms_t)number(&s));
}

void
do_sent(const char *s)
{
	hear_flush(party_named(&s));
}

void
do_shut(const char *s)
{
	struct party *p = party_named(&s);

	hear_flush(p);
	party_shut(p);
}
