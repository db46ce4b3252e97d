#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../lib/body.h"
#include "soak.h"
#include "trial.h"

struct server trial_as, trial_fs;

void
trial_plan(void)
{
	server_plan(&trial_as, "AS", "as");
	server_plan(&trial_fs, "FS", "fs");
}

bool
trial_open_as(void)
{
	trial_plan();
	return server_start(&trial_as);
}

bool
trial_open_again(void)
{
	if (!server_start(&trial_as))
		return false;
	trial_fs.as = trial_as.port;
	return server_start(&trial_fs);
}

bool
trial_open(bool steer_as)
{
	trial_plan();
	trial_as.bin = scene_quick(); /* many passwords */
	steer_open(steer_as ? &trial_as : &trial_fs);
	return trial_open_again();
}

void
trial_close(void)
{
	if (steering() != NULL)
		steer_off();
	server_end(&trial_fs, SIGTERM);
	server_end(&trial_as, SIGTERM);
}

void
trial_person(struct person *p)
{
	static unsigned n = 10000;

	person_make(p, n++, &trial_as, trial_fs.port);
}

void
trial_path(char path[PATH_ROOM], const struct person *p, const char *name)
{
	char file[64];

	snprintf(
	    file, sizeof(file), "%s%s%s", p->uid, name[0] ? "/" : "", name);
	path_in(path, trial_fs.data, file);
}

void
trial_put(const struct person *p, int n, size_t size)
{
	char path[PATH_ROOM], name[32];

	trial_path(path, p, "");
	mkdir(path, 0700);
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "put%d.txt", i);
		trial_path(path, p, name);
		if (!body_make_file(path, size))
			flaw("cannot write %s", path);
	}
}

bool
trial_has_account(const struct person *p, bool *device)
{
	char path[PATH_ROOM], text[256] = "";
	FILE *f;
	size_t n;

	path_in(path, trial_as.data, p->uid);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	n = fread(text, 1, sizeof(text) - 1, f);
	text[n] = '\0';
	fclose(f);
	*device = strstr(text, "\ndevice ") != NULL;
	return strncmp(text, "pair ", 5) == 0;
}

int
trial_count(const struct person *p)
{
	char path[PATH_ROOM];
	DIR *d;
	int n = 0;

	trial_path(path, p, "");
	d = opendir(path);
	if (d == NULL)
		return -1;
	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n - 2;
}

/* " name size" in a RLS. */
bool
trial_listed(const struct person *p, const char *name)
{
	char word[40];
	const char *at;

	snprintf(word, sizeof(word), " %s ", name);
	at = strstr(p->said, word);
	return at != NULL;
}

/* The first that is there; false: none. */
static bool
find_temporary(const struct server *s, char *line, size_t room)
{
	char command[PATH_ROOM + 100];
	bool found;
	FILE *f;

	snprintf(command, sizeof(command),
	    "find '%.400s/work' -type f ! -name lock 2>/dev/null", s->data);
	f = popen(command, "r");
	if (f == NULL)
		return false;
	found = fgets(line, (int)room, f) != NULL;
	pclose(f);
	return found;
}

/* A removal may go on for a moment after the start. */
static void
no_temporary(const char *what, const struct server *s)
{
	char line[PATH_ROOM];
	double until = seconds() + 10;

	while (find_temporary(s, line, sizeof(line)))
		if (seconds() < until)
			nap(20);
		else {
			flaw("%s: left in work: %s", what, line);
			return;
		}
}

bool
trial_has_intent(const struct person *p)
{
	char path[PATH_ROOM], name[32];

	snprintf(name, sizeof(name), "removals/%s", p->uid);
	path_in(path, trial_fs.data, name);
	return access(path, F_OK) == 0;
}

bool
trial_restart(const char *what, struct server *s)
{
	bool killed;

	steer_off();
	killed = steer_fired() &&
	    (steering()->way == FAULT_KILL_ALL ||
		atomic_load(&steering()->victim) == (int)s->pid);
	for (int i = 0; killed && i < PATIENCE && server_alive(s); i++)
		nap(1);
	if (killed && server_alive(s))
		flaw("%s: killed, it says, but the %s lives", what, s->program);
	if (server_alive(s))
		return true; /* only a child of it was killed */
	if (!server_start(s))
		return false;
	no_temporary(what, s);
	return true;
}

bool
trial_hopeless(void)
{
	return steer_fired() &&
	    (!server_alive(&trial_as) || !server_alive(&trial_fs));
}
