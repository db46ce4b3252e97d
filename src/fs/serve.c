#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fs/answer.h"
#include "fs/serve.h"
#include "fs/transfer.h"
#include "policy.h"
#include "sys/disk.h"
#include "sys/log.h"

/* A child of the pool that dies leaves the job as it is here: failed. */
static void
submit(struct client *c, struct service *s, enum disk_op_kind kind, int fd)
{
	c->op.kind = kind;
	c->op.status = ST_NOK;
	c->op.error = EIO;
	pool_submit(&s->pool, &c->job, &c->op, fd);
}

/* The file is closed here first, so that the slow part is the child's unlink.
 */
void
serve_tidy(struct client *c, struct service *s)
{
	if (job_busy(&c->job))
		return;
	c->job.state = JOB_NONE;
	if (c->up.fd != -1) {
		memcpy(c->op.temp, c->up.temp, sizeof(c->op.temp));
		upload_close(&c->up);
		c->purge_pending = true;
	}
	if (c->purge_pending) {
		c->purge_pending = false;
		submit(c, s, FILE_PURGE, -1);
	}
}

static void
list_files(struct client *c)
{
	struct msg reply;

	wire_reply(&reply, c->req.type, ST_OK);
	files_list(c->req.uid, &reply);
	if (reply.status == ST_NOK)
		answer_failure(c, ST_NOK, errno);
	else
		answer(c, &reply);
}

static void
send_file(struct client *c)
{
	struct msg reply;
	enum status status =
	    files_open(c->req.uid, c->req.fname, &c->file, &c->size);

	if (status != ST_OK) {
		answer_failure(c, status, errno);
		return;
	}
	wire_reply(&reply, c->req.type, ST_OK);
	reply.size = c->left = c->size;
	answer(c, &reply);
	c->state = SENDING;
}

/* The first FILE_SYNC counts as done well: none is under way. */
static void
receive_file(struct client *c)
{
	enum status status = upload_begin(&c->up, c->req.uid, c->req.fname);

	if (status != ST_OK) {
		answer_failure(c, status, errno);
		return;
	}
	c->left = c->req.size;
	c->op.kind = FILE_SYNC;
	c->op.status = ST_OK;
	c->state = RECEIVING;
}

static void
hide_files(struct client *c, struct service *s, enum disk_op_kind kind)
{
	files_temp(c->op.temp);
	c->state = SYNCING;
	submit(c, s, kind, -1);
}

static void
delete_file(struct client *c, struct service *s)
{
	enum status status = files_shown(c->req.uid);

	if (status == ST_OK)
		hide_files(c, s, FILE_DELETE);
	else
		answer_failure(c, status, errno);
}

/* An intent is needed without files, too, where an upload may bring some. */
void
serve_intend(struct client *c, struct service *s)
{
	memcpy(c->op.uid, c->req.uid, sizeof(c->op.uid));
	removals_intent(s, &c->op.intent, c->req.tid);
	c->op.is_intended = files_are_coming(c->req.uid);
	files_temp(c->op.temp);
	submit(c, s, FILE_INTEND, -1);
}

void
serve_abandon(struct client *c, struct service *s)
{
	c->state = SYNCING;
	submit(c, s, FILE_ABANDON, -1);
}

/*
 * Nobody knows yet whose files these are: no reply about them would be true.
 * Most removals that another file server asks about are decided soon.
 */
static bool
hold(struct client *c, struct service *s, ms_t now)
{
	if (c->req.type == MSG_REM || now >= c->since + INTENT_TIME ||
	    !files_are_undecided(c->req.uid))
		return false;
	c->state = HELD;
	c->not_before = now + INTENT_AGAIN;
	removals_soon(&s->removals, now);
	return true;
}

void
serve_begin(struct client *c, struct service *s, ms_t now)
{
	if (hold(c, s, now))
		return;
	memcpy(c->op.uid, c->req.uid, sizeof(c->op.uid));
	memcpy(c->op.name, c->req.fname, sizeof(c->op.name));
	switch (request_op(c->req.type)) {
	case OP_LIST:
		list_files(c);
		break;
	case OP_RETRIEVE:
		send_file(c);
		break;
	case OP_UPLOAD:
		receive_file(c);
		break;
	case OP_DELETE:
		delete_file(c, s);
		break;
	case OP_REMOVE:
		files_forget(c->req.uid);
		hide_files(c, s, FILE_REMOVE);
		break;
	case OP_ERROR:
		break;
	}
}

void
serve_confirmed(struct client *c, struct service *s, ms_t now)
{
	if (!files_are_remote() || c->req.type == MSG_REM) {
		serve_begin(c, s, now);
		return;
	}
	memcpy(c->op.uid, c->req.uid, sizeof(c->op.uid));
	memcpy(c->op.name, c->req.fname, sizeof(c->op.name));
	c->state = HELD;
	submit(c, s, FILE_PROBE, -1);
}

/*
 * A sync that has ended while the upload goes on: false where it has failed;
 * then there is no use in taking more.
 */
static bool
check_sync(struct client *c, struct service *s)
{
	if (job_busy(&c->job))
		return true;
	c->job.state = JOB_NONE;
	if (c->op.status != ST_OK)
		return false;
	if (c->unsynced >= DISK_STRETCH) {
		c->unsynced = 0;
		submit(c, s, FILE_SYNC, c->up.fd);
	}
	return true;
}

/* Data has come; afterwards there may be more, all of it, or no use in it. */
bool
serve_receive(struct client *c, struct service *s, ms_t now)
{
	uint64_t before = c->left;
	enum transfer result =
	    transfer_receive(&c->conn, &c->up, c->req.size, &c->left, now);

	c->unsynced += before - c->left;
	if (result == TRANSFER_LOST)
		return false;
	if (result == TRANSFER_DISK)
		answer_failure(c, ST_NOK, errno);
	else if (result == TRANSFER_OVER || result == TRANSFER_SHORT)
		answer_status(c, ST_ERR);
	else if (!upload_wanted(&c->up))
		answer_invalid(c, "removed");
	else if (result == TRANSFER_DONE)
		c->state = SYNCING;
	else if (!check_sync(c, s))
		answer_failure(c, ST_NOK, c->op.error);
	else if (c->left == 0 && c->state == RECEIVING) {
		c->state = FINISHING;
		c->since = now;
	}
	return true;
}

/*
 * Sync, publish, reply.  Where the user was removed meanwhile the file is not
 * wanted any more; if it was published just before, it goes with the others.
 */
static void
conclude_upload(struct client *c, struct service *s)
{
	struct disk_op *j = &c->op;
	bool wanted = upload_wanted(&c->up);

	if (j->kind == FILE_SYNC && j->status == ST_OK && wanted) {
		memcpy(j->temp, c->up.temp, sizeof(j->temp));
		j->generation = c->up.generation;
		submit(c, s, FILE_PUBLISH, c->up.fd);
		return;
	}
	if (j->kind == FILE_PUBLISH && j->status == ST_OK)
		upload_close(&c->up); /* nothing is left to be purged */
	if (j->status == ST_INV || (!wanted && j->error == 0))
		answer_invalid(c, "removed");
	else
		answer_failure(c, j->status, j->error);
}

static void
conclude_removal(struct client *c, struct service *s)
{
	if (c->op.kind == FILE_ABANDON) {
		answer_invalid(c, "refused");
		return;
	}
	if (c->op.status != ST_OK)
		removals_soon(&s->removals, c->since + REMOVALS_AGAIN);
	answer_failure(c, c->op.status, c->op.error);
}

void
serve_conclude(struct client *c, struct service *s)
{
	if (job_busy(&c->job))
		return;
	c->job.state = JOB_NONE;
	switch (c->req.type) {
	case MSG_UPL:
		conclude_upload(c, s);
		break;
	case MSG_REM:
		conclude_removal(c, s);
		break;
	default:
		c->purge_pending = true;
		answer_failure(c, c->op.status, c->op.error);
	}
}

/* What goes wrong in the middle of a file cannot be said to the client. */
bool
serve_send(struct client *c, ms_t now)
{
	switch (transfer_send(&c->conn, c->file, c->size, &c->left, now)) {
	case TRANSFER_MORE:
		return true;
	case TRANSFER_DONE:
		close(c->file);
		c->file = -1;
		c->state = REPLYING;
		return true;
	case TRANSFER_DISK:
		log_error("reading %s, user %s", c->req.fname, c->req.uid);
		return false;
	case TRANSFER_SHORT:
		log_warn("reading %s, user %s: it has become shorter",
		    c->req.fname, c->req.uid);
		return false;
	default:
		return false;
	}
}
