#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "as/failures.h"
#include "as/people.h"
#include "policy.h"
#include "sys/log.h"

#define RECORD_LEN 5
#define AT_ONCE    1000 /* records */

_Static_assert(
    CODES_FAILED_MAX < 100 && CODES_EXCUSED_MAX < 100, "either has two digits");

static int file = -1;

static unsigned
count_of(const struct person *p)
{
	return p->failed * 100 + p->excused;
}

/* Two digits, no more than max; 0 for what is neither. */
static unsigned
number_at(const char *text, unsigned max)
{
	unsigned n;

	if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
		return 0;
	n = (unsigned)(text[0] - '0') * 10 + (unsigned)(text[1] - '0');
	return n < max ? n : max;
}

static void
read_record(unsigned number, const char *text, ms_t now)
{
	unsigned failed = number_at(text, CODES_FAILED_MAX);
	unsigned excused = number_at(text + 2, CODES_EXCUSED_MAX);
	char uid[UID_LEN + 1];
	struct person *p;

	if (failed == 0 && excused == 0)
		return;
	snprintf(uid, sizeof(uid), "%05u", number % UIDS);
	p = person_of(uid);
	p->failed = failed;
	p->excused = excused;
	p->saved = count_of(p);
	p->failed_at = now;
}

int
failures_open(int root, ms_t now)
{
	char text[RECORD_LEN * AT_ONCE];
	struct stat st;

	file = openat(root, "failures",
	    O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (file == -1 || fstat(file, &st) == -1)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		errno = EINVAL;
		return -1;
	}
	for (unsigned at = 0; at < UIDS; at += AT_ONCE) {
		ssize_t n =
		    pread(file, text, sizeof(text), (off_t)at * RECORD_LEN);

		if (n == -1)
			return -1;
		for (unsigned i = 0; i < (size_t)n / RECORD_LEN; i++)
			read_record(at + i, text + (size_t)i * RECORD_LEN, now);
	}
	return 0;
}

void
failures_save(const char *uid)
{
	struct person *p = person_of(uid);
	off_t at = (off_t)wire_number(uid) * RECORD_LEN;
	char text[RECORD_LEN + 1];

	if (p->saved == count_of(p))
		return;
	snprintf(text, sizeof(text), "%04u\n", count_of(p) % 10000);
	if (pwrite(file, text, RECORD_LEN, at) == RECORD_LEN)
		p->saved = count_of(p);
	else
		log_error(
		    "user %s: cannot write the count of wrong codes", uid);
}
