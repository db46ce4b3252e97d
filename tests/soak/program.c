/* The user program, as a person runs it. */
#include <stdio.h>
#include <string.h>

#include "soak.h"

bool
user_start(struct child *c, const struct person *p)
{
	char path[PATH_ROOM], as[8], fs[8], text[256];
	const char *argv[] = { path, "-p", as, "-q", fs, NULL };

	path_in(path, scene_bin(), "user");
	snprintf(as, sizeof(as), "%u", (unsigned)p->as);
	snprintf(fs, sizeof(fs), "%u", (unsigned)p->fs);
	return child_start(c, scene_dir(), argv) &&
	    say(c->in, "login %s %s\n", p->uid, p->pass) &&
	    hear_like(c->out, text, sizeof(text), "Logged in");
}

bool
user_confirm(const struct child *user, const struct person *p, const char *req)
{
	struct sockaddr_in as;
	char text[256], vc[5];

	say(user->in, "req %s\n", req);
	if (!hear_datagram(p->device, text, sizeof(text), &as, patience) ||
	    sscanf(text, "VLC %*5s %4s", vc) != 1)
		return false;
	answer(p->device, &as, "RVC %s OK\n", p->uid);
	return hear_like(user->out, text, sizeof(text), "Code sent") &&
	    say(user->in, "val %s\n", vc) &&
	    hear_like(user->out, text, sizeof(text), "Confirmed");
}
