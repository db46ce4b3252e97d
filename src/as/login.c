#include <string.h>

#include "as/answer.h"
#include "as/login.h"
#include "crypto/secret.h"
#include "net/trace.h"
#include "sys/log.h"

static void
logged_in(struct session *s, const struct msg *log, ms_t now)
{
	if (strcmp(s->uid, log->uid) != 0) { /* they were somebody else's */
		s->code.vc[0] = '\0';
		s->wrong_codes = 0;
	}
	memcpy(s->uid, log->uid, sizeof(s->uid));
	people_right(log->uid, s->conn.peer);
	answer_status(s, log, ST_OK, now);
}

static void
refuse(struct session *s, const struct msg *log, ms_t now)
{
	trace_because("password");
	answer_status(s, log, ST_NOK, now);
}

static void
wrong_password(
    struct server *as, struct session *s, const struct msg *log, ms_t now)
{
	ms_t delay = people_wrong(log->uid, s->conn.peer, now);

	as->count.wrong_passwords++;
	s->wait_until = now + delay;
	if (delay == 0)
		refuse(s, log, now);
	else
		s->state = DELAYED;
}

void
login_ask(struct server *as, struct session *s, const struct msg *log, ms_t now)
{
	struct account a;
	enum account_state found = accounts_load(log->uid, &a);

	if (found == ACCOUNT_UNREADABLE)
		accounts_report(log->uid);
	if (found != ACCOUNT_FOUND) {
		answer_status(s, log, ST_ERR, now);
		return;
	}
	memcpy(s->login_uid, log->uid, sizeof(s->login_uid));
	switch (person_check(person_of(log->uid), a.pair, log->pass)) {
	case CHECK_RIGHT:
		logged_in(s, log, now);
		break;
	case CHECK_WRONG:
		wrong_password(as, s, log, now);
		break;
	case CHECK_SLOWLY:
		memcpy(s->login_pass, log->pass, sizeof(s->login_pass));
		s->its_turn = false;
		s->state = CHECKING;
		turns_join(&as->logins, (int)(s - as->session), &s->conn.peer,
		    person_number(log->uid));
	}
}

void
login_begin(struct server *as, struct session *s, struct task *t)
{
	struct account *a = &t->body.account;

	s->its_turn = true;
	if (accounts_load(s->login_uid, a) != ACCOUNT_FOUND ||
	    person_check(person_of(s->login_uid), a->pair, s->login_pass) !=
		CHECK_SLOWLY)
		return; /* no hash is needed any more */
	t->body.verify = true;
	memcpy(t->body.uid, s->login_uid, sizeof(t->body.uid));
	memcpy(t->body.pass, s->login_pass, sizeof(t->body.pass));
	t->from = s->conn.peer;
	t->session = s;
	s->task = t;
	pool_submit(&as->pool, &t->job, &t->body, -1);
}

/* The account may have been removed while its password was hashed. */
static bool
is_current(const struct account_job *check)
{
	struct account a;

	return accounts_load(check->uid, &a) == ACCOUNT_FOUND &&
	    strcmp(a.pair, check->account.pair) == 0;
}

static void
checked(struct server *as, struct session *s, const struct task *t,
    const struct msg *log, ms_t now)
{
	if (t->job.state == JOB_FAILED) {
		log_warn("a password check was cut short");
		answer_status(s, log, ST_ERR, now);
	} else if (!is_current(&t->body)) {
		answer_status(s, log, ST_ERR, now);
	} else if (t->body.result == ACCOUNT_DONE) {
		person_prove(
		    person_of(log->uid), t->body.account.pair, t->body.pass);
		logged_in(s, log, now);
	} else
		wrong_password(as, s, log, now);
}

void
login_checking(struct server *as, struct session *s, ms_t now)
{
	struct task *t = s->task;
	struct msg log = { .type = MSG_LOG };

	if (s->conn.ended && !s->its_turn)
		turns_gone(&as->logins, (int)(s - as->session));
	if (!s->its_turn || (t != NULL && job_busy(&t->job)))
		return;
	memcpy(log.uid, s->login_uid, sizeof(log.uid));
	memcpy(log.pass, s->login_pass, sizeof(log.pass));
	wipe(s->login_pass, sizeof(s->login_pass));
	s->its_turn = false;
	s->task = NULL;
	if (t != NULL) {
		checked(as, s, t, &log, now);
		memset(t, 0, sizeof(*t));
	} else
		login_ask(as, s, &log, now);
	wipe(log.pass, sizeof(log.pass));
}

/* What was found out counts, whether or not somebody waits for it. */
void
login_deserted(struct server *as, const struct task *t, ms_t now)
{
	if (t->job.state == JOB_FAILED || !is_current(&t->body))
		return;
	if (t->body.result == ACCOUNT_DONE) {
		person_prove(
		    person_of(t->body.uid), t->body.account.pair, t->body.pass);
		return;
	}
	as->count.wrong_passwords++;
	people_wrong(t->body.uid, t->from, now);
}

void
login_delayed(struct session *s, ms_t now)
{
	struct msg log = { .type = MSG_LOG };

	memcpy(log.uid, s->login_uid, sizeof(log.uid));
	if (now >= s->wait_until)
		refuse(s, &log, now);
}

void
login_leave(struct server *as, struct session *s)
{
	turns_leave(&as->logins, (int)(s - as->session));
	if (s->task != NULL)
		s->task->session = NULL;
	s->task = NULL;
	s->its_turn = false;
	wipe(s->login_pass, sizeof(s->login_pass));
}
