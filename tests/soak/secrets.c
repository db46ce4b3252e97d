/*
 * Row 14, a part of it: what a thief of the AS's memory gets.  Where the system
 * has no /proc/PID/mem, or does not let us read it, nothing is tried.
 */
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trial.h"

/* Bytes; what is longer is no memory of the program, but a sanitizer's. */
#define MAPPING_MAX (1ul << 30)

#define PIECE 65536
#define RIGHT "Zq7Xw2Kd"
#define WRONG "Vj4Rm9Tb"
#define CONTROL                                                                \
	"The authentication server:" /* stands in the program itself           \
				      */

/* A worker wipes its copy just after it has given its answer. */
#define SETTLE 5.0

static long
count_in(const char *data, size_t n, const char *text)
{
	size_t len = strlen(text);
	long found = 0;

	for (size_t i = 0; i + len <= n; i++)
		found += data[i] == text[0] && memcmp(data + i, text, len) == 0;
	return found;
}

/* Pieces overlap, so that nothing is cut; no text is as long as that. */
static long
count_range(int mem, unsigned long from, unsigned long to, const char *text)
{
	static char data[PIECE];
	long found = 0;

	while (from < to) {
		size_t n = to - from < PIECE ? to - from : PIECE;
		ssize_t got = pread(mem, data, n, (off_t)from);

		if (got <= 0)
			break;
		found += count_in(data, (size_t)got, text);
		if ((size_t)got == to - from)
			break;
		from += (size_t)got - strlen(text) + 1;
	}
	return found;
}

/* In all that a process has in memory; -1: it cannot be read. */
static long
count_process(const char *pid, const char *text)
{
	char path[64], line[512];
	int mem;
	long found = 0;
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%.16s/mem", pid);
	mem = open(path, O_RDONLY);
	snprintf(path, sizeof(path), "/proc/%.16s/maps", pid);
	maps = fopen(path, "r");
	while (mem != -1 && maps != NULL &&
	    fgets(line, sizeof(line), maps) != NULL) {
		char *end;
		unsigned long from = strtoul(line, &end, 16);
		unsigned long to = *end == '-' ? strtoul(end + 1, &end, 16) : 0;

		if (to != 0 && to - from < MAPPING_MAX &&
		    strncmp(end, " r", 2) == 0 && strstr(line, "[v") == NULL)
			found += count_range(mem, from, to, text);
	}
	if (mem == -1 || maps == NULL)
		found = -1;
	if (maps != NULL)
		fclose(maps);
	if (mem != -1)
		close(mem);
	return found;
}

static bool
is_in_group(const char *pid, pid_t group)
{
	char path[64], text[512] = "", *after;
	long of = 0;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%.16s/stat", pid);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	after = strrchr(text, ')');
	return after != NULL && sscanf(after, ") %*c %*d %ld", &of) == 1 &&
	    of == (long)group;
}

/* In the AS and all its workers: their number goes to *processes. */
static long
count_all(const char *text, int *processes)
{
	DIR *all = opendir("/proc");
	const struct dirent *e;
	long found = 0;

	*processes = 0;
	while (all != NULL && (e = readdir(all)) != NULL) {
		long n;

		if (e->d_name[0] < '1' || e->d_name[0] > '9' ||
		    !is_in_group(e->d_name, trial_as.pid))
			continue;
		n = count_process(e->d_name, text);
		if (n == -1)
			continue;
		found += n;
		++*processes;
	}
	if (all != NULL)
		closedir(all);
	return found;
}

static void
none_of(const char *text, const char *when)
{
	double until = seconds() + SETTLE;
	int processes;
	long n;

	while ((n = count_all(text, &processes)) > 0 && seconds() < until)
		nap(20);
	if (n > 0)
		flaw("after %s: %ld copies of the password", when, n);
}

static bool
is_refused(struct person *p, bool (*what)(struct person *p))
{
	bool done;

	strcpy(p->pass, WRONG);
	done = what(p);
	strcpy(p->pass, RIGHT);
	return !done;
}

bool
secrets_are_wiped(void)
{
	struct person p, second;
	int processes;

	/* It copies what a program reads, and never wipes that. */
	if (getenv("SAN") != NULL && *getenv("SAN") != '\0') {
		skip("a sanitizer keeps copies of its own");
		return false;
	}
	if (count_all(CONTROL, &processes) < processes || processes < 2) {
		skip("the memory of %d processes could be read", processes);
		return false;
	}
	trial_person(&p);
	strcpy(p.pass, RIGHT);
	if (!person_register(&p))
		flaw("cannot register: \"%s\"", p.said);
	none_of(RIGHT, "REG of a new user");
	if (!person_login(&p))
		flaw("cannot log in: \"%s\"", p.said);
	none_of(RIGHT, "LOG");
	second = p;
	second.device = second.session = -1;
	if (!person_register(&second))
		flaw("cannot register again: \"%s\"", second.said);
	none_of(RIGHT, "REG of another device");
	if (!is_refused(&p, person_login) || !is_refused(&p, person_register) ||
	    !is_refused(&p, person_unregister))
		flaw("a wrong password is good: \"%s\"", p.said);
	none_of(WRONG, "wrong passwords");
	if (!person_unregister(&p) || !person_login(&p))
		flaw("cannot unregister: \"%s\"", p.said);
	none_of(RIGHT, "UNR, and LOG after it");
	say(p.session, "LOG %s %s and more\n", p.uid, RIGHT);
	hear(p.session, p.said, sizeof(p.said));
	say_to(p.device, p.as, "REG %s %s nowhere\n", p.uid, RIGHT);
	hear_datagram(p.device, p.said, sizeof(p.said), NULL, patience);
	none_of(RIGHT, "malformed requests");
	person_leave(&p);
	person_leave(&second);
	return true;
}
