#include <string.h>

#include "user/grants.h"

static bool
is_live(const struct grant *g, ms_t now)
{
	return g->code[0] != '\0' && now < g->until;
}

/* When it ends; 0 where it is used or has expired, so that it is replaced
 * first. */
static ms_t
end_of(const struct grant *g, ms_t now)
{
	return is_live(g, now) ? g->until : 0;
}

struct grant *
grants_add(struct grants *g, const char *tid, ms_t now)
{
	struct grant *place =
	    grants_find(g, g->pending.op, g->pending.fname, now);

	if (place == NULL) {
		place = &g->granted[0];
		for (int i = 1; i < TIDS_LIVE_MAX; i++)
			if (end_of(&g->granted[i], now) < end_of(place, now))
				place = &g->granted[i];
	}
	*place = g->pending;
	memcpy(place->code, tid, sizeof(place->code));
	place->until = now + TID_LIFE;
	return place;
}

struct grant *
grants_find(struct grants *g, enum op op, const char *fname, ms_t now)
{
	struct grant *found = NULL;

	for (int i = 0; i < TIDS_LIVE_MAX; i++) {
		struct grant *it = &g->granted[i];

		if (is_live(it, now) && (op == ANY_OP || it->op == op) &&
		    (fname == NULL || strcmp(it->fname, fname) == 0) &&
		    (found == NULL || found->until <= it->until))
			found = it;
	}
	return found;
}

void
grants_forget(struct grants *g, const struct msg *request)
{
	for (int i = 0; i < TIDS_LIVE_MAX; i++)
		if (strcmp(g->granted[i].code, request->tid) == 0 &&
		    strcmp(g->granted[i].fname, request->fname) == 0)
			g->granted[i].code[0] = '\0';
}
