#include <string.h>
#include <unistd.h>

#include "fs/answer.h"
#include "fs/client.h"
#include "fs/serve.h"
#include "fs/transfer.h"
#include "policy.h"
#include "sys/log.h"

static void
end_validation(struct client *c, struct service *s)
{
	if (c->vld.sent > 1)
		s->resends += (unsigned long)c->vld.sent - 1;
	request_end(&c->vld);
	c->vld.sent = 0;
}

void
client_end(struct client *c, struct service *s)
{
	conn_close(&c->conn);
	end_validation(c, s);
	upload_release(&c->up);
	if (c->file != -1)
		close(c->file);
	c->file = -1;
	serve_tidy(c, s);
	c->state = job_busy(&c->job) ? ORPHANED : FREE;
}

void
service_answered(struct service *s, ms_t now)
{
	char name[ADDR_NAME_MAX];

	if (s->as_is_lost)
		log_warn(
		    "the AS at %s answers again", addr_name(name, &s->as.peer));
	s->as_is_lost = false;
	s->as_heard = now;
}

void
service_unanswered(struct service *s, const char *how, ms_t since)
{
	char name[ADDR_NAME_MAX];

	s->unanswered++;
	if (s->as_is_lost || (s->as_heard != 0 && s->as_heard >= since))
		return;
	s->as_is_lost = true;
	log_warn("the AS at %s does not answer (%s): every request is "
		 "INV until it does",
	    addr_name(name, &s->as.peer), how);
}

/* The AS does not confirm it: the same TID may be tried again. */
static void
invalidate(struct client *c, struct service *s, const char *reason)
{
	end_validation(c, s);
	replay_forget(&s->replay, c->req.uid, c->req.tid);
	answer_invalid(c, reason);
}

/* Nobody knows whether the AS has removed the user: see removals.h. */
static void
give_up(struct client *c, struct service *s, const char *reason, ms_t at)
{
	if (c->req.type == MSG_REM && c->op.is_intended)
		removals_soon(&s->removals, at);
	invalidate(c, s, reason);
}

static void
start_validation(struct client *c, struct service *s, ms_t now)
{
	struct msg vld = { .type = MSG_VLD };

	memcpy(vld.uid, c->req.uid, sizeof(vld.uid));
	memcpy(vld.tid, c->req.tid, sizeof(vld.tid));
	c->state = VALIDATING;
	c->since = now;
	if (request_start(&c->vld, &s->as, &vld, now) == REQUEST_FAILED)
		give_up(c, s, "unsent", now);
}

/* Before the AS is asked to let a user go, that is on the disk. */
static void
start_request(struct client *c, struct service *s, ms_t now)
{
	if (!throttle_allows(
		&s->guesses, wire_number(c->req.uid), c->conn.peer, now)) {
		answer_invalid(c, "guesses");
		return;
	}
	if (!replay_claim(&s->replay, c->req.uid, c->req.tid, now)) {
		s->repeated++;
		answer_invalid(c, "used");
		return;
	}
	if (c->req.type != MSG_REM) {
		start_validation(c, s, now);
		return;
	}
	c->state = INTENDING;
	c->since = now;
	c->its_turn = false;
}

/* The intent stands, or is not needed; or why there is none. */
static void
intended(struct client *c, struct service *s, ms_t now)
{
	c->job.state = JOB_NONE;
	switch (c->op.status) {
	case ST_OK:
		start_validation(c, s, now);
		break;
	case ST_DUP: /* another one's comes first */
		removals_soon(&s->removals, now);
		c->op.is_intended = false;
		c->not_before = now + INTENT_AGAIN;
		break;
	case ST_INV:
		invalidate(c, s, "used");
		break;
	default:
		replay_forget(&s->replay, c->req.uid, c->req.tid);
		answer_failure(c, c->op.status, c->op.error);
	}
}

static void
intend(struct client *c, struct service *s, ms_t now)
{
	if (job_busy(&c->job))
		return;
	if (c->job.state != JOB_NONE)
		intended(c, s, now);
	else if (c->its_turn) {
		c->its_turn = false;
		serve_intend(c, s);
	}
}

static void
ask(struct client *c, struct service *s, ms_t now)
{
	if (!conn_fill(&c->conn, now)) {
		client_end(c, s);
		return;
	}
	c->parse_result = conn_take(&c->conn, &c->req);
	if (c->parse_result == WIRE_MORE) {
		if (c->conn.ended)
			client_end(c, s);
	} else if (c->parse_result != WIRE_OK ||
	    request_op(c->req.type) == OP_ERROR)
		answer_fault(c);
	else
		start_request(c, s, now);
}

static void
go_on(struct client *c, struct service *s, ms_t now)
{
	bool probed = c->job.state != JOB_NONE;

	if (job_busy(&c->job) || (!probed && !c->its_turn))
		return;
	c->its_turn = false;
	c->job.state = JOB_NONE;
	if (probed)
		serve_begin(c, s, now);
	else
		serve_confirmed(c, s, now);
}

static bool
reply(struct client *c, struct service *s, ms_t now)
{
	serve_tidy(c, s);
	if (!conn_flush(&c->conn, now))
		return false;
	if (conn_unsent(&c->conn) == 0)
		c->state = LINGERING;
	return true;
}

/* What there is to do in this state; that may set the next one. */
static void
act(struct client *c, struct service *s, ms_t now)
{
	bool lost = false;

	switch (c->state) {
	case ASKING:
		ask(c, s, now);
		break;
	case INTENDING:
		intend(c, s, now);
		break;
	case HELD:
		go_on(c, s, now);
		break;
	case RECEIVING:
	case FINISHING:
		lost = !serve_receive(c, s, now);
		break;
	case SYNCING:
		serve_conclude(c, s);
		break;
	case SENDING:
		lost = !serve_send(c, now);
		break;
	case REPLYING:
		lost = !reply(c, s, now);
		break;
	case LINGERING:
		serve_tidy(c, s);
		lost = conn_linger(&c->conn, now);
		break;
	case ORPHANED:
		serve_tidy(c, s);
		if (!job_busy(&c->job))
			c->state = FREE;
		break;
	case FREE:
	case VALIDATING: /* until client_validated() */
		break;
	}
	if (lost)
		client_end(c, s);
}

static bool
job_over(const struct client *c)
{
	return c->state != FREE &&
	    (c->job.state == JOB_DONE || c->job.state == JOB_FAILED);
}

/* Again while the state changes: the next may have all that it waits for. */
static void
advance(struct client *c, struct service *s, ms_t now)
{
	enum client_state was;

	do {
		was = c->state;
		act(c, s, now);
	} while (c->state != was || job_over(c));
}

/* When it has waited long enough. */
static ms_t
deadline(const struct client *c)
{
	switch (c->state) {
	case ASKING:
		return c->since + LINE_TIME;
	case INTENDING:
		return job_busy(&c->job) ? NEVER : c->since + INTENT_TIME;
	case VALIDATING:
		return c->vld.deadline;
	case FINISHING:
		return c->since + NEWLINE_TIME;
	case RECEIVING:
	case SENDING:
		return c->conn.last_progress + STALL_TIME;
	case REPLYING:
	case LINGERING:
		return conn_deadline(&c->conn);
	default:
		return NEVER;
	}
}

static void
expire(struct client *c, struct service *s, ms_t now)
{
	if (c->state == FINISHING)
		c->state = SYNCING; /* nothing came: it is complete */
	else if (c->state == INTENDING)
		invalidate(c, s, "busy");
	else if (c->state != VALIDATING)
		client_end(c, s);
	else if (request_step(&c->vld, &s->as, now) == REQUEST_FAILED) {
		service_unanswered(s, "silent", c->since);
		give_up(c, s, "silent", now);
	}
}

void
client_open(
    struct client *c, struct service *s, const struct conn *conn, ms_t now)
{
	memset(c, 0, sizeof(*c));
	c->conn = *conn;
	c->up.fd = c->up.place = c->file = -1;
	c->state = ASKING;
	c->since = now;
	s->connections++;
	advance(c, s, now);
}

void
client_watch(const struct client *c, struct ready *r)
{
	switch (c->state) {
	case ASKING:
	case RECEIVING:
	case FINISHING:
	case LINGERING:
		conn_watch(&c->conn, r, CONN_IN);
		break;
	case SENDING:
	case REPLYING:
		conn_watch(&c->conn, r, CONN_OUT);
		break;
	default: /* nothing that it would use */
		break;
	}
	ready_by(r, deadline(c));
}

void
client_step(struct client *c, struct service *s, const struct ready *r)
{
	if (r->woke < deadline(c) && !job_over(c) && !c->its_turn &&
	    !conn_readable(&c->conn, r) && !conn_writable(&c->conn, r))
		return;
	advance(c, s, r->woke);
	if (r->woke >= deadline(c)) {
		expire(c, s, r->woke);
		advance(c, s, r->woke);
	}
}

enum standing
client_standing(const struct client *c)
{
	switch (c->state) {
	case FREE:
	case ASKING:
		return STRANGER;
	case INTENDING:
	case VALIDATING:
		return NAMED;
	case HELD:
	case RECEIVING:
	case FINISHING:
	case SYNCING:
	case SENDING:
		return PROVEN;
	case REPLYING:
	case LINGERING:
	case ORPHANED:
		break;
	}
	return LEAVING;
}

bool
client_is_removing(const struct client *c)
{
	if (c->req.type != MSG_REM)
		return false;
	return c->state == VALIDATING ||
	    (c->state == INTENDING && c->job.state != JOB_NONE) ||
	    (c->state == SYNCING && c->op.kind == FILE_ABANDON);
}

bool
client_waits(const struct client *c)
{
	return (c->state == HELD || c->state == INTENDING) &&
	    c->job.state == JOB_NONE;
}

bool
client_awaits(const struct client *c, const struct msg *cnf)
{
	return c->state == VALIDATING && strcmp(c->req.uid, cnf->uid) == 0 &&
	    strcmp(c->req.tid, cnf->tid) == 0;
}

void
client_validated(struct client *c, struct service *s, const struct msg *cnf,
    bool blocked, ms_t now)
{
	bool right = cnf->op == request_op(c->req.type) &&
	    strcmp(cnf->fname, c->req.fname) == 0;
	unsigned number = wire_number(c->req.uid);
	struct addr from = c->conn.peer;
	const char *reason = cnf->op == OP_ERROR ? "refused" : "other request";

	end_validation(c, s);
	if (cnf->op == OP_ERROR) {
		replay_forget(&s->replay, c->req.uid, c->req.tid);
		throttle_count(&s->guesses, number, from, now);
	} else {
		replay_keep(&s->replay, c->req.uid, c->req.tid, now);
		throttle_forgive(&s->guesses, number, from, now + INV_TRUST);
	}
	if (right && blocked)
		c->state = HELD;
	else if (right)
		serve_confirmed(c, s, now);
	else if (c->req.type == MSG_REM && c->op.is_intended) {
		if (removals_from_here(s, &c->op.intent))
			serve_abandon(c, s);
		else
			give_up(c, s, reason, now);
	} else
		answer_invalid(c, reason);
	advance(c, s, now);
}

/*
 * Nobody listens at the AS's port.  Where that is heard as soon as the first
 * VLD has left, it never came.  Later an AS may have ended in between, and if
 * it has removed the user before, the one that follows it will say so.
 */
void
client_refused(struct client *c, struct service *s, ms_t now)
{
	bool never_arrived = c->vld.sent == 1 && now - c->since < REFUSED_SOON;

	if (c->state == VALIDATING &&
	    (never_arrived || c->req.type != MSG_REM)) {
		service_unanswered(s, "nobody listens there", c->since);
		give_up(c, s, "nobody listens", now + REMOVALS_AGAIN);
	}
	advance(c, s, now);
}
