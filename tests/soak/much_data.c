/* Rows 6, 22: a lot of data. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "trial.h"

#define UPLOADS 8
#define FLOOD   8
#define TURNS   50 /* lists of one person: as many codes as there are at once */

static struct latency logins, lists;
static atomic_int still_uploading;
static struct person uploaders[UPLOADS];

/* Pieces of 16 MB, so many. */
static void
upload_big(struct person *p, int pieces)
{
	const size_t piece = 16u << 20;
	char tid[5], text[64] = "";
	int fd;

	if (!person_come(p) || !person_tid(p, 'U', "big.bin", tid))
		flaw("no TID: \"%s\"", p->said);
	fd = tcp_to(LOCAL, p->fs);
	say(fd, "UPL %s %s big.bin %zu ", p->uid, tid, piece * (size_t)pieces);
	for (int i = 0; i < pieces; i++)
		say_all(fd, content(piece), piece);
	say(fd, "\n");
	if (!hear(fd, text, sizeof(text)) || strcmp(text, "RUP OK") != 0)
		flaw("a large upload: \"%s\"", text);
	close(fd);
	person_leave(p);
	atomic_fetch_sub(&still_uploading, 1);
}

/* Wrong passwords, each for somebody else, from an address of their own. */
static void
flood_logins(int n)
{
	struct person p;

	for (int i = 0; atomic_load(&still_uploading) > 0; i++) {
		person_make(
		    &p, 30000u + (unsigned)(i * 8 + n) % 64, &trial_as, 0);
		p.from = "127.0.0.4";
		memcpy(p.pass, "Wrong000", sizeof(p.pass));
		p.session = tcp_to(p.from, p.as);
		say(p.session, "LOG %s %s\n", p.uid, p.pass);
		wait_readable(p.session, 1000);
		person_leave(&p);
	}
}

/* The one who is measured. */
static void
measure(void)
{
	struct person p;
	char tid[5];

	for (int i = 0; i < lists.room &&
	     (is_small() || atomic_load(&still_uploading) > 0);
	     i++) {
		double began;

		if (i % TURNS == 0) {
			if (i > 0)
				person_leave(&p);
			trial_person(&p);
			if (!person_come(&p))
				flaw("cannot come");
		}
		began = seconds();
		if (!person_login(&p))
			flaw("no login: \"%s\"", p.said);
		latency_add(&logins, seconds() - began);
		if (!person_tid(&p, 'L', NULL, tid))
			flaw("no TID: \"%s\"", p.said);
		began = seconds();
		if (!person_ask(&p, 'L', NULL, 0, tid))
			flaw("no list: \"%s\"", p.said);
		latency_add(&lists, seconds() - began);
	}
}

static void
everybody(int i, void *arg)
{
	(void)arg;
	if (i == 0)
		measure();
	else if (i <= UPLOADS)
		upload_big(&uploaders[i - 1], size_of(64, 1));
	else
		flood_logins(i);
}

void
prove_busy_loop(void)
{
	double log, list;

	patience = 60000;
	trial_plan();
	if (!trial_open_again())
		return;
	for (unsigned i = 0; i < (unsigned)size_of(64, 4); i++) {
		struct person p;

		person_make(&p, 30000 + i, &trial_as, 0);
		if (!person_register(&p))
			flaw("cannot register: \"%s\"", p.said);
		person_leave(&p);
	}
	for (int i = 0; i < UPLOADS; i++)
		trial_person(&uploaders[i]);
	atomic_store(&still_uploading, UPLOADS);
	latency_open(&logins, size_of(2000, 10));
	latency_open(&lists, size_of(2000, 10));
	content(16u << 20);
	in_parallel(1 + UPLOADS + FLOOD, 1 + UPLOADS + FLOOD, everybody, NULL);
	log = latency_percentile(&logins, 99);
	list = latency_percentile(&lists, 99);
	if (!is_small() && (log > 50 || list > 50))
		flaw("p99: LOG %.1f ms, LST %.1f ms", log, list);
	trial_close();
	figure("p99 of %d: LOG %.1f ms, LST %.1f ms", lists.n, log, list);
	allowed(is_small() ? "an answer" : "50 ms each");
}

/* Row 22 */

/* The sanitizers have a memory of their own. */
static bool
is_sanitized(void)
{
	const char *san = getenv("SAN");

	return san != NULL && *san != '\0';
}

static long
most_resident(const struct child *user)
{
	long peak = process_peak(user->pid);
	long as = process_peak(trial_as.pid), fs = process_peak(trial_fs.pid);

	peak = as > peak ? as : peak;
	return fs > peak ? fs : peak;
}

void
prove_huge_files(void)
{
	long long size = is_small() ? 50000000 : 9999999999;
	struct child user = { 0 };
	char path[PATH_ROOM], text[512] = "";
	struct person p;
	struct stat st = { .st_size = 0 };
	long peak;

	patience = 600000;
	trial_plan();
	if (!trial_open_again())
		return;
	path_in(path, scene_dir(), "huge.bin");
	run_shell("truncate -s %lld '%s'", size, path);
	trial_person(&p);
	if (!person_come(&p) || !user_start(&user, &p) ||
	    !user_confirm(&user, &p, "U huge.bin") ||
	    !say(user.in, "upload huge.bin\n") ||
	    !hear_like(user.out, text, sizeof(text), "huge.bin") ||
	    strstr(text, "bytes)") == NULL)
		flaw("up: \"%s\"", text);
	unlink(path);
	if (!user_confirm(&user, &p, "R huge.bin") ||
	    !say(user.in, "retrieve huge.bin\n") ||
	    !hear_like(user.out, text, sizeof(text), "huge.bin") ||
	    strstr(text, "bytes)") == NULL || stat(path, &st) == -1 ||
	    st.st_size != size)
		flaw("down: \"%s\", %lld bytes", text, (long long)st.st_size);
	peak = most_resident(&user);
	if (peak > 8192 && !is_sanitized())
		flaw("%ld KiB resident", peak);
	say(user.in, "exit\n");
	child_end(&user, 0);
	person_leave(&p);
	trial_close();
	figure("%lld bytes up and down, %ld KiB resident", size, peak);
	allowed("each < 8192 KiB");
}
