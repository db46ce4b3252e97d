#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "net/turns.h"
#include "test.h"

static struct turns t;
static struct addr who[TURNS_MAX];
static unsigned whose[TURNS_MAX];

static void
join(int i, int address, int port, unsigned user)
{
	memset(&who[i], 0, sizeof(who[i]));
	who[i].ip = 0x0a000000u + (unsigned)address;
	who[i].port = (uint16_t)port;
	whose[i] = user;
	turns_join(&t, i, &who[i], user);
}

static void
start(void)
{
	memset(&t, 0, sizeof(t));
}

static void
alone_it_is_first_come_first_served(void)
{
	start();
	for (int i = 0; i < 50; i++)
		join(i * 7 % 50, 1, 1, 1);
	for (int i = 0; i < 50; i++)
		CHECK(turns_next(&t) == i * 7 % 50, "turn %d", i);
	CHECK(turns_next(&t) == -1 && t.waiting == 0, "nobody is left");
}

/* Hundreds who wait delay another by one turn, whatever they have in common. */
static void
another_comes_next(int address, int port, unsigned user, const char *how)
{
	start();
	for (int i = 0; i < 900; i++)
		join(i, 1, 1, 1);
	for (int i = 0; i < 10; i++)
		turns_next(&t);
	join(900, address, port, user);
	CHECK(turns_next(&t) == 900, "%s", how);
}

static void
addresses_alternate(void)
{
	int had[2] = { 0, 0 };

	start();
	for (int i = 0; i < 500; i++)
		join(i, i < 480 ? 1 : 2, i, (unsigned)i);
	for (int i = 0; i < 40; i++)
		had[turns_next(&t) >= 480]++;
	CHECK(had[0] == 20 && had[1] == 20, "%d and %d", had[0], had[1]);
}

static void
who_has_gone_comes_last(void)
{
	start();
	for (int i = 0; i < 10; i++)
		join(i, 1, i, (unsigned)i);
	for (int i = 0; i < 9; i++)
		turns_gone(&t, i);
	CHECK(turns_next(&t) == 9, "the one who is there");
	CHECK(turns_next(&t) == 0, "then the others");
	turns_leave(&t, 1);
	turns_leave(&t, 1);
	CHECK(turns_next(&t) == 2 && t.waiting == 6, "one has left");
}

/* Thousands of steps: everybody has his turn, and the flood no more. */
static void
nobody_starves_in_a_flood(void)
{
	int waited[TURNS_MAX] = { 0 }, longest = 0, served = 0;

	srand(3);
	start();
	for (int step = 0; step < 5000; step++) {
		int i;

		for (int n = 0; n < 4; n++) { /* four come for each turn */
			i = rand() % 1000;
			if (!t.turn[i].waits && i >= 10)
				join(i, 1, rand() % 5000, 1 + (unsigned)i % 40);
			i %= 10;
			if (!t.turn[i].waits && rand() % 20 == 0) {
				join(i, 1, 60000 + i, 1000 + (unsigned)i);
				waited[i] = step;
			}
		}
		i = turns_next(&t);
		if (i < 0 || i >= 10)
			continue;
		served++;
		if (step - waited[i] > longest)
			longest = step - waited[i];
	}
	CHECK(served > 300 && longest <= 60, "%d, %d turns", served, longest);
}

int
main(void)
{
	alone_it_is_first_come_first_served();
	another_comes_next(2, 1, 1, "of another address");
	another_comes_next(1, 1, 2, "of another user");
	another_comes_next(1, 2, 1, "of another port");
	addresses_alternate();
	who_has_gone_comes_last();
	nobody_starves_in_a_flood();
	return test_done("turns");
}
