#include <stdio.h>
#include <string.h>

#include "pd/commands.h"
#include "pd/words.h"
#include "ui/terminal.h"

#define WORDS_MAX 4 /* more than any command has */

struct command {
	const char *name, *brief; /* brief: one letter or mark, or "" */
	int least, most;          /* words behind the name */
	const char *args, *help;
	void (*run)(struct pd *pd, char *word[], int n, ms_t now);
};

static void
refuse(struct pd *pd, const char *why)
{
	tell("%s", why);
	pd->failed = true;
}

static void
register_user(struct pd *pd, const char *uid, const char *pass, ms_t now)
{
	struct msg m = { .type = MSG_REG };

	if (!wire_valid(F_PASS, pass)) {
		refuse(pd, SAY_BAD_PASS);
		return;
	}
	snprintf(m.uid, sizeof(m.uid), "%s", uid);
	snprintf(m.pass, sizeof(m.pass), "%s", pass);
	snprintf(m.ip, sizeof(m.ip), "%s", pd->ip);
	m.port = pd->self.port;
	account_register(&pd->account, &m, now);
}

static void
run_reg(struct pd *pd, char *word[], int n, ms_t now)
{
	const struct msg *reservation = &pd->account.reservation;

	if (!wire_valid(F_UID, word[0]))
		refuse(pd, SAY_BAD_UID);
	else if (reservation->type != MSG_UNKNOWN &&
	    strcmp(reservation->uid, word[0]) != 0) {
		tell(SAY_OTHER_UID, reservation->uid, word[0]);
		pd->failed = true;
	} else if (n == 2)
		register_user(pd, word[0], word[1], now);
	else if (!terminal_interactive()) /* the next line is a command */
		refuse(pd, SAY_BAD_PASS);
	else {
		memcpy(pd->login_uid, word[0], sizeof(pd->login_uid));
		pd->password = true;
	}
}

static void
run_codes(struct pd *pd, char *word[], int n, ms_t now)
{
	const struct msg *vlc;

	(void)word, (void)n, (void)now;
	if (codes_last(&pd->device.codes, 0) == NULL)
		tell(SAY_NO_CODES);
	for (unsigned i = 0; (vlc = codes_last(&pd->device.codes, i)) != NULL;
	     i++)
		device_tell(vlc);
}

static void
run_exit(struct pd *pd, char *word[], int n, ms_t now)
{
	(void)word, (void)n;
	commands_leave(pd, now);
}

static void run_help(struct pd *pd, char *word[], int n, ms_t now);

static const struct command commands[] = {
	{ "reg", "", 1, 2, "UID PASS", HELP_REG, run_reg },
	{ "codes", "", 0, 0, "", HELP_CODES, run_codes },
	{ "exit", "", 0, 0, "", HELP_EXIT, run_exit },
	{ "help", "?", 0, 1, "[COMMAND]", HELP_HELP, run_help },
};

#define COMMANDS (sizeof(commands) / sizeof(commands[0]))

static void
describe(const struct command *c)
{
	tell(SAY_HELP_ROW, c->name, c->brief, c->args, c->help);
}

void
commands_help(void)
{
	for (size_t i = 0; i < COMMANDS; i++)
		describe(&commands[i]);
}

static const struct command *
find(const char *name)
{
	for (size_t i = 0; i < COMMANDS; i++)
		if (strcmp(name, commands[i].name) == 0 ||
		    (*name != '\0' && strcmp(name, commands[i].brief) == 0))
			return &commands[i];
	return NULL;
}

/*
 * No two names begin alike, so the first letter tells which was meant.  The
 * word itself is not shown: it may be a password typed too early.
 */
static void
unknown(struct pd *pd, const char *name)
{
	const char *meant = "help";

	for (size_t i = 0; i < COMMANDS; i++)
		if (name[0] == commands[i].name[0])
			meant = commands[i].name;
	tell(SAY_UNKNOWN, meant);
	pd->failed = true;
}

static void
run_help(struct pd *pd, char *word[], int n, ms_t now)
{
	(void)now;
	if (n == 0)
		commands_help();
	else if (find(word[0]) == NULL)
		unknown(pd, word[0]);
	else
		describe(find(word[0]));
}

void
commands_line(struct pd *pd, char *line, ms_t now)
{
	char *word[WORDS_MAX];
	const struct command *c;
	int n;

	if (pd->password) {
		pd->password = false;
		register_user(pd, pd->login_uid, line, now);
		return;
	}
	if ((n = words(line, word, WORDS_MAX) - 1) == -1)
		return;
	if ((c = find(word[0])) == NULL)
		unknown(pd, word[0]);
	else if (n >= c->least && n <= c->most)
		c->run(pd, word + 1, n, now);
	else {
		tell(SAY_FORM, c->name, *c->args != '\0' ? " " : "", c->args);
		pd->failed = true;
	}
}

void
commands_leave(struct pd *pd, ms_t now)
{
	if (pd->leaving)
		return;
	pd->leaving = true;
	if (account_unregister(&pd->account, now))
		tell(SAY_LEAVING, pd->account.asked.uid);
	else
		pd->gone = true;
}

static void
registered(struct pd *pd, enum account_event event)
{
	const char *uid = pd->account.asked.uid;
	char name[ADDR_NAME_MAX];

	addr_name(name, &pd->as);
	pd->failed = pd->failed || event != ACCOUNT_OK;
	switch (event) {
	case ACCOUNT_OK:
		tell(SAY_REGISTERED, uid);
		break;
	case ACCOUNT_NOK:
		tell(SAY_REFUSED, uid);
		break;
	case ACCOUNT_STRANGE:
		tell(SAY_PROTOCOL, name);
		break;
	case ACCOUNT_CLOSED:
		tell(SAY_CLOSED, name);
		break;
	case ACCOUNT_SILENT:
	case ACCOUNT_QUIET:
		tell(SAY_SILENT, name);
		break;
	}
}

static void
unregistered(struct pd *pd, enum account_event event)
{
	const char *uid = pd->account.asked.uid;
	char name[ADDR_NAME_MAX];

	pd->gone = true;
	if (event == ACCOUNT_OK)
		tell(SAY_UNREGISTERED, uid);
	else if (event == ACCOUNT_NOK && pd->device.codes.removal)
		tell(SAY_REMOVED, uid); /* by its owner, with our code */
	else {
		pd->failed = true;
		if (event == ACCOUNT_NOK)
			tell(SAY_KEPT, uid);
		else
			tell(SAY_NOT_TOLD, addr_name(name, &pd->as), uid);
	}
}

void
commands_answered(struct pd *pd, enum account_event event)
{
	if (event == ACCOUNT_QUIET)
		return;
	if (pd->account.asked.type == MSG_UNR)
		unregistered(pd, event);
	else
		registered(pd, event);
}
