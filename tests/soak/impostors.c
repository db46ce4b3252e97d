/*
 * Rows 28 and 29: what is changed or replayed on the way has no effect, and who
 * is not believed hears nothing.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../lib/body.h"
#include "secured.h"

static int tried, gone_on, told;

/* What a walk that was disturbed may leave: nothing, or all. */
static void
check_effects(const struct walk *w, bool good, const char *where)
{
	char path[PATH_ROOM], user[PATH_ROOM], name[48];

	path_in(user, trial_fs.data, w->uid);
	snprintf(name, sizeof(name), "%s/%s", w->uid, w->name);
	path_in(path, trial_fs.data, name);
	if (access(path, F_OK) == 0 && !body_is_file(path, w->size))
		flaw("%s: a file is stored that is not the one sent", where);
	if (good && access(user, F_OK) == 0)
		flaw("%s: removed, it says, but the files are there", where);
	if (!server_alive(&trial_as) || !server_alive(&trial_fs))
		flaw("%s: a server has ended", where);
	if (!good && (w->said[0] == '(' || strchr(w->said, '.') == NULL))
		flaw("%s: no clear sentence: \"%.100s\"", where, w->said);
}

/* Another association with the AS. */
static void
restart_fs(void)
{
	server_end(&trial_fs, SIGTERM);
	server_start(&trial_fs);
}

static void
flip_one(enum leg leg, enum way way, size_t unit, size_t offset)
{
	static const char *const legs[] = { "user-AS", "user-FS", "pd-AS",
		"FS-AS" };
	char where[80];
	struct walk w;
	bool good;

	walk_plan(&w, "URX");
	w.size = 300;
	relay_clear();
	relay_flip(leg, way, unit, offset);
	if (leg == FS_AS)
		restart_fs();
	good = walk_play(&w);
	if (!relay_has_flipped())
		return;
	snprintf(where, sizeof(where), "%s %s, unit %zu, byte %zu", legs[leg],
	    way == UP ? "up" : "down", unit, offset);
	tried++;
	gone_on += good;
	told += !good;
	check_effects(&w, good, where);
}

/* How long each unit of a walk is. */
static size_t units[LEGS][WAYS], length[LEGS][WAYS][RELAY_UNITS];

static void
measure(void)
{
	for (int leg = 0; leg < LEGS; leg++)
		for (int way = UP; way < WAYS; way++) {
			const struct wire *w =
			    relay_wire((enum leg)leg, (enum way)way);

			units[leg][way] = w->units;
			for (size_t i = 0; i < w->units; i++)
				length[leg][way][i] = relay_unit(w, i);
		}
}

/* Some bytes of a unit; small: one behind the headers, whose lengths, once
 * changed, may have to be waited for (HANDSHAKE_TIME). */
static void
flip_unit(enum leg leg, enum way way, size_t unit)
{
	size_t len = length[leg][way][unit], n = (size_t)size_of(6, 1);
	size_t head = is_small() && len > 13 ? 13 : 0;

	for (size_t k = 0; k < n; k++)
		flip_one(leg, way, unit, head + k * (len - head) / n);
}

/* Every unit; small: every ninth. */
static void
flip_all(void)
{
	size_t number = 0, every = (size_t)size_of(1, 9);

	for (int leg = 0; leg < LEGS; leg++)
		for (int way = UP; way < WAYS; way++)
			for (size_t i = 0; i < units[leg][way]; i++)
				if (number++ % every == 0)
					flip_unit(
					    (enum leg)leg, (enum way)way, i);
}

/* Its lines that tell of a request that came sealed. */
static int
sealed_requests(void)
{
	char line[512];
	int n = 0;
	FILE *f = fopen(trial_as.log, "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		n += strstr(line, " DTLS ") != NULL;
	if (f != NULL)
		fclose(f);
	return n;
}

static char again[RELAY_ROOM];
static struct {
	enum leg leg;
	size_t at, len;
} sent[RELAY_UNITS];
static size_t nsent;

static void
take_datagrams(enum leg leg, size_t *used)
{
	const struct wire *w = relay_wire(leg, UP);

	for (size_t i = 0; i < w->units && nsent < RELAY_UNITS; i++) {
		size_t n = relay_unit(w, i);

		memcpy(again + *used, w->kept + w->at[i], n);
		sent[nsent].leg = leg;
		sent[nsent].at = *used;
		sent[nsent++].len = n;
		*used += n;
	}
}

/* Every datagram to the AS of a walk, again and again: how many counted. */
static int
replay(int n)
{
	struct walk w;
	struct person p = { .as = trial_as.port };
	size_t used = 0;
	bool device = true;
	int before;

	walk_plan(&w, "UR");
	relay_clear();
	if (!walk_play(&w))
		flaw("a walk: \"%.100s\"", w.said);
	take_datagrams(PD_AS, &used);
	take_datagrams(FS_AS, &used);
	before = sealed_requests();
	for (int i = 0; i < n; i++) {
		size_t k = (size_t)i % nsent;

		relay_replay(sent[k].leg, again + sent[k].at, sent[k].len);
		if (i % 50 == 49)
			nap(5); /* its socket holds no more */
	}
	nap(200);
	strcpy(p.uid, w.uid);
	if (!trial_has_account(&p, &device) || device)
		flaw("a REG that was replayed counts");
	before = sealed_requests() - before;
	if (before != 0)
		flaw("%d replayed datagrams count", before);
	return before;
}

void
prove_unchanged(void)
{
	int replays = size_of(10000, 200), counted;
	struct walk w;

	if (!secured_open(SECURED_ONLY))
		return;
	counted = replay(replays);
	walk_plan(&w, "URX");
	w.size = 300;
	relay_clear();
	restart_fs();
	if (!walk_play(&w))
		flaw("a walk: \"%.100s\"", w.said);
	measure();
	flip_all();
	trial_close();
	if (tried < size_of(200, 5))
		flaw("only %d bytes were there to be changed", tried);
	figure("%d changes: %d went on, %d told; %d of %d replays", tried,
	    gone_on, told, counted, replays);
	allowed("no wrong effect, 0");
}

static int asked, refused;

static bool
log_has(const struct server *s, const char *what)
{
	char line[512];
	bool has = false;
	FILE *f = fopen(s->log, "r");

	while (f != NULL && !has && fgets(line, sizeof(line), f) != NULL)
		has = strstr(line, what) != NULL;
	if (f != NULL)
		fclose(f);
	return has;
}

static void
judge(const char *what, const char *who, bool right, const char *said)
{
	asked++;
	refused += right;
	if (!right)
		flaw("%s, %s: \"%.120s\"", what, who, said);
}

static const struct impostor {
	const char *what, *program, *keys, *client, *sentence;
} impostors[] = {
	{ "revoked", "AS", "as", "revoker", "has been revoked" },
	{ "wrong fingerprint", "AS", "as", "pinner", "another key" },
	{ "another name", "AS", "named", "user", "another name" },
	{ "wrong chain", "AS", "other", "user", "is not known" },
	{ "wrong class", "AS", "person", "user", "wrong class" },
	{ "expired", "AS", "expired", "user", "has expired" },
	{ "not valid yet", "AS", "early", "user", "not valid yet" },
	{ "self-signed", "FS", "alone", "user", "is not known" },
};

static bool
is_refusal(const struct impostor *m, const char *said)
{
	return strstr(said, "nothing was said to it") != NULL &&
	    strstr(said, m->sentence) != NULL;
}

static void
try_user(const struct impostor *m, const char *keys)
{
	const struct wire *up = relay_wire(USER_AS, UP);
	char said[SAID_ROOM];
	struct child c;
	int status;

	relay_clear();
	secured_user(&c, keys, LOCAL, relay_port(USER_AS));
	say(c.in, "login 12345 abcd1234\n");
	says(&c, said, NULL, "\n");
	status = child_end(&c, 0);
	judge(m->what, "user",
	    is_refusal(m, said) && WIFEXITED(status) &&
		WEXITSTATUS(status) == 3 && up->len > 0 && up->data == 0,
	    said);
}

static void
try_pd(const struct impostor *m, const char *keys)
{
	char said[SAID_ROOM];
	struct child c;

	secured_pd(&c, keys, LOCAL, relay_port(PD_AS));
	says(&c, said, NULL, "Codes");
	says(&c, said, "reg 12345 abcd1234", "\n");
	child_end(&c, SIGTERM);
	judge(m->what, "pd", is_refusal(m, said), said);
}

/* The server is running. */
static void
try_server(struct server *s, const struct impostor *m, int n)
{
	char keys[PATH_ROOM];

	secured_dir(keys, m->client);
	relay_to(USER_AS, s->port);
	relay_to(PD_AS, s->port);
	for (int i = 0; i < n; i++) {
		try_user(m, keys);
		if (s->as == 0)
			try_pd(m, keys);
	}
	if (log_has(s, " REG ") || log_has(s, " LOG "))
		flaw("%s: the server has heard of the password", m->what);
	server_end(s, SIGTERM);
}

/* In the directory of keys. */
static void
in_keys(const char *command)
{
	run_shell("parts=$PWD/tests/system/parts/keys; cd '%s/keys' && { %s; }",
	    scene_dir(), command);
}

static void
issue(int class, const char *name, const char *host)
{
	run_shell("%s/AS -s '%s/keys/as' --issue %d '%s/keys/%s' --name %s"
		  " >/dev/null",
	    scene_bin(), scene_dir(), class, scene_dir(), name, host);
}

/* What the cases of the table need; good is running. */
static void
make_dirs(const struct server *good)
{
	issue(1, "person", "person");
	issue(2, "named", "elsewhere.test");
	in_keys("for d in expired early; do mkdir -m 700 $d &&"
		" cp \"$parts/key.pem\" $d && chmod 600 $d/key.pem &&"
		" cp \"$parts/$d.pem\" $d/cert.pem; done");
	in_keys("cp -Rp user revoker; cp -Rp user pinner;"
		" rm pinner/trust.pem");
	run_shell("sed -n 's/.*certificate \\(sha-256 [0-9A-F:]*\\).*/\\1/p'"
		  " '%s' >'%s/keys/revoker/revoked'",
	    good->log, scene_dir());
	run_shell("for p in %u %u; do echo \"127.0.0.1:$p sha-256"
		  " $(printf '00:%%.0s' 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16"
		  " 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31)00\";"
		  " done >'%s/keys/pinner/known'",
	    (unsigned)relay_port(USER_AS), (unsigned)relay_port(PD_AS),
	    scene_dir());
}

/* An FS that finds another AS than its own: it asks it for nothing. */
static void
try_fs(struct server *as, int n)
{
	char fs_keys[PATH_ROOM], said[SAID_ROOM];
	struct server fs;

	as->option = "-v";
	server_plan(&fs, "FS", "asker");
	secured_dir(fs_keys, "fs");
	fs.keys = fs_keys;
	fs.bin = scene_quick();
	if (!server_start(as))
		return;
	fs.as = as->port;
	if (!server_start(&fs))
		return;
	for (int i = 0; i < n; i++) {
		int client = tcp_to(LOCAL, fs.port);

		say(client, "LST 12345 %04d\n", 1000 + i);
		hear(client, said, sizeof(said));
		judge("wrong chain", "FS", strcmp(said, "RLS INV") == 0, said);
		close(client);
	}
	if (log_has(as, " VLD "))
		flaw("the FS has asked an AS that is not its own");
	server_end(&fs, SIGTERM);
	server_end(as, SIGTERM);
}

#define IMPOSTORS (int)(sizeof(impostors) / sizeof(impostors[0]))

void
prove_impostors(void)
{
	static struct server servers[IMPOSTORS], other;
	int n = size_of(100, 1);

	if (!secured_keys() || !relay_open())
		return;
	for (int i = 0; i < IMPOSTORS; i++) {
		const struct impostor *m = &impostors[i];
		struct server *s = &servers[i];

		secured_as(s, m->what, m->keys);
		s->program = m->program;
		if (m->program[0] == 'F')
			s->as = 9; /* nobody */
		s->option = "-v";  /* its requests are in its log */
		if (!server_start(s))
			return;
		if (i == 0)
			make_dirs(s);
		try_server(s, m, n);
	}
	secured_as(&other, "another", "other");
	try_fs(&other, is_small() ? 1 : 20);
	figure("%d of %d refused, no password sent", refused, asked);
	allowed("all of %d cases", IMPOSTORS + 1);
}
