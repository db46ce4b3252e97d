/*
 * A key directory: made, read again, refused; issued from; who is believed.
 * With openssl where that is installed, in both directions.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "sys/keys.h"
#include "sys/random.h"
#include "test.h"

static struct keys as, fs, user, other;
static const struct keys_owner authority = { CERT_AUTHORITY,
	"as.test,localhost,127.0.0.1" };
static const struct keys_owner program = { CERT_PROGRAM, "fs.test" };
static const struct keys_owner person = { CERT_PERSON, "user" };

static bool run(const char *format, ...)
    __attribute__((__format__(__printf__, 1, 2)));

static bool
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

static const char *
said(void)
{
	static char text[2000];
	FILE *f = fopen("said", "r");

	text[f != NULL ? fread(text, 1, sizeof(text) - 1, f) : 0] = '\0';
	if (f != NULL)
		fclose(f);
	return text;
}

static bool
has(const char *text, const char *part)
{
	return text != NULL && strstr(text, part) != NULL;
}

static unsigned
mode_of(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 ? (unsigned)st.st_mode & 07777 : 0;
}

static void
put(const char *path, const char *text)
{
	FILE *f = fopen(path, "w");

	CHECK(f != NULL && fputs(text, f) >= 0, "%s", path);
	if (f != NULL)
		fclose(f);
}

/* The whole of a file, and it closed. */
static const char *
get(const char *path)
{
	static char text[70000];
	FILE *f = fopen(path, "r");

	text[f != NULL ? fread(text, 1, sizeof(text) - 1, f) : 0] = '\0';
	if (f != NULL)
		fclose(f);
	return text;
}

static void
made_and_read_again(void)
{
	uint8_t first[SHA256_LEN];
	const char *why = keys_open(&user, "user", &person);

	CHECK(why == NULL, "%s", why);
	CHECK(user.made, "a first start");
	CHECK(mode_of("user") == 0700, "%o", mode_of("user"));
	CHECK(mode_of("user/key.pem") == 0600, "%o", mode_of("user/key.pem"));
	CHECK(user.trust.root_count == 0, "%zu", user.trust.root_count);
	CHECK(access("user/trust.pem", F_OK) == -1 &&
		access("user/known", F_OK) == -1,
	    "no more files than needed");
	memcpy(first, user.fingerprint, sizeof(first));
	keys_close(&user);
	CHECK(user.self.seed[0] == 0 && user.self.seed[31] == 0, "wiped");
	why = keys_open(&user, "user", &person);
	CHECK(why == NULL && !user.made, "%s", why);
	CHECK(memcmp(first, user.fingerprint, sizeof(first)) == 0, "the same");
	CHECK(keys_open(&as, "as", &authority) == NULL, "%s", as.why);
	CHECK(as.trust.root_count == 1, "its own root");
	CHECK(keys_open(&as, "as", &authority) == NULL && !as.made, "again");
	CHECK(as.trust.root_count == 1, "no second root");
	CHECK(keys_open(&fs, "fs", &program) == NULL, "%s", fs.why);
}

/* Refused, with a sentence that has this in it. */
static void
refused(const char *dir, const char *part)
{
	const char *why = keys_open(&other, dir, &authority);

	CHECK(has(why, part), "%s: '%s' lacks '%s'", dir, why, part);
	keys_close(&other);
}

static void
modes(void)
{
	static const mode_t bad[] = { 0640, 0604, 0660, 0610, 0601, 0622 };

	for (size_t i = 0; i < LEN(bad); i++) {
		chmod("fs/key.pem", bad[i]);
		refused("fs", "chmod 600");
	}
	chmod("fs/key.pem", 0400);
	CHECK(keys_open(&other, "fs", &program) == NULL, "%s", other.why);
	chmod("fs/key.pem", 0600);
	chmod("fs", 0777);
	refused("fs", "writable by others");
	chmod("fs", 0700);
	CHECK(run("mkdir link; mv fs/key.pem k; ln -s ../k fs/key.pem"), "ln");
	refused("fs", "symbolic link");
	CHECK(run("rm fs/key.pem; ln k fs/key.pem"), "ln");
	refused("fs", "not a plain file");
	CHECK(run("rm k; mkfifo -m 600 fs/fifo; mv fs/key.pem fs/k; "
		  "mv fs/fifo fs/key.pem"),
	    "fifo");
	refused("fs", "not a plain file");
	CHECK(run("mv fs/k fs/key.pem"), "back");
	CHECK(keys_open(&other, "fs", &program) == NULL, "%s", other.why);
}

static void
damaged(void)
{
	static const struct {
		const char *file, *text, *part;
	} rows[] = {
		{ "key.pem", "nonsense\n", "key.pem, line 1: not an Ed25519" },
		{ "key.pem",
		    "# mine\n-----BEGIN PRIVATE KEY-----\nMC4CAQ*=\n"
		    "-----END PRIVATE KEY-----\n",
		    "key.pem, line 2: not" },
		{ "cert.pem", "nonsense\n", "cert.pem, line 1: not" },
		{ "cert.pem",
		    "\n\n-----BEGIN CERTIFICATE-----\nAA*\n"
		    "-----END CERTIFICATE-----\n",
		    "cert.pem, line 3: not" },
		{ "trust.pem",
		    "our root\n-----BEGIN CERTIFICATE-----\nMAA=\n"
		    "-----END CERTIFICATE-----\n",
		    "trust.pem, line 4: not one" },
		{ "trust.pem", "\n-----BEGIN CERTIFICATE-----\nMAA=\n",
		    "trust.pem, line 2: not one" },
		{ "known", "# all\nlocalhost:58000 sha-1 AB:CD\n",
		    "known, line 2: not HOST:PORT" },
		{ "known", "localhost sha-256 AB\n", "known, line 1: not" },
		{ "known", "\n\nh:1 sha-256 AB:CD:\n", "known, line 3: not" },
		{ "revoked", "12AB\n12AG\n", "revoked, line 2: not a serial" },
		{ "revoked", "123\n", "revoked, line 1: not" },
		{ "revoked", "sha-256 AB\n", "revoked, line 1: not" },
	};

	for (size_t i = 0; i < LEN(rows); i++) {
		char path[64];

		CHECK(run("rm -rf x; cp -R as x"), "cp");
		snprintf(path, sizeof(path), "x/%s", rows[i].file);
		put(path, rows[i].text);
		chmod(path, 0600);
		refused("x", rows[i].part);
	}
	CHECK(run("rm -rf x; cp -R as x; cp fs/cert.pem x"), "another's");
	refused("x", "cert.pem, line 1: not the Ed25519 certificate of key");
	CHECK(run("rm -rf x; cp -R as x; printf 'a\\0b' >x/known"), "NUL");
	refused("x", "known: not a text");
	CHECK(run("rm -rf x; cp -R as x; ln -s known x/revoked"), "link");
	refused("x", "revoked: not a plain file");
	CHECK(run("rm -rf x; cp -R as x; yes '#' | head -c 70000 >x/known"),
	    "long");
	refused("x", "known: longer than");
}

/* What we would see of who holds these keys, called by name. */
static struct tls_peer
peer_of(const struct keys *theirs, const struct keys *ours, bool server,
    const char *name)
{
	struct cert_check check = { ours->trust.roots, ours->trust.root_count,
		name, server, ours->trust.wall };
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

static void
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

static void
known(void)
{
	struct tls_peer p = peer_of(&fs, &user, true, "fs.test");
	static const char place[] = "fs.test:59000";
	char text[KEYS_FINGERPRINT_MAX];

	believed(KEYS_NO_ROOT, &user, &p, KEYS_A_SERVER, place);
	CHECK(keys_learn(&user, place, p.fingerprint), "%s", user.why);
	CHECK(mode_of("user/known") == 0600, "%o", mode_of("user/known"));
	believed(KEYS_BY_KNOWN, &user, &p, KEYS_A_SERVER, place);
	believed(KEYS_BY_KNOWN, &user, &p, KEYS_A_SERVER, "FS.test:59000");
	believed(KEYS_BY_KNOWN, &user, &p, KEYS_A_PROGRAM, NULL);
	believed(KEYS_NO_ROOT, &user, &p, KEYS_A_SERVER, "fs.test:59001");
	CHECK(has(get("user/known"), keys_fingerprint(text, p.fingerprint)),
	    "%s", get("user/known"));
	p.fingerprint[31] ^= 1;
	believed(KEYS_CHANGED, &user, &p, KEYS_A_SERVER, place);
	believed(KEYS_NO_ROOT, &user, &p, KEYS_A_PROGRAM, NULL);
	p.fingerprint[31] ^= 1;
	p.serves = false;
	believed(KEYS_WRONG_CLASS, &user, &p, KEYS_A_SERVER, place);
	p.serves = true;
	p.until = user.trust.wall - 1;
	p.fault = CERT_EXPIRED;
	believed(KEYS_EXPIRED, &user, &p, KEYS_A_SERVER, place);
	p.until = user.trust.wall + 9;
	believed(KEYS_NOT_YET, &user, &p, KEYS_A_SERVER, place);
	p.certified = false;
	believed(KEYS_NAMELESS, &user, &p, KEYS_A_SERVER, place);
	believed(KEYS_ANYBODY, &user, &p, KEYS_ANYONE, NULL);

	/* By hand, behind a line that lacks its end, and read again. */
	p = peer_of(&as, &user, true, NULL);
	put("user/known", "# two\nx:1 sha-256 00");
	believed(KEYS_UNREADABLE, &user, &p, KEYS_A_SERVER, place);
	CHECK(has(user.why, "user/known, line 2"), "%s", user.why);
	put("user/known", "# none");
	CHECK(keys_learn(&user, "as:1", p.fingerprint), "%s", user.why);
	believed(KEYS_BY_KNOWN, &user, &p, KEYS_A_SERVER, "as:1");
	CHECK(unlink("user/known") == 0, "unlink");
	believed(KEYS_NO_ROOT, &user, &p, KEYS_A_SERVER, "as:1");
}

static const char *issued_line, *issued_want;
static int issued_count;

static void
look(const char *line, bool revoked, void *arg)
{
	static char last[600];

	snprintf(last, sizeof(last), "%s%s", line, revoked ? " revoked" : "");
	issued_line = last;
	issued_count++;
	if (has(line, issued_want))
		snprintf(arg, 600, "%s", last);
}

static const char *
listed(const char *want)
{
	static char found[600];

	found[0] = '\0';
	issued_want = want;
	issued_count = 0;
	CHECK(keys_issued(&as, look, found) == NULL, "%s", as.why);
	return found;
}

static void
take_back(const char *what)
{
	put("as/revoked", what);
}

static void
issued(void)
{
	struct tls_peer p;
	char serial[64], line[160], text[KEYS_FINGERPRINT_MAX];

	CHECK(
	    keys_issue(&as, CERT_PROGRAM, "fs2/", NULL) == NULL, "%s", as.why);
	CHECK(keys_issue(&as, CERT_PERSON, "ann", "Ann B.") == NULL, "%s",
	    as.why);
	CHECK(mode_of("fs2") == 0700 && mode_of("fs2/key.pem") == 0600 &&
		mode_of("fs2/kdc.key") == 0600,
	    "modes");
	CHECK(strlen(get("fs2/kdc.key")) == 65, "%s", get("fs2/kdc.key"));
	CHECK(run("cmp fs2/kdc.key as/kdc/*"), "%s", said());
	CHECK(access("ann/kdc.key", F_OK) == -1, "a person has none");
	CHECK(keys_open(&fs, "fs2", &program) == NULL, "%s", fs.why);
	CHECK(!fs.made && fs.trust.root_count == 1, "as issued");
	CHECK(keys_open(&user, "ann", &person) == NULL, "%s", user.why);

	p = peer_of(&as, &user, true, "127.0.0.1");
	believed(KEYS_BY_CHAIN, &user, &p, KEYS_A_SERVER, "127.0.0.1:1");
	p = peer_of(&as, &user, true, "as.test");
	believed(KEYS_BY_CHAIN, &user, &p, KEYS_A_SERVER, "as.test:1");
	p = peer_of(&as, &user, true, "192.0.2.1");
	believed(KEYS_OTHER_NAME, &user, &p, KEYS_A_SERVER, "192.0.2.1:1");
	p = peer_of(&fs, &user, true, "fs2");
	believed(KEYS_BY_CHAIN, &user, &p, KEYS_A_SERVER, "fs2:1");
	p = peer_of(&fs, &as, false, NULL);
	believed(KEYS_BY_CHAIN, &as, &p, KEYS_A_PROGRAM, NULL);
	p = peer_of(&user, &as, false, NULL);
	believed(KEYS_BY_CHAIN, &as, &p, KEYS_ANYONE, NULL);
	believed(KEYS_WRONG_CLASS, &as, &p, KEYS_A_PROGRAM, NULL);
	p = peer_of(&user, &fs, true, NULL);
	believed(KEYS_WRONG_CLASS, &fs, &p, KEYS_A_SERVER, "x:1");
	user.trust.wall = p.until + 1;
	p = peer_of(&as, &user, true, "as.test");
	CHECK(p.fault == CERT_EXPIRED, "%d", p.fault);
	keys_refresh(&user);

	/* The list, and what is taken from it into revoked. */
	CHECK(has(listed("fs2"), " 2 20"), "%s", listed("fs2"));
	CHECK(issued_count == 2 && !has(listed("Ann"), "revoked"), "%d",
	    issued_count);
	sscanf(listed("Ann"), "%63s", serial);
	take_back(serial);
	p = peer_of(&user, &as, false, NULL);
	believed(KEYS_REVOKED, &as, &p, KEYS_ANYONE, NULL);
	CHECK(has(listed("Ann"), "revoked"), "%s", issued_line);
	CHECK(!has(listed("fs2"), "revoked"), "%s", issued_line);
	p = peer_of(&fs, &as, false, NULL);
	believed(KEYS_BY_CHAIN, &as, &p, KEYS_A_PROGRAM, NULL);
	snprintf(line, sizeof(line), "serial=0000%s # lost\n\n%s", serial,
	    keys_fingerprint(text, p.fingerprint));
	take_back(line);
	believed(KEYS_REVOKED, &as, &p, KEYS_A_PROGRAM, NULL);
	take_back("a mistake\n");
	believed(KEYS_UNREADABLE, &as, &p, KEYS_ANYONE, NULL);
	CHECK(unlink("as/revoked") == 0, "unlink");
	believed(KEYS_BY_CHAIN, &as, &p, KEYS_A_PROGRAM, NULL);
}

/* An authority below ours, and one below that: no third. */
static void
authorities(void)
{
	static struct keys sub, subsub;
	struct tls_peer p;
	const char *why;

	CHECK(
	    keys_issue(&as, CERT_AUTHORITY, "sub", NULL) == NULL, "%s", as.why);
	CHECK(keys_open(&sub, "sub", &authority) == NULL, "%s", sub.why);
	CHECK(keys_issue(&sub, CERT_AUTHORITY, "subsub", NULL) == NULL, "%s",
	    sub.why);
	CHECK(
	    keys_open(&subsub, "subsub", &authority) == NULL, "%s", subsub.why);
	CHECK(subsub.trust.root_count == 1, "no root of its own");
	why = keys_issue(&subsub, CERT_AUTHORITY, "no", NULL);
	CHECK(has(why, "no further authorities"), "%s", why);
	CHECK(keys_issue(&subsub, CERT_PROGRAM, "deep", NULL) == NULL, "%s",
	    subsub.why);
	CHECK(keys_open(&other, "deep", &program) == NULL, "%s", other.why);
	p = peer_of(&other, &user, true, "deep");
	believed(KEYS_BY_CHAIN, &user, &p, KEYS_A_SERVER, "deep:1");
	p = peer_of(&subsub, &user, true, "as.test");
	believed(KEYS_BY_CHAIN, &user, &p, KEYS_A_SERVER, "as.test:1");
}

static void
not_issued(void)
{
	const char *why = keys_issue(&as, CERT_PERSON, "ann", NULL);

	CHECK(has(why, "there already"), "%s", why);
	why = keys_issue(&as, CERT_PROGRAM, "no", "a b");
	CHECK(has(why, "names no hosts"), "%s", why);
	why = keys_issue(&as, CERT_PROGRAM, "no", "a,,b");
	CHECK(has(why, "names no hosts"), "%s", why);
	why = keys_issue(&as, CERT_PERSON, "no", "a\nb");
	CHECK(has(why, "no name"), "%s", why);
	why = keys_issue(&as, CERT_PERSON, "no/such", NULL);
	CHECK(has(why, "cannot make no/such"), "%s", why);
	why = keys_issue(&user, CERT_PERSON, "no", NULL);
	CHECK(has(why, "no authority"), "%s", why);
	CHECK(access("no", F_OK) == -1, "nothing is left");
}

/* openssl reads ours. */
static void
ours_by_openssl(void)
{
	static const struct {
		const char *dir, *with;
		bool good;
	} rows[] = {
		{ "as", "-purpose sslserver -verify_ip 127.0.0.1", true },
		{ "as", "-purpose sslserver -verify_hostname as.test", true },
		{ "as", "-purpose sslserver -verify_hostname no.test", false },
		{ "fs2", "-purpose sslserver -verify_hostname fs2", true },
		{ "fs2", "-purpose sslclient", true },
		{ "ann", "-purpose sslclient", true },
		{ "ann", "-purpose sslserver", false },
		{ "deep", "-purpose sslserver -verify_hostname deep", true },
		{ "sub", "-purpose sslserver", true },
	};

	for (size_t i = 0; i < LEN(rows); i++)
		CHECK(
		    run("openssl verify -x509_strict -CAfile as/trust.pem "
			"-untrusted %s/cert.pem %s %s/cert.pem",
			rows[i].dir, rows[i].with, rows[i].dir) == rows[i].good,
		    "%s %s: %s", rows[i].dir, rows[i].with, said());
	CHECK(run("openssl pkey -in ann/key.pem -pubout >a && "
		  "openssl x509 -in ann/cert.pem -noout -pubkey >b && cmp a b"),
	    "%s", said());
	CHECK(run("openssl x509 -in fs2/cert.pem -noout -fingerprint -sha256"),
	    "%s", said());
	CHECK(has(listed("fs2"),
		  strchr(said(), '=') != NULL ?
		      strtok(strchr(said(), '=') + 1, "\n") :
		      "?"),
	    "the fingerprint: %s", said());
}

/* We read what openssl makes. */
static void
theirs_by_us(void)
{
	struct tls_peer p;

	CHECK(run("mkdir -m 700 o r && openssl req -x509 -newkey ed25519 "
		  "-nodes -days 9 -subj /CN=o.test -addext "
		  "subjectAltName=DNS:o.test -keyout o/key.pem "
		  "-out o/cert.pem"),
	    "%s", said());
	CHECK(keys_open(&other, "o", &program) == NULL, "%s", other.why);
	keys_refresh(&user);
	p = peer_of(&other, &user, true, "o.test");
	believed(KEYS_NO_ROOT, &user, &p, KEYS_A_SERVER, "o.test:1");
	CHECK(run("openssl x509 -in o/cert.pem -noout -serial >as/revoked"),
	    "%s", said());
	believed(KEYS_REVOKED, &as, &p, KEYS_ANYONE, NULL);
	CHECK(run("rm as/revoked && openssl x509 -in o/cert.pem -noout "
		  "-fingerprint -sha256 | "
		  "sed 's/^.*=/o.test:1 sha-256 /' >ann/known"),
	    "%s", said());
	believed(KEYS_BY_KNOWN, &user, &p, KEYS_A_SERVER, "o.test:1");

	/* A certificate that an authority of openssl's has signed. */
	CHECK(run("openssl genpkey -algorithm ed25519 -out r/key.pem && "
		  "openssl req -new -key r/key.pem -subj /CN=r.test -out r.csr "
		  "&& printf 'extendedKeyUsage=clientAuth,serverAuth\\n"
		  "subjectAltName=DNS:r.test\\n' >ext && openssl x509 -req "
		  "-in r.csr -CA o/cert.pem -CAkey o/key.pem -days 9 "
		  "-CAcreateserial -extfile ext -out r/cert.pem && "
		  "cp o/cert.pem r/trust.pem && cp o/cert.pem ann/trust.pem && "
		  "chmod 600 r/key.pem"),
	    "%s", said());
	CHECK(keys_open(&other, "r", &program) == NULL, "%s", other.why);
	CHECK(keys_open(&user, "ann", &person) == NULL, "%s", user.why);
	p = peer_of(&other, &user, true, "r.test");
	believed(KEYS_BY_CHAIN, &user, &p, KEYS_A_SERVER, "r.test:1");
	CHECK(run("openssl genpkey -algorithm rsa -out r/key.pem"), "rsa");
	chmod("r/key.pem", 0600);
	refused("r", "not an Ed25519 key");
}

int
main(void)
{
	char home[] = "/tmp/test_keys.XXXXXX";

	if (mkdtemp(home) == NULL || chdir(home) == -1 || random_open() == -1)
		return 1;
	umask(0);
	made_and_read_again();
	modes();
	damaged();
	known();
	issued();
	authorities();
	not_issued();
	if (run("openssl version") && !has(said(), "LibreSSL")) {
		ours_by_openssl();
		theirs_by_us();
	} else
		printf("keys: skipped what openssl says: not installed\n");
	if (chdir("/") == 0 && failures == 0)
		run("rm -rf %s", home);
	return test_done("keys");
}
