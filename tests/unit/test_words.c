/* words - every status that a reply may carry has its own sentence. */
#include <string.h>

#include "test.h"
#include "ui/sentence.h"
#include "user/words.h"

static const enum msg_type with_status[] = { MSG_RLO, MSG_RRQ, MSG_RLS, MSG_RRT,
	MSG_RUP, MSG_RDL, MSG_RRM };

/* What the protocol's table lets that reply carry. */
static bool
may_carry(enum msg_type type, enum status status)
{
	struct msg m = { .type = type, .status = status, .nfiles = 1 }, back;
	char text[WIRE_HEAD_MAX];
	size_t used;

	snprintf(m.file[0].name, sizeof(m.file[0].name), "a.txt");
	return wire_format(text, sizeof(text), &m) > 0 &&
	    wire_parse(text, strlen(text), &used, &back) == WIRE_OK;
}

static void
every_refusal_has_a_sentence(void)
{
	for (size_t i = 0; i < LEN(with_status); i++)
		for (int s = ST_OK + 1; s < ST_STATUSES; s++)
			CHECK(may_carry(with_status[i], (enum status)s) ==
				(words_status(with_status[i], (enum status)s) !=
				    NULL),
			    "type %d status %s", (int)with_status[i],
			    status_word((enum status)s));
}

static const char *seen[MSG_TYPES * ST_STATUSES + 2 * FAILURES];
static size_t seen_n;

static void
see(const char *words)
{
	for (size_t i = 0; words != NULL && i < seen_n; i++)
		CHECK(strcmp(seen[i], words) != 0, "%s", words);
	if (words != NULL)
		seen[seen_n++] = words;
}

static void
no_two_sentences_are_alike(void)
{
	for (int t = 0; t < MSG_TYPES; t++)
		for (int s = 0; s < ST_STATUSES; s++)
			see(words_status((enum msg_type)t, (enum status)s));
	for (int t = 0; t < FAILURES; t++) {
		see(words_failure(true, (enum failure)t));
		see(words_failure(false, (enum failure)t));
	}
	CHECK(seen_n > 35, "%zu", seen_n);
}

static void
dollars_become_the_subject(void)
{
	static const struct {
		const char *sentence, *subject, *want;
		size_t room;
	} cases[] = {
		{ "no $ here", "a.txt", "no a.txt here", 64 },
		{ "$$", "ab", "abab", 64 },
		{ "", "ab", "", 64 },
		{ "$ at @: #", "it", "it at 1.2.3.4:5: #", 64 },
		{ "cut off", "", "cut", 4 },
		{ "ab$", "xyz", "ab", 5 },
		{ "ab$", "xyz", "abxyz", 6 },
	};
	char out[64];

	for (size_t i = 0; i < LEN(cases); i++)
		CHECK(
		    strcmp(sentence_fill(out, cases[i].room, cases[i].sentence,
			       &(struct subject){ .name = cases[i].subject,
				   .address = "1.2.3.4:5" }),
			cases[i].want) == 0,
		    "%s: %s", cases[i].sentence, out);
}

int
main(void)
{
	every_refusal_has_a_sentence();
	no_two_sentences_are_alike();
	dollars_become_the_subject();
	return test_done("words");
}
