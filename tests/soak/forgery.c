/*
 * Row 10: for each reply that is awaited a forged one comes first, from another
 * port and from another address; only the true one, which says the opposite,
 * counts.
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trial.h"

#define ELSEWHERE "127.0.0.2"

static int forged, believed;

/* To whoever waits at that address: the forgery, from both wrong places. */
static void
forge(const struct sockaddr_in *to, const char *text)
{
	int port = udp_at(LOCAL, 0), address = udp_at(ELSEWHERE, 0);

	answer(port, to, "%s\n", text);
	answer(address, to, "%s\n", text);
	forged += 2;
	close(port);
	close(address);
}

static void
judge(const char *what, bool right, const char *said)
{
	if (right)
		return;
	believed++;
	flaw("a forged %s counts: \"%s\"", what, said);
}

/* CNF: we are the AS of the FS, and say E after the forger's L. */
static void
forge_cnf(int as, int n)
{
	char text[256], cnf[64];
	struct sockaddr_in fs;
	int client = tcp_to(LOCAL, trial_fs.port);

	say(client, "LST 12345 %04d\n", n);
	if (!hear_datagram(as, text, sizeof(text), &fs, patience))
		flaw("the FS does not ask");
	snprintf(cnf, sizeof(cnf), "CNF 12345 %04d L", n);
	forge(&fs, cnf);
	nap(2);
	answer(as, &fs, "CNF 12345 %04d E\n", n);
	hear(client, text, sizeof(text));
	judge("CNF", strcmp(text, "RLS INV") == 0, text);
	close(client);
}

/* RVC: we are the device, and say NOK after the forger's OK. */
static void
forge_rvc(struct person *p)
{
	char text[256], rvc[64];
	struct sockaddr_in as;

	say(p->session, "REQ %s 1111 L\n", p->uid);
	if (!hear_datagram(p->device, text, sizeof(text), &as, patience))
		flaw("the AS sends no code");
	snprintf(rvc, sizeof(rvc), "RVC %s OK", p->uid);
	forge(&as, rvc);
	nap(2);
	answer(p->device, &as, "RVC %s NOK\n", p->uid);
	hear(p->session, text, sizeof(text));
	judge("RVC", strcmp(text, "RRQ EPD") == 0, text);
}

/* RRG and RUN: we are the AS of pd. */
static void
forge_reg(int as)
{
	char path[PATH_ROOM], port[8], text[256];
	const char *argv[] = { path, LOCAL, "-d", "0", "-n", LOCAL, "-p", port,
		NULL };
	struct sockaddr_in pd_at;
	struct child pd;

	path_in(path, scene_bin(), "pd");
	snprintf(port, sizeof(port), "%u", (unsigned)port_of(as));
	child_start(&pd, NULL, argv);
	say(pd.in, "reg 12345 abcd1234\n");
	if (!hear_datagram(as, text, sizeof(text), &pd_at, patience))
		flaw("pd does not register");
	forge(&pd_at, "RRG NOK");
	nap(2);
	answer(as, &pd_at, "RRG OK\n");
	hear_like(pd.out, text, sizeof(text), "12345");
	judge("RRG", strstr(text, "Registered") != NULL, text);
	say(pd.in, "exit\n");
	if (!hear_datagram(as, text, sizeof(text), &pd_at, patience))
		flaw("pd does not unregister");
	forge(&pd_at, "RUN NOK");
	nap(2);
	answer(as, &pd_at, "RUN OK\n");
	hear_like(pd.out, text, sizeof(text), "nregistered");
	judge("RUN", strstr(text, "Unregistered 12345") != NULL, text);
	child_end(&pd, 0);
}

void
prove_forgery(void)
{
	int as = udp_at(LOCAL, 0), n = size_of(50, 5);
	struct person p;

	trial_plan();
	trial_as.bin = scene_quick();
	server_start(&trial_as);
	trial_fs.as = port_of(as);
	if (!server_start(&trial_fs))
		return;
	for (int i = 0; i < n; i++) {
		forge_cnf(as, 1000 + i);
		forge_reg(as);
		if (i % 50 == 0) {
			trial_person(&p);
			person_come(&p);
		}
		forge_rvc(&p);
	}
	trial_close();
	figure("%d of %d forged replies ignored", forged - believed, forged);
	allowed("%d of %d", forged, forged);
}
