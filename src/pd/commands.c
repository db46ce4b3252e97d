#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pd/commands.h"
#include "pd/words.h"
#include "policy.h"
#include "ui/sentence.h"
#include "ui/terminal.h"

static enum outcome
refuse(const char *sentence)
{
	tell("%s", sentence);
	return FAILED;
}

static enum outcome
register_user(struct pd *pd, const char *uid, const char *pass, ms_t now)
{
	struct msg m = { .type = MSG_REG };

	if (!wire_valid(F_PASS, pass))
		return refuse(SAY_BAD_PASS);
	snprintf(m.uid, sizeof(m.uid), "%s", uid);
	snprintf(m.pass, sizeof(m.pass), "%s", pass);
	addr_ip(m.ip, &pd->device.self);
	m.port = pd->device.self.port;
	account_register(&pd->account, &m, now);
	return RUNNING;
}

static enum outcome
take_password(void *self, const char *line, ms_t now)
{
	struct pd *pd = self;

	return register_user(pd, pd->login_uid, line, now);
}

static enum outcome
run_reg(void *self, char *word[], int n, ms_t now)
{
	struct pd *pd = self;
	const struct msg *reservation = &pd->account.reservation;

	if (!wire_valid(F_UID, word[0]))
		return refuse(SAY_BAD_UID);
	if (reservation->type != MSG_UNKNOWN &&
	    strcmp(reservation->uid, word[0]) != 0) {
		tell(SAY_OTHER_UID, reservation->uid, word[0]);
		return FAILED;
	}
	if (n == 2)
		return register_user(pd, word[0], word[1], now);
	/* In a script the next line is a command, not a password. */
	if (!terminal_interactive())
		return refuse(SAY_BAD_PASS);
	snprintf(pd->login_uid, sizeof(pd->login_uid), "%s", word[0]);
	shell_ask(&pd->shell, SAY_PASSWORD, true, take_password);
	return RUNNING;
}

/* " 12 s ago" */
static const char *
age_of(char *out, size_t size, ms_t age)
{
	static const struct {
		const char *name;
		ms_t length;
	} units[] = { { "s", SECONDS }, { "min", MINUTES },
		{ "h", 60 * MINUTES }, { "days", 24 * (60 * MINUTES) } };
	int i = 0;

	while (i < 3 && age >= 2 * units[i + 1].length)
		i++;
	snprintf(
	    out, size, SAY_AGE, (long)(age / units[i].length), units[i].name);
	return out;
}

static enum outcome
run_codes(void *self, char *word[], int n, ms_t now)
{
	struct pd *pd = self;
	const struct code *code;
	char age[40];

	(void)word, (void)n;
	if (codes_last(&pd->device.codes, 0) == NULL)
		tell(SAY_NO_CODES);
	for (unsigned i = 0; (code = codes_last(&pd->device.codes, i)) != NULL;
	     i++)
		device_tell(
		    &code->vlc, age_of(age, sizeof(age), now - code->shown));
	return DONE;
}

static enum outcome
run_exit(void *self, char *word[], int n, ms_t now)
{
	(void)word, (void)n;
	commands_leave(self, now);
	return RUNNING;
}

static const struct shell_command commands[] = {
	{ "reg", "", 1, 2, "UID PASS", HELP_REG, run_reg },
	{ "codes", "", 0, 0, "", HELP_CODES, run_codes },
	{ "exit", "", 0, 0, "", HELP_EXIT, run_exit },
	{ "help", "?", 0, 1, "[COMMAND]", HELP_HELP, NULL },
};

/* Words of others, and of user. */
static const struct shell_alias aliases[] = {
	{ "register", "reg" },
	{ "quit", "exit" },
	{ "bye", "exit" },
	{ "unreg", "exit" },
	{ "login", "login, in ./user" },
	{ "req", "req, in ./user" },
	{ "val", "val, in ./user" },
	{ "list", "list, in ./user" },
	{ "upload", "upload, in ./user" },
	{ "retrieve", "retrieve, in ./user" },
	{ "delete", "delete, in ./user" },
	{ "remove", "remove, in ./user" },
};

void
commands_open(struct pd *pd)
{
	pd->shell = (struct shell){ SHELL_ROWS(commands), SHELL_ROWS(aliases),
		.self = pd, .input.fd = STDIN_FILENO };
}

void
commands_help(void)
{
	shell_help(SHELL_ROWS(commands));
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

static const char *
told(enum account_event event)
{
	static const char *const sentences[ACCOUNT_EVENTS] = {
		[ACCOUNT_OK] = SAY_REGISTERED,
		[ACCOUNT_NOK] = SAY_REFUSED,
		[ACCOUNT_STRANGE] = SAY_STRANGE,
		[ACCOUNT_CLOSED] = SAY_CLOSED,
		[ACCOUNT_SILENT] = SAY_SILENT,
	};

	return sentences[event];
}

/* Whether all is well when we leave: also where the owner has removed it. */
static const char *
told_at_end(struct pd *pd, enum account_event event)
{
	if (event == ACCOUNT_OK)
		return SAY_UNREGISTERED;
	if (event == ACCOUNT_NOK && pd->device.codes.removal)
		return SAY_REMOVED; /* with our code */
	pd->failed = true;
	return event == ACCOUNT_NOK ? SAY_KEPT : SAY_NOT_TOLD;
}

void
commands_answered(struct pd *pd, enum account_event event)
{
	char address[ADDR_NAME_MAX];
	struct subject subject = { .name = pd->account.asked.uid,
		.address = addr_name(address, &pd->device.as) };

	if (event == ACCOUNT_QUIET)
		return;
	pd->gone = pd->account.asked.type == MSG_UNR;
	if (pd->gone)
		sentence_tell(told_at_end(pd, event), &subject);
	else {
		sentence_tell(told(event), &subject);
		pd->failed = pd->failed || event != ACCOUNT_OK;
	}
}
