/*
 * words - every sentence that this program says, and nothing else.
 *
 * They are short, in plain words, and say what to do next.  Codes and what a
 * command comes to, good or bad, go to stdout, one line each.  Scripts may rely
 * on their wording.  Formats are literals, so that the compiler checks each
 * against its arguments.
 */
#ifndef WORDS_H
#define WORDS_H

/* Starting and ending. */
#define SAY_ABOUT                                                              \
	"The personal device: shows the codes with which a user confirms.\n"
#define SAY_EXITS                                                              \
	"Exit status: 0 all went well, 1 a command failed or the AS did not\n" \
	"unregister us, 2 wrong usage, 3 no connection, 130 Ctrl-C.\n"
#define SAY_BAD_IP    "pd: %s: PDIP is an address such as 192.168.1.7"
#define SAY_NO_PORT   "pd: cannot use UDP port %u (%s). Choose another: -d"
#define SAY_NO_AS     "pd: cannot reach the AS at %s (%s). Check -n."
#define SAY_NO_READER "pd: nobody reads what I say, so I stop showing codes."
#define SAY_NOT_HERE                                                           \
	"pd: %s is no address of this machine. Codes come here only if that "  \
	"host passes them on."
#define SAY_PORT "Codes come to UDP port %u."

/* Reading commands. */
#define SAY_OTHER_UID                                                          \
	"This device is registered for %s. Type exit first, or start another " \
	"pd for %s."
#define SAY_NO_CODES "No codes yet."

/* Codes. */
#define SAY_CODE "VC=%s %s%s%s (user %s)%s"

#define SAY_AGE " %ld %s ago"

/*
 * What the AS says, or does not; these are sentences (ui/sentence.h) about the
 * user and the AS.
 */
#define SAY_REGISTERED "Registered as the device of $. Codes will appear here."
#define SAY_REFUSED                                                            \
	"The AS refused to register $: wrong password, or not on its list. "   \
	"Check both, then: reg UID PASS"
#define SAY_REFUSED_KEY                                                        \
	"The AS refused to register $: wrong password, not on its list, or "   \
	"another device is enrolled (AS --forget $). Check, then: "            \
	"reg UID PASS"
#define SAY_SILENT                                                             \
	"The AS at @ does not answer. Check -n and -p, then: reg UID PASS"
#define SAY_CLOSED                                                             \
	"There is no AS at @ (Connection refused). Start ./AS, then: "         \
	"reg UID PASS"
#define SAY_PROTOCOL                                                           \
	"The AS at @ did not understand us. Check -n and -p, then: "           \
	"reg UID PASS"
#define SAY_UNREGISTERED "Unregistered $."
#define SAY_REMOVED      "The AS no longer knows $: the account was removed."
#define SAY_KEPT                                                               \
	"The AS refused to unregister $: it no longer knows this pair. "       \
	"Start pd again and register to take the device back."
#define SAY_NOT_TOLD                                                           \
	"The AS at @ did not answer, so $ stays registered there. "            \
	"Start pd again and register to take the device back."

/* Said before the wait; and on stderr when that takes more than a second. */
#define SAY_LEAVING "Unregistering %s..."
#define SAY_WAITING "Waiting for the AS at %s to answer..."

/* Help, one line a command. */
#define HELP_REG   "make this the device of a user"
#define HELP_CODES "the last ten codes again, with their age"
#define HELP_EXIT  "unregister the user's device, a newer one too, and end"
#define HELP_HELP  "all commands, or one"

#endif
