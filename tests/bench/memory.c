#define _DEFAULT_SOURCE
#include "memory.h"

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PROCESSES 8192

struct process {
	long pid, parent;
	double cpu;
	bool ours;
};

/* The number behind a word in a file of /proc/PID, in KiB. */
static double
number_in(long pid, const char *file, const char *word)
{
	char line[256];
	double found = 0;
	FILE *f;

	snprintf(line, sizeof(line), "/proc/%ld/%s", pid, file);
	f = fopen(line, "r");
	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, word, strlen(word)) == 0) {
			found = atof(line + strlen(word));
			break;
		}
	fclose(f);
	return found;
}

static bool
look_at(struct process *p, const char *name)
{
	unsigned long user, system;
	long user_ended, system_ended;
	char path[300], text[1024];
	const char *rest;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%s/stat", name);
	f = name[0] >= '0' && name[0] <= '9' ? fopen(path, "r") : NULL;
	if (f == NULL)
		return false;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	rest = strrchr(text, ')');
	if (rest == NULL ||
	    sscanf(rest + 2,
		"%*c %ld %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu %ld %ld",
		&p->parent, &user, &system, &user_ended, &system_ended) != 5)
		return false;
	p->pid = atol(name);
	p->cpu = (double)(user + system) + (double)(user_ended + system_ended);
	p->cpu /= (double)sysconf(_SC_CLK_TCK);
	return true;
}

static int
look_at_all(struct process *all)
{
	DIR *d = opendir("/proc");
	const struct dirent *e;
	int n = 0;

	while (d != NULL && n < PROCESSES && (e = readdir(d)) != NULL) {
		memset(&all[n], 0, sizeof(all[n]));
		n += look_at(&all[n], e->d_name);
	}
	if (d != NULL)
		closedir(d);
	return n;
}

/* Mark root and its descendants. */
static void
mark(struct process *all, int n, long root)
{
	bool more = true;

	for (int i = 0; i < n; i++)
		all[i].ours = all[i].pid == root;
	while (more) {
		more = false;
		for (int i = 0; i < n; i++)
			for (int k = 0; k < n && !all[i].ours; k++)
				if (all[k].ours && all[k].pid == all[i].parent)
					all[i].ours = more = true;
	}
}

struct memory
memory_of(long pid)
{
	static struct process all[PROCESSES];
	struct memory m = { 0 };
	int n = look_at_all(all);

	mark(all, n, pid);
	for (int i = 0; i < n; i++)
		if (all[i].ours) {
			m.cpu += all[i].cpu;
			m.pss += number_in(all[i].pid, "smaps_rollup", "Pss:");
		}
	m.pss /= 1024;
	m.rss = number_in(pid, "status", "VmRSS:") / 1024;
	return m;
}
