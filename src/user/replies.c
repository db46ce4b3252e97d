#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ui/sentence.h"
#include "ui/terminal.h"
#include "user/user.h"
#include "user/words.h"

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif

static enum outcome
refuse(const char *sentence, const struct subject *subject)
{
	sentence_tell(sentence, subject);
	return FAILED;
}

static enum outcome
refuse_status(const struct msg *reply, const char *name)
{
	return refuse(words_status(reply->type, reply->status),
	    &(struct subject){ .name = name });
}

static enum outcome
take_rlo(struct user *u)
{
	const struct msg *request = &u->as.request;

	if (u->as.reply.status != ST_OK)
		return refuse_status(&u->as.reply, request->uid);
	if (strcmp(u->uid, request->uid) != 0)
		memset(&u->grants, 0, sizeof(u->grants));
	memcpy(u->uid, request->uid, sizeof(u->uid));
	tell(SAY_LOGGED_IN, u->uid);
	return DONE;
}

static enum outcome
take_rrq(struct user *u)
{
	const struct msg *request = &u->as.request;
	struct grant *pending = &u->grants.pending;

	pending->code[0] = '\0';
	if (u->as.reply.status != ST_OK)
		return refuse_status(&u->as.reply, request->fname);
	memcpy(pending->code, request->rid, sizeof(pending->code));
	memcpy(pending->fname, request->fname, sizeof(pending->fname));
	memcpy(pending->path, u->path, sizeof(pending->path));
	pending->op = request->op;
	tell(SAY_CODE_SENT, op_name(pending->op),
	    pending->fname[0] != '\0' ? " of " : "", pending->fname);
	return DONE;
}

static enum outcome
take_rau(struct user *u, ms_t now)
{
	const char *tid = u->as.reply.tid;
	char path[LOCAL_PATH_MAX];
	const struct grant *g;

	if (strcmp(tid, "0") == 0)
		return shell_refuse(SAY_REFUSED);
	g = grants_add(&u->grants, tid, now);
	local_escape(
	    path, sizeof(path), g->path[0] != '\0' ? g->path : g->fname, true);
	tell(SAY_CONFIRMED, tid, op_name(g->op), path[0] != '\0' ? " " : "",
	    path);
	return DONE;
}

/* The AS, or else the FS, that is known now may be asked again. */
static enum outcome
believe(struct user *u, bool as, const char *line, ms_t now,
    enum outcome (*answer)(struct shell *s, const char *line, ms_t now))
{
	switch (trust_answer(&u->trust, line, &u->shell, answer)) {
	case TRUST_AGAIN:
		return RUNNING;
	case TRUST_NO:
		transfer_end(&u->fs);
		u->ending = u->ending || !u->started;
		return FAILED;
	case TRUST_YES:
		break;
	}
	if (as)
		session_again(&u->as, now);
	else
		transfer_again(&u->fs, now);
	return RUNNING;
}

static enum outcome
take_as_yes(struct shell *s, const char *line, ms_t now)
{
	return believe(s->self, true, line, now, take_as_yes);
}

static enum outcome
take_fs_yes(struct shell *s, const char *line, ms_t now)
{
	return believe(s->self, false, line, now, take_fs_yes);
}

static enum outcome
as_failed(struct user *u, enum failure failure)
{
	char name[ADDR_NAME_MAX];
	struct subject subject = { .address = addr_name(name, &u->as.peer),
		.reason = strerror(u->as.error) };

	if (failure == FAILURE_INSECURE)
		return trust_failed(
			   &u->trust, u->as.why, name, &u->shell, take_as_yes) ?
		    RUNNING :
		    FAILED;
	if (u->started)
		return refuse(words_failure(true, failure), &subject);
	warn(SAY_CANNOT_START, name, subject.reason);
	return FAILED;
}

static enum outcome
as_answered(struct user *u, ms_t now)
{
	switch (u->as.reply.type) {
	case MSG_RLO:
		return take_rlo(u);
	case MSG_RRQ:
		return take_rrq(u);
	case MSG_RAU:
		return take_rau(u, now);
	default:
		return as_failed(u, FAILURE_NO_REQUEST);
	}
}

enum outcome
replies_as(struct user *u, enum session_event event, ms_t now)
{
	switch (event) {
	case SESSION_OPENED:
		u->started = u->trust.begun = true;
		return DONE;
	case SESSION_BACK:
		if (u->as.login.type == MSG_UNKNOWN ||
		    u->as.request.type == MSG_LOG)
			warn(SAY_BACK);
		else
			warn(SAY_BACK_AS, u->as.login.uid);
		if (u->as.request.type == MSG_REQ)
			warn(SAY_WAITING);
		break;
	case SESSION_GONE: /* the code was good for that connection only */
		u->grants.pending.code[0] = '\0';
		warn(SAY_AS_GONE);
		break;
	case SESSION_ANSWERED:
		return as_answered(u, now);
	case SESSION_FAILED:
		u->grants.pending.code[0] = '\0';
		return as_failed(u, u->as.failure);
	case SESSION_QUIET:
		break;
	}
	return RUNNING;
}

static enum outcome
take_list(const struct msg *reply)
{
	/* Columns for a person, single blanks for a script. */
	bool person = terminal_interactive();

	for (unsigned i = 0; i < reply->nfiles; i++)
		tell(SAY_FILE, person ? 2 : 0, i + 1, person ? -24 : 0,
		    reply->file[i].name, person ? 10 : 0, reply->file[i].size);
	if (reply->status == ST_OK)
		return DONE;
	refuse_status(reply, "");
	/* That there are no files is a result, no failure. */
	return reply->status == ST_EOF || reply->status == ST_NOK ? DONE :
								    FAILED;
}

static void
tell_retrieved(const struct transfer *t)
{
	char path[PATH_MAX], here[PATH_MAX];
	const char *name = t->request.fname;

	if (getcwd(path, sizeof(path)) == NULL)
		memcpy(path, ".", sizeof("."));
	if (path[0] == '/' && path[1] == '\0')
		path[0] = '\0'; /* so that "/name" follows, not "//name" */
	local_escape(here, sizeof(here), path, false);
	if (t->save.replaced)
		tell(SAY_REPLACED, name, t->size, here, name);
	else
		tell(SAY_RETRIEVED, name, t->size, here, name);
}

static enum outcome
fs_answered(struct user *u)
{
	const struct transfer *t = &u->fs;
	const char *fname = t->request.fname;

	if (t->reply.type == MSG_RLS)
		return take_list(&t->reply);
	if (t->reply.status != ST_OK)
		return refuse_status(
		    &t->reply, fname[0] != '\0' ? fname : u->uid);
	if (t->reply.type == MSG_RRT)
		tell_retrieved(t);
	else if (t->reply.type == MSG_RUP)
		tell(SAY_UPLOADED, fname, t->size);
	else if (t->reply.type == MSG_RDL)
		tell(SAY_DELETED, fname);
	else {
		tell(SAY_REMOVED, u->uid);
		u->ending = true;
	}
	return DONE;
}

static enum outcome
fs_failed(struct user *u, enum failure failure)
{
	const struct transfer *t = &u->fs;
	char name[ADDR_NAME_MAX], bytes[64];
	struct subject subject = { .name = t->request.fname,
		.address = addr_name(name, &u->fs_peer),
		.reason = strerror(t->error) };

	if (failure == FAILURE_INSECURE)
		return FAILED; /* trust_failed() has told it */
	if (failure == FAILURE_TRUNCATED) {
		snprintf(bytes, sizeof(bytes), SAY_BYTES, t->done, t->size);
		subject.reason = bytes;
	}
	return refuse(words_failure(false, failure), &subject);
}

enum outcome
replies_fs(struct user *u, enum transfer_event event)
{
	bool failed = event == TRANSFER_FAILED;
	bool is_err = !failed && u->fs.reply.type == MSG_ERR;
	char name[ADDR_NAME_MAX];
	enum outcome outcome;

	if (event == TRANSFER_QUIET)
		return RUNNING;
	/* An FS that has taken the request up has used its TID. */
	if (failed ? u->fs.failure > FAILURE_LOGIN_REVOKED : !is_err)
		grants_forget(&u->grants, &u->fs.request);
	if (failed && u->fs.failure == FAILURE_INSECURE &&
	    trust_failed(&u->trust, u->fs.why, addr_name(name, &u->fs_peer),
		&u->shell, take_fs_yes)) {
		transfer_pause(&u->fs);
		return RUNNING;
	}
	if (failed || is_err)
		outcome =
		    fs_failed(u, failed ? u->fs.failure : FAILURE_NO_REQUEST);
	else
		outcome = fs_answered(u);
	transfer_end(&u->fs);
	return outcome;
}
