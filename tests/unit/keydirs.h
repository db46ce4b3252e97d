/* keydirs - what the tests of key directories share. */
#ifndef KEYDIRS_H
#define KEYDIRS_H
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/keys.h"
#include "sys/random.h"
#include "test.h"

static struct keys as, fs, user, other;
static const struct keys_owner authority = { CERT_AUTHORITY,
	"as.test,localhost,127.0.0.1" };
static const struct keys_owner program = { CERT_PROGRAM, "fs.test" };
static const struct keys_owner person = { CERT_PERSON, "user" };

static inline bool run(const char *format, ...)
    __attribute__((__format__(__printf__, 1, 2)));

static inline bool
run(const char *format, ...)
{
	char command[2000];
	va_list args;
	int n;

	va_start(args, format);
	command[0] = '(';
	n = vsnprintf(command + 1, sizeof(command) - 16, format, args);
	va_end(args);
	strcpy(command + 1 + n, ") >said 2>&1");
	return system(command) == 0;
}

static inline const char *
said(void)
{
	static char text[2000];
	FILE *f = fopen("said", "r");

	text[f != NULL ? fread(text, 1, sizeof(text) - 1, f) : 0] = '\0';
	if (f != NULL)
		fclose(f);
	return text;
}

static inline bool
has(const char *text, const char *part)
{
	return text != NULL && strstr(text, part) != NULL;
}

static inline unsigned
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (unsigned)st.st_mode & 07777 : 0;
}

static inline void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	CHECK(f != NULL && fputs(text, f) >= 0, "%s", path);
	if (f != NULL)
		fclose(f);
}

/* The whole of a file, and it closed. */
static inline const char *
get(const char *path)
{
	static char text[70000];
	FILE *f = fopen(path, "r");

	text[f != NULL ? fread(text, 1, sizeof(text) - 1, f) : 0] = '\0';
	if (f != NULL)
		fclose(f);
	return text;
}

/* Refused, with a sentence that has this in it. */
static inline void
refused(const char *dir, const char *part)
{
	const char *why = keys_open(&other, dir, &authority);

	CHECK(has(why, part), "%s: '%s' lacks '%s'", dir, why, part);
	keys_close(&other);
}

/* What we would see of who holds these keys, called by name. */
static inline struct tls_peer
peer_of(const struct keys *theirs, const struct keys *ours, bool server,
    const char *name)
{
	struct cert_check check = { ours->trust.roots, ours->trust.root_count,
		name, server, ours->trust.wall, ours->trust.revoked,
		ours->trust.context };
	const uint8_t *at = theirs->self.chain;
	struct tls_peer p = { .certified = true };
	struct cert c;

	CHECK(cert_read(&c, at + 3, (size_t)(at[1] << 8 | at[2])), "theirs");
	p.fault =
	    cert_verify(theirs->self.chain, theirs->self.chain_len, &check);
	p.serves = c.serves;
	p.until = c.until;
	cert_fingerprint(p.fingerprint, &c);
	p.serial_len = (uint8_t)c.serial.left;
	memcpy(p.serial, c.serial.at, c.serial.left);
	return p;
}

static inline void
believed(enum keys_belief want, struct keys *by, const struct tls_peer *p,
    enum keys_purpose purpose, const char *place)
{
	enum keys_belief got;

	keys_refresh(by);
	got = keys_judge(by, p, purpose, place);
	CHECK(got == want, "%s at %s, not %s", keys_words(got),
	    place != NULL ? place : "any", keys_words(want));
	CHECK(keys_believes(got) == (keys_alert(got) == 0), "an alert");
}

/* Go to an empty directory of our own; false: it cannot be made. */
static inline bool
go_home(char home[])
{
	umask(0);
	return mkdtemp(home) != NULL && chdir(home) == 0 && random_open() != -1;
}

static inline int
leave_home(const char *home, const char *name)
{
	if (chdir("/") == 0 && failures == 0)
		run("rm -rf %s", home);
	return test_done(name);
}
#endif
