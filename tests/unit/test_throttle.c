#include <arpa/inet.h>
#include <string.h>

#include "net/throttle.h"
#include "test.h"

#define BURST 5
#define PACE  1000
#define START 1000000

static struct throttle t;

static struct addr
host(unsigned n)
{
	return (struct addr){ .ip = 0x0a000000u + n };
}

static void
start(void)
{
	memset(&t, 0, sizeof(t));
	t.burst = BURST;
	t.pace = PACE;
}

/* How often it goes when it is tried every step ms. */
static int
times(unsigned number, struct addr from, ms_t now, ms_t time, ms_t step)
{
	int n = 0;

	for (ms_t at = now; at < now + time; at += step)
		if (throttle_allows(&t, number, from, at)) {
			throttle_count(&t, number, from, at);
			n++;
		}
	return n;
}

static void
a_burst_then_one_in_a_while(void)
{
	start();
	CHECK(times(1, host(1), START, PACE, 1) == BURST, "at once");
	CHECK(times(1, host(1), START + PACE, 10 * PACE, 7) == 10, "then");
	CHECK(times(1, host(2), START, PACE, 1) == BURST, "another address");
	CHECK(times(2, host(1), START, PACE, 1) == BURST, "another number");
	CHECK(times(1, host(1), START + 100 * PACE, PACE, 1) == BURST,
	    "after a rest");
}

static void
who_is_forgiven_is_free_for_a_time(void)
{
	start();
	times(1, host(1), START, PACE, 1);
	throttle_forgive(&t, 1, host(1), START + 500);
	CHECK(times(1, host(1), START + 10, 490, 1) == 490, "free");
	CHECK(times(1, host(1), START + 500, PACE, 1) == BURST, "not for ever");
}

/* Who makes up others by the thousand has not got rid of what it owes. */
static void
a_debt_is_not_forgotten_among_many(void)
{
	int n = times(7, host(7), START, PACE, 1);

	start();
	for (ms_t i = 0; i < 20000; i++) {
		unsigned u = (unsigned)i;

		n = times(7, host(7), START + i / 100, 1, 1) + (i > 0 ? n : 0);
		throttle_count(&t, u % 97, host(100 + u), START + i / 100);
	}
	CHECK(n <= BURST + 1, "%d times", n);
}

int
main(void)
{
	a_burst_then_one_in_a_while();
	who_is_forgiven_is_free_for_a_time();
	a_debt_is_not_forgotten_among_many();
	return test_done("throttle");
}
