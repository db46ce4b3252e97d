#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ui/sentence.h"
#include "ui/terminal.h"
#include "user/replies.h"
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
tell_status(const struct msg *reply, const char *name)
{
	return refuse(words_status(reply->type, reply->status),
	    &(struct subject){ .name = name });
}

static enum outcome
take_rlo(struct user *u)
{
	const struct msg *request = &u->as.request;

	if (u->as.reply.status != ST_OK)
		return tell_status(&u->as.reply, request->uid);
	if (strcmp(u->uid, request->uid) != 0)
		memset(&u->wishes, 0, sizeof(u->wishes));
	memcpy(u->uid, request->uid, sizeof(u->uid));
	tell(SAY_LOGGED_IN, u->uid);
	return DONE;
}

static enum outcome
take_rrq(struct user *u)
{
	const struct msg *request = &u->as.request;
	struct wish *asked = &u->wishes.asked;

	asked->code[0] = '\0';
	if (u->as.reply.status != ST_OK)
		return tell_status(&u->as.reply, request->fname);
	memcpy(asked->code, request->rid, sizeof(asked->code));
	memcpy(asked->fname, request->fname, sizeof(asked->fname));
	memcpy(asked->path, u->path, sizeof(asked->path));
	asked->op = request->op;
	tell(SAY_CODE_SENT, op_name(asked->op),
	    asked->fname[0] != '\0' ? " of " : "", asked->fname);
	return DONE;
}

static enum outcome
take_rau(struct user *u, ms_t now)
{
	const char *tid = u->as.reply.tid;
	char path[LOCAL_PATH_MAX];
	const struct wish *w;

	if (strcmp(tid, "0") == 0) {
		tell(SAY_REFUSED);
		return FAILED;
	}
	w = wishes_grant(&u->wishes, tid, now);
	local_show(
	    path, sizeof(path), w->path[0] != '\0' ? w->path : w->fname, true);
	tell(SAY_CONFIRMED, tid, op_name(w->op), path[0] != '\0' ? " " : "",
	    path);
	return DONE;
}

static enum outcome
as_failed(struct user *u, enum failure failure)
{
	char name[ADDR_NAME_MAX];
	struct subject subject = { .address = addr_name(name, &u->as.peer),
		.reason = strerror(u->as.error) };

	if (!u->started) {
		warn(SAY_CANNOT_START, name, subject.reason);
		return FAILED;
	}
	return refuse(words_failure(true, failure), &subject);
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
		u->started = true;
		return DONE;
	case SESSION_BACK:
		if (u->as.login.type == MSG_UNKNOWN ||
		    u->as.request.type == MSG_LOG)
			warn(SAY_BACK);
		else
			warn(SAY_BACK_AS, u->as.login.uid);
		if (u->as.request.type == MSG_REQ)
			warn(SAY_WAITING);
		return RUNNING;
	case SESSION_GONE:
		u->wishes.asked.code[0] = '\0';
		warn(SAY_AS_GONE);
		return RUNNING;
	case SESSION_ANSWERED:
		return as_answered(u, now);
	case SESSION_FAILED: /* the code belonged to the connection */
		u->wishes.asked.code[0] = '\0';
		return as_failed(u, u->as.failure);
	case SESSION_QUIET:
		break;
	}
	return RUNNING;
}

static enum outcome
take_list(const struct msg *reply)
{
	for (unsigned i = 0; i < reply->nfiles; i++)
		if (terminal_interactive())
			tell(SAY_FILE_ALIGNED, i + 1, reply->file[i].name,
			    reply->file[i].size);
		else
			tell(SAY_FILE, i + 1, reply->file[i].name,
			    reply->file[i].size);
	if (reply->status == ST_OK)
		return DONE;
	tell_status(reply, "");
	/* No files are a result, like any number of them. */
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
		path[0] = '\0'; /* "/" and "/name" */
	local_show(here, sizeof(here), path, false);
	if (t->save.replaced)
		tell(SAY_REPLACED, name, t->size, here, name);
	else
		tell(SAY_RETRIEVED, name, t->size, here, name);
}

static enum outcome
fs_answered(struct user *u)
{
	const struct transfer *t = &u->fs;

	if (t->reply.type == MSG_RLS)
		return take_list(&t->reply);
	if (t->reply.status != ST_OK)
		return tell_status(&t->reply,
		    t->request.fname[0] != '\0' ? t->request.fname : u->uid);
	if (t->reply.type == MSG_RRT)
		tell_retrieved(t);
	else if (t->reply.type == MSG_RUP)
		tell(SAY_UPLOADED, t->request.fname, t->size);
	else if (t->reply.type == MSG_RDL)
		tell(SAY_DELETED, t->request.fname);
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

	if (failure == FAILURE_TRUNCATED) {
		snprintf(bytes, sizeof(bytes), SAY_BYTES, t->done, t->size);
		subject.reason = bytes;
	}
	return refuse(words_failure(false, failure), &subject);
}

/* The FS has taken the request up, so that its TID is used whatever came. */
static bool
tid_is_used(const struct transfer *t, enum transfer_event event)
{
	if (event == TRANSFER_ANSWERED)
		return t->reply.type != MSG_ERR;
	return t->failure > FAILURE_LOGIN_REVOKED;
}

static void
forget_tid(struct wishes *w, const struct msg *request)
{
	for (int i = 0; i < TIDS_LIVE_MAX; i++)
		if (strcmp(w->granted[i].code, request->tid) == 0 &&
		    strcmp(w->granted[i].fname, request->fname) == 0)
			w->granted[i].code[0] = '\0';
}

enum outcome
replies_fs(struct user *u, enum transfer_event event)
{
	enum outcome outcome;

	if (event == TRANSFER_QUIET)
		return RUNNING;
	if (tid_is_used(&u->fs, event))
		forget_tid(&u->wishes, &u->fs.request);
	if (event == TRANSFER_FAILED)
		outcome = fs_failed(u, u->fs.failure);
	else if (u->fs.reply.type == MSG_ERR)
		outcome = fs_failed(u, FAILURE_NO_REQUEST);
	else
		outcome = fs_answered(u);
	transfer_end(&u->fs);
	return outcome;
}
