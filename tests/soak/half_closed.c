/* Row 3: a peer that has sent all it has is served. */
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "trial.h"

/* Some of them wait for ever: they end when the reply has come. */
static const char *const netcats[] = { "nc.openbsd 127.0.0.1",
	"nc.openbsd -N 127.0.0.1", "nc.openbsd -q 1 127.0.0.1",
	"nc.openbsd -w 5 127.0.0.1", "nc.traditional 127.0.0.1",
	"nc.traditional -q 5 127.0.0.1", "nc.traditional -w 5 127.0.0.1",
	"ncat 127.0.0.1", "ncat -i 5 127.0.0.1", "socat - TCP:127.0.0.1",
	"socat -t 5 - TCP:127.0.0.1" };

#define NETCATS (int)(sizeof(netcats) / sizeof(netcats[0]))

static atomic_int forms, sockets, good;

static void
judge(const char *who, const char *said, const char *reply)
{
	if (strcmp(said, reply) == 0)
		atomic_fetch_add(&good, 1);
	else
		flaw("%s: \"%s\", not \"%s\"", who, said, reply);
}

static void
try_netcat(const char *form, uint16_t port, const char *ask, const char *reply)
{
	char command[256], line[256];
	const char *argv[] = { "/bin/sh", "-c", command, NULL };
	bool colon = strstr(form, "TCP:") != NULL;
	struct child nc;

	snprintf(command, sizeof(command),
	    "command -v %.*s >/dev/null || { echo none; exit; }; "
	    "exec %s%c%u 2>/dev/null",
	    (int)strcspn(form, " "), form, form, colon ? ':' : ' ',
	    (unsigned)port);
	if (!child_start(&nc, NULL, argv))
		return;
	say(nc.in, "%s\n", ask);
	close(nc.in);
	nc.in = -1;
	hear(nc.out, line, sizeof(line));
	child_end(&nc, SIGTERM);
	if (strcmp(line, "none") == 0)
		return;
	atomic_fetch_add(&forms, 1);
	judge(form, line, reply);
}

/* A socket of our own, so that there is always something to try: FIN with the
 * request, after its last byte but the newline, or a while after it. */
static void
try_socket(int way, uint16_t port, const char *ask, const char *reply)
{
	static const char *const ways[] = { "FIN at once", "FIN in pieces",
		"FIN later" };
	char line[256];
	int fd = tcp_to(LOCAL, port);

	if (way == 1)
		for (const char *c = ask; *c != '\0'; c++)
			say_all(fd, c, 1);
	else
		say(fd, "%s", ask);
	if (way == 2) {
		say(fd, "\n");
		nap(20);
	} else
		say(fd, "\n");
	shutdown(fd, SHUT_WR);
	hear(fd, line, sizeof(line));
	atomic_fetch_add(&sockets, 1);
	judge(ways[way], line, reply);
	if (hear(fd, line, sizeof(line)) || line[0] != '\0')
		flaw("%s: more comes: \"%s\"", ways[way], line);
	close(fd);
}

#define WAYS (NETCATS + 3)

static void
try_form(int i, void *arg)
{
	bool as = i < WAYS;
	uint16_t port = as ? trial_as.port : trial_fs.port;
	const char *ask = as ? "LOG 99999 abcd1234" : "LST 99999 1234";
	const char *reply = as ? "RLO ERR" : "RLS INV";
	int way = i % WAYS;

	(void)arg;
	if (way < NETCATS)
		try_netcat(netcats[way], port, ask, reply);
	else
		try_socket(way - NETCATS, port, ask, reply);
}

void
prove_half_closed(void)
{
	int all;

	trial_plan();
	if (!trial_open_again())
		return;
	in_parallel(2 * WAYS, WAYS, try_form, NULL);
	trial_close();
	if (atomic_load(&forms) == 0)
		skip("no netcat of any kind is installed");
	all = atomic_load(&forms) + atomic_load(&sockets);
	figure("%d of %d are served, %d of them netcats", atomic_load(&good),
	    all, atomic_load(&forms));
	allowed("%d of %d", all, all);
}
