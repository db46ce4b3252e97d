/* Rows 1, 2: many who do nothing, and more than there is room for. */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "trial.h"

/* One who logs in and lists, as a person does: how long it takes. */
static double
one_session(const char *when, double bound)
{
	double began = seconds(), took;
	struct person p;

	trial_person(&p);
	if (!person_come(&p))
		flaw("%s: no login: \"%s\"", when, p.said);
	else
		person_did(&p, 'L', NULL, 0, "RLS EOF");
	person_leave(&p);
	took = seconds() - began;
	if (took > bound)
		flaw("%s: a session takes %.2f s", when, took);
	return took;
}

/* In ./user, say: logged in, and not a word for a while. */
static void
still_there(struct person *p)
{
	if (!person_do(p, 'L', NULL, 0))
		flaw("who was idle is thrown out: \"%s\"", p->said);
	person_leave(p);
}

void
prove_slow_peers(void)
{
	int crowd = size_of(600, 60), n = size_of(20, 3);
	double worst = 0, bound = size_of(2, PATIENCE / 1000);
	struct crowd *at_as, *at_fs;
	struct person idle;

	if (!trial_open(false))
		return;
	trial_person(&idle);
	if (!person_come(&idle))
		flaw("no login: \"%s\"", idle.said);
	at_as = crowd_gather(crowd, trial_as.port, true);
	at_fs = crowd_gather(crowd, trial_fs.port, true);
	for (int i = 0; i < n; i++) {
		double took = one_session("beside a crowd", bound);

		worst = took > worst ? took : worst;
		nap(is_small() ? 10 : 500);
	}
	still_there(&idle);
	crowd_leave(at_as);
	crowd_leave(at_fs);
	trial_close();
	figure(
	    "%d of %d beside %d, worst %.2f s", n - flaws(), n, crowd, worst);
	allowed("%d of %d within %.0f s", n, n, bound);
}

/* Row 2 */

#define CONNECTIONS 2000

/* Connections that do not wait to be accepted. */
static int
gather(int *fd, int n, uint16_t port)
{
	struct sockaddr_in to = address_of(LOCAL, port);
	int made = 0;

	for (int i = 0; i < n; i++) {
		fd[i] = socket(AF_INET, SOCK_STREAM, 0);
		if (fd[i] == -1)
			continue;
		fcntl(fd[i], F_SETFD, FD_CLOEXEC);
		fcntl(fd[i], F_SETFL, O_NONBLOCK);
		made +=
		    connect(fd[i], (struct sockaddr *)&to, sizeof(to)) == 0 ||
		    errno == EINPROGRESS;
		if (i % 100 == 99)
			nap(5);
	}
	return made;
}

static void
part(const int *fd, int n)
{
	for (int i = 0; i < n; i++)
		if (fd[i] != -1)
			close(fd[i]);
}

static void
check_calm(struct server *s, rlim_t limit, double cpu, double time)
{
	double share = (server_cpu(s) - cpu) / time * 100;

	if (!server_alive(s))
		flaw("%s with %lu descriptors: gone", s->program,
		    (unsigned long)limit);
	else if (share > 5)
		flaw("%s with %lu descriptors: %.1f %% of the processor",
		    s->program, (unsigned long)limit, share);
}

static void
overrun(rlim_t limit, int connections, int sessions)
{
	static int at_as[CONNECTIONS], at_fs[CONNECTIONS];
	double as, fs, began, time;
	char when[64];

	trial_as.descriptors = trial_fs.descriptors = limit;
	trial_as.port = trial_fs.port = 0;
	if (!trial_open_again())
		return;
	snprintf(when, sizeof(when), "after %d connections, ulimit -n %lu",
	    connections, (unsigned long)limit);
	if (gather(at_as, connections, trial_as.port) < connections ||
	    gather(at_fs, connections, trial_fs.port) < connections)
		flaw("we cannot make %d connections", connections);
	nap(300);
	as = server_cpu(&trial_as);
	fs = server_cpu(&trial_fs);
	began = seconds();
	nap(size_of(3000, 200));
	time = seconds() - began;
	if (!is_small()) {
		check_calm(&trial_as, limit, as, time);
		check_calm(&trial_fs, limit, fs, time);
	}
	part(at_as, connections);
	part(at_fs, connections);
	nap(100);
	for (int i = 0; i < sessions; i++)
		one_session(when, size_of(1, PATIENCE / 1000));
	trial_close();
}

void
prove_descriptors(void)
{
	static const rlim_t limits[] = { 40, 100, 1024, 20000 };
	struct rlimit ours = { 20000, 20000 };
	int n = size_of(4, 2), connections = size_of(CONNECTIONS, 400);

	setrlimit(RLIMIT_NOFILE, &ours);
	trial_plan();
	for (int i = 0; i < n; i++)
		overrun(limits[i], connections, size_of(5, 1));
	figure("%d violations, %d connections, ulimit -n 40 to %lu", flaws(),
	    connections, (unsigned long)limits[n - 1]);
	allowed(is_small() ? "0, < 30 s" : "0; CPU < 5 %%, < 1 s");
}
