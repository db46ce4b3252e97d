#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "pd/pd.h"
#include "pd/words.h"
#include "policy.h"
#include "ui/sentence.h"
#include "ui/terminal.h"

static enum outcome
register_user(void *self, const char *uid, const char *pass, ms_t now)
{
	struct pd *pd = self;
	struct msg m = { .type = MSG_REG, .port = pd->device.self.port };

	snprintf(m.uid, sizeof(m.uid), "%s", uid);
	snprintf(m.pass, sizeof(m.pass), "%s", pass);
	addr_ip(m.ip, &pd->device.self);
	account_request(&pd->account, &m, now);
	return RUNNING;
}

static enum outcome
run_reg(void *self, char *word[], ms_t now)
{
	struct pd *pd = self;
	const struct msg *registered = &pd->account.registered;

	if (registered->type != MSG_UNKNOWN && wire_valid(F_UID, word[0]) &&
	    strcmp(registered->uid, word[0]) != 0)
		return shell_refuse(SAY_OTHER_UID, registered->uid, word[0]);
	return shell_log_in(&pd->shell, word, now, register_user);
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
run_codes(void *self, char *word[], ms_t now)
{
	struct pd *pd = self;
	const struct code *code;
	char age[40];

	(void)word;
	if (codes_last(&pd->device.codes, 0) == NULL)
		tell(SAY_NO_CODES);
	for (unsigned i = 0; (code = codes_last(&pd->device.codes, i)) != NULL;
	     i++)
		device_tell(
		    &code->vlc, age_of(age, sizeof(age), now - code->shown));
	return DONE;
}

static enum outcome
run_exit(void *self, char *word[], ms_t now)
{
	(void)word;
	commands_leave(self, now);
	return RUNNING;
}

static const struct shell_command commands[] = {
	{ "reg", "", 1, 2, "UID PASS", HELP_REG, run_reg },
	{ "codes", "", 0, 0, "", HELP_CODES, run_codes },
	{ "exit", "", 0, 0, "", HELP_EXIT, run_exit },
	{ "help", "?", 0, 1, "[COMMAND]", HELP_HELP, NULL },
};

/* Words of other programs, and of user. */
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
		tell(SAY_LEAVING, pd->account.request.uid);
	else
		pd->gone = true;
}

static enum outcome
take_yes(struct shell *s, const char *line, ms_t now)
{
	struct pd *pd = s->self;

	switch (trust_answer(&pd->trust, line, &pd->shell, take_yes)) {
	case TRUST_AGAIN:
		return RUNNING;
	case TRUST_NO:
		return FAILED;
	case TRUST_YES:
		break;
	}
	account_again(&pd->account, now);
	return RUNNING;
}

/* The AS is not believed: by the person, or not at all. */
static void
insecure(struct pd *pd, const char *address)
{
	bool asked = trust_failed(
	    &pd->trust, pd->account.why, address, &pd->shell, take_yes);

	pd->failed = pd->failed || !asked;
}

void
commands_answered(struct pd *pd, enum account_event event)
{
	static const char *const registering[ACCOUNT_EVENTS] = {
		[ACCOUNT_OK] = SAY_REGISTERED,
		[ACCOUNT_NOK] = SAY_REFUSED,
		[ACCOUNT_PROTOCOL] = SAY_PROTOCOL,
		[ACCOUNT_CLOSED] = SAY_CLOSED,
		[ACCOUNT_SILENT] = SAY_SILENT,
	};
	static const char *const leaving[ACCOUNT_EVENTS] = {
		[ACCOUNT_OK] = SAY_UNREGISTERED,
		[ACCOUNT_NOK] = SAY_KEPT,
		[ACCOUNT_PROTOCOL] = SAY_NOT_TOLD,
		[ACCOUNT_CLOSED] = SAY_NOT_TOLD,
		[ACCOUNT_INSECURE] = SAY_NOT_TOLD,
		[ACCOUNT_SILENT] = SAY_NOT_TOLD,
	};
	const struct msg *request = &pd->account.request;
	char address[ADDR_NAME_MAX];
	const struct subject subject = { .name = request->uid,
		.address = addr_name(address, &pd->device.as) };
	bool removed; /* the account, with a code that we have shown */
	bool enrolled = event == ACCOUNT_NOK && pd->trust.on; /* perhaps */

	if (event == ACCOUNT_QUIET)
		return;
	pd->gone = request->type == MSG_UNR;
	if (event == ACCOUNT_INSECURE && !pd->gone) {
		insecure(pd, subject.address);
		return;
	}
	removed = pd->gone && event == ACCOUNT_NOK && pd->device.codes.removal;
	if (event != ACCOUNT_OK && !removed)
		pd->failed = true;
	sentence_tell(removed ? SAY_REMOVED :
		pd->gone      ? leaving[event] :
		enrolled      ? SAY_REFUSED_KEY :
				registering[event],
	    &subject);
}
