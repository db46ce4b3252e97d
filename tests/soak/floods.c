/* Row 36: ClientHellos from forged addresses, at an AS that speaks securely. */
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "trial.h"

#define FORGED     64 /* addresses */
#define A_SECOND   10000
#define P99_MAX    50.0 /* ms that another one waits for his answer */
#define MEMORY_MAX 512  /* KiB more than before */

/* A hello like our own clients' (RFC 6347, 4.2): random stands at 27. */
static const char hello[] =
    "\x16\xfe\xfd\0\0\0\0\0\0\0\0\0\x66" /* the record's head */
    "\x01\0\0\x5a\0\0\0\0\0\0\0\x5a"     /* the message's */
    "\xfe\xfd"
    "0123456789abcdef0123456789abcdef"
    "\0\0"                           /* no session, no cookie */
    "\0\x02\xcc\xa9\x01\0\0\x2e"     /* a suite; extensions: */
    "\xff\x01\0\x01\0\0\x17\0\0"     /* renegotiation, master secret, */
    "\0\x23\0\0\0\x1c\0\x02\x07\xe2" /* tickets, record size, */
    "\0\x36\0\x01\0"                 /* connection id, */
    "\0\x0a\0\x04\0\x02\0\x1d"       /* X25519, */
    "\0\x0b\0\x02\x01\0"             /* points, */
    "\0\x0d\0\x04\0\x02\x08\x07";    /* Ed25519 */

static struct latency others;
static atomic_bool over;

/* Somebody else, in plain text, all the time. */
static void *
ask(void *arg)
{
	(void)arg;
	while (!atomic_load(&over)) {
		double begun = seconds();
		int fd = tcp_to(LOCAL, trial_as.port);

		say(fd, "LOG 99999 abcd1234\n");
		if (!hears(fd, "RLO ERR"))
			flaw("nobody else is answered");
		close(fd);
		latency_add(&others, seconds() - begun);
		nap(2);
	}
	return NULL;
}

struct volume {
	size_t asked, answered; /* bytes */
	int answers;
};

static void
hear_answers(int fd, struct volume *v)
{
	char answer[2000];
	ssize_t n;

	while ((n = recv(fd, answer, sizeof(answer), MSG_DONTWAIT)) >= 0) {
		if ((size_t)n > sizeof(hello) - 1)
			flaw("an answer of %zd bytes to %zu", n,
			    sizeof(hello) - 1);
		v->answered += (size_t)n;
		v->answers++;
	}
}

static void
flood(int n, struct volume *v)
{
	struct sockaddr_in as = address_of(LOCAL, trial_as.port);
	double begun = seconds();
	char text[sizeof(hello)], from[32];
	int fd[FORGED];

	for (int i = 0; i < FORGED; i++) {
		snprintf(from, sizeof(from), "127.%d.%d.%d", 10 + i, i, 2 + i);
		fd[i] = udp_at(from, 0);
	}
	memcpy(text, hello, sizeof(text));
	for (int i = 0; i < n; i++) {
		snprintf(text + 27, 17, "%016d", i);
		text[27 + 16] = '0';
		if (sendto(fd[i % FORGED], text, sizeof(hello) - 1, 0,
			(struct sockaddr *)&as, sizeof(as)) > 0)
			v->asked += sizeof(hello) - 1;
		hear_answers(fd[i % FORGED], v);
		while (i > (seconds() - begun) * A_SECOND)
			nap(1);
	}
	nap(100);
	for (int i = 0; i < FORGED; i++) {
		hear_answers(fd[i], v);
		close(fd[i]);
	}
}

/* The last line of counters in the AS's log: handshakes, associations. */
static bool
nothing_came_of_it(void)
{
	char command[PATH_ROOM + 200];

	kill(trial_as.pid, SIGUSR1);
	snprintf(command, sizeof(command),
	    "for i in 1 2 3 4 5 6 7 8 9 10; do grep -q 'AS securely: 0 full "
	    "and 0 resumed handshakes, 0 refused, 0 failed; [1-9][0-9]* "
	    "cookies' %s && exit 0; sleep 0.2; done; exit 1",
	    trial_as.log);
	return system(command) == 0;
}

void
prove_floods(void)
{
	struct volume v = { 0, 0, 0 };
	static char option[PATH_ROOM + 2];
	pthread_t thread;
	double p99;
	long before;

	trial_plan();
	snprintf(option, sizeof(option), "-s%s/keys", scene_dir());
	trial_as.option = option;
	if (!server_start(&trial_as))
		return;
	latency_open(&others, 100000);
	before = process_peak(trial_as.pid);
	pthread_create(&thread, NULL, ask, NULL);
	flood(size_of(10 * A_SECOND, A_SECOND), &v);
	atomic_store(&over, true);
	pthread_join(thread, NULL);
	if (v.answers == 0 || v.answered > v.asked)
		flaw("%d answers, %zu bytes to %zu", v.answers, v.answered,
		    v.asked);
	if (!nothing_came_of_it())
		flaw("there is state, or a handshake");
	if (process_peak(trial_as.pid) - before > MEMORY_MAX)
		flaw("%ld KiB more than before",
		    process_peak(trial_as.pid) - before);
	p99 = latency_percentile(&others, 99);
	if (p99 > P99_MAX && !is_small())
		flaw("others wait %.1f ms", p99);
	trial_close();
	figure("%d hellos answered, others' p99 %.1f ms", v.answers, p99);
	allowed("no state, %.0f ms", P99_MAX);
}
