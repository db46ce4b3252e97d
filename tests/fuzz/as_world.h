/*
 * as_world - the AS's modules that reach outside, and what they find there in
 * fuzz_as.c: accounts in memory, jobs that end when the input says so, a device
 * and clients at the other ends of socketpairs, a clock of our own.
 */
#ifndef AS_WORLD_H
#define AS_WORLD_H

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../../src/as/as.h"
#include "log.h"
#include "policy.h"
#include "random.h"

/* What the modules below reach for outside is ours: see further down. */
enum account_state our_load(const char *uid, struct account *a);
bool our_approved(const char *uid);
void our_submit(struct pool *p, struct job *job, void *body, int fd);
int our_udp_to(const struct sockaddr_in *to);
ssize_t our_sendto(int fd, const void *text, size_t n, int flags,
    const struct sockaddr *to, socklen_t len);

#define accounts_load     our_load
#define accounts_approved our_approved
#define pool_submit       our_submit
#define net_udp_to        our_udp_to
#define sendto            our_sendto
#define log_warn(...)     ((void)0)
#define log_error(...)    ((void)0)

#include "../../src/as/change.c"
#include "../../src/as/factor.c"
#include "../../src/as/session.c"
#include "../../src/as/udp.c"

#define wrong_password wrong_login
#include "../../src/as/login.c"

#define PEERS    2
#define USERS    2
#define JOBS_MAX (PEERS + ASKED_MAX)

static struct server as;
static ms_t now = 1000000;
static int peer[PEERS], asking, device = -1;
static int who;                /* whose turn it is */
static int no_socket;          /* the errno of the next one */
static char tid[CODE_LEN + 1]; /* the last that was granted */

static const char uids[USERS][UID_LEN + 1] = { "12345", "54321" };
static struct account accounts[USERS];
static enum account_state there[USERS];
static bool removed_once[USERS];

static struct job *jobs[JOBS_MAX];
static int njobs;

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* What stands in for the disk, the pool and the network. */

static int
user_of(const char *uid)
{
	for (int i = 0; i < USERS; i++)
		if (strcmp(uids[i], uid) == 0)
			return i;
	return -1;
}

enum account_state
our_load(const char *uid, struct account *a)
{
	int i = user_of(uid);

	memset(a, 0, sizeof(*a));
	if (i == -1)
		return ACCOUNT_NONE;
	if (there[i] == ACCOUNT_FOUND)
		*a = accounts[i];
	return there[i];
}

bool
our_approved(const char *uid)
{
	return user_of(uid) != -1;
}

void
our_submit(struct pool *p, struct job *job, void *body, int fd)
{
	(void)p;
	require(!job_busy(job) && njobs < JOBS_MAX && fd == -1);
	job->state = JOB_RUNNING;
	job->body = body;
	jobs[njobs++] = job;
}

/* Whatever is said over UDP is a reply. */
ssize_t
our_sendto(int fd, const void *text, size_t n, int flags,
    const struct sockaddr *to, socklen_t len)
{
	struct msg m;

	require(fd == as.udp && flags == 0 && to != NULL &&
	    len == sizeof(struct sockaddr_in));
	require(wire_parse_datagram(text, n, &m) == WIRE_OK);
	require(!wire_is_request(m.type));
	if (m.type == MSG_CNF && m.op == OP_REMOVE)
		require(removed_once[user_of(m.uid)]);
	return (ssize_t)n;
}

void
tcp_log_out(struct server *server, const char *uid)
{
	for (int i = 0; i < PEERS; i++)
		session_log_out(&server->session[i], uid);
}

static int
pair_of(int type, int *other)
{
	int pair[2];

	require(socketpair(AF_UNIX, type, 0, pair) == 0);
	fcntl(pair[0], F_SETFL, O_NONBLOCK);
	fcntl(pair[1], F_SETFL, O_NONBLOCK);
	*other = pair[1];
	return pair[0];
}

/* The device is at the other end of a socketpair. */
int
our_udp_to(const struct sockaddr_in *to)
{
	(void)to;
	if (no_socket != 0) {
		errno = no_socket;
		no_socket = 0;
		return -1;
	}
	if (device != -1)
		close(device);
	return pair_of(SOCK_DGRAM, &device);
}

#endif
