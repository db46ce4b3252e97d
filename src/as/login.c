#include <string.h>

#include "as/login.h"
#include "crypto/secret.h"
#include "sys/log.h"

static void
logged_in(struct session *s, const struct msg *log, ms_t now)
{
	if (strcmp(s->uid, log->uid) != 0) { /* they were somebody else's */
		s->code.vc[0] = '\0';
		s->wrong_codes = 0;
	}
	memcpy(s->uid, log->uid, sizeof(s->uid));
	people_right(log->uid, s->conn.peer.sin_addr);
	session_answer_status(s, log, ST_OK, now);
}

static void
wrong_password(
    struct server *as, struct session *s, const struct msg *log, ms_t now)
{
	ms_t delay = people_wrong(log->uid, s->conn.peer.sin_addr, now);

	as->count.wrong_passwords++;
	memcpy(s->login_uid, log->uid, sizeof(s->login_uid));
	s->wait_until = now + delay;
	if (delay == 0)
		session_answer_status(s, log, ST_NOK, now);
	else
		s->state = DELAYED;
}

void
login_take(
    struct server *as, struct session *s, const struct msg *log, ms_t now)
{
	struct account a;

	enum account_state found = accounts_load(log->uid, &a);

	if (found == ACCOUNT_UNREADABLE)
		accounts_report(log->uid);
	if (found != ACCOUNT_FOUND) {
		session_answer_status(s, log, ST_ERR, now);
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

/* The account may have been removed while its password was hashed. */
static bool
is_current(const struct account_job *check)
{
	struct account a;

	return accounts_load(check->uid, &a) == ACCOUNT_FOUND &&
	    strcmp(a.pair, check->account.pair) == 0;
}

void
login_checking(struct server *as, struct session *s, ms_t now)
{
	struct msg log = { .type = MSG_LOG };

	memcpy(log.uid, s->check.uid, sizeof(log.uid));
	if (s->job.state == JOB_NONE && hash_slot_take(s->conn.peer.sin_addr))
		pool_submit(&as->pool, &s->job, &s->check, -1);
	if (s->job.state == JOB_NONE || job_busy(&s->job))
		return;
	hash_slot_release(s->conn.peer.sin_addr);
	if (s->job.state == JOB_FAILED) {
		log_warn("a password check was cut short");
		session_answer_status(s, &log, ST_ERR, now);
	} else if (!is_current(&s->check)) {
		session_answer_status(s, &log, ST_ERR, now);
	} else if (s->check.result == ACCOUNT_DONE) {
		person_prove(
		    person_of(log.uid), s->check.account.pair, s->check.pass);
		logged_in(s, &log, now);
	} else
		wrong_password(as, s, &log, now);
	wipe(s->check.pass, sizeof(s->check.pass));
	s->job.state = JOB_NONE;
}

void
login_delayed(struct session *s, ms_t now)
{
	struct msg log = { .type = MSG_LOG };

	memcpy(log.uid, s->login_uid, sizeof(log.uid));
	if (now >= s->wait_until)
		session_answer_status(s, &log, ST_NOK, now);
}
