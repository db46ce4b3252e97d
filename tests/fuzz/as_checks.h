/*
 * as_checks - what must be true of the AS in fuzz_as.c, which has it as text.
 *
 * Only replies are said, and a VLC to a device; no reply and no ERR is answered
 * by UDP, one request once at most, nobody with more than ERR_PER_SECOND ERR in
 * a second; a removal is confirmed once it is on the disk; what waits has a
 * moment when that ends; in the end every place and descriptor is free.
 */
#ifndef AS_CHECKS_H
#define AS_CHECKS_H

#define PLACES   3 /* for sessions; there is one peer more than these */
#define PEERS    (PLACES + 1)
#define CHANGES  3 /* places for them */
#define USERS    2
#define ERRS_MAX 128

static const char uids[USERS][UID_LEN + 1] = { "12345", "54321" };
static struct sockaddr_in user_addr, asking;
static char pair[PAIR_MAX];
static int peer[PEERS], who, device = -1;
static size_t checked[WORLD_FDS]; /* of what was written to a session */
static char tid[CODE_LEN + 1];    /* the last that was granted */
static bool removed_once[USERS], stopping;
static int root_dir, removed_dir; /* inodes */

/* The datagram that the AS is at. */
static struct msg heard;
static bool here;

static struct {
	ms_t at;
	struct in_addr to;
} errs[ERRS_MAX];
static int errs_n;

static int
user_of(const char *uid)
{
	for (int i = 0; i < USERS; i++)
		if (strcmp(uids[i], uid) == 0)
			return i;
	return -1;
}

/* What must be true */

static void
hear_datagram(int fd, const char *text, size_t n, const struct sockaddr_in *by)
{
	(void)by;
	if (fd != as.udp.fd)
		return;
	here = text != NULL;
	if (here)
		wire_parse_datagram(text, n, &heard);
}

static void
count_err(const struct sockaddr_in *to)
{
	int n = 0;

	for (int i = 0; i < errs_n && i < ERRS_MAX; i++)
		n += errs[i].to.s_addr == to->sin_addr.s_addr &&
		    world_now - errs[i].at < SECONDS;
	require(n < ERR_PER_SECOND);
	errs[errs_n % ERRS_MAX].to = to->sin_addr;
	errs[errs_n++ % ERRS_MAX].at = world_now;
}

static void
see_datagram(int fd, const char *text, size_t n, const struct sockaddr_in *to)
{
	struct msg m;

	require(wire_parse_datagram(text, n, &m) == WIRE_OK);
	if (fd != as.udp.fd) {
		require(m.type == MSG_VLC && to == NULL);
		device = fd;
		return;
	}
	require(to != NULL && !wire_is_request(m.type) && m.type != MSG_RVC);
	if (here) { /* this answers the datagram at hand */
		require(
		    heard.type == MSG_UNKNOWN || wire_is_request(heard.type));
		here = false;
	} else
		require(m.type != MSG_ERR);
	if (m.type == MSG_ERR)
		count_err(to);
	if (m.type == MSG_CNF && m.op == OP_REMOVE)
		require(user_of(m.uid) != -1 && removed_once[user_of(m.uid)]);
}

/* A session hears replies, and nothing else. */
static void
see_replies(int fd)
{
	const struct end *e = &world_fd[fd];
	size_t used;
	struct msg m;

	while (fd != world_signals && checked[fd] < e->out_len) {
		enum wire_result got = wire_parse(
		    e->out + checked[fd], e->out_len - checked[fd], &used, &m);

		if (got == WIRE_MORE)
			return;
		require(got == WIRE_OK || e->out_len == WORLD_OUT);
		require(m.type == MSG_RLO || m.type == MSG_RRQ ||
		    m.type == MSG_RAU || m.type == MSG_ERR);
		if (m.type == MSG_RAU && m.tid[1] != '\0')
			memcpy(tid, m.tid, sizeof(tid));
		checked[fd] += used;
	}
}

static void
see_close(int fd)
{
	for (int i = 0; i < PEERS; i++)
		if (peer[i] == fd)
			peer[i] = -1;
}

static void
see_name(int dir, const char *name, int inode)
{
	require(dir == world_fd[work].inode || world_synced(inode));
	if (dir == removed_dir && user_of(name) != -1)
		removed_once[user_of(name)] = true;
}

static void
is_sound(const struct session *s)
{
	struct ready r = { .nfds = 0 };

	require((s->state == FREE) == (s->conn.state == CONN_NONE));
	require((s->state == CALLING) == s->vlc.dgram.open);
	require((s->state == CALLING) == (s->vlc.request.len > 0));
	require(s->task == NULL || s->state == CHECKING);
	require(s->task == NULL || s->task->session == s);
	require(s->uid[0] == '\0' || user_of(s->uid) != -1);
	if (s->state == FREE || s->state == CHECKING)
		return;
	ready_begin(&r); /* what waits for nothing would wait for ever */
	session_watch(s, &r);
	require(r.nfds > 0 || r.deadline != NEVER);
}

#endif
