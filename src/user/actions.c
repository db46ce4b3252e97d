#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/random.h"
#include "ui/terminal.h"
#include "user/actions.h"
#include "user/words.h"

#define PATH_SHOWN 256

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
refuse(const char *why)
{
	tell("%s", why);
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

enum outcome
action_login(struct user *u, char *word[], int n, ms_t now)
{
	if (!wire_valid(F_UID, word[0]))
		return refuse(SAY_BAD_UID);
	if (n == 2)
		return log_in(u, word[0], word[1], now);
	/* In a script the next line is a command, not a password. */
	if (!terminal_interactive())
		return refuse(SAY_BAD_PASS);
	copy(u->login_uid, sizeof(u->login_uid), word[0]);
	u->input_mode = INPUT_PASSWORD;
	return RUNNING;
}

static const char *
base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

enum outcome
action_req(struct user *u, char *word[], int n, ms_t now)
{
	struct msg m = { .type = MSG_REQ };

	word[0][0] = (char)toupper((unsigned char)word[0][0]);
	if (!op_scan(word[0], &m.op))
		return refuse(SAY_BAD_OP);
	if (n != (op_names_file(m.op) ? 2 : 1)) {
		tell(SAY_FORM, "req ", word[0],
		    op_names_file(m.op) ? " FILE" : "");
		return FAILED;
	}
	if (n == 2) {
		const char *name =
		    m.op == OP_UPLOAD ? base_name(word[1]) : word[1];

		if (!wire_valid(F_FNAME, name))
			return refuse(SAY_BAD_NAME);
		copy(m.fname, sizeof(m.fname), name);
	}
	if (u->as.login.type == MSG_UNKNOWN)
		return refuse(SAY_NO_LOGIN);
	copy(m.uid, sizeof(m.uid), u->uid);
	random_code(m.rid);
	return ask_as(u, &m, now);
}

enum outcome
action_val(struct user *u, char *word[], int n, ms_t now)
{
	struct msg m = { .type = MSG_AUT };

	(void)n;
	if (!wire_valid(F_VC, word[0]))
		return refuse(SAY_BAD_VC);
	if (u->asked.code[0] == '\0')
		return refuse(SAY_NOT_ASKED);
	copy(m.uid, sizeof(m.uid), u->uid);
	copy(m.rid, sizeof(m.rid), u->asked.code);
	copy(m.vc, sizeof(m.vc), word[0]);
	return ask_as(u, &m, now);
}

/*
 * The request for an operation on a file ("": none): false, with the reason
 * said, when the TID in memory is not for that.
 */
static bool
prepare(struct user *u, struct msg *m, enum op op, const char *fname)
{
	const struct wish *w = &u->granted;
	const char letter[] = { "LRUDX"[op], '\0' };
	const char *gap = *fname != '\0' ? " " : "";

	if (*fname != '\0' && !wire_valid(F_FNAME, fname))
		tell(SAY_BAD_NAME);
	else if (u->uid[0] == '\0')
		tell(SAY_NO_LOGIN);
	else if (w->code[0] == '\0')
		tell(SAY_NO_TID, letter, gap, fname);
	else if (w->op != op || strcmp(w->fname, fname) != 0)
		tell(SAY_OTHER_TID, op_name(w->op),
		    w->fname[0] != '\0' ? " of " : "", w->fname, letter, gap,
		    fname);
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

enum outcome
action_list(struct user *u, char *word[], int n, ms_t now)
{
	struct msg m = { .type = MSG_LST };

	(void)word, (void)n;
	return prepare(u, &m, OP_LIST, "") ? ask_fs(u, &m, -1, now) : FAILED;
}

enum outcome
action_retrieve(struct user *u, char *word[], int n, ms_t now)
{
	struct msg m = { .type = MSG_RTV };

	(void)n;
	if (!prepare(u, &m, OP_RETRIEVE, word[0]))
		return FAILED;
	/* Where nothing can be written the TID is too good to be spent. */
	if (save_open(&u->fs.save, m.fname) == -1) {
		tell(SAY_NO_COPY, m.fname, strerror(errno));
		return FAILED;
	}
	return ask_fs(u, &m, -1, now);
}

/* Open a file that can be uploaded, or say why it cannot: -1. */
static int
open_upload(const char *path, uint64_t *size)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	int error = errno;
	char shown[PATH_SHOWN];
	struct stat st;

	escape(shown, sizeof(shown), path, strlen(path));
	if (fd == -1 || fstat(fd, &st) == -1)
		tell(SAY_NO_FILE, shown, strerror(error));
	else if (S_ISDIR(st.st_mode))
		tell(SAY_DIRECTORY, shown);
	else if (!S_ISREG(st.st_mode))
		tell(SAY_NO_REGULAR, shown);
	else if ((uint64_t)st.st_size > FSIZE_MAX)
		tell(SAY_TOO_BIG, shown);
	else {
		*size = (uint64_t)st.st_size;
		return fd;
	}
	if (fd != -1)
		close(fd);
	return -1;
}

enum outcome
action_upload(struct user *u, char *word[], int n, ms_t now)
{
	struct msg m = { .type = MSG_UPL };
	int file;

	(void)n;
	if (!prepare(u, &m, OP_UPLOAD, base_name(word[0])))
		return FAILED;
	file = open_upload(word[0], &m.size);
	return file != -1 ? ask_fs(u, &m, file, now) : FAILED;
}

enum outcome
action_delete(struct user *u, char *word[], int n, ms_t now)
{
	struct msg m = { .type = MSG_DEL };

	(void)n;
	return prepare(u, &m, OP_DELETE, word[0]) ? ask_fs(u, &m, -1, now) :
						    FAILED;
}

static enum outcome
remove_all(struct user *u, ms_t now)
{
	struct msg m = { .type = MSG_REM };

	return prepare(u, &m, OP_REMOVE, "") ? ask_fs(u, &m, -1, now) : FAILED;
}

enum outcome
action_remove(struct user *u, char *word[], int n, ms_t now)
{
	struct msg m;

	(void)word, (void)n;
	if (!terminal_interactive())
		return remove_all(u, now);
	if (!prepare(u, &m, OP_REMOVE, ""))
		return FAILED;
	u->input_mode = INPUT_REMOVE;
	return RUNNING;
}

enum outcome
action_exit(struct user *u, char *word[], int n, ms_t now)
{
	(void)word, (void)n, (void)now;
	u->ending = true;
	return DONE;
}

enum outcome
action_answer(struct user *u, const char *line, ms_t now)
{
	enum input_mode input_mode = u->input_mode;

	u->input_mode = INPUT_COMMAND;
	if (input_mode == INPUT_PASSWORD)
		return log_in(u, u->login_uid, line, now);
	if (strcmp(line, "yes") == 0 || strcmp(line, "y") == 0)
		return remove_all(u, now);
	tell(SAY_NO_REMOVAL);
	return DONE;
}
