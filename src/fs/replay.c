#include "fs/replay.h"
#include "policy.h"

static uint64_t
key_of(const char *uid, const char *tid)
{
	return recent_key(wire_number(uid), wire_number(tid));
}

bool
replay_claim(struct replay *s, const char *uid, const char *tid, ms_t now)
{
	const struct recent *seen =
	    recent_find(s->seen, REPLAY_SETS, key_of(uid, tid));

	if (seen != NULL && now - seen->at <= TID_MEMORY)
		return false;
	replay_keep(s, uid, tid, now);
	return true;
}

void
replay_keep(struct replay *s, const char *uid, const char *tid, ms_t now)
{
	uint64_t key = key_of(uid, tid);
	struct recent *place = recent_place(s->seen, REPLAY_SETS, key);

	place->key = key;
	place->at = now;
}

void
replay_forget(struct replay *s, const char *uid, const char *tid)
{
	struct recent *seen =
	    recent_find(s->seen, REPLAY_SETS, key_of(uid, tid));

	if (seen != NULL)
		*seen = (struct recent){ 0 };
}
