#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "asload.h"

void
fell_short(const char *what, const char *got)
{
	fprintf(stderr, "asload: %s: \"%s\"\n", what, got);
	exit(1);
}

static void
must(bool ok, const char *what, const struct person *p)
{
	if (!ok)
		fell_short(what, p->said);
}

void
player_open(struct person *p, int as_port, int device_port)
{
	int any = 0;

	memset(p, 0, sizeof(*p));
	memcpy(p->pass, BENCH_PASS, sizeof(BENCH_PASS));
	p->from = LOCAL;
	p->as = (uint16_t)as_port;
	p->session = -1;
	p->device = udp_socket(&device_port);
	p->validator = udp_socket(&any);
	patience = 20000;
}

void
player_is(struct person *p, int uid)
{
	snprintf(p->uid, sizeof(p->uid), "%05u", (unsigned)uid % 100000);
}

void
player_register(struct person *p, int uid, int port)
{
	player_is(p, uid);
	must(person_register_at(p, (uint16_t)port), "REG", p);
}

void
player_connect(struct person *p, int source)
{
	p->session = tcp_connect(p->as, source);
	if (p->session == -1)
		die("connect to port %d", p->as);
}

void
player_log_in(struct person *p, int uid)
{
	player_is(p, uid);
	must(person_login_here(p), "LOG", p);
}

void
player_leave(struct person *p)
{
	close(p->session);
	p->session = -1;
}

void
player_cycle(struct person *p, int uid, size_t i)
{
	char name[16], tid[5];

	player_is(p, uid);
	snprintf(name, sizeof(name), "f%02zu.dat", i % 15);
	must(person_tid(p, 'R', name, tid), "second factor", p);
	must(person_validate(p, tid) && p->said[15] == 'R', "VLD", p);
}
