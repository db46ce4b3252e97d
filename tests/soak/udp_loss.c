/*
 * Row 7: everything over UDP goes through a relay that loses, doubles and
 * reorders: REG and UNR of our own pd, VLC and RVC, VLD and CNF.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trial.h"

#define PER_PD 5 /* second factors between a REG and an UNR */

static atomic_int failed, done;

/* tests/tools/lossy in front of a port; where it is to be found. */
static uint16_t
start_lossy(struct child *relay, uint16_t target, unsigned seed)
{
	char path[PATH_ROOM], port[8], s[8], line[128];
	const char *argv[] = { path, "-l", "10", "-r", "10", "-j", "30", "-s",
		s, "0", port, NULL };
	unsigned at = 0;

	path_in(path, scene_tools(), "lossy");
	snprintf(port, sizeof(port), "%u", (unsigned)target);
	snprintf(s, sizeof(s), "%u", seed % 10000);
	if (child_start(relay, NULL, argv) &&
	    hear(relay->out, line, sizeof(line)))
		sscanf(line, "lossy at port %u", &at);
	return (uint16_t)at;
}

/* pd, of a user, at a relay's port. */
static bool
start_pd(struct child *pd, const struct person *p, uint16_t as, uint16_t *port)
{
	char path[PATH_ROOM], at[8], text[256];
	const char *argv[] = { path, LOCAL, "-d", "0", "-n", LOCAL, "-p", at,
		NULL };
	unsigned own = 0;

	path_in(path, scene_bin(), "pd");
	snprintf(at, sizeof(at), "%u", (unsigned)as);
	if (!child_start(pd, NULL, argv) ||
	    !hear_like(pd->out, text, sizeof(text), "UDP port"))
		return false;
	sscanf(strstr(text, "UDP port"), "UDP port %u", &own);
	*port = (uint16_t)own;
	return say(pd->in, "reg %s %s\n", p->uid, p->pass) &&
	    hear_like(pd->out, text, sizeof(text), p->uid) &&
	    strstr(text, "Registered") != NULL;
}

/* The code that pd shows, for the AS's RRQ OK. */
static bool
ask_code(struct person *p, const struct child *pd, char op, const char *name,
    char vc[5])
{
	char text[256];
	const char *at;

	say(p->session, "REQ %s 1111 %c%s%s\n", p->uid, op,
	    name == NULL ? "" : " ", name == NULL ? "" : name);
	if (!hear(p->session, p->said, sizeof(p->said)) ||
	    strcmp(p->said, "RRQ OK") != 0 ||
	    !hear_like(pd->out, text, sizeof(text), "VC="))
		return false;
	at = strstr(text, "VC=");
	snprintf(vc, 5, "%.4s", at + 3);
	return true;
}

/* Once one of a person has failed, what the next finds may be anything. */
static bool
is_right(const struct person *p, const char *reply)
{
	if (!p->spoilt)
		return strcmp(p->said, reply) == 0;
	return strncmp(p->said, reply, 3) == 0 &&
	    strcmp(p->said + 4, "INV") != 0;
}

static void
transact(struct person *p, const struct child *pd, char op, const char *name,
    const char *reply)
{
	char vc[5], tid[5] = "", rest[256];
	bool ok = ask_code(p, pd, op, name, vc) &&
	    say(p->session, "AUT %s 1111 %s\n", p->uid, vc) &&
	    hear(p->session, p->said, sizeof(p->said)) &&
	    sscanf(p->said, "RAU %4s", tid) == 1 &&
	    person_ask(p, op, name, 500, tid) && is_right(p, reply);

	atomic_fetch_add(&done, 1);
	if (ok)
		return;
	/* A code whose RVC were all lost has been shown; it is of no use. */
	while (wait_readable(pd->out, 50) && hear(pd->out, rest, sizeof(rest)))
		;
	atomic_fetch_add(&failed, 1);
	p->spoilt = true;
	fprintf(stderr, "    user %s, %c: \"%.60s\"\n", p->uid, op, p->said);
}

/* More codes than were asked for: one was shown twice. */
static void
check_silence(const struct child *pd)
{
	char text[256];

	while (wait_readable(pd->out, 50) && hear(pd->out, text, sizeof(text)))
		if (strstr(text, "VC=") != NULL)
			flaw("a code is shown twice: %s", text);
}

/* A pd from REG to UNR, with second factors in between. */
static void
one_pd(int i, void *arg)
{
	struct child to_as, to_pd, pd;
	struct person p = *(struct person *)arg;
	uint16_t as, own = 0;
	char text[256];

	snprintf(p.uid, sizeof(p.uid), "%05u", (10000u + (unsigned)i) % 100000);
	as = start_lossy(&to_as, trial_as.port, (unsigned)i);
	if (!start_pd(&pd, &p, as, &own) || !person_login(&p))
		flaw("user %s does not come: \"%s\"", p.uid, p.said);
	p.device = udp_at(LOCAL, 0);
	say_to(p.device, p.as, "REG %s %s %s %u\n", p.uid, p.pass, LOCAL,
	    (unsigned)start_lossy(&to_pd, own, (unsigned)i + 6000));
	if (!hear_datagram(p.device, text, sizeof(text), NULL, patience) ||
	    strcmp(text, "RRG OK") != 0)
		flaw("user %s: no relay for the codes: %s", p.uid, text);
	transact(&p, &pd, 'U', "one.txt", "RUP OK");
	transact(&p, &pd, 'U', "two.txt", "RUP OK");
	transact(&p, &pd, 'D', "one.txt", "RDL OK");
	transact(&p, &pd, 'L', NULL, "RLS 1 two.txt 500");
	transact(&p, &pd, 'R', "two.txt", "RRT OK 500");
	check_silence(&pd);
	say(pd.in, "exit\n");
	if (!hear_like(pd.out, text, sizeof(text), "Unregistered"))
		flaw("user %s: pd does not unregister: %s", p.uid, text);
	person_leave(&p);
	child_end(&pd, 0);
	child_end(&to_as, SIGTERM);
	child_end(&to_pd, SIGTERM);
}

void
prove_udp_loss(void)
{
	int n = size_of(200, 4), most = size_of(3, 1);
	struct child relay;
	struct person p;

	trial_plan();
	if (!server_start(&trial_as))
		return;
	trial_fs.as = start_lossy(&relay, trial_as.port, 77);
	if (!server_start(&trial_fs))
		return;
	trial_person(&p);
	in_parallel(n, size_of(25, 4), one_pd, &p);
	if (atomic_load(&failed) > most)
		flaw("%d failures", atomic_load(&failed));
	child_end(&relay, SIGTERM);
	trial_close();
	figure("%d of %d fail, %d double effects", atomic_load(&failed),
	    atomic_load(&done), flaws());
	allowed("%d of %d, 0", most, n * PER_PD);
}
