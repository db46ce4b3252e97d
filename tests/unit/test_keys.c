/*
 * A key directory: made, read again, refused; who is known.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "keydirs.h"

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

int
main(void)
{
	char home[] = "/tmp/test_keys.XXXXXX";

	if (!go_home(home))
		return 1;
	made_and_read_again();
	modes();
	damaged();
	known();
	return leave_home(home, "keys");
}
