#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ui/terminal.h"
#include "user/replies.h"
#include "user/words.h"

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif

static enum outcome
tell_status(const struct msg *reply, const char *subject)
{
	char text[256];
	const char *sentence = words_status(reply->type, reply->status);

	tell("%s", words_fill(text, sizeof(text), sentence, subject));
	return FAILED;
}

/* "upload of a.txt", "list": the three parts between the two words. */
#define WISH(w)                                                                \
	op_name((w)->op), (w)->fname[0] != '\0' ? " of " : "", (w)->fname
#define NEXT(w) op_name((w)->op), (w)->fname[0] != '\0' ? " " : "", (w)->fname

static enum outcome
take_rlo(struct user *u)
{
	const struct msg *request = &u->as.request;

	if (u->as.reply.status != ST_OK)
		return tell_status(&u->as.reply, request->uid);
	if (strcmp(u->uid, request->uid) != 0)
		u->asked.code[0] = u->granted.code[0] = '\0';
	memcpy(u->uid, request->uid, sizeof(u->uid));
	tell(SAY_LOGGED_IN, u->uid);
	return DONE;
}

static enum outcome
take_rrq(struct user *u)
{
	const struct msg *request = &u->as.request;

	u->asked.code[0] = '\0';
	if (u->as.reply.status != ST_OK)
		return tell_status(&u->as.reply, request->fname);
	memcpy(u->asked.code, request->rid, sizeof(u->asked.code));
	memcpy(u->asked.fname, request->fname, sizeof(u->asked.fname));
	u->asked.op = request->op;
	tell(SAY_CODE_SENT, WISH(&u->asked));
	return DONE;
}

static enum outcome
take_rau(struct user *u)
{
	const char *tid = u->as.reply.tid;

	if (strcmp(tid, "0") == 0) {
		tell(SAY_REFUSED);
		return FAILED;
	}
	u->granted = u->asked;
	memcpy(u->granted.code, tid, sizeof(u->granted.code));
	tell(SAY_CONFIRMED, tid, NEXT(&u->granted));
	return DONE;
}

static enum outcome
as_answered(struct user *u)
{
	char name[ADDR_NAME_MAX];

	switch (u->as.reply.type) {
	case MSG_RLO:
		return take_rlo(u);
	case MSG_RRQ:
		return take_rrq(u);
	case MSG_RAU:
		return take_rau(u);
	default:
		tell(SAY_AS_ERR, addr_name(name, &u->as.peer));
		return FAILED;
	}
}

static enum outcome
as_failed(struct user *u)
{
	char name[ADDR_NAME_MAX];
	const char *reason = strerror(u->as.error);

	addr_name(name, &u->as.peer);
	u->asked.code[0] = '\0'; /* it belonged to the connection */
	if (!u->started)
		warn(SAY_CANNOT_START, name, reason);
	else if (u->as.trouble == TROUBLE_UNREACHABLE)
		tell(SAY_NO_AS, name, reason);
	else if (u->as.trouble == TROUBLE_LOST)
		tell(SAY_AS_LOST);
	else if (u->as.trouble == TROUBLE_SILENT)
		tell(SAY_AS_SILENT);
	else if (u->as.trouble == TROUBLE_LOGIN_REVOKED)
		tell(SAY_LOGIN_REVOKED);
	else
		tell(SAY_AS_STRANGE, name);
	return FAILED;
}

enum outcome
replies_as(struct user *u, enum session_event event)
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
		u->asked.code[0] = '\0';
		progress_wipe(&u->fs.progress);
		warn(SAY_AS_GONE);
		return RUNNING;
	case SESSION_ANSWERED:
		return as_answered(u);
	case SESSION_FAILED:
		return as_failed(u);
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
	if (reply->status != ST_EOF)
		return tell_status(reply, "");
	tell("%s", words_status(MSG_RLS, ST_EOF)); /* a result, like any */
	return DONE;
}

static void
tell_retrieved(const struct transfer *t)
{
	char path[PATH_MAX];
	const char *name = t->request.fname;
	const char *here = getcwd(path, sizeof(path)) != NULL ? path : ".";

	if (here[0] == '/' && here[1] == '\0')
		here++; /* "/" and "/name" */
	if (t->save.replaced)
		tell(SAY_REPLACED, name, t->size, here, name);
	else
		tell(SAY_RETRIEVED, name, t->size, here, name);
}

static enum outcome
fs_answered(struct user *u)
{
	const struct transfer *t = &u->fs;
	char name[ADDR_NAME_MAX];

	if (t->reply.type == MSG_ERR) {
		tell(SAY_FS_ERR, addr_name(name, &u->fs_peer));
		return FAILED;
	}
	u->granted.code[0] = '\0'; /* used up, whatever came of it */
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

/* Nothing came of it, and the TID may still be good. */
static bool
fs_unheard(const struct user *u)
{
	char name[ADDR_NAME_MAX];

	switch (u->fs.trouble) {
	case TROUBLE_UNREACHABLE:
		tell(SAY_NO_FS, addr_name(name, &u->fs_peer),
		    strerror(u->fs.error));
		return true;
	case TROUBLE_LOST:
		tell(SAY_FS_LOST);
		return true;
	case TROUBLE_SILENT:
		tell(SAY_FS_SILENT);
		return true;
	case TROUBLE_PROTOCOL:
		tell(SAY_FS_STRANGE, addr_name(name, &u->fs_peer));
		return true;
	default:
		return false;
	}
}

static void
fs_broken(const struct transfer *t)
{
	const char *file = t->request.fname;
	const char *reason = strerror(t->error);

	if (t->trouble == TROUBLE_EARLY_OK)
		tell(SAY_EARLY_OK, file);
	else if (t->trouble == TROUBLE_TRUNCATED)
		tell(SAY_TRUNCATED, file, t->done, t->size, file);
	else if (t->trouble == TROUBLE_SHRUNK)
		tell(SAY_SHRUNK, file, file);
	else if (t->trouble == TROUBLE_UNREADABLE)
		tell(SAY_UNREADABLE, file, reason, file);
	else
		tell(SAY_UNWRITABLE, file, reason, file);
}

enum outcome
replies_fs(struct user *u, enum transfer_event event)
{
	enum outcome outcome = FAILED;

	if (event == TRANSFER_QUIET)
		return RUNNING;
	progress_end(&u->fs.progress); /* before anything is said */
	if (event == TRANSFER_ANSWERED)
		outcome = fs_answered(u);
	else if (!fs_unheard(u)) {
		fs_broken(&u->fs);
		u->granted.code[0] = '\0';
	}
	transfer_end(&u->fs);
	return outcome;
}
