/* Those who move much data at the FS, each in its turn. */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fs/clients.h"
#include "sys/fd.h"
#include "sys/ready.h"
#include "test.h"

#define SIZE   (64u << 20)
#define ROUNDS 12

static struct clients w;
static struct service service;
static struct listener listener;
static int peer[2];
static char path[] = "/tmp/test_data_turns.XXXXXX";

/* A client in the middle of a download of a large file. */
static void
begin(int i, ms_t now)
{
	struct addr nobody = { .ip = 0 };
	struct conn conn;
	int k = admission_take(&w.places, nobody, now);
	struct client *c = &w.slot[k];
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == -1)
		exit(1);
	set_fd_flags(pair[0]);
	set_fd_flags(pair[1]);
	peer[i] = pair[1];
	conn_open(&conn, pair[0], &nobody, now);
	client_open(c, &service, &conn, now);
	c->file = open(path, O_RDONLY);
	c->size = c->left = SIZE;
	c->state = SENDING;
}

/* All that it has been sent. */
static size_t
drain(int fd)
{
	static char data[65536];
	size_t all = 0;
	ssize_t n;

	while ((n = read(fd, data, sizeof(data))) > 0)
		all += (size_t)n;
	return all;
}

static void
two_downloads_go_on_in_turns(void)
{
	struct ready r = { .nfds = 0 };
	int served[2] = { 0, 0 }, both = 0;

	begin(0, now_ms());
	begin(1, now_ms());
	for (int i = 0; i < ROUNDS; i++) {
		bool first, second;

		ready_begin(&r);
		clients_watch(&w, &service, &listener, &r);
		ready_wait(&r);
		clients_step(&w, &service, &r);
		first = drain(peer[0]) > 0;
		second = drain(peer[1]) > 0;
		served[0] += first;
		served[1] += second;
		both += first && second;
	}
	CHECK(served[0] == ROUNDS / 2 && served[1] == ROUNDS / 2,
	    "%d and %d of %d rounds", served[0], served[1], ROUNDS);
	CHECK(both == 0, "%d rounds moved the data of two", both);
}

/* What the FS wants to be done beside it is none of our matter. */
static void
do_nothing(void *body, int fd)
{
	(void)body;
	(void)fd;
}

int
main(void)
{
	int fd = mkstemp(path);

	if (pool_start(&service.pool, 1, sizeof(struct disk_op), do_nothing,
		NULL) == -1 ||
	    fd == -1 || ftruncate(fd, SIZE) == -1 ||
	    listener_open(&listener, 0) == -1)
		return 1;
	clients_open(&w, 1024);
	two_downloads_go_on_in_turns();
	pool_stop(&service.pool);
	unlink(path);
	return test_done("data turns");
}
