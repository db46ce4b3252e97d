#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs/intent.h"
#include "sys/disk.h"

#define CONFIRMED "confirmed"

int
intent_stands(const struct store *s, const char *uid)
{
	struct stat st;

	if (fstatat(s->removals, uid, &st, AT_SYMLINK_NOFOLLOW) == 0)
		return 1;
	return errno == ENOENT ? 0 : -1;
}

int
intent_load(const struct store *s, const char *uid, struct intent *i)
{
	char text[256], port[6] = "", state[16] = "";

	memset(i, 0, sizeof(*i));
	if (disk_load(s->removals, uid, text, sizeof(text)) == -1)
		return -1;
	if (sscanf(text, "%4[0-9] %15[0-9.] %5[0-9] %95s %15s", i->tid, i->ip,
		port, i->owner, state) < 4 ||
	    !wire_valid(F_TID, i->tid) || !wire_valid(F_IP, i->ip) ||
	    !wire_valid(F_PORT, port)) {
		memset(i, 0, sizeof(*i));
		errno = EBADMSG;
		return -1;
	}
	i->port = (uint16_t)wire_number(port);
	i->confirmed = strcmp(state, CONFIRMED) == 0;
	return 0;
}

int
intent_save(const struct store *s, const char *uid, const struct intent *i,
    const char *temp)
{
	char text[256];

	snprintf(text, sizeof(text), "%s %s %u %s %s\n", i->tid, i->ip,
	    (unsigned)i->port, i->owner, i->confirmed ? CONFIRMED : "asked");
	return disk_save_as(s->removals, uid, s->work, temp, text);
}

int
intent_drop(const struct store *s, const char *uid, const char *tid)
{
	struct intent i;

	if (intent_load(s, uid, &i) == -1)
		return errno == ENOENT ? 0 : -1;
	if (strcmp(i.tid, tid) != 0)
		return 0;
	return unlinkat(s->removals, uid, 0) == 0 || errno == ENOENT ? 0 : -1;
}

struct search {
	const char *after;
	char found[UID_LEN + 1];
};

static bool
seek_it(int dir, const char *name, void *arg)
{
	struct search *s = arg;

	(void)dir;
	if (wire_valid(F_UID, name) && strcmp(name, s->after) > 0 &&
	    (s->found[0] == '\0' || strcmp(name, s->found) < 0))
		memcpy(s->found, name, sizeof(s->found));
	return true;
}

int
intent_next(const struct store *s, char uid[UID_LEN + 1])
{
	struct search search = { .after = uid };

	if (disk_each(s->removals, ".", seek_it, &search) == -1)
		return -1;
	memcpy(uid, search.found, UID_LEN + 1);
	return uid[0] != '\0';
}

static const char *const states[] = { [FILES_KEPT] = "kept",
	[FILES_GOING] = "going",
	[FILES_REMOVED] = "removed" };

static const char *
last_name(const char *uid)
{
	static char name[UID_LEN + sizeof(".last")];

	snprintf(name, sizeof(name), "%.*s.last", UID_LEN, uid);
	return name;
}

int
generation_load(const struct store *s, const char *uid, struct generation *g)
{
	char text[64], number[10] = "", state[16] = "";

	memset(g, 0, sizeof(*g));
	if (disk_load(s->removals, last_name(uid), text, sizeof(text)) == -1)
		return errno == ENOENT ? 0 : -1;
	sscanf(text, "%9[0-9] %4[0-9] %15s", number, g->tid, state);
	g->number = strtoul(number, NULL, 10);
	if (strcmp(state, states[FILES_GOING]) == 0)
		g->state = FILES_GOING;
	else if (strcmp(state, states[FILES_REMOVED]) == 0)
		g->state = FILES_REMOVED;
	return 0;
}

int
generation_save(const struct store *s, const char *uid,
    const struct generation *g, const char *temp)
{
	char text[64];

	snprintf(text, sizeof(text), "%lu %s %s\n", g->number % 1000000000ul,
	    g->tid, states[g->state]);
	return disk_save_as(s->removals, last_name(uid), s->work, temp, text);
}

bool
generation_same(const struct generation *a, const struct generation *b)
{
	return a->number == b->number && strcmp(a->tid, b->tid) == 0;
}
