#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "as.h"
#include "log.h"
#include "policy.h"
#include "trace.h"

#define SOCKET_RETRY 50 /* ms, when no descriptor is left for a VLC */

void
session_open(
    struct session *s, int fd, const struct sockaddr_in *peer, ms_t now)
{
	conn_open(&s->conn, fd, peer, now);
	s->state = READY;
	s->uid[0] = '\0';
	s->line_since = 0;
	s->code.vc[0] = '\0';
	s->job.state = JOB_NONE;
	call_end(&s->vlc);
	s->vlc.fd = -1;
}

static void
hang_up(struct session *s)
{
	call_end(&s->vlc);
	if (s->vlc.fd != -1)
		close(s->vlc.fd);
	s->vlc.fd = -1;
}

/* The one place where a session ends. */
void
session_end(struct session *s)
{
	hang_up(s);
	conn_close(&s->conn);
	s->code.vc[0] = '\0';
	s->uid[0] = '\0';
	s->state = FREE;
}

void
session_log_out(struct session *s, const char *uid)
{
	if (s->state == FREE || strcmp(s->uid, uid) != 0)
		return;
	s->uid[0] = '\0';
	if (s->state == READY) /* else answer_req() sees to it */
		s->code.vc[0] = '\0';
}

bool
session_idle(const struct session *s)
{
	return s->state == FREE ||
	    (s->state == READY && s->conn.out.len == 0 &&
		s->conn.in.len == 0) ||
	    (s->state == PARTING && s->conn.out.len == 0);
}

static void
answer(struct session *s, const struct msg *req, enum wire_result result,
    struct msg *reply, ms_t now)
{
	trace("TCP", &s->conn.peer, req, result, reply);
	conn_put(&s->conn, reply);
	s->state = READY;
	if (!conn_flush(&s->conn, now)) { /* nobody is there any more */
		s->conn.out.len = 0;
		s->state = PARTING;
	}
}

static void
answer_status(
    struct session *s, const struct msg *req, enum status status, ms_t now)
{
	struct msg reply;

	wire_refuse(&reply, req->type, status);
	answer(s, req, WIRE_OK, &reply, now);
}

/* LOG */

static void
logged_in(struct session *s, const struct msg *log, ms_t now)
{
	memcpy(s->uid, log->uid, sizeof(s->uid));
	people_right(log->uid, s->conn.peer.sin_addr);
	answer_status(s, log, ST_OK, now);
}

static void
wrong_password(
    struct server *as, struct session *s, const struct msg *log, ms_t now)
{
	ms_t delay = people_wrong(log->uid, s->conn.peer.sin_addr, now);

	as->count.wrong_passwords++;
	memcpy(s->asked, log->uid, sizeof(s->asked));
	s->wait_until = now + delay;
	if (delay == 0)
		answer_status(s, log, ST_NOK, now);
	else
		s->state = DELAYED;
}

static void
take_log(struct server *as, struct session *s, const struct msg *log, ms_t now)
{
	struct account a;

	if (!accounts_load(log->uid, &a)) {
		answer_status(s, log, ST_ERR, now);
		return;
	}
	switch (person_check(person_of(log->uid), a.pair, log->pass)) {
	case CHECK_RIGHT:
		logged_in(s, log, now);
		break;
	case CHECK_WRONG:
		wrong_password(as, s, log, now);
		break;
	case CHECK_SLOWLY:
		memset(&s->check, 0, sizeof(s->check));
		s->check.verify = true;
		s->check.account = a;
		memcpy(s->check.uid, log->uid, sizeof(s->check.uid));
		memcpy(s->check.pass, log->pass, sizeof(s->check.pass));
		s->job.state = JOB_NONE;
		s->state = CHECKING;
	}
}

static void
checking(struct server *as, struct session *s, ms_t now)
{
	struct msg log = { .type = MSG_LOG };

	memcpy(log.uid, s->check.uid, sizeof(log.uid));
	if (s->job.state == JOB_NONE && people_hash(s->conn.peer.sin_addr))
		pool_submit(&as->pool, &s->job, &s->check, -1);
	if (s->job.state == JOB_NONE || job_busy(&s->job))
		return;
	people_hashed(s->conn.peer.sin_addr);
	if (s->job.state == JOB_FAILED) {
		log_warn("a password check was cut short");
		answer_status(s, &log, ST_ERR, now);
	} else if (s->check.result == ACCOUNT_DONE) {
		person_prove(
		    person_of(log.uid), s->check.account.pair, s->check.pass);
		logged_in(s, &log, now);
	} else
		wrong_password(as, s, &log, now);
	memset(s->check.pass, 0, sizeof(s->check.pass));
	s->job.state = JOB_NONE;
}

static void
delayed(struct session *s, ms_t now)
{
	struct msg log = { .type = MSG_LOG };

	memcpy(log.uid, s->asked, sizeof(log.uid));
	if (now >= s->wait_until)
		answer_status(s, &log, ST_NOK, now);
}

/* REQ */

static void
answer_req(struct session *s, enum status status, ms_t now)
{
	struct msg req = { .type = MSG_REQ, .op = s->code.op };

	memcpy(req.uid, s->code.uid, sizeof(req.uid));
	memcpy(req.rid, s->code.rid, sizeof(req.rid));
	memcpy(req.fname, s->code.fname, sizeof(req.fname));
	if (status == ST_OK)
		code_sent(&s->code, now);
	else
		s->code.vc[0] = '\0';
	hang_up(s);
	answer_status(s, &req, status, now);
}

/* The first thing that is wrong with a REQ, in the order of section 3.2 d. */
static enum status
fault_of(
    const struct session *s, const struct msg *req, enum wire_result result)
{
	bool bad = result != WIRE_OK;

	if (bad && (req->words < 4 || req->words > 5))
		return ST_ERR;
	if (s->uid[0] == '\0')
		return ST_ELOG;
	if ((bad && req->bad == F_UID) || strcmp(req->uid, s->uid) != 0)
		return ST_EUSER;
	if (bad)
		return req->bad == F_OP ? ST_EFOP : ST_ERR;
	return ST_OK;
}

static void
take_req(
    struct session *s, const struct msg *req, enum wire_result result, ms_t now)
{
	enum status status = fault_of(s, req, result);
	struct msg reply;

	if (status != ST_OK) {
		wire_refuse(&reply, MSG_REQ, status);
		answer(s, req, result, &reply, now);
		return;
	}
	code_make(&s->code, req);
	s->wait_until = now;
	s->state = PACING;
}

static void
call_device(
    struct session *s, struct person *p, const struct account *a, ms_t now)
{
	struct msg vlc = { .type = MSG_VLC, .op = s->code.op };
	struct sockaddr_in device;

	net_address(&device, a->ip, a->port);
	s->vlc.fd = net_udp_to(&device);
	if (s->vlc.fd == -1) {
		s->wait_until = now + SOCKET_RETRY;
		if (errno != EMFILE && errno != ENFILE)
			answer_req(s, ST_EPD, now);
		return;
	}
	memcpy(vlc.uid, s->code.uid, sizeof(vlc.uid));
	memcpy(vlc.vc, s->code.vc, sizeof(vlc.vc));
	memcpy(vlc.fname, s->code.fname, sizeof(vlc.fname));
	person_asked(p, now);
	s->state = CALLING;
	if (call_start(&s->vlc, s->vlc.fd, &vlc, now) == CALL_FAILED)
		answer_req(s, ST_EPD, now);
}

static void
pacing(struct session *s, ms_t now)
{
	struct person *p;
	struct account a;

	if (now < s->wait_until)
		return;
	p = person_of(s->code.uid);
	s->wait_until = person_may_ask(p, now);
	if (s->wait_until == NEVER || !accounts_load(s->code.uid, &a) ||
	    !a.has_device)
		answer_req(s, ST_EPD, now);
	else if (s->wait_until <= now)
		call_device(s, p, &a, now);
}

/*
 * A device says OK for this user; NOK for any: some name the user that they
 * were asked for, some their own.
 */
static void
calling(struct server *as, struct session *s, const struct ready *r, ms_t now)
{
	int sent = s->vlc.sent, heard = 0;
	struct msg rvc;

	while (ready_can_read(r, s->vlc.fd) &&
	    (heard = call_hear(s->vlc.fd, &rvc)) == 1) {
		if (rvc.type != MSG_RVC)
			continue;
		if (rvc.status == ST_NOK) {
			answer_req(s, ST_EPD, now);
			return;
		}
		if (strcmp(rvc.uid, s->code.uid) == 0) {
			answer_req(s, ST_OK, now);
			return;
		}
	}
	if (heard == -1 || call_step(&s->vlc, now) == CALL_FAILED)
		answer_req(s, ST_EPD, now);
	else
		as->count.resent += (unsigned long)(s->vlc.sent - sent);
}

/* AUT */

static void
take_aut(struct server *as, struct session *s, const struct msg *aut,
    enum wire_result result, ms_t now)
{
	bool guess = s->code.vc[0] != '\0';
	struct msg reply;

	wire_refuse(&reply, MSG_AUT, ST_NOK);
	if (result == WIRE_OK && guess) {
		struct code code = s->code;

		if (strcmp(aut->uid, s->uid) == 0 &&
		    code_redeem(&s->code, aut, now)) {
			const char *tid = ticket_grant(&code, now);

			memcpy(reply.tid, tid, strlen(tid));
		} else {
			as->count.wrong_codes++;
			person_failed(person_of(code.uid), now);
		}
	}
	answer(s, aut, result, &reply, now);
}

/* Whatever comes */

static void
take_message(struct server *as, struct session *s, const struct msg *m,
    enum wire_result result, ms_t now)
{
	struct msg reply;

	if (m->type == MSG_REQ && result != WIRE_LONG) {
		take_req(s, m, result, now);
	} else if (m->type == MSG_AUT && result != WIRE_LONG) {
		take_aut(as, s, m, result, now);
	} else if (m->type == MSG_LOG && result == WIRE_OK) {
		take_log(as, s, m, now);
	} else {
		wire_fault(&reply, m->type == MSG_LOG ? MSG_LOG : MSG_UNKNOWN);
		answer(s, m, result, &reply, now);
		if (m->type != MSG_LOG && !m->newline)
			s->state = PARTING; /* where would the next begin? */
	}
}

/* Take messages in their order, while nothing keeps us waiting. */
static void
ready(struct server *as, struct session *s, ms_t now)
{
	struct msg m;

	while (s->state == READY && s->conn.out.len == 0) {
		enum wire_result result = conn_take(&s->conn, &m);

		if (result == WIRE_MORE)
			break;
		s->line_since = 0;
		take_message(as, s, &m, result, now);
	}
	if (s->state != READY)
		return;
	if (s->conn.ended && s->conn.in.len == 0 && s->conn.out.len == 0)
		session_end(s);
	else if (s->conn.in.len > 0 && s->line_since == 0)
		s->line_since = now;
}

static bool
reads(const struct session *s)
{
	return s->state == READY && !s->conn.ended && s->conn.out.len == 0;
}

/* A line that was begun, a reply that is not read, have their time. */
static ms_t
deadline(const struct session *s)
{
	switch (s->state) {
	case READY:
		if (s->conn.out.len > 0)
			return s->conn.moved + LINE_TIME;
		return s->line_since > 0 ? s->line_since + LINE_TIME : NEVER;
	case PARTING:
		return conn_part_by(&s->conn);
	case DELAYED:
	case PACING:
		return s->wait_until;
	default:
		return NEVER;
	}
}

void
session_watch(const struct session *s, struct ready *r)
{
	if (s->state == FREE)
		return;
	if (reads(s) || (s->state == PARTING && s->conn.parted != 0))
		ready_read(r, s->conn.fd);
	if (s->conn.out.len > 0)
		ready_write(r, s->conn.fd);
	ready_read(r, s->vlc.fd);
	call_watch(&s->vlc, r);
	ready_by(r, deadline(s));
}

/* Move bytes; false when the peer is lost. */
static bool
move(struct session *s, const struct ready *r, ms_t now)
{
	if (reads(s) && ready_can_read(r, s->conn.fd) &&
	    !conn_fill(&s->conn, now))
		return false;
	if (s->conn.out.len > 0 && ready_can_write(r, s->conn.fd) &&
	    !conn_flush(&s->conn, now))
		return false;
	return s->state != READY || now < deadline(s);
}

static void
advance(struct server *as, struct session *s, const struct ready *r, ms_t now)
{
	char unwanted[1024];

	switch (s->state) {
	case FREE:
		break;
	case READY:
		ready(as, s, now);
		break;
	case CHECKING:
		checking(as, s, now);
		break;
	case DELAYED:
		delayed(s, now);
		break;
	case PACING:
		pacing(s, now);
		break;
	case CALLING:
		calling(as, s, r, now);
		break;
	case PARTING:
		if (conn_part(&s->conn, unwanted, sizeof(unwanted), now))
			session_end(s);
		break;
	}
}

void
session_step(
    struct server *as, struct session *s, const struct ready *r, ms_t now)
{
	enum session_state before = s->state;

	if (s->state == FREE)
		return;
	if (!move(s, r, now)) {
		session_end(s);
		return;
	}
	do {
		before = s->state;
		advance(as, s, r, now);
	} while (s->state != before);
}
