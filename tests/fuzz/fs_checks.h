/*
 * fs_checks - what must be true of the FS in fuzz_fs.c, which has it as text.
 *
 * A reply is exactly one whole message, of the kind that was asked for; nothing
 * is done and nothing stored that the AS has not confirmed; nobody gets more
 * than 15 files; in the end, whoever was silent, every place, reservation and
 * descriptor is free, and no purge_pending is left.
 */
#ifndef FS_CHECKS_H
#define FS_CHECKS_H

#define CLIENTS 3 /* places; there is one peer more than these */
#define PEERS   (CLIENTS + 1)
#define SAID    192
#define CNFS    64
#define VLDS    64

static struct sockaddr_in as_addr, client_addr;
static int peer[PEERS], who;
static unsigned tids; /* how many have been made up */
static bool cut;      /* a job was */
static bool stopping;

/* What each client has said first of all. */
static struct {
	size_t n;
	char text[SAID];
} said[WORLD_FDS];

/* What the AS has confirmed, as the FS heard it, and was asked. */
static struct msg cnf[CNFS], vld[VLDS];
static int cnfs, vlds;

/* What must be true */

static bool
is_confirmed(const char *uid, const char *tid, enum op op, const char *fname)
{
	for (int i = 0; i < cnfs; i++)
		if (cnf[i].op == op && strcmp(cnf[i].uid, uid) == 0 &&
		    strcmp(cnf[i].fname, fname) == 0 &&
		    (tid == NULL || strcmp(cnf[i].tid, tid) == 0))
			return true;
	return cnfs == CNFS; /* we have lost count */
}

static void
hear_cnf(int fd, const char *text, size_t n, const struct sockaddr_in *from)
{
	(void)fd, (void)from;
	if (text != NULL && cnfs < CNFS &&
	    wire_parse_datagram(text, n, &cnf[cnfs]) == WIRE_OK &&
	    cnf[cnfs].type == MSG_CNF && cnf[cnfs].op != OP_ERROR)
		cnfs++;
}

/* Whom we ask to remove is on record first, where there are files. */
static bool
is_intended(const struct msg *m)
{
	for (int i = 0; i < clients.places.taken; i++) {
		const struct client *c = clients_at(&clients, i);

		if (client_awaits(c, m) && c->req.type == MSG_REM &&
		    c->op.is_intended)
			return world_find(world_fd[store.removals].inode,
				   m->uid) != -1;
	}
	return true;
}

/* Nothing but a VLD leaves, for somebody who waits for its answer. */
static void
hear_vld(int fd, const char *text, size_t n, const struct sockaddr_in *to)
{
	struct msg m;
	bool waits = false;

	require(to == NULL);
	require(fd == service.as.fd || fd == service.removals.own.fd);
	require(wire_parse_datagram(text, n, &m) == WIRE_OK);
	require(m.type == MSG_VLD);
	for (int i = 0; i < clients.places.taken; i++)
		waits = waits || client_awaits(clients_at(&clients, i), &m);
	require(waits || service.removals.state == REASKING);
	require(!waits || is_intended(&m));
	if (vlds < VLDS)
		vld[vlds] = m;
	vlds++;
}

/* What is said to be stored is there, and is what was sent. */
static void
is_stored(const struct msg *upl, const char *data, size_t n)
{
	int dir = world_find(world_fd[store.root].inode, upl->uid);
	int file = dir == -1 ? -1 : world_find(dir, upl->fname);

	if (is_confirmed(upl->uid, NULL, OP_REMOVE, "") ||
	    is_confirmed(upl->uid, NULL, OP_DELETE, upl->fname))
		return; /* it may be gone again */
	require(file != -1 && world_links(file) == 1);
	require(world_size(file) == upl->size);
	require(memcmp(world_text(file), data,
		    n < upl->size ? n : (size_t)upl->size) == 0);
}

/* The reply so far; whole: all of it, that is. */
static void
is_reply(int fd, bool whole)
{
	const struct end *e = &world_fd[fd];
	size_t used, n = said[fd].n, head;
	struct msg m, req, due;
	enum wire_result got = wire_parse(e->out, e->out_len, &used, &m);

	if (got == WIRE_MORE && !whole)
		return;
	require(got == WIRE_OK && !wire_is_request(m.type));
	if (wire_has_body(&m) && m.size < WORLD_BYTES) {
		require(e->out_len <= used + m.size + 1);
		require(!whole || e->out_len == used + m.size + 1);
		require(e->out_len <= used + m.size ||
		    e->out[used + m.size] == '\n');
	} else
		require(wire_has_body(&m) || e->out_len == used);
	got = wire_parse(said[fd].text, n, &head, &req);
	if (got != WIRE_OK || m.type == MSG_ERR) {
		require(m.type == MSG_ERR || m.status == ST_ERR);
		return;
	}
	wire_reply(&due, req.type, ST_OK);
	require(m.type == due.type);
	if (m.status == ST_INV || m.status == ST_ERR)
		return;
	if (m.type == MSG_RRM && m.status == ST_NOK && (world_failed || cut))
		return; /* the disk refused before the AS could be asked */
	require(
	    is_confirmed(req.uid, req.tid, request_op(req.type), req.fname));
	if (m.type == MSG_RUP && m.status == ST_OK)
		is_stored(&req, said[fd].text + head, n - head);
}

static void
hear_reply(int fd)
{
	if (fd != world_signals)
		is_reply(fd, false);
}

/* Who shuts down before it closes has said all. */
static void
see_close(int fd)
{
	if (fd != world_signals &&
	    (world_fd[fd].shut || world_fd[fd].out_len > 0))
		is_reply(fd, world_fd[fd].shut);
	for (int i = 0; i < PEERS; i++)
		if (peer[i] == fd)
			peer[i] = -1;
}

/* A file gets a name: its own, or what a failing deletion gives back. */
static void
see_name(int dir, const char *name, int inode)
{
	const char *uid;
	int i = 0, n = 0, it;

	if (dir == world_fd[store.root].inode ||
	    dir == world_fd[store.work].inode)
		return;
	if (dir == world_fd[store.removals].inode) {
		require(world_synced(inode));
		return;
	}
	do
		require(world_each(&i, world_fd[store.root].inode, &uid, &it));
	while (it != dir);
	require(is_confirmed(uid, NULL, OP_DELETE, name) ||
	    (is_confirmed(uid, NULL, OP_UPLOAD, name) && world_synced(inode)));
	for (i = 0; world_each(&i, dir, &uid, &it);)
		n += wire_valid(F_FNAME, uid);
	require(n <= FILES_MAX);
}

static void
is_sound(const struct client *c)
{
	require(c->state != FREE);
	require((c->state == ORPHANED) == (c->conn.state == CONN_NONE));
	require(c->state != ORPHANED || c->job.state != JOB_NONE);
	require((c->vld.len > 0) == (c->state == VALIDATING));
	require((c->state != RECEIVING && c->state != FINISHING) ||
	    (c->up.fd != -1 && c->up.place != -1));
	require(c->up.place == -1 ||
	    (c->state >= RECEIVING && c->state <= SYNCING));
	require((c->file != -1) == (c->state == SENDING));
	require(c->conn.out.len == 0 || c->state == SENDING ||
	    c->state == REPLYING || c->state == ORPHANED);
}

#endif
