#include <errno.h>
#include <unistd.h>

#include "policy.h"
#include "user/transfer.h"

static char scratch[128 * 1024];

void
transfer_secure(struct transfer *t, struct secure *secure,
    const struct secure_target *target)
{
	t->secure = secure;
	t->target = *target;
}

void
transfer_end(struct transfer *t)
{
	if (t->state == TRANSFER_NONE)
		return;
	t->progress.name = NULL;
	conn_close(&t->conn);
	save_drop(&t->save);
	if (t->file != -1)
		close(t->file);
	t->state = TRANSFER_NONE;
}

bool
transfer_busy(const struct transfer *t)
{
	return t->state > TRANSFER_PAUSED;
}

static enum transfer_event
fail(struct transfer *t, enum failure failure, int error)
{
	if (failure == FAILURE_UNWRITABLE &&
	    (error == ENOSPC || error == EDQUOT || error == EFBIG))
		failure = FAILURE_NO_SPACE;
	t->failure = failure;
	t->error = error;
	return TRANSFER_FAILED;
}

void
transfer_start(struct transfer *t, const struct addr *peer,
    const struct msg *request, int file, ms_t now)
{
	t->peer = *peer;
	t->request = *request;
	t->file = file;
	t->size = request->size;
	t->done = 0;
	t->from = t->to = 0;
	t->loaded = request->type != MSG_UPL;
	transfer_again(t, now);
}

void
transfer_pause(struct transfer *t)
{
	conn_close(&t->conn);
	t->state = TRANSFER_PAUSED;
}

void
transfer_again(struct transfer *t, ms_t now)
{
	t->state = TRANSFER_CONNECTING;
	if (t->secure != NULL)
		conn_dial_secure(
		    &t->conn, &t->peer, t->secure, &t->target, now);
	else
		conn_dial(&t->conn, &t->peer, now);
}

static enum transfer_event
connecting(struct transfer *t, const struct ready *r)
{
	switch (conn_connect(&t->conn, r)) {
	case CONN_LATER:
		return TRANSFER_QUIET;
	case CONN_LOST:
		t->why = conn_why(&t->conn);
		return fail(t,
		    t->why != NULL ? FAILURE_INSECURE : FAILURE_UNREACHABLE,
		    t->conn.error);
	}
	if (!conn_put(&t->conn, &t->request)) /* a field is malformed */
		return fail(t, FAILURE_PROTOCOL, 0);
	t->state = TRANSFER_SENDING;
	if (t->request.type == MSG_UPL)
		progress_begin(
		    &t->progress, t->request.fname, t->size, r->woke);
	return TRANSFER_QUIET;
}

/*
 * The next part of the file, and the newline that ends the message behind its
 * last byte.  A file that grows is sent as it was.
 */
static enum failure
load(struct transfer *t)
{
	size_t space = sizeof(scratch) - 1;
	uint64_t left = t->size - t->done;
	ssize_t n = read(t->file, scratch, left < space ? (size_t)left : space);

	if (n == -1)
		return errno == EINTR ? FAILURE_NONE : FAILURE_UNREADABLE;
	if (n == 0 && left > 0)
		return FAILURE_SHRUNK;
	t->from = 0;
	t->to = (size_t)n;
	t->done += (uint64_t)n;
	t->loaded = t->done == t->size;
	if (t->loaded)
		scratch[t->to++] = '\n';
	return FAILURE_NONE;
}

/* True when at most n bytes of what is to be sent have not left yet. */
static bool
sent_but(const struct transfer *t, size_t n)
{
	return t->loaded && t->to - t->from + conn_unsent(&t->conn) <= n;
}

/* The head, which conn keeps, and the first data leave in one write. */
static enum transfer_event
sending(struct transfer *t, const struct ready *r)
{
	enum failure failure = FAILURE_NONE;
	ssize_t n;

	if (conn_readable(&t->conn, r)) {
		t->state = TRANSFER_AWAITING;
		return TRANSFER_QUIET;
	}
	if (!conn_writable(&t->conn, r))
		return TRANSFER_QUIET;
	if (!t->loaded && t->from == t->to)
		failure = load(t);
	if (failure != FAILURE_NONE)
		return fail(t, failure, errno);
	n = conn_write(&t->conn, scratch + t->from, t->to - t->from, r->woke);
	if (n > 0)
		t->from += (size_t)n;
	/* An FS that reads no more may have replied why. */
	if (n == CONN_LOST || sent_but(t, 0))
		t->state = TRANSFER_AWAITING;
	return TRANSFER_QUIET;
}

/* All data has arrived; it is made durable. */
static enum transfer_event
saving(struct transfer *t, const struct ready *r)
{
	/* Unread bytes would turn our close into a reset for the FS. */
	if (conn_readable(&t->conn, r) &&
	    conn_read(&t->conn, scratch, sizeof(scratch), r->woke) == CONN_LOST)
		conn_close(&t->conn);
	switch (save_close(&t->save)) {
	case SAVE_DONE:
		return TRANSFER_ANSWERED;
	case SAVE_FAILED:
		return fail(t, FAILURE_UNWRITABLE, errno);
	case SAVE_UNSAFE:
		return fail(t, FAILURE_UNSAFE, errno);
	case SAVE_WAITING:
		break;
	}
	return TRANSFER_QUIET;
}

/* n bytes have come: data, perhaps the newline behind it, or surplus. */
static enum transfer_event
store(struct transfer *t, size_t n, const struct ready *r)
{
	uint64_t left = t->size - t->done;

	if (n > left)
		n = (size_t)left;
	if (n > 0 && save_write(&t->save, t->size, scratch, n) == -1)
		return fail(t, FAILURE_UNWRITABLE, errno);
	t->done += n;
	if (t->done < t->size)
		return TRANSFER_QUIET;
	t->state = TRANSFER_SAVING;
	return saving(t, r);
}

/* The first data has come with the reply: there may be no more to wait for. */
static enum transfer_event
receiving(struct transfer *t, const struct ready *r)
{
	ssize_t n = conn_read(&t->conn, scratch, sizeof(scratch), r->woke);

	if ((n == CONN_ENDED || n == CONN_LOST) && t->done < t->size)
		return fail(t, FAILURE_TRUNCATED, 0);
	return store(t, n > 0 ? (size_t)n : 0, r);
}

static enum transfer_event
answered(struct transfer *t, const struct ready *r)
{
	if (t->reply.type != wire_reply_type(t->request.type) &&
	    t->reply.type != MSG_ERR)
		return fail(t, FAILURE_PROTOCOL, 0);
	if (t->reply.type == MSG_RUP && t->reply.status == ST_OK &&
	    !sent_but(t, 1)) /* the newline */
		return fail(t, FAILURE_EARLY_OK, 0);
	if (t->reply.type != MSG_RRT || t->reply.status != ST_OK)
		return TRANSFER_ANSWERED;
	if (!sent_but(t, 0)) /* to what, then? */
		return fail(t, FAILURE_PROTOCOL, 0);
	t->size = t->reply.size;
	t->state = TRANSFER_RECEIVING;
	progress_begin(&t->progress, t->request.fname, t->size, r->woke);
	return receiving(t, r);
}

static enum transfer_event
awaiting(struct transfer *t, const struct ready *r)
{
	struct conn *c = &t->conn;
	enum wire_result got;

	if (conn_writable(c, r))
		conn_flush(c, r->woke); /* where it fails a reply may be here
					   all the same */
	if (!conn_readable(c, r))
		return TRANSFER_QUIET;
	if (!conn_fill(c, r->woke))
		return fail(t, FAILURE_LOST, 0);
	conn_drop_nuls(c);
	got = conn_take(c, &t->reply);
	if (got == WIRE_MORE)
		return c->ended ? fail(t, FAILURE_LOST, 0) : TRANSFER_QUIET;
	return got == WIRE_OK ? answered(t, r) : fail(t, FAILURE_PROTOCOL, 0);
}

static ms_t
deadline(const struct transfer *t)
{
	if (t->state == TRANSFER_CONNECTING || t->state == TRANSFER_SAVING)
		return NEVER;
	return t->conn.last_progress + STALL_TIME;
}

void
transfer_watch(const struct transfer *t, struct ready *r)
{
	save_watch(&t->save, r);
	if (!transfer_busy(t))
		return;
	ready_by(r, deadline(t));
	conn_watch(&t->conn, r,
	    t->state == TRANSFER_SENDING ? CONN_IN | CONN_OUT : CONN_IN);
	progress_watch(&t->progress, r);
}

static enum transfer_event
step(struct transfer *t, const struct ready *r)
{
	switch (t->state) {
	case TRANSFER_CONNECTING:
		return connecting(t, r);
	case TRANSFER_SENDING:
		return sending(t, r);
	case TRANSFER_AWAITING:
		return awaiting(t, r);
	case TRANSFER_RECEIVING:
		return receiving(t, r);
	case TRANSFER_SAVING:
		return saving(t, r);
	case TRANSFER_NONE:
	case TRANSFER_PAUSED:
		break;
	}
	return TRANSFER_QUIET;
}

enum transfer_event
transfer_step(struct transfer *t, const struct ready *r)
{
	enum transfer_event event;

	save_step(&t->save, r);
	event = step(t, r);
	if (t->state != TRANSFER_CONNECTING && transfer_busy(t)) {
		progress_step(&t->progress, t->done, r->woke);
		if (event == TRANSFER_QUIET && r->woke >= deadline(t))
			return fail(t, FAILURE_SILENT, 0);
	}
	return event;
}
