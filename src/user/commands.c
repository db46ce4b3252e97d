#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sys/random.h"
#include "ui/terminal.h"
#include "user/user.h"
#include "user/words.h"

static enum outcome
ask_as(struct user *u, const struct msg *m, ms_t now)
{
	if (!session_ask(&u->as, m, now))
		warn(SAY_RECONNECT);
	else if (m->type == MSG_REQ)
		warn(SAY_WAITING);
	return RUNNING;
}

static void
copy(char *to, size_t size, const char *from)
{
	snprintf(to, size, "%s", from);
}

static enum outcome
log_in(void *self, const char *uid, const char *pass, ms_t now)
{
	struct msg m = { .type = MSG_LOG };

	copy(m.uid, sizeof(m.uid), uid);
	copy(m.pass, sizeof(m.pass), pass);
	return ask_as(self, &m, now);
}

static enum outcome
run_login(void *self, char *word[], ms_t now)
{
	struct user *u = self;

	return shell_log_in(&u->shell, word, now, log_in);
}

/* The file of a request; false, with the reason said, where it cannot be one.
 */
static bool
take_file(struct user *u, struct msg *m, const char *name)
{
	const char *base = m->op == OP_UPLOAD ? local_base(name) : name;
	int fd;

	if (!wire_valid(F_FNAME, base)) {
		tell(SAY_BAD_NAME);
		return false;
	}
	copy(m->fname, sizeof(m->fname), base);
	if (m->op != OP_UPLOAD)
		return true;
	/* For a file that cannot be read a code would be wasted. */
	fd = local_open(name, &m->size);
	if (fd == -1)
		return false;
	close(fd);
	copy(u->path, sizeof(u->path), name);
	return true;
}

static enum outcome
run_req(void *self, char *word[], ms_t now)
{
	struct user *u = self;
	struct msg m = { .type = MSG_REQ };

	word[0][0] = (char)toupper((unsigned char)word[0][0]);
	if (!op_scan(word[0], &m.op))
		return shell_refuse(SAY_BAD_OP);
	if ((word[1] != NULL) != op_names_file(m.op))
		return shell_refuse(SHELL_FORM, "req ", word[0],
		    op_names_file(m.op) ? " FILE" : "");
	u->path[0] = '\0';
	if (word[1] != NULL && !take_file(u, &m, word[1]))
		return FAILED;
	if (u->as.login.type == MSG_UNKNOWN)
		return shell_refuse(SAY_NO_LOGIN);
	copy(m.uid, sizeof(m.uid), u->uid);
	random_code(m.rid);
	return ask_as(u, &m, now);
}

static enum outcome
run_val(void *self, char *word[], ms_t now)
{
	struct user *u = self;
	struct msg m = { .type = MSG_AUT };

	if (!wire_valid(F_VC, word[0]))
		return shell_refuse(SAY_BAD_VC);
	if (u->grants.pending.code[0] == '\0')
		return shell_refuse(SAY_NOT_ASKED);
	copy(m.uid, sizeof(m.uid), u->uid);
	copy(m.rid, sizeof(m.rid), u->grants.pending.code);
	copy(m.vc, sizeof(m.vc), word[0]);
	return ask_as(u, &m, now);
}

/* There is no TID for that operation on that file ("": none): what to do. */
static enum outcome
refuse_no_tid(struct user *u, enum op op, const char *fname, ms_t now)
{
	const struct grant *pending = &u->grants.pending;
	const struct grant *other = grants_find(&u->grants, ANY_OP, NULL, now);
	const char letter[] = { "LRUDX"[op], '\0' };
	const char *gap = *fname != '\0' ? " " : "";

	if (pending->code[0] != '\0' && pending->op == op &&
	    strcmp(pending->fname, fname) == 0)
		return shell_refuse(SAY_VAL_FIRST);
	if (other == NULL)
		return shell_refuse(SAY_NO_TID, letter, gap, fname);
	return shell_refuse(SAY_OTHER_TID, op_name(other->op),
	    other->fname[0] != '\0' ? " of " : "", other->fname, letter, gap,
	    fname);
}

/*
 * The request for an operation on a file ("": none): DONE, or FAILED when there
 * is no TID for that.
 */
static enum outcome
make_request(
    struct user *u, struct msg *m, enum op op, const char *fname, ms_t now)
{
	static const enum msg_type types[] = { [OP_LIST] = MSG_LST,
		[OP_RETRIEVE] = MSG_RTV,
		[OP_UPLOAD] = MSG_UPL,
		[OP_DELETE] = MSG_DEL,
		[OP_REMOVE] = MSG_REM };
	const struct grant *g = grants_find(&u->grants, op, fname, now);

	if (*fname != '\0' && !wire_valid(F_FNAME, fname))
		return shell_refuse(SAY_BAD_NAME);
	if (u->uid[0] == '\0')
		return shell_refuse(SAY_NO_LOGIN);
	if (g == NULL)
		return refuse_no_tid(u, op, fname, now);
	*m = (struct msg){ .type = types[op] };
	copy(m->uid, sizeof(m->uid), u->uid);
	copy(m->tid, sizeof(m->tid), g->code);
	copy(m->fname, sizeof(m->fname), fname);
	return DONE;
}

/* path: the file of this machine or the FS, as it was typed; "": none. */
static enum outcome
ask_fs(struct user *u, enum op op, const char *path, ms_t now)
{
	const char *fname = op == OP_UPLOAD ? local_base(path) : path;
	struct msg m;
	int file = -1;

	if (make_request(u, &m, op, fname, now) == FAILED)
		return FAILED;
	/* Where the file cannot be written the TID would be wasted. */
	if (op == OP_RETRIEVE && save_open(&u->fs.save, fname) == -1)
		return shell_refuse(SAY_NO_COPY, fname, strerror(errno));
	if (op == OP_UPLOAD && (file = local_open(path, &m.size)) == -1)
		return FAILED;
	transfer_start(&u->fs, &u->fs_peer, &m, file, now);
	return RUNNING;
}

static enum outcome
run_list(void *self, char *word[], ms_t now)
{
	(void)word;
	return ask_fs(self, OP_LIST, "", now);
}

static enum outcome
run_retrieve(void *self, char *word[], ms_t now)
{
	return ask_fs(self, OP_RETRIEVE, word[0], now);
}

/* Without a path: that of the upload which was asked for last. */
static enum outcome
run_upload(void *self, char *word[], ms_t now)
{
	struct user *u = self;
	const struct grant *pending = &u->grants.pending;
	const struct grant *g = grants_find(&u->grants, OP_UPLOAD, NULL, now);

	if (g == NULL && pending->code[0] != '\0' && pending->op == OP_UPLOAD)
		g = pending;
	if (word[0] != NULL || g != NULL)
		return ask_fs(
		    u, OP_UPLOAD, word[0] != NULL ? word[0] : g->path, now);
	return u->uid[0] != '\0' ? refuse_no_tid(u, OP_UPLOAD, "FILE", now) :
				   shell_refuse(SAY_NO_LOGIN);
}

static enum outcome
run_delete(void *self, char *word[], ms_t now)
{
	return ask_fs(self, OP_DELETE, word[0], now);
}

static enum outcome
take_yes(struct shell *s, const char *line, ms_t now)
{
	if (strcmp(line, "yes") == 0 || strcmp(line, "y") == 0)
		return ask_fs(s->self, OP_REMOVE, "", now);
	tell(SAY_NO_REMOVAL);
	return DONE;
}

static enum outcome
run_remove(void *self, char *word[], ms_t now)
{
	struct user *u = self;
	char question[sizeof(u->shell.question)];
	struct msg m;

	(void)word;
	if (!terminal_interactive())
		return ask_fs(u, OP_REMOVE, "", now);
	if (make_request(u, &m, OP_REMOVE, "", now) == FAILED)
		return FAILED;
	snprintf(question, sizeof(question), SAY_REALLY, u->uid);
	return shell_ask(&u->shell, question, false, take_yes);
}

static enum outcome
run_exit(void *self, char *word[], ms_t now)
{
	struct user *u = self;

	(void)word, (void)now;
	u->ending = true;
	return DONE;
}

static const struct shell_command commands[] = {
	{ "login", "", 1, 2, "UID PASS", HELP_LOGIN, run_login },
	{ "req", "", 1, 2, "Fop [FILE]", HELP_REQ, run_req },
	{ "val", "", 1, 1, "CODE", HELP_VAL, run_val },
	{ "list", "l", 0, 0, "", HELP_LIST, run_list },
	{ "retrieve", "r", 1, 1, "FILE", HELP_RETRIEVE, run_retrieve },
	{ "upload", "u", 0, 1, "[PATH]", HELP_UPLOAD, run_upload },
	{ "delete", "d", 1, 1, "FILE", HELP_DELETE, run_delete },
	{ "remove", "x", 0, 0, "", HELP_REMOVE, run_remove },
	{ "exit", "", 0, 0, "", HELP_EXIT, run_exit },
	{ "help", "?", 0, 1, "[COMMAND]", HELP_HELP, NULL },
};

/* Words of sftp, and of pd. */
static const struct shell_alias aliases[] = {
	{ "get", "retrieve" },
	{ "put", "upload" },
	{ "rm", "delete" },
	{ "del", "delete" },
	{ "ls", "list" },
	{ "dir", "list" },
	{ "quit", "exit" },
	{ "bye", "exit" },
	{ "reg", "reg, in ./pd" },
	{ "codes", "codes, in ./pd" },
};

void
commands_open(struct user *u)
{
	u->shell = (struct shell){ SHELL_ROWS(commands), SHELL_ROWS(aliases),
		.self = u, .input.fd = STDIN_FILENO };
}

void
commands_help(void)
{
	shell_help(SHELL_ROWS(commands));
}
