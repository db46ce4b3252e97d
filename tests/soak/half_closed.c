/* Row 3: a peer that has sent all it has is served. */
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "trial.h"

/* Those that would wait for ever have their bound. */
static const char *const netcats[] = { "nc.openbsd 127.0.0.1",
	"nc.openbsd -N 127.0.0.1", "nc.openbsd -q 1 127.0.0.1",
	"nc.openbsd -w 1 127.0.0.1", "nc.traditional 127.0.0.1",
	"nc.traditional -q 1 127.0.0.1", "nc.traditional -w 1 127.0.0.1",
	"ncat 127.0.0.1", "ncat -i 1 127.0.0.1", "socat - TCP:127.0.0.1",
	"socat -t 1 - TCP:127.0.0.1" };

#define NETCATS (int)(sizeof(netcats) / sizeof(netcats[0]))

static atomic_int forms;

static void
try_netcat(const char *form, uint16_t port, const char *ask, const char *reply)
{
	char command[512], line[256] = "";
	bool colon = strstr(form, "TCP:") != NULL;
	FILE *f;

	snprintf(command, sizeof(command),
	    "command -v %.*s >/dev/null 2>&1 || { echo none; exit; }; "
	    "printf '%s\\n' | timeout 2 %s%c%u 2>/dev/null",
	    (int)strcspn(form, " "), form, ask, form, colon ? ':' : ' ',
	    (unsigned)port);
	f = popen(command, "r");
	if (f == NULL)
		return;
	if (fgets(line, sizeof(line), f) == NULL)
		line[0] = '\0';
	pclose(f);
	line[strcspn(line, "\n")] = '\0';
	if (strcmp(line, "none") == 0)
		return;
	atomic_fetch_add(&forms, 1);
	if (strcmp(line, reply) != 0)
		flaw("%s: \"%s\", not \"%s\"", form, line, reply);
}

static void
try_form(int i, void *arg)
{
	const char *form = netcats[i % NETCATS];

	(void)arg;
	if (i < NETCATS)
		try_netcat(
		    form, trial_as.port, "LOG 99999 abcd1234", "RLO ERR");
	else
		try_netcat(form, trial_fs.port, "LST 99999 1234", "RLS INV");
}

void
prove_half_closed(void)
{
	trial_plan();
	if (!trial_open_again())
		return;
	in_parallel(2 * NETCATS, 2 * NETCATS, try_form, NULL);
	trial_close();
	figure("%d of %d forms print the reply", atomic_load(&forms) - flaws(),
	    atomic_load(&forms));
	allowed("all");
}
