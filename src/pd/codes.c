#include <string.h>

#include "pd/codes.h"

static bool
same(const struct msg *a, const struct msg *b)
{
	return strcmp(a->uid, b->uid) == 0 && strcmp(a->vc, b->vc) == 0 &&
	    a->op == b->op && strcmp(a->fname, b->fname) == 0;
}

bool
codes_add(struct codes *c, const struct msg *vlc, ms_t now)
{
	unsigned long kept = c->count < CODES_SHOWN ? c->count : CODES_SHOWN;
	struct code *place;

	for (unsigned long i = 0; i < kept; i++)
		if (now - c->code[i].shown < SHOWN_MEMORY &&
		    same(&c->code[i].vlc, vlc))
			return false;
	place = &c->code[c->count++ % CODES_SHOWN];
	place->shown = now;
	place->vlc = *vlc;
	if (vlc->op == OP_REMOVE)
		c->removal = true;
	return true;
}

const struct code *
codes_last(const struct codes *c, unsigned i)
{
	unsigned long first = c->count > CODES_LAST ? c->count - CODES_LAST : 0;

	if (i >= CODES_LAST || first + i >= c->count)
		return NULL;
	return &c->code[(first + i) % CODES_SHOWN];
}
