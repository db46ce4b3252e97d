#include <string.h>

#include "user/words.h"

/* No two are alike: a sentence tells which status it stands for. */
static const char *const sentences[MSG_TYPES][ST_STATUSES] = {
	[MSG_RLO] = {
		[ST_NOK] = "Wrong password for $. Try again: login UID PASS",
		[ST_ERR] = ("The AS does not know user $. Register first, "
			   "with ./pd: reg UID PASS"),
	},
	[MSG_RRQ] = {
		[ST_ELOG] = ("The AS says that you are not logged in. "
			    "Log in again: login UID PASS"),
		[ST_EPD] = ("Your device cannot be reached. Start ./pd, "
			   "register there (reg UID PASS) and repeat req."),
		[ST_EUSER] = ("The AS says that this is not your UID. "
			     "Log in as the right user: login UID PASS"),
		[ST_EFOP] = ("The AS does not know this operation. "
			    "Ask for another: req L, R, U, D or X"),
		[ST_ERR] = ("The AS could not read the request. "
			   "Check the file name and repeat req."),
	},
	[MSG_RLS] = {
		[ST_EOF] = "You have no files.",
		[ST_NOK] = ("You have no files: the FS does not know you yet. "
			   "Upload one first: req U FILE"),
		[ST_INV] = ("The TID was refused for this list: used, expired "
			   "or not for a list. Or the FS could not reach the AS. "
			   "Ask for another: req L"),
		[ST_ERR] = ("The FS could not read the list request. "
			   "Ask again: req L"),
	},
	[MSG_RRT] = {
		[ST_EOF] = "$ is not stored. See what is: req L",
		[ST_NOK] = ("The FS does not know you yet, so $ cannot be "
			   "retrieved. Upload a file first: req U FILE"),
		[ST_INV] = ("The TID was refused: used, expired or not for "
			   "retrieve of $. Or the FS could not reach the AS. "
			   "Ask for another: req R $"),
		[ST_ERR] = ("The FS could not read the retrieve request. "
			   "Ask again: req R $"),
	},
	[MSG_RUP] = {
		[ST_DUP] = ("$ is already stored. Delete it first (req D $) "
			   "or choose another name."),
		[ST_FULL] = ("You already have " DIGITS_OF(FILES_MAX) " files, "
			    "so $ was not stored. "
			    "Delete one first: req D FILE"),
		[ST_NOK] = "The FS could not store $. Try again later: req U $",
		[ST_INV] = ("The TID was refused: used, expired or not for "
			   "upload of $. Or the FS could not reach the AS. "
			   "Ask for another: req U $"),
		[ST_ERR] = ("The FS could not read the upload of $. "
			   "Ask again: req U $"),
	},
	[MSG_RDL] = {
		[ST_EOF] = ("$ is not stored, so it cannot be deleted. "
			   "See what is: req L"),
		[ST_NOK] = ("The FS does not know you yet, so there is no $ "
			   "to delete. See what is stored: req L"),
		[ST_INV] = ("The TID was refused: used, expired or not for "
			   "delete of $. Or the FS could not reach the AS. "
			   "Ask for another: req D $"),
		[ST_ERR] = ("The FS could not read the delete request. "
			   "Ask again: req D $"),
	},
	[MSG_RRM] = {
		[ST_NOK] = ("The FS has not removed all of user $ now. Whether "
			   "the account is gone, a new login tells: "
			   "login UID PASS"),
		[ST_INV] = ("The TID was refused: used, expired or not for "
			   "remove, or the AS did not answer in time. Whether "
			   "the account is gone, a new login tells: "
			   "login UID PASS"),
		[ST_ERR] = ("The FS could not read the remove request. "
			   "Ask again: req X"),
	},
};

static const char *const as_failures[FAILURES] = {
	[FAILURE_UNREACHABLE] = ("Cannot reach the AS at @ (#). "
				 "Start ./AS and try again."),
	[FAILURE_LOST] = ("The AS closed the connection without an answer. "
			  "Try again."),
	[FAILURE_SILENT] = "The AS did not answer in time. Try again.",
	[FAILURE_PROTOCOL] = ("The AS at @ sent a strange answer. "
			      "Check -n and -p."),
	[FAILURE_LOGIN_REVOKED] = ("The AS no longer accepts your login. "
				   "Log in again: login UID PASS"),
	[FAILURE_NO_REQUEST] = ("The AS at @ did not understand us. "
				"Check -n and -p."),
};

static const char *const fs_failures[FAILURES] = {
	[FAILURE_UNREACHABLE] = ("Cannot reach the FS at @ (#). "
				 "Is ./FS running? Your TID is kept."),
	[FAILURE_LOST] = ("The FS closed the connection without an answer. "
			  "Try again; if the TID is refused, ask for "
			  "another: req"),
	[FAILURE_SILENT] = ("The FS has been silent for too long. Try again; "
			    "if the TID is refused, ask for another: req"),
	[FAILURE_PROTOCOL] = ("The FS at @ sent a strange answer. "
			      "Check -m and -q."),
	[FAILURE_EARLY_OK] = ("The FS said OK before it had all of $. "
			      "Check it with a list: req L"),
	[FAILURE_TRUNCATED] = ("The transfer of $ was cut short (#). Nothing "
			       "was changed here. Ask again: req R $"),
	[FAILURE_SHRUNK] = ("$ became shorter while it was sent, so it was "
			    "not uploaded. Ask again: req U $"),
	[FAILURE_UNREADABLE] = ("Cannot read $ (#), so it was not uploaded. "
				"Ask again: req U $"),
	[FAILURE_UNWRITABLE] = ("Cannot write $ here (#). Nothing was "
				"changed. Ask again: req R $"),
	[FAILURE_NO_SPACE] = ("Cannot write $ here (#). Nothing was changed. "
			      "Make room, then ask again: req R $"),
	[FAILURE_UNSAFE] = ("$ has been retrieved, but the disk may lose it "
			    "(#). Ask again: req R $"),
	[FAILURE_NO_REQUEST] = ("The FS at @ did not understand us. "
				"Check -m and -q."),
};

const char *
words_failure(bool as, enum failure failure)
{
	return as ? as_failures[failure] : fs_failures[failure];
}

const char *
words_status(enum msg_type reply, enum status status)
{
	return sentences[reply][status];
}
