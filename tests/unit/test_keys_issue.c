/*
 * What an authority issues: who is believed by it, what is listed and revoked.
 * With openssl where that is installed, in both directions.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "keydirs.h"

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
}

/* The list, and what is taken from it into revoked. */
static void
revoked(void)
{
	struct tls_peer p;
	char serial[64], line[160], text[KEYS_FINGERPRINT_MAX];

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
	char serial[64];
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

	/* With an authority goes all that stands below it. */
	sscanf(listed(" sub"), "%63s", serial);
	put("ann/revoked", serial);
	keys_refresh(&user);
	p = peer_of(&other, &user, true, "deep");
	believed(KEYS_REVOKED, &user, &p, KEYS_A_SERVER, "deep:1");
	p = peer_of(&as, &user, true, "as.test");
	believed(KEYS_BY_CHAIN, &user, &p, KEYS_A_SERVER, "as.test:1");
	CHECK(unlink("ann/revoked") == 0, "unlink");
	keys_refresh(&user);
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

	if (!go_home(home) || keys_open(&as, "as", &authority) != NULL)
		return 1;
	issued();
	revoked();
	authorities();
	not_issued();
	if (run("openssl version") && !has(said(), "LibreSSL")) {
		ours_by_openssl();
		theirs_by_us();
	} else
		printf("keys: skipped what openssl says: not installed\n");
	return leave_home(home, "keys_issue");
}
