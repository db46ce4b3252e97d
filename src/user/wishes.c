#include <string.h>

#include "user/wishes.h"

static bool
is_live(const struct wish *w, ms_t now)
{
	return w->code[0] != '\0' && now < w->until;
}

/* A TID that is used or has expired ends first. */
static ms_t
end_of(const struct wish *w, ms_t now)
{
	return is_live(w, now) ? w->until : 0;
}

struct wish *
wishes_grant(struct wishes *w, const char *tid, ms_t now)
{
	struct wish *place = wishes_find(w, w->asked.op, w->asked.fname, now);

	if (place == NULL) {
		place = &w->granted[0];
		for (int i = 1; i < TIDS_LIVE_MAX; i++)
			if (end_of(&w->granted[i], now) < end_of(place, now))
				place = &w->granted[i];
	}
	*place = w->asked;
	memcpy(place->code, tid, sizeof(place->code));
	place->until = now + TID_LIFE;
	return place;
}

struct wish *
wishes_find(struct wishes *w, enum op op, const char *fname, ms_t now)
{
	struct wish *found = NULL;

	for (int i = 0; i < TIDS_LIVE_MAX; i++) {
		struct wish *g = &w->granted[i];

		if (is_live(g, now) && g->op == op &&
		    (fname == NULL || strcmp(g->fname, fname) == 0) &&
		    (found == NULL || found->until <= g->until))
			found = g;
	}
	return found;
}

const struct wish *
wishes_newest(struct wishes *w, ms_t now)
{
	const struct wish *newest = NULL;

	for (int i = 0; i < TIDS_LIVE_MAX; i++)
		if (is_live(&w->granted[i], now) &&
		    (newest == NULL || newest->until <= w->granted[i].until))
			newest = &w->granted[i];
	return newest;
}
