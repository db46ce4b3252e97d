/*
 * Rows 30 and 34: other people's TLS speaks with our programs, and a session of
 * another AS, or of the time before a restart, opens nothing.
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "secured.h"

#define TEXT "all is well"
#define SIZE 11

/* In the shell KEYS is the directory of keys, PORT the other side's. */
static const struct tool {
	const char *name, *tls, *dtls;
} tools[] = {
	{ "openssl",
	    "openssl s_client -tls1_2 -quiet -verify_return_error"
	    " -CAfile $KEYS/user/trust.pem -connect 127.0.0.1:$PORT",
	    "openssl s_client -dtls1_2 -quiet -verify_return_error"
	    " -CAfile $KEYS/user/trust.pem -cert $KEYS/pd/cert.pem"
	    " -key $KEYS/pd/key.pem -connect 127.0.0.1:$PORT" },
	{ "gnutls-cli",
	    "gnutls-cli --x509cafile $KEYS/user/trust.pem -p $PORT 127.0.0.1",
	    "gnutls-cli --udp --x509cafile $KEYS/user/trust.pem"
	    " --x509certfile $KEYS/pd/cert.pem --x509keyfile $KEYS/pd/key.pem"
	    " -p $PORT 127.0.0.1" },
};

static int talks, good;

static bool
installed(const char *tool)
{
	char command[128];

	snprintf(command, sizeof(command), "command -v %s >/dev/null", tool);
	if (system(command) == 0)
		return true;
	skip("%s is not installed", tool);
	return false;
}

/* What the program says and hears is the conversation. */
static void
start(struct child *c, const char *command, uint16_t port)
{
	char text[3 * PATH_ROOM];
	const char *argv[] = { "/bin/sh", "-c", text, NULL };

	snprintf(text, sizeof(text), "KEYS='%s/keys' PORT=%u; exec %s",
	    scene_dir(), (unsigned)port, command);
	child_start(c, NULL, argv);
}

static bool
judge(const char *tool, const char *what, bool right, const char *said)
{
	talks++;
	good += right;
	if (!right)
		flaw("%s, %s: \"%.100s\"", tool, what, said);
	return right;
}

/* It says that, and gets this line. */
static bool
ask(const struct tool *t, struct child *c, const char *question,
    const char *answer, char said[SAID_ROOM])
{
	say(c->in, "%s\n", question);
	if (!hear_like(c->out, said, SAID_ROOM, answer))
		said[0] = '\0';
	return judge(t->name, question, said[0] != '\0', said);
}

static bool
get_tid(const struct tool *t, struct child *c, struct person *p,
    const char *operation, char tid[5])
{
	char said[SAID_ROOM], text[64], vc[5];
	struct sockaddr_in as;

	tid[0] = '\0';
	say(c->in, "REQ %s 1111 %s\n", p->uid, operation);
	if (!hear_datagram(p->device, said, sizeof(said), &as, patience) ||
	    sscanf(said, "VLC %*5s %4s", vc) != 1)
		return judge(t->name, "REQ", false, said);
	answer(p->device, &as, "RVC %s OK\n", p->uid);
	snprintf(text, sizeof(text), "AUT %s 1111 %s", p->uid, vc);
	return hear_like(c->out, said, sizeof(said), "RRQ OK") &&
	    ask(t, c, text, "RAU ", said) && sscanf(said, "RAU %4s", tid) == 1;
}

/* One request to the FS, on a connection of its own. */
static void
ask_fs(const struct tool *t, const char *request, const char *reply)
{
	char said[SAID_ROOM];
	struct child c;

	start(&c, t->tls, trial_fs.port);
	ask(t, &c, request, reply, said);
	child_end(&c, SIGTERM);
}

static void
speak(const struct tool *t)
{
	char said[SAID_ROOM], text[128], tid[5];
	struct person p, other;
	struct child c;

	trial_person(&p);
	trial_person(&other);
	start(&c, t->dtls, trial_as.port);
	snprintf(
	    text, sizeof(text), "REG %s %s 127.0.0.1 9", other.uid, other.pass);
	ask(t, &c, text, "RRG OK", said);
	child_end(&c, SIGTERM);
	if (!person_register(&p))
		flaw("cannot register: \"%s\"", p.said);
	start(&c, t->tls, trial_as.port);
	snprintf(text, sizeof(text), "LOG %s %s", p.uid, p.pass);
	ask(t, &c, text, "RLO OK", said);
	if (get_tid(t, &c, &p, "U a.txt", tid)) {
		snprintf(text, sizeof(text), "UPL %s %s a.txt %d " TEXT, p.uid,
		    tid, SIZE);
		ask_fs(t, text, "RUP OK");
	}
	if (get_tid(t, &c, &p, "L", tid)) {
		snprintf(text, sizeof(text), "LST %s %s", p.uid, tid);
		ask_fs(t, text, "RLS 1 a.txt 11");
	}
	if (get_tid(t, &c, &p, "R a.txt", tid)) {
		snprintf(text, sizeof(text), "RTV %s %s a.txt", p.uid, tid);
		ask_fs(t, text, "RRT OK 11 " TEXT);
	}
	child_end(&c, SIGTERM);
	person_leave(&p);
}

static void
wait_for_server(uint16_t port)
{
	for (int i = 0; i < PATIENCE / 20; i++) {
		int fd = tcp_to(LOCAL, port);

		if (fd != -1) {
			close(fd);
			return;
		}
		nap(20);
	}
}

/* user finds that server in the place of the AS; hears: what it gets there. */
static void
serve_user(const char *tool, const char *command, bool echoes)
{
	char said[SAID_ROOM], keys[PATH_ROOM];
	uint16_t port = free_port();
	struct child server, user;

	start(&server, command, port);
	wait_for_server(port);
	secured_dir(keys, "user");
	secured_user(&user, keys, LOCAL, port);
	say(user.in, "login 12345 abcd1234\n");
	if (!echoes) {
		judge(tool, "LOG",
		    hear_like(
			server.out, said, sizeof(said), "LOG 12345 abcd1234"),
		    said);
		say(server.in, "RLO OK\n");
	}
	says(&user, said, NULL, "Logged in");
	judge(tool, "user there",
	    echoes ? said[0] != '(' && strstr(said, "securely") == NULL :
		     strncmp(said, "Logged in", 9) == 0,
	    said);
	child_end(&user, SIGTERM);
	child_end(&server, SIGTERM);
}

void
prove_other_peers(void)
{
	if (!secured_open(SECURED_TOO))
		return;
	for (int i = 0; i < 2; i++)
		if (installed(tools[i].name))
			speak(&tools[i]);
	if (installed("openssl"))
		serve_user("s_server",
		    "openssl s_server -tls1_2 -quiet -cert $KEYS/as/cert.pem"
		    " -key $KEYS/as/key.pem -accept $PORT",
		    false);
	if (installed("gnutls-serv"))
		serve_user("gnutls-serv",
		    "gnutls-serv --disable-client-cert --echo"
		    " --x509certfile $KEYS/as/cert.pem"
		    " --x509keyfile $KEYS/as/key.pem -p $PORT",
		    true);
	trial_close();
	if (talks > 0)
		figure("%d of %d exchanges", good, talks);
	allowed("all");
}

static int offered, accepted;

/* Is the session in the file taken up by the AS at that port? */
static bool
is_resumed(const char *file, uint16_t port, bool keep)
{
	char command[2 * PATH_ROOM], line[256];
	bool resumed = false, met = false;
	FILE *f;

	snprintf(command, sizeof(command),
	    "openssl s_client -tls1_2 -connect 127.0.0.1:%u %s %s"
	    " </dev/null 2>&1",
	    (unsigned)port, keep ? "-sess_out" : "-sess_in", file);
	f = popen(command, "r");
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		resumed |= strncmp(line, "Reused, ", 8) == 0;
		met |= strncmp(line, "New, ", 5) == 0;
	}
	if (f != NULL)
		pclose(f);
	if (!resumed && !met)
		flaw("no handshake with the AS at port %u", (unsigned)port);
	return resumed;
}

static void
offer(const char *what, const char *file, uint16_t port)
{
	offered++;
	if (is_resumed(file, port, false)) {
		accepted++;
		flaw("a session %s is accepted", what);
	}
}

void
prove_old_sessions(void)
{
	int n = size_of(200, 3);
	struct server other;
	char file[PATH_ROOM];

	skip("OLC, OLA and RHL, which this version does not know");
	if (!installed("openssl") || !secured_open(SECURED_ONLY))
		return;
	path_in(file, scene_dir(), "session");
	secured_as(&other, "other", "other");
	if (!server_start(&other))
		return;
	for (int i = 0; i < n; i++) {
		is_resumed(file, trial_as.port, true);
		if (!is_resumed(file, trial_as.port, false))
			flaw("a session is not taken up");
		offer("of another AS", file, other.port);
	}
	server_end(&trial_as, SIGTERM);
	if (!server_start(&trial_as))
		return;
	for (int i = 0; i < n; i++)
		offer("from before a restart", file, trial_as.port);
	server_end(&other, SIGTERM);
	trial_close();
	figure("%d of %d accepted", accepted, offered);
	allowed("0");
}
