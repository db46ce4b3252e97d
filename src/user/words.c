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
		[ST_NOK] = ("The FS does not know you yet, so there is nothing "
			   "to list. Upload a file first: req U FILE"),
		[ST_INV] = ("The TID was refused for this list: used, expired "
			   "or not for a list. Ask for another: req L"),
		[ST_ERR] = ("The FS could not read the list request. "
			   "Ask again: req L"),
	},
	[MSG_RRT] = {
		[ST_EOF] = "$ is not stored. See what is: req L",
		[ST_NOK] = ("The FS does not know you yet, so $ cannot be "
			   "retrieved. Upload a file first: req U FILE"),
		[ST_INV] = ("The TID was refused: used, expired or not for "
			   "retrieve of $. Ask for another: req R $"),
		[ST_ERR] = ("The FS could not read the retrieve request. "
			   "Ask again: req R $"),
	},
	[MSG_RUP] = {
		[ST_DUP] = ("$ is already stored. Delete it first (req D $) "
			   "or choose another name."),
		[ST_FULL] = ("You already have 15 files, so $ was not stored. "
			    "Delete one first: req D FILE"),
		[ST_NOK] = "The FS could not store $. Try again later: req U $",
		[ST_INV] = ("The TID was refused: used, expired or not for "
			   "upload of $. Ask for another: req U $"),
		[ST_ERR] = ("The FS could not read the upload of $. "
			   "Ask again: req U $"),
	},
	[MSG_RDL] = {
		[ST_EOF] = ("$ is not stored, so it cannot be deleted. "
			   "See what is: req L"),
		[ST_NOK] = ("The FS does not know you yet, so there is no $ "
			   "to delete. See what is stored: req L"),
		[ST_INV] = ("The TID was refused: used, expired or not for "
			   "delete of $. Ask for another: req D $"),
		[ST_ERR] = ("The FS could not read the delete request. "
			   "Ask again: req D $"),
	},
	[MSG_RRM] = {
		[ST_NOK] = ("The FS does not know user $: it had nothing to "
			   "remove. Check with a new login: login UID PASS"),
		[ST_INV] = ("The TID was refused: used, expired or not for "
			   "remove. Ask for another: req X"),
		[ST_ERR] = ("The FS could not read the remove request. "
			   "Ask again: req X"),
	},
};

const char *
words_status(enum msg_type reply, enum status status)
{
	return sentences[reply][status];
}

char *
words_fill(char *out, size_t room, const char *sentence, const char *subject)
{
	size_t n = 0;

	for (; *sentence != '\0' && n + 1 < room; sentence++) {
		size_t len = *sentence == '$' ? strlen(subject) : 1;

		if (len >= room - n)
			break;
		memcpy(out + n, *sentence == '$' ? subject : sentence, len);
		n += len;
	}
	out[n] = '\0';
	return out;
}
