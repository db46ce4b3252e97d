/*
 * secured - AS, FS, pd and user with keys made on the spot (scripts/keys.sh),
 * a relay on each leg between them, and a walk from reg to remove.
 */
#ifndef SECURED_H
#define SECURED_H

#include "relay.h"
#include "trial.h"

enum secured {
	SECURED_NOT, /* no program has keys */
	SECURED_TOO, /* AS and FS have, -s; a walk is in plain text */
	SECURED_ONLY /* -S, and -s in a walk */
};

/* trial_as and trial_fs behind the relay; keys go to scene_dir()/keys. */
bool secured_open(enum secured how);
bool secured_again(enum secured how); /* both, once more */
enum secured secured_now(void);
bool secured_keys(void); /* the keys alone */

/* The AS's --issue; mkdir for the others.  The directory is out. */
void secured_dir(char out[PATH_ROOM], const char *name);
/* An AS of its own there, at a free port; not running yet. */
void secured_as(struct server *s, const char *name, const char *keys);

struct walk {
	char uid[6], pass[9], name[32];
	size_t size;
	const char *ops; /* requests in turn: U, L, R, D, X */
	struct child pd, user;
	uint16_t codes;      /* pd's port for them */
	char secrets[16][8]; /* VCs and TIDs so far */
	int nsecrets;
	int step;             /* that it has come to */
	char said[SAID_ROOM]; /* the last line, where it went wrong */
};

void walk_plan(struct walk *w, const char *ops); /* somebody new */
/* Play it all and end both; false: some step was refused, see said. */
bool walk_play(struct walk *w);
void walk_path(char path[PATH_ROOM], const struct walk *w); /* user's file */

/* In parts, for who wants to do something between. */
bool walk_begin(struct walk *w); /* reg */
bool walk_login(struct walk *w);
bool walk_do(struct walk *w, char op);
void walk_end(struct walk *w); /* pd unregisters */

/* user, or pd, with these keys at that port; "-n" host.  Not NULL: keys. */
bool secured_user(
    struct child *c, const char *keys, const char *host, uint16_t port);
bool secured_pd(
    struct child *c, const char *keys, const char *host, uint16_t port);

/* c says, and answers with a line that begins so: true.  said has the line, or
 * why there was none.  What only tells of waiting is passed over. */
bool says(struct child *c, char said[SAID_ROOM], const char *command,
    const char *start);

#endif
