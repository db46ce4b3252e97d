/*
 * Row 36: hellos over datagrams from more addresses than the AS could keep in
 * mind, none of which comes back with its cookie.
 */
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "secured.h"

#define SOCKETS 256
#define ROUNDS  12  /* 3,072 addresses; the AS has places for 2,048 */
#define BURST   100 /* every 10 ms */
#define RANDOM  27  /* where a hello's random bytes are: RFC 6347, 4.2.2 */

static char hello[2048];
static size_t hello_len, longest;
static atomic_long sent;
static long answered;

/* A sealed one, with a handshake of its own. */
static bool
device_registers(void)
{
	char keys[PATH_ROOM], said[SAID_ROOM];
	struct child pd;
	bool good;

	secured_dir(keys, "pd");
	secured_pd(&pd, keys, LOCAL, relay_port(PD_AS));
	good = says(&pd, said, NULL, "Codes") &&
	    says(&pd, said, "reg 12345 abcd1234", "Registered");
	child_end(&pd, SIGKILL);
	if (!good)
		flaw("no device registers: \"%.100s\"", said);
	return good;
}

/* What a device says first. */
static bool
take_hello(void)
{
	const struct wire *w = relay_wire(PD_AS, UP);

	relay_clear();
	if (!device_registers())
		return false;
	hello_len = relay_unit(w, 0);
	if (hello_len < RANDOM + 32 || hello_len > sizeof(hello)) {
		flaw("a hello of %zu bytes", hello_len);
		return false;
	}
	memcpy(hello, w->kept, hello_len);
	return true;
}

static void
hear_answers(int fd)
{
	char bytes[4096];
	ssize_t n;

	while ((n = recv(fd, bytes, sizeof(bytes), MSG_DONTWAIT)) > 0) {
		answered++;
		if ((size_t)n > longest)
			longest = (size_t)n;
	}
}

static void
flood_from(const int fds[SOCKETS], int n)
{
	struct sockaddr_in as = address_of(LOCAL, trial_as.port);
	double start = seconds();

	for (int i = 0; i < n; i++) {
		for (int k = 0; k < 32; k++)
			hello[RANDOM + k] = (char)rand();
		sendto(fds[i % SOCKETS], hello, hello_len, 0,
		    (const struct sockaddr *)&as, sizeof(as));
		atomic_fetch_add(&sent, 1);
		if (i % BURST == BURST - 1)
			while (seconds() < start + i * 0.01 / BURST)
				nap(1);
	}
	nap(20);
	for (int i = 0; i < SOCKETS; i++)
		hear_answers(fds[i]);
}

static void *
flood(void *arg)
{
	const int *n = arg;
	int fds[SOCKETS];
	char from[16];

	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < SOCKETS; i++) {
			snprintf(from, sizeof(from), "127.1.%d.%d", round,
			    i % 254 + 1);
			fds[i] = udp_at(from, 0);
		}
		flood_from(fds, *n);
		for (int i = 0; i < SOCKETS; i++)
			close(fds[i]);
	}
	return NULL;
}

struct counts {
	unsigned long full, resumed, refused, failed, cookies, plain, forgotten;
};

/* As SIGUSR1 shows them. */
static struct counts
count(int times)
{
	struct counts c = { 0 };
	char line[1024];
	int seen = 0;

	kill(trial_as.pid, SIGUSR1);
	for (int i = 0; i < PATIENCE / 20 && seen < times; i++) {
		FILE *f = fopen(trial_as.log, "r");

		nap(20);
		for (seen = 0; f != NULL && fgets(line, sizeof(line), f);) {
			const char *at = strstr(line, " full and ");

			while (at != NULL && at > line && at[-1] != ' ')
				at--;
			seen += at != NULL &&
			    sscanf(at,
				"%lu full and %lu resumed handshakes, %lu"
				" refused, %lu failed; %lu cookies; %lu plain"
				" peers refused; %lu",
				&c.full, &c.resumed, &c.refused, &c.failed,
				&c.cookies, &c.plain, &c.forgotten) == 7;
		}
		if (f != NULL)
			fclose(f);
	}
	if (seen < times)
		flaw("the AS does not show its counters");
	return c;
}

static void
log_in(struct latency *l, pthread_t thread)
{
	struct person p;

	trial_person(&p);
	if (!person_come(&p))
		flaw("no login meanwhile: \"%s\"", p.said);
	for (int i = 0; i < l->room && atomic_load(&sent) < l->room / 2; i++) {
		double before = seconds();

		if (!person_login_here(&p))
			flaw("no login meanwhile: \"%s\"", p.said);
		latency_add(l, seconds() - before);
		nap(5);
	}
	device_registers();
	pthread_join(thread, NULL);
	person_leave(&p);
}

void
prove_floods(void)
{
	int each = size_of(50000, 700);
	struct counts before, after;
	struct latency l;
	pthread_t thread;

	if (!secured_open(SECURED_TOO) || !take_hello())
		return;
	latency_open(&l, ROUNDS * each);
	before = count(1);
	if (pthread_create(&thread, NULL, flood, &each) != 0)
		return;
	log_in(&l, thread);
	after = count(2);
	/* One more: that of the device. */
	if (after.forgotten != before.forgotten ||
	    after.full + after.resumed != before.full + before.resumed + 1 ||
	    after.failed != before.failed)
		flaw("the AS keeps what it cannot know: %lu associations"
		     " forgotten, %lu handshakes, %lu of them failed",
		    after.forgotten, after.full, after.failed);
	if (longest > hello_len)
		flaw("%zu bytes answer %zu", longest, hello_len);
	if (answered == 0 || after.cookies == before.cookies)
		flaw("no hello has been answered");
	if (!is_small() && latency_percentile(&l, 99) > 50)
		flaw("p99 of LOG: %.1f ms", latency_percentile(&l, 99));
	trial_close();
	figure("%ld hellos, %zu answer %zu bytes, p99 %.1f ms",
	    atomic_load(&sent), longest, hello_len, latency_percentile(&l, 99));
	allowed("no state, %s", is_small() ? "untimed" : "50 ms");
}
