#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sys/random.h"
#include "ui/terminal.h"
#include "user/commands.h"
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
copy(char *to, size_t room, const char *from)
{
	snprintf(to, room, "%s", from);
}

static enum outcome
refuse(const char *sentence)
{
	tell("%s", sentence);
	return FAILED;
}

static enum outcome
log_in(struct user *u, const char *uid, const char *pass, ms_t now)
{
	struct msg m = { .type = MSG_LOG };

	if (!wire_valid(F_PASS, pass))
		return refuse(SAY_BAD_PASS);
	copy(m.uid, sizeof(m.uid), uid);
	copy(m.pass, sizeof(m.pass), pass);
	return ask_as(u, &m, now);
}

static enum outcome
take_password(void *self, const char *line, ms_t now)
{
	struct user *u = self;

	return log_in(u, u->login_uid, line, now);
}

static enum outcome
run_login(void *self, char *word[], int n, ms_t now)
{
	struct user *u = self;

	if (!wire_valid(F_UID, word[0]))
		return refuse(SAY_BAD_UID);
	if (n == 2)
		return log_in(u, word[0], word[1], now);
	/* In a script the next line is a command, not a password. */
	if (!terminal_interactive())
		return refuse(SAY_BAD_PASS);
	copy(u->login_uid, sizeof(u->login_uid), word[0]);
	shell_ask(&u->shell, SAY_PASSWORD, true, take_password);
	return RUNNING;
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
	/* A code is too good for a file that cannot be read. */
	fd = local_open(name, &m->size);
	if (fd == -1)
		return false;
	close(fd);
	copy(u->path, sizeof(u->path), name);
	return true;
}

static enum outcome
run_req(void *self, char *word[], int n, ms_t now)
{
	struct user *u = self;
	struct msg m = { .type = MSG_REQ };

	word[0][0] = (char)toupper((unsigned char)word[0][0]);
	if (!op_scan(word[0], &m.op))
		return refuse(SAY_BAD_OP);
	if (n != (op_names_file(m.op) ? 2 : 1)) {
		tell(SHELL_FORM, "req ", word[0],
		    op_names_file(m.op) ? " FILE" : "");
		return FAILED;
	}
	u->path[0] = '\0';
	if (n == 2 && !take_file(u, &m, word[1]))
		return FAILED;
	if (u->as.login.type == MSG_UNKNOWN)
		return refuse(SAY_NO_LOGIN);
	copy(m.uid, sizeof(m.uid), u->uid);
	random_code(m.rid);
	return ask_as(u, &m, now);
}

static enum outcome
run_val(void *self, char *word[], int n, ms_t now)
{
	struct user *u = self;
	struct msg m = { .type = MSG_AUT };

	(void)n;
	if (!wire_valid(F_VC, word[0]))
		return refuse(SAY_BAD_VC);
	if (u->wishes.asked.code[0] == '\0')
		return refuse(SAY_NOT_ASKED);
	copy(m.uid, sizeof(m.uid), u->uid);
	copy(m.rid, sizeof(m.rid), u->wishes.asked.code);
	copy(m.vc, sizeof(m.vc), word[0]);
	return ask_as(u, &m, now);
}

/* There is no TID for that operation on that file ("": none): what to do. */
static void
tell_no_tid(struct user *u, enum op op, const char *fname, ms_t now)
{
	const struct wish *asked = &u->wishes.asked;
	const struct wish *other = wishes_newest(&u->wishes, now);
	const char letter[] = { "LRUDX"[op], '\0' };
	const char *gap = *fname != '\0' ? " " : "";

	if (asked->code[0] != '\0' && asked->op == op &&
	    strcmp(asked->fname, fname) == 0)
		tell(SAY_VAL_FIRST);
	else if (other == NULL)
		tell(SAY_NO_TID, letter, gap, fname);
	else
		tell(SAY_OTHER_TID, op_name(other->op),
		    other->fname[0] != '\0' ? " of " : "", other->fname, letter,
		    gap, fname);
}

/*
 * The request for an operation on a file ("": none): false, with the reason
 * said, when there is no TID for that.
 */
static bool
prepare(struct user *u, struct msg *m, enum op op, const char *fname, ms_t now)
{
	const struct wish *w = wishes_find(&u->wishes, op, fname, now);

	if (*fname != '\0' && !wire_valid(F_FNAME, fname))
		tell(SAY_BAD_NAME);
	else if (u->uid[0] == '\0')
		tell(SAY_NO_LOGIN);
	else if (w == NULL)
		tell_no_tid(u, op, fname, now);
	else {
		copy(m->uid, sizeof(m->uid), u->uid);
		copy(m->tid, sizeof(m->tid), w->code);
		copy(m->fname, sizeof(m->fname), fname);
		return true;
	}
	return false;
}

static enum outcome
ask_fs(struct user *u, const struct msg *m, int file, ms_t now)
{
	transfer_start(&u->fs, &u->fs_peer, m, file, now);
	return RUNNING;
}

static enum outcome
run_list(void *self, char *word[], int n, ms_t now)
{
	struct msg m = { .type = MSG_LST };

	(void)word, (void)n;
	return prepare(self, &m, OP_LIST, "", now) ? ask_fs(self, &m, -1, now) :
						     FAILED;
}

static enum outcome
run_retrieve(void *self, char *word[], int n, ms_t now)
{
	struct user *u = self;
	struct msg m = { .type = MSG_RTV };

	(void)n;
	if (!prepare(u, &m, OP_RETRIEVE, word[0], now))
		return FAILED;
	/* Where nothing can be written the TID is too good to be spent. */
	if (save_open(&u->fs.save, m.fname) == -1) {
		tell(SAY_NO_COPY, m.fname, strerror(errno));
		return FAILED;
	}
	return ask_fs(u, &m, -1, now);
}

/* The path of the upload that was asked for last; NULL: of none. */
static const char *
asked_path(struct user *u, ms_t now)
{
	const struct wish *asked = &u->wishes.asked;
	const struct wish *w = wishes_find(&u->wishes, OP_UPLOAD, NULL, now);

	if (w != NULL)
		return w->path;
	return asked->code[0] != '\0' && asked->op == OP_UPLOAD ? asked->path :
								  NULL;
}

static enum outcome
run_upload(void *self, char *word[], int n, ms_t now)
{
	struct user *u = self;
	struct msg m = { .type = MSG_UPL };
	const char *path = n == 1 ? word[0] : asked_path(u, now);
	int file;

	if (path == NULL && u->uid[0] != '\0') {
		tell_no_tid(u, OP_UPLOAD, "FILE", now);
		return FAILED;
	}
	if (path == NULL)
		return refuse(SAY_NO_LOGIN);
	if (!prepare(u, &m, OP_UPLOAD, local_base(path), now))
		return FAILED;
	file = local_open(path, &m.size);
	return file != -1 ? ask_fs(u, &m, file, now) : FAILED;
}

static enum outcome
run_delete(void *self, char *word[], int n, ms_t now)
{
	struct msg m = { .type = MSG_DEL };

	(void)n;
	return prepare(self, &m, OP_DELETE, word[0], now) ?
	    ask_fs(self, &m, -1, now) :
	    FAILED;
}

static enum outcome
remove_all(struct user *u, ms_t now)
{
	struct msg m = { .type = MSG_REM };

	return prepare(u, &m, OP_REMOVE, "", now) ? ask_fs(u, &m, -1, now) :
						    FAILED;
}

static enum outcome
take_yes(void *self, const char *line, ms_t now)
{
	if (strcmp(line, "yes") == 0 || strcmp(line, "y") == 0)
		return remove_all(self, now);
	tell(SAY_NO_REMOVAL);
	return DONE;
}

static enum outcome
run_remove(void *self, char *word[], int n, ms_t now)
{
	struct user *u = self;
	char question[sizeof(u->shell.question)];
	struct msg m;

	(void)word, (void)n;
	if (!terminal_interactive())
		return remove_all(u, now);
	if (!prepare(u, &m, OP_REMOVE, "", now))
		return FAILED;
	snprintf(question, sizeof(question), SAY_REALLY, u->uid);
	shell_ask(&u->shell, question, false, take_yes);
	return RUNNING;
}

static enum outcome
run_exit(void *self, char *word[], int n, ms_t now)
{
	struct user *u = self;

	(void)word, (void)n, (void)now;
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
