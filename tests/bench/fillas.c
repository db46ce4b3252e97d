/*
 * fillas - a data directory of an AS with many registered users.
 *
 *	fillas DIR USERS ROUNDS
 *
 * UIDs from 00000 on, password BENCH_PASS, device 127.0.0.1:BENCH_PD.  The
 * first is created by accounts_run() as the AS does it; the others are saved by
 * it with the same salt and hash, as a device is updated, since a slow hash for
 * each would take an hour.  ROUNDS is what that hash costs.  Nothing is synced
 * before the end.
 */
#define _DEFAULT_SOURCE /* sync */
#include <stdlib.h>

#include "bench.h"

static unsigned rounds_wanted;

#define KDF_ROUNDS rounds_wanted
#include "../../src/as/accounts.c"

/* In place of the system's: the end of main() does it for all. */
int
fsync(int fd)
{
	(void)fd;
	return 0;
}

static void
put(struct account_job *job, int uid)
{
	snprintf(job->uid, sizeof(job->uid), "%05u", (unsigned)uid % 100000u);
	accounts_run(job, -1);
	if (job->result != ACCOUNT_DONE)
		die("user %s", job->uid);
	if (accounts_load(job->uid, &job->account) != ACCOUNT_FOUND)
		die("user %s cannot be read back", job->uid);
	job->change = ACCOUNT_UPDATE;
}

int
main(int argc, char *argv[])
{
	struct account_job job = { .change = ACCOUNT_CREATE };
	const char *trouble;
	int keep[3];

	if (argc != 4)
		return 2;
	rounds_wanted = (unsigned)atoi(argv[3]);
	trouble = accounts_open(argv[1], false, keep);
	if (trouble != NULL) {
		fprintf(stderr, "fillas: %s: %s\n", argv[1], trouble);
		return 1;
	}
	memcpy(job.pass, BENCH_PASS, sizeof(job.pass));
	memcpy(job.account.ip, "127.0.0.1", sizeof("127.0.0.1"));
	job.account.port = BENCH_PD;
	job.account.has_device = true;
	for (int uid = 0; uid < atoi(argv[2]); uid++)
		put(&job, uid);
	sync();
	return 0;
}
