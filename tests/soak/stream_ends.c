/* Rows 4, 5: how the ends of a connection meet. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trial.h"

/* Row 4 */

/* Everything is sent before a byte is read. */
static void
send_then_read(struct person *p, size_t size, int n)
{
	char tid[5];

	for (int i = 0; i < n; i++) {
		const char *reply = i % 2 == 0 ? "RUP INV" : "RUP DUP";

		if (i % 2 == 0)
			snprintf(tid, sizeof(tid), "0000");
		else if (!person_tid(p, 'U', "there.txt", tid))
			flaw("no TID: \"%s\"", p->said);
		person_ask(p, 'U', "there.txt", size, tid);
		if (strcmp(p->said, reply) != 0)
			flaw("%zu bytes, \"%s\", not \"%s\"", size, p->said,
			    reply);
	}
}

#define USER_TRIES 50

static void
refuse_user(int i, void *arg)
{
	struct person p = ((struct person *)arg)[i];
	struct child user;
	char text[256];
	int n = size_of(USER_TRIES, 5);

	if (!person_come(&p) ||
	    !person_did(&p, 'U', "there.txt", 10, "RUP OK") ||
	    !user_start(&user, &p)) {
		flaw("user %s cannot start", p.uid);
		return;
	}
	for (int k = 0; k < n; k++)
		if (!user_confirm(&user, &p, "U there.txt") ||
		    !say(user.in, "upload there.txt\n") ||
		    !hear_like(user.out, text, sizeof(text), "there.txt is") ||
		    strstr(text, "already stored") == NULL)
			flaw("user, refusal %d: \"%s\"", k, text);
	say(user.in, "exit\n");
	child_end(&user, 0);
	person_leave(&p);
}

void
prove_early_refusal(void)
{
	int n = size_of(50, 4), users = size_of(4, 1);
	struct person p, people[4];
	char path[PATH_ROOM];

	trial_plan();
	if (!trial_open_again())
		return;
	for (int k = 0; k < 2; k++) {
		trial_person(&p);
		if (!person_come(&p))
			flaw("cannot come");
		person_did(&p, 'U', "there.txt", 10, "RUP OK");
		send_then_read(&p, k == 0 ? 1000000 : 20000000, n);
		person_leave(&p);
	}
	path_in(path, scene_dir(), "there.txt");
	run_shell("head -c 20000000 /dev/zero >'%s'", path);
	for (int i = 0; i < users; i++)
		trial_person(&people[i]);
	in_parallel(users, users, refuse_user, people);
	trial_close();
	figure("%d missed of 2 x %d and %d by user", flaws(), n,
	    users * size_of(USER_TRIES, 5));
	allowed("0");
}

/* Row 5 */

static const char *const messages[] = { "LOG 99999 abcd1234\n",
	"REQ 99999 1111 L\n", "REQ 99999 1111 U a.txt\n",
	"AUT 99999 1111 1234\n", "LST 99999 1234\n",
	"RTV 99999 1234 name.txt\n", "UPL 99999 1234 name.txt 10 0123456789\n",
	"DEL 99999 1234 name.txt\n", "REM 99999 1234\n" };
static const char *const replies[] = { "RLO ERR", "RRQ ELOG", "RRQ ELOG",
	"RAU 0", "RLS INV", "RRT INV", "RUP INV", "RDL INV", "RRM INV" };

#define MESSAGES (sizeof(messages) / sizeof(messages[0]))
#define TO_AS    4 /* the first so many */

static int
cut_everywhere(size_t i)
{
	const char *m = messages[i];
	size_t n = strlen(m);
	char text[64];

	for (size_t cut = 1; cut < n; cut++) {
		int fd =
		    tcp_to(LOCAL, i < TO_AS ? trial_as.port : trial_fs.port);

		say_all(fd, m, cut);
		nap(1);
		say_all(fd, m + cut, n - cut);
		if (!hear(fd, text, sizeof(text)) ||
		    strcmp(text, replies[i]) != 0)
			flaw("%.*s|: \"%s\"", (int)cut, m, text);
		close(fd);
	}
	return (int)n - 1;
}

static void
all_at_once(void)
{
	int fd = tcp_to(LOCAL, trial_as.port);

	say(fd, "%s%s%s%s", messages[0], messages[1], messages[2], messages[3]);
	for (size_t i = 0; i < TO_AS; i++)
		hears(fd, replies[i]);
	close(fd);
}

static atomic_bool storm_over;

static void *
storm(void *arg)
{
	(void)arg;
	while (!atomic_load(&storm_over)) {
		kill(trial_as.pid, SIGUSR1);
		kill(trial_fs.pid, SIGUSR1);
		nap(1);
	}
	return NULL;
}

static void
transfer_in_storm(int n)
{
	pthread_t thread;
	struct person p;

	pthread_create(&thread, NULL, storm, NULL);
	trial_person(&p);
	if (!person_come(&p))
		flaw("cannot come");
	for (int i = 0; i < n; i++) {
		if (i > 0 && i % 10 == 0) {
			person_leave(&p);
			trial_person(&p);
			person_come(&p);
		}
		person_did(&p, 'U', "big.bin", 1000000, "RUP OK");
		person_did(&p, 'R', "big.bin", 0, "RRT OK 1000000");
		person_did(&p, 'D', "big.bin", 0, "RDL OK");
	}
	person_leave(&p);
	atomic_store(&storm_over, true);
	pthread_join(thread, NULL);
}

void
prove_pieces(void)
{
	int cuts = 0, n = size_of(100, 5);

	trial_plan();
	if (!trial_open_again())
		return;
	for (size_t i = 0; i < MESSAGES; i++)
		cuts += cut_everywhere(i);
	all_at_once();
	transfer_in_storm(n);
	trial_close();
	figure("%d cuts, %d transfers in a storm: %d differ", cuts, n, flaws());
	allowed("0");
}
