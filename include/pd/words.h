/*
 * words - every sentence that this program says, and nothing else.
 *
 * They are short, in plain words, and say what to do next.  Codes and what a
 * command comes to, good or bad, go to stdout, one line each.  Scripts may rely
 * on their wording.  Formats are
 * literals, so that the compiler checks each against its arguments.
 */
#ifndef WORDS_H
#define WORDS_H

#include "version.h"

/* Starting and ending. */
#define SAY_VERSION "pd (RC-2FA) " VERSION "\n"
#define SAY_USAGE                                                              \
	"usage: pd PDIP [-d PDport] [-n ASIP] [-p ASport]\n"                   \
	"       pd -h | -V\n"
#define SAY_OPTIONS                                                            \
	"\n"                                                                   \
	"  PDIP       address of this machine, where the AS sends codes\n"     \
	"  -d PDport  UDP port for them (%d); 0: any free one\n"               \
	"  -n ASIP    host of the AS, name or address (127.0.0.1)\n"           \
	"  -p ASport  its UDP port (%d)\n"                                     \
	"  -h, -V     this text; the version\n"                                \
	"\n"                                                                   \
	"Exit status: 0 all went well, 1 a command failed or the AS did not\n" \
	"unregister us, 2 wrong usage, 3 no connection, 130 Ctrl-C.\n\n"
#define SAY_BAD_PORT  "pd: -%c %s: a port is a number from 1 to 65535"
#define SAY_BAD_IP    "pd: %s: PDIP is an address such as 192.168.1.7"
#define SAY_NO_HOST   "pd: cannot find the host %s (%s). Check -n."
#define SAY_NO_PORT   "pd: cannot use UDP port %u (%s). Choose another: -d"
#define SAY_NO_AS     "pd: cannot reach the AS at %s (%s). Check -n."
#define SAY_NO_SYSTEM "pd: cannot start: %s"
#define SAY_NO_SELECT "pd: cannot go on: %s"
#define SAY_NO_READER "pd: nobody reads what I say, so I stop showing codes."
#define SAY_NOT_HERE                                                           \
	"pd: %s is no address of this machine. Codes come here only if that "  \
	"host passes them on."
#define SAY_PORT "Codes come to UDP port %u."

/* Reading commands. */
#define SAY_PROMPT   "> "
#define SAY_PASSWORD "Password: "
#define SAY_UNKNOWN  "Unknown command. Did you mean %s? All of them: help"
#define SAY_FORM     "Wrong usage. The form is: %s%s%s"
#define SAY_TOO_LONG "This line is too long and was ignored."
#define SAY_HELP_ROW "  %-6s %-2s %-10s %s"
#define SAY_BAD_UID  "A UID is 5 digits. The form is: reg UID PASS"
#define SAY_BAD_PASS                                                           \
	"A password is 8 letters or digits. The form is: reg UID PASS"
#define SAY_OTHER_UID                                                          \
	"This device is registered for %s. Type exit first, or start another " \
	"pd for %s."
#define SAY_NO_CODES "No codes yet."

/* Codes. */
#define SAY_CODE "VC=%s %s%s%s (user %s)"

/* What the AS says, or does not. */
#define SAY_REGISTERED "Registered as the device of %s. Codes will appear here."
#define SAY_REFUSED                                                            \
	"The AS refused to register %s: wrong password, or not on its list. "  \
	"Check both, then: reg UID PASS"
#define SAY_SILENT                                                             \
	"The AS at %s does not answer. Check -n and -p, then: reg UID PASS"
#define SAY_CLOSED                                                             \
	"There is no AS at %s (Connection refused). Start ./AS, then: "        \
	"reg UID PASS"
#define SAY_PROTOCOL                                                           \
	"The AS at %s did not understand us. Check -n and -p, then: "          \
	"reg UID PASS"
#define SAY_LEAVING      "Unregistering %s..."
#define SAY_UNREGISTERED "Unregistered %s."
#define SAY_REMOVED      "The AS no longer knows %s: the account was removed."
#define SAY_KEPT                                                               \
	"The AS refused to unregister %s: it no longer knows this pair. "      \
	"Start pd again and register to take the device back."
#define SAY_NOT_TOLD                                                           \
	"The AS at %s did not answer, so %s stays registered there. "          \
	"Start pd again and register to take the device back."

/* Help, one line a command. */
#define HELP_REG   "make this the device of a user"
#define HELP_CODES "the last ten codes again"
#define HELP_EXIT  "unregister and end the program"
#define HELP_HELP  "all commands, or one"

#endif
