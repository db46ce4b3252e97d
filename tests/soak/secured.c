#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/body.h"
#include "secured.h"

static enum secured how;

enum secured
secured_now(void)
{
	return how;
}

void
secured_dir(char out[PATH_ROOM], const char *name)
{
	char keys[PATH_ROOM];

	path_in(keys, scene_dir(), "keys");
	path_in(out, keys, name);
}

bool
secured_keys(void)
{
	char user[PATH_ROOM];

	run_shell("BIN=%s sh scripts/keys.sh '%s/keys' 127.0.0.1 >/dev/null",
	    scene_bin(), scene_dir());
	secured_dir(user, "user");
	if (access(user, F_OK) == 0)
		return true;
	flaw("scripts/keys.sh makes no keys");
	return false;
}

void
secured_as(struct server *s, const char *name, const char *keys)
{
	static char dir[8][PATH_ROOM];
	static int n;
	char *path = dir[n++ % 8];

	server_plan(s, "AS", name);
	s->bin = scene_quick();
	secured_dir(path, keys);
	s->keys = path;
}

bool
secured_again(enum secured is)
{
	static char as[PATH_ROOM], fs[PATH_ROOM];

	how = is;
	secured_dir(as, "as");
	secured_dir(fs, "fs");
	trial_as.bin = trial_fs.bin = scene_quick();
	trial_as.keys = is == SECURED_NOT ? NULL : as;
	trial_fs.keys = is == SECURED_NOT ? NULL : fs;
	trial_as.strict = trial_fs.strict = is == SECURED_ONLY;
	trial_as.option = trial_fs.option = "-v";
	if (!server_start(&trial_as))
		return false;
	for (int leg = 0; leg < LEGS; leg++)
		relay_to((enum leg)leg, trial_as.port);
	trial_fs.as = relay_port(FS_AS);
	if (!server_start(&trial_fs))
		return false;
	relay_to(USER_FS, trial_fs.port);
	return true;
}

bool
secured_open(enum secured is)
{
	trial_plan();
	return secured_keys() && relay_open() && secured_again(is);
}

static bool
is_waiting(const char *line)
{
	static const char *const some[] = { "Waiting", "Connecting", "Codes ",
		"No answer", "Asking", NULL };

	for (const char *const *s = some; *s != NULL; s++)
		if (strncmp(line, *s, strlen(*s)) == 0)
			return true;
	return line[0] == '\0';
}

bool
says(struct child *c, char said[SAID_ROOM], const char *command,
    const char *start)
{
	if (command != NULL)
		say(c->in, "%s\n", command);
	do
		if (!hear(c->out, said, SAID_ROOM)) {
			snprintf(said, SAID_ROOM, "%s",
			    wait_readable(c->out, 0) ? "(ended)" : "(silent)");
			return false;
		}
	while (strncmp(said, start, strlen(start)) != 0 && is_waiting(said));
	return strncmp(said, start, strlen(start)) == 0;
}

static bool
start_client(struct child *c, const char *program, const char *const *rest,
    const char *keys, uint16_t port)
{
	char path[PATH_ROOM], as[8], fs[8];
	const char *argv[16] = { path };
	int n = 1;

	path_in(path, scene_bin(), program);
	snprintf(as, sizeof(as), "%u", (unsigned)port);
	snprintf(fs, sizeof(fs), "%u", (unsigned)relay_port(USER_FS));
	while (*rest != NULL)
		argv[n++] = *rest++;
	argv[n++] = "-p";
	argv[n++] = as;
	if (program[0] == 'u') {
		argv[n++] = "-q";
		argv[n++] = fs;
	}
	if (keys != NULL) {
		argv[n++] = "-s";
		argv[n++] = keys;
	}
	return child_start(c, scene_dir(), argv);
}

bool
secured_user(struct child *c, const char *keys, const char *host, uint16_t port)
{
	const char *rest[] = { "-n", host, NULL };

	return start_client(c, "user", rest, keys, port);
}

bool
secured_pd(struct child *c, const char *keys, const char *host, uint16_t port)
{
	const char *rest[] = { LOCAL, "-d", "0", "-n", host, NULL };

	return start_client(c, "pd", rest, keys, port);
}

void
walk_plan(struct walk *w, const char *ops)
{
	static unsigned n = 20000;

	memset(w, 0, sizeof(*w));
	n += 7;
	snprintf(w->uid, sizeof(w->uid), "%05u", n % 100000);
	snprintf(w->pass, sizeof(w->pass), "Zq%06u", n * 37 % 1000000);
	snprintf(w->name, sizeof(w->name), "quarter%u.dat", n);
	w->size = 20000;
	w->ops = ops;
}

void
walk_path(char path[PATH_ROOM], const struct walk *w)
{
	path_in(path, scene_dir(), w->name);
}

static void
keep_secret(struct walk *w, const char *word)
{
	if (w->nsecrets < 16)
		snprintf(w->secrets[w->nsecrets++], 8, "%.4s", word);
}

static const char *
keys_of(char path[PATH_ROOM], const char *who)
{
	secured_dir(path, who);
	return how == SECURED_ONLY ? path : NULL;
}

bool
walk_begin(struct walk *w)
{
	char keys[PATH_ROOM], text[64];
	const char *port;

	secured_pd(&w->pd, keys_of(keys, "pd"), LOCAL, relay_port(PD_AS));
	if (!says(&w->pd, w->said, NULL, "Codes come to UDP port "))
		return false;
	port = strrchr(w->said, ' ');
	w->codes = (uint16_t)strtoul(port + 1, NULL, 10);
	snprintf(text, sizeof(text), "reg %s %s", w->uid, w->pass);
	return says(&w->pd, w->said, text, "Registered");
}

bool
walk_login(struct walk *w)
{
	char keys[PATH_ROOM], text[64];

	secured_user(
	    &w->user, keys_of(keys, "user"), LOCAL, relay_port(USER_AS));
	snprintf(text, sizeof(text), "login %s %s", w->uid, w->pass);
	return says(&w->user, w->said, text, "Logged in");
}

static const struct op {
	char op;
	const char *command, *answer;
} ops[] = { { 'U', "upload", "Uploaded" }, { 'L', "list", "1 " },
	{ 'R', "retrieve", "Retrieved" }, { 'D', "delete", "Deleted" },
	{ 'X', "remove", "Removed" } };

static bool
confirm(struct walk *w, const char *req)
{
	char text[64];
	const char *tid;

	if (!says(&w->user, w->said, req, "Code sent") ||
	    !says(&w->pd, w->said, NULL, "VC="))
		return false;
	keep_secret(w, w->said + 3);
	snprintf(text, sizeof(text), "val %.4s", w->said + 3);
	if (!says(&w->user, w->said, text, "Confirmed"))
		return false;
	tid = strstr(w->said, "TID=");
	if (tid != NULL)
		keep_secret(w, tid + 4);
	return true;
}

bool
walk_do(struct walk *w, char op)
{
	const struct op *o = ops;
	char path[PATH_ROOM], name[40] = "", text[80];

	while (o->op != op)
		o++;
	if (op != 'L' && op != 'X')
		snprintf(name, sizeof(name), " %s", w->name);
	snprintf(text, sizeof(text), "req %c%s", op, name);
	walk_path(path, w);
	if (op == 'U' && !body_make_file(path, w->size))
		flaw("cannot write %s", path);
	if (!confirm(w, text))
		return false;
	if (op == 'R')
		unlink(path);
	snprintf(text, sizeof(text), "%s%s", o->command, name);
	if (!says(&w->user, w->said, text, o->answer))
		return false;
	if (op == 'R' && !body_is_file(path, w->size))
		flaw("%s does not come as it was sent", w->name);
	w->step++;
	return true;
}

void
walk_end(struct walk *w)
{
	char path[PATH_ROOM];

	if (w->user.pid != 0)
		child_end(&w->user, 0);
	say(w->pd.in, "exit\n");
	child_end(&w->pd, 0);
	walk_path(path, w);
	unlink(path);
}

/* At once, whatever it waits for. */
static void
walk_stop(struct walk *w)
{
	if (w->user.pid != 0)
		child_end(&w->user, SIGKILL);
	child_end(&w->pd, SIGKILL);
}

bool
walk_play(struct walk *w)
{
	bool good = walk_begin(w) && walk_login(w);

	for (const char *op = w->ops; good && *op != '\0'; op++)
		good = walk_do(w, *op);
	if (good)
		walk_end(w);
	else
		walk_stop(w);
	return good;
}
