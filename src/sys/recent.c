#include "sys/recent.h"

uint64_t
recent_key(unsigned number, uint32_t address)
{
	return ((uint64_t)number + 1) << 32 | address;
}

struct recent *
recent_place(struct recent (*table)[RECENT_WAYS], size_t sets, uint64_t key)
{
	uint64_t mixed = key * UINT64_C(0x9e3779b97f4a7c15);
	struct recent *set = table[(mixed >> 32) % sets], *oldest = set;

	for (int i = 0; i < RECENT_WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].at < oldest->at)
			oldest = &set[i];
	}
	return oldest;
}

struct recent *
recent_find(struct recent (*table)[RECENT_WAYS], size_t sets, uint64_t key)
{
	struct recent *place = recent_place(table, sets, key);

	return place->key == key ? place : NULL;
}
