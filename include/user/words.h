/*
 * words - every sentence that this program says, and nothing else.
 *
 * They are short, in plain words, and say what to do next.  What a command
 * comes to, good or bad, goes to stdout, one line each; waiting, progress and
 * what the AS does unasked go to stderr.  Scripts may rely on their wording.
 * Formats are literals, so that the compiler checks each against its arguments.
 */
#ifndef WORDS_H
#define WORDS_H

#include <inttypes.h>

#include "proto/wire.h"
#include "user/failure.h"

/* Starting and ending. */
#define SAY_ABOUT                                                              \
	"Lists, stores, fetches and deletes files with a password and a "      \
	"code.\n"
#define SAY_EXITS                                                              \
	"Exit status: 0 all went well, 1 a command failed, 2 wrong usage,\n"   \
	"3 no connection, 130 Ctrl-C.\n"
#define SAY_NO_OUTPUT    "user: cannot write to the standard output: %s"
#define SAY_CANNOT_START "Cannot reach the AS at %s (%s). Is ./AS running?"

/* Reading commands. */
#define SAY_BAD_OP                                                             \
	"Fop is one letter: L (list), R (retrieve), U (upload), D (delete) "   \
	"or X (remove)."
#define SAY_BAD_NAME                                                           \
	"Not a file name for the server: at most 24 letters, digits, '-', "    \
	"'_' or '.', ending in a dot and 3 letters or digits (notes.txt)."
#define SAY_BAD_VC   "A code is the 4 digits that your device shows: val 1234"
#define SAY_NO_LOGIN "Log in first: login UID PASS"
#define SAY_NOT_ASKED                                                          \
	"There is no code to confirm. Ask for one first: req L, or req U FILE"
#define SAY_NO_TID                                                             \
	"No TID yet. Ask for one: req %s%s%s, then val CODE with the code "    \
	"from your device."
#define SAY_VAL_FIRST                                                          \
	"No TID yet. Confirm first, with the code that your device shows: "    \
	"val CODE"
#define SAY_OTHER_TID                                                          \
	"This TID is for %s%s%s. Use it for that, or ask for another: "        \
	"req %s%s%s"
#define SAY_REALLY     "Remove all files and the account of %s? yes/no: "
#define SAY_NO_REMOVAL "Nothing was removed."
#define SAY_NO_FILE    "Cannot read %s (%s). Nothing was sent."
#define SAY_NO_REGULAR "%s is not a file that can be sent. Nothing was sent."
#define SAY_DIRECTORY  "%s is a directory. Nothing was sent."
#define SAY_TOO_BIG    "%s has more than 9999999999 bytes. Nothing was sent."
#define SAY_NO_COPY    "Cannot write %s in this directory (%s). Nothing was asked."

/* The AS. */
#define SAY_WAITING   "Waiting for your device to confirm..."
#define SAY_LOGGED_IN "Logged in as %s."
#define SAY_CODE_SENT "Code sent to your device for %s%s%s. Next: val CODE"
#define SAY_CONFIRMED "Confirmed (TID=%s). Next: %s%s%s"
#define SAY_REFUSED                                                            \
	"Not confirmed: the code is wrong, expired or already used. "          \
	"Check it, or ask for another: req"
#define SAY_AS_GONE                                                            \
	"The AS has closed the connection. The next command that needs it "    \
	"connects again; a code not confirmed yet must be asked for again."
#define SAY_RECONNECT "Connecting to the AS again..."
#define SAY_BACK      "Connected to the AS again."
#define SAY_BACK_AS   "Connected to the AS again, logged in as %s."

/* The FS. */
#define SAY_FILE      "%*u %*s %*" PRIu64
#define SAY_UPLOADED  "Uploaded %s (%" PRIu64 " bytes)."
#define SAY_RETRIEVED "Retrieved %s (%" PRIu64 " bytes): %s/%s"
#define SAY_REPLACED                                                           \
	"Retrieved %s (%" PRIu64 " bytes), the old one replaced: %s/%s"
#define SAY_BYTES   "%" PRIu64 " of %" PRIu64 " bytes"
#define SAY_DELETED "Deleted %s."
#define SAY_REMOVED "Removed all files and the account of %s."

/* A wait of more than a second, on stderr. */
#define SAY_TO_AS   "Connecting to the AS at %s..."
#define SAY_TO_FS   "Connecting to the FS at %s..."
#define SAY_WAIT_AS "Waiting for the AS to answer..."
#define SAY_WAIT_LOG                                                           \
	"Waiting for the AS, which is slow after wrong passwords..."
#define SAY_WAIT_FS   "Waiting for the FS to answer..."
#define SAY_WAIT_DISK "Waiting for the disk..."

/* Ctrl-C. */
#define SAY_CANCELLED "Cancelled."

/* The progress line. */
#define SAY_FIGURES " %3d%% %7.1f MB/s %s"
#define SAY_ETA     "ETA %02d:%02d"
#define SAY_STALLED "stalled"

/* Help, one line a command. */
#define HELP_LOGIN    "say who you are (first factor)"
#define HELP_REQ      "ask for a code: L, R file, U file, D file or X"
#define HELP_VAL      "confirm with the code that your device shows"
#define HELP_LIST     "list your files                (after req L)"
#define HELP_RETRIEVE "copy a file to this directory  (after req R)"
#define HELP_UPLOAD   "store a file                   (after req U)"
#define HELP_DELETE   "delete a file                  (after req D)"
#define HELP_REMOVE   "delete all and your account    (after req X)"
#define HELP_EXIT     "end the program"
#define HELP_HELP     "all commands, or one"

/*
 * What a reply's status, or what went wrong instead of a reply from the AS (or
 * else the FS), means to the person who asked; NULL where none is due: a
 * success has its own sentence.
 */
const char *words_status(enum msg_type reply, enum status status);
const char *words_failure(bool as, enum failure failure);

#endif
