/* Rows 26 and 27: plain text as ever without -s, and nothing to read with it.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../lib/body.h"
#include "secured.h"

#define CODE "RRQ OK\nRAU ####\n"
#define ASK  "REQ $ #### "
#define AUT  "\nAUT $ #### ####\n"

static char right[65536], got[65536];
static size_t right_len, got_len;

/* $ is the UID, * the password, & the name, % the port for codes, @ the size
 * and the data, # any digit. */
static void
expect(const struct walk *w, const char *text)
{
	char *at = right;

	for (; *text != '\0'; text++) {
		size_t room = sizeof(right) - (size_t)(at - right);
		int n = 1;

		if (*text == '$')
			n = snprintf(at, room, "%s", w->uid);
		else if (*text == '*')
			n = snprintf(at, room, "%s", w->pass);
		else if (*text == '&')
			n = snprintf(at, room, "%s", w->name);
		else if (*text == '%')
			n = snprintf(at, room, "%u", (unsigned)w->codes);
		else if (*text != '@')
			*at = *text;
		else {
			n = snprintf(at, room, "%zu ", w->size);
			for (size_t i = 0; i < w->size; i += BODY_CHUNK)
				memcpy(at + n + i, body(i, BODY_CHUNK),
				    BODY_CHUNK);
			n += (int)w->size;
		}
		at += n;
	}
	right_len = (size_t)(at - right);
}

/* What passed there; a datagram that was sent once more counts once. */
static void
take(enum leg leg, enum way way)
{
	const struct wire *w = relay_wire(leg, way);
	bool udp = leg == PD_AS || leg == FS_AS;

	got_len = 0;
	for (size_t i = 0; i < w->units && i < RELAY_UNITS; i++) {
		const char *unit = w->kept + w->at[i];
		size_t n = relay_unit(w, i);

		if (udp && got_len >= n &&
		    memcmp(got + got_len - n, unit, n) == 0)
			continue;
		if (got_len + n <= sizeof(got))
			memcpy(got + got_len, unit, n);
		got_len += n;
	}
}

static size_t compared;

static void
same(const struct walk *w, enum leg leg, enum way way, const char *text)
{
	size_t i = 0;

	expect(w, text);
	take(leg, way);
	while (i < right_len && i < got_len &&
	    (right[i] == got[i] ||
		(right[i] == '#' && got[i] >= '0' && got[i] <= '9')))
		i++;
	compared += i;
	if (i != right_len || i != got_len)
		flaw(
		    "leg %d, way %d, byte %zu of %zu: \"%.30s\", not \"%.30s\"",
		    (int)leg, (int)way, i, got_len, got + i, right + i);
}

static void
compare_lines(const struct walk *w)
{
	same(w, USER_AS, UP,
	    "LOG $ *\n" ASK "U &" AUT ASK "L" AUT ASK "R &" AUT ASK
	    "D &" AUT ASK "U &" AUT ASK "X" AUT);
	same(w, USER_AS, DOWN, "RLO OK\n" CODE CODE CODE CODE CODE CODE);
	same(w, PD_AS, UP, "REG $ * 127.0.0.1 %\nUNR $ *\n");
	same(w, PD_AS, DOWN, "RRG OK\nRUN NOK\n");
	same(w, USER_FS, UP,
	    "UPL $ #### & @\nLST $ ####\nRTV $ #### &\nDEL $ #### &\n"
	    "UPL $ #### & @\nREM $ ####\n");
	same(w, USER_FS, DOWN,
	    "RUP OK\nRLS 1 & 20000\nRRT OK @\nRDL OK\nRUP OK\nRRM OK\n");
	if (secured_now() != SECURED_NOT)
		return; /* AS and FS seal theirs */
	same(w, FS_AS, UP,
	    "VLD $ ####\nVLD $ ####\nVLD $ ####\nVLD $ ####\nVLD $ ####\n"
	    "VLD $ ####\n");
	same(w, FS_AS, DOWN,
	    "CNF $ #### U &\nCNF $ #### L\nCNF $ #### R &\nCNF $ #### D &\n"
	    "CNF $ #### U &\nCNF $ #### X\n");
}

/* Names, kinds and modes of what both keep, and the account's words: with one
 * user and a file. */
static void
files_are(const struct walk *w)
{
	static const char kept[] =
	    " d 700; d 700;UID d 700;UID f 600;UID/FILE f 600;device;"
	    "failures f 600;lock f 600;pair;removals d 700;removed d 700;"
	    "work d 700;work d 700;work/lock f 600;";
	char command[4 * PATH_ROOM], line[512] = "";
	FILE *f;

	snprintf(command, sizeof(command),
	    "{ cut -d' ' -f1 '%.300s/%s'; find '%.300s' '%.300s'"
	    " -printf '%%P %%y %%m\\n'; } |"
	    " sed 's/%s/UID/; s/%s/FILE/; /removed.*f/d; /removals.*f/d;"
	    " /work.vm/d' | LC_ALL=C sort | tr '\\n' ';'",
	    trial_as.data, w->uid, trial_as.data, trial_fs.data, w->uid,
	    w->name);
	f = popen(command, "r");
	if (f == NULL || fgets(line, sizeof(line), f) == NULL ||
	    strcmp(line, kept) != 0)
		flaw("on the disks: \"%s\"", line);
	if (f != NULL)
		pclose(f);
}

static void
walk_plainly(const char *what)
{
	struct walk w;

	walk_plan(&w, "");
	relay_clear();
	if (!walk_begin(&w) || !walk_login(&w) || !walk_do(&w, 'U')) {
		flaw("%s: \"%.100s\"", what, w.said);
		return;
	}
	files_are(&w);
	for (const char *op = "LRDUX"; *op != '\0'; op++)
		if (!walk_do(&w, *op))
			flaw("%s, %c: \"%.100s\"", what, *op, w.said);
	walk_end(&w);
	compare_lines(&w);
}

static void
no_keys(void)
{
	char line[PATH_ROOM];
	FILE *f;

	snprintf(line, sizeof(line),
	    "find '%.300s' -name '*.pem' ! -path '*/keys/*'", scene_dir());
	f = popen(line, "r");
	if (f != NULL && fgets(line, sizeof(line), f) != NULL)
		flaw("a key file: %s", line);
	if (f != NULL)
		pclose(f);
}

void
prove_off(void)
{
	int walks = size_of(20, 1);

	if (!secured_open(SECURED_NOT))
		return;
	for (int i = 0; i < walks; i++)
		walk_plainly("no keys");
	trial_close();
	trial_as.port = trial_fs.port = 0;
	if (!secured_again(SECURED_TOO))
		return;
	for (int i = 0; i < walks; i++)
		walk_plainly("beside keys");
	trial_close();
	no_keys();
	figure("%d walks, %zu bytes as specified", 2 * walks, compared);
	allowed("all, no other file");
}

/* What a walk has said, looked for in what was heard; how much was heard. */
static size_t sought, heard;
static long read_in_clear;

static void
seek(const char *what, size_t n, const char *is)
{
	long found = relay_count(what, n);

	sought++;
	read_in_clear += found;
	if (found > 0)
		flaw("%s could be read, %ld times", is, found);
}

static void
seek_all(const struct walk *w)
{
	char text[8];

	/* Digits stand in the certificates' dates, too, but with no space. */
	snprintf(text, sizeof(text), " %s", w->uid);
	seek(text, strlen(text), "the UID");
	seek(w->pass, strlen(w->pass), "the password");
	seek(w->name, strlen(w->name), "the file's name");
	for (int i = 0; i < w->nsecrets; i++) {
		snprintf(text, sizeof(text), " %s", w->secrets[i]);
		seek(text, strlen(text), "a code");
	}
	for (size_t at = 0; at + 32 < w->size; at += 1000)
		seek(body(at, 16), 16, "the data");
	for (int leg = 0; leg < LEGS; leg++)
		for (int way = UP; way < WAYS; way++)
			heard += relay_wire((enum leg)leg, (enum way)way)->len;
}

/* The AS speaks to the device straight: only root can listen there. */
static bool
watch_codes(struct child *c, uint16_t port)
{
	char tool[PATH_ROOM], file[PATH_ROOM], number[8], line[SAID_ROOM];
	const char *argv[] = { tool, "-w", file, number, NULL };

	path_in(tool, scene_tools(), "record");
	path_in(file, scene_dir(), "codes.rec");
	snprintf(number, sizeof(number), "%u", (unsigned)port);
	if (child_start(c, NULL, argv) && hear(c->out, line, sizeof(line)))
		return true;
	child_end(c, SIGTERM);
	skip("what passes between AS and device: root on Linux can see it");
	return false;
}

static void
seek_codes(const struct walk *w)
{
	char path[PATH_ROOM], bytes[16384];
	size_t n = 0;
	FILE *f;

	path_in(path, scene_dir(), "codes.rec");
	f = fopen(path, "r");
	if (f != NULL) {
		n = fread(bytes, 1, sizeof(bytes), f);
		fclose(f);
	}
	heard += n;
	if (n < 500)
		flaw("only %zu bytes passed between AS and device", n);
	for (size_t i = 0; i + 5 < n; i++)
		if (memcmp(bytes + i, w->uid, 5) == 0 ||
		    memcmp(bytes + i, "VLC ", 4) == 0)
			flaw("a VLC could be read");
}

static void
walk_sealed(struct walk *w, bool codes)
{
	struct child watcher;
	bool good, watched;

	relay_clear();
	good = walk_begin(w);
	watched = good && codes && watch_codes(&watcher, w->codes);
	good = good && walk_login(w);
	for (const char *op = w->ops; good && *op != '\0'; op++)
		good = walk_do(w, *op);
	if (!good)
		flaw("a walk, %s, step %d: \"%.200s\"", w->ops, w->step,
		    w->said);
	walk_end(w);
	seek_all(w);
	if (watched) {
		child_end(&watcher, SIGTERM);
		seek_codes(w);
	}
}

/* All that can be done, in some order. */
static const char *
random_ops(void)
{
	static char ops[16];
	int n = 1 + rand() % 3;

	ops[0] = 'U';
	for (int i = 1; i <= n; i++)
		ops[i] = "LR"[rand() % 2];
	strcpy(
	    ops + n + 1, (const char *const[]){ "X", "DX", "DUX" }[rand() % 3]);
	return ops;
}

void
prove_sealed(void)
{
	int walks = size_of(1000, 2);
	struct walk w;

	if (!secured_open(SECURED_ONLY))
		return;
	for (int i = 0; i < walks; i++) {
		walk_plan(&w, i == 0 ? "ULRDUX" : random_ops());
		if (i > 0)
			w.size = 40 + (size_t)(rand() % 30000);
		walk_sealed(&w, i == 0);
	}
	trial_close();
	figure("%ld of %zu secrets in %zu bytes of %d walks", read_in_clear,
	    sought, heard, walks);
	allowed("0");
}
