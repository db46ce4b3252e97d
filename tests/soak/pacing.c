/* Rows 13, 15: who asks too often waits. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trial.h"

#define BURST 60 /* codes at once; then one a second */

/*
 * REQ as fast as it goes, for so long, and on until the burst has been given:
 * how many codes the device gets, and in what time.
 */
static int
pester(struct person *p, double *time)
{
	char vc[5];
	double began = seconds(), until = began + *time;
	int codes = 0;

	while (seconds() < until || codes < BURST) {
		double left = until - seconds();

		if (seconds() > began + PATIENCE / 1e3)
			break;
		patience = codes < BURST ? PATIENCE : (int)(left * 1e3) + 1;
		codes += person_code(p, 'L', NULL, vc);
	}
	patience = PATIENCE;
	*time = seconds() - began;
	return codes;
}

/* A REQ a second, as a grading script does: the longest answer. */
static double
ask_slowly(int n)
{
	struct person p;
	char vc[5];
	double worst = 0;

	trial_person(&p);
	if (!person_come(&p))
		flaw("cannot come: \"%s\"", p.said);
	for (int i = 0; i < n; i++) {
		double began = seconds(), took;

		if (!person_code(&p, 'L', NULL, vc))
			flaw("request %d: \"%s\"", i + 1, p.said);
		took = seconds() - began;
		worst = took > worst ? took : worst;
		if (took < 1)
			nap((int)((1 - took) * 1e3));
	}
	person_leave(&p);
	return worst;
}

void
prove_pestering(void)
{
	double time = size_of(10, 1), worst, bound = is_small() ? 10 : 0.5;
	int codes, most;
	struct person p;

	if (!trial_open_as())
		return;
	trial_person(&p);
	if (!person_come(&p))
		flaw("cannot come: \"%s\"", p.said);
	codes = pester(&p, &time);
	most = BURST + 1 + (int)time;
	person_leave(&p);
	if (codes > most || codes < BURST)
		flaw("%d codes in %.0f s", codes, time);
	worst = ask_slowly(size_of(200, 2));
	if (worst > bound)
		flaw("at one a second a code takes %.2f s", worst);
	server_end(&trial_as, SIGTERM);
	figure(
	    "%d codes in %.0f s; 1/s: worst %.0f ms", codes, time, worst * 1e3);
	allowed("%d to %d; %.0f ms", BURST, most, bound * 1e3);
}

/* Row 15 */

static double
try_wrong(struct person *p)
{
	double began = seconds();
	char text[64];

	say(p->session, "LOG %s Wrong%03d\n", p->uid, (int)began % 1000);
	if (!hear(p->session, text, sizeof(text)) ||
	    strcmp(text, "RLO NOK") != 0)
		flaw("a wrong password: \"%s\"", text);
	return seconds() - began;
}

void
prove_wrong_passwords(void)
{
	static const double due[] = { 0, 0, 0, 1, 2, 4, 8, 15 };
	int n = size_of((int)(sizeof(due) / sizeof(due[0])), 4);
	struct person p, other;
	double off, worst = 0, began, took, late = is_small() ? 10 : 0.2;

	if (!trial_open_as())
		return;
	trial_person(&p);
	trial_person(&other);
	if (!person_come(&p) || !person_come(&other))
		flaw("cannot come");
	for (int i = 0; i < n; i++) {
		off = try_wrong(&p) - due[i];
		worst = off > worst ? off : worst;
		if (off > late || off < -0.2)
			flaw("wrong password %d: %.2f s off", i + 1, off);
		began = seconds();
		if (!person_login(&other))
			flaw("another user: \"%s\"", other.said);
		took = seconds() - began;
		if (took > late)
			flaw("another user waits %.2f s", took);
	}
	if (!person_login(&p))
		flaw("the right password after that: \"%s\"", p.said);
	server_end(&trial_as, SIGTERM);
	figure("%d delays, worst %.3f s late", n, worst);
	allowed("0.2 s early, %.1f s late", late);
}
