/* Row 16: bytes that a terminal or a log would obey, in every field. */
#include <ctype.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "trial.h"

#define LONG_FIELD 10000
#define LONG_LINE  1000

static char long_field[LONG_FIELD + 1];
static const char *const evil[] = { "\x1b[2J", "\x1b]0;x\x07", "\a", "a\rb",
	"\x9b"
	"31m",
	"caf\xe9", "\xff\xfe", "a\bb", "a\tb", "a\vb\f", "\x7f", "%s%n%d",
	long_field };

#define EVIL (sizeof(evil) / sizeof(evil[0]))

static const char *const to_as[] = { "%s", "%s 12345", "LOG %s abcd1234",
	"LOG 12345 %s", "REQ %s 1111 L", "REQ 12345 %s L", "REQ 12345 1111 %s",
	"REQ 12345 1111 U %s", "AUT %s 1111 1111", "AUT 12345 %s 1111",
	"AUT 12345 1111 %s", NULL };
static const char *const to_fs[] = { "%s", "LST %s 1234", "LST 12345 %s",
	"RTV 12345 1234 %s", "UPL 12345 1234 %s 1 x", "UPL 12345 1234 a.txt %s",
	"DEL 12345 1234 %s", "REM 12345 %s", NULL };
static const char *const by_udp[] = { "%s", "REG %s abcd1234 127.0.0.1 57000",
	"REG 12345 %s 127.0.0.1 57000", "REG 12345 abcd1234 %s 57000",
	"REG 12345 abcd1234 127.0.0.1 %s", "UNR %s abcd1234", "UNR 12345 %s",
	"VLD %s 1234", "VLD 12345 %s", NULL };

static int events;

/* The %s of a form, filled. */
static size_t
fill(char *out, size_t room, const char *form, const char *field)
{
	const char *at = strstr(form, "%s");

	return (size_t)snprintf(
	    out, room, "%.*s%s%s\n", (int)(at - form), form, field, at + 2);
}

static void
send_all(const char *const *forms, uint16_t port, int udp)
{
	static char text[LONG_FIELD + 100];
	char reply[256];

	for (; *forms != NULL; forms++)
		for (size_t i = 0; i < EVIL; i++) {
			size_t n = fill(text, sizeof(text), *forms, evil[i]);
			struct sockaddr_in to = address_of(LOCAL, port);
			int fd;

			events++;
			if (udp != -1) {
				sendto(udp, text, n, 0, (struct sockaddr *)&to,
				    sizeof(to));
				continue;
			}
			fd = tcp_to(LOCAL, port);
			say_all(fd, text, n);
			if (!hear(fd, reply, sizeof(reply)))
				flaw("no reply to %.20s", *forms);
			close(fd);
		}
}

static int
check_line(const char *what, const char *line)
{
	for (const char *s = line; *s != '\0'; s++)
		if (!isprint((unsigned char)*s)) {
			flaw("%s says the byte %02x: %.40s", what,
			    (unsigned)(unsigned char)*s, line);
			return 1;
		}
	if (strlen(line) > LONG_LINE)
		flaw("%s says a line of %zu bytes", what, strlen(line));
	return 1;
}

static int
check_log(const struct server *s)
{
	static char line[LONG_FIELD * 5];
	FILE *f = fopen(s->log, "r");
	int lines = 0;

	if (f == NULL)
		return 0;
	while (fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		lines += check_line(s->program, line);
		if (strstr(line, "abcd1234") != NULL)
			flaw("%s logs a password: %.60s", s->program, line);
	}
	fclose(f);
	return lines;
}

/* A listener that answers a login with this; what user makes of it. */
static void
answer_user(const char *field)
{
	struct sockaddr_in me = address_of(LOCAL, 0);
	char path[PATH_ROOM], port[8], text[LONG_FIELD + 100];
	const char *argv[] = { path, "-p", port, NULL };
	int door = socket(AF_INET, SOCK_STREAM, 0), session;
	struct child user;

	if (bind(door, (struct sockaddr *)&me, sizeof(me)) == -1 ||
	    listen(door, 1) == -1)
		flaw("cannot listen");
	path_in(path, scene_bin(), "user");
	snprintf(port, sizeof(port), "%u", (unsigned)port_of(door));
	child_start(&user, scene_dir(), argv);
	session = wait_readable(door, patience) ? accept(door, NULL, NULL) : -1;
	say(user.in, "login 12345 abcd1234\n");
	hear(session, text, sizeof(text));
	fill(text, sizeof(text), "RLO %s", field);
	say_all(session, text, strlen(text));
	nap(20);
	close(session);
	close(door);
	say(user.in, "exit\n");
	while (hear(user.out, text, sizeof(text)))
		check_line("user", text);
	child_end(&user, 0);
}

/* A VLC and a RRG with this in their fields; what pd makes of them. */
static void
answer_pd(const char *field)
{
	char path[PATH_ROOM], at[8], port[8], text[LONG_FIELD + 100];
	const char *argv[] = { path, LOCAL, "-d", port, "-n", LOCAL, "-p", at,
		NULL };
	int as = udp_at(LOCAL, 0), spare = udp_at(LOCAL, 0);
	struct sockaddr_in from, to = address_of(LOCAL, port_of(spare));
	struct child pd;

	path_in(path, scene_bin(), "pd");
	snprintf(at, sizeof(at), "%u", (unsigned)port_of(as));
	snprintf(port, sizeof(port), "%u", (unsigned)port_of(spare));
	close(spare);
	child_start(&pd, NULL, argv);
	say(pd.in, "reg 12345 abcd1234\n");
	hear_datagram(as, text, sizeof(text), &from, patience);
	fill(text, sizeof(text), "RRG %s", field);
	sendto(
	    as, text, strlen(text), 0, (struct sockaddr *)&from, sizeof(from));
	answer(as, &from, "RRG OK\n");
	for (int i = 0; i < 2; i++) {
		fill(text, sizeof(text),
		    i == 0 ? "VLC 12345 %s L" : "VLC 12345 1234 U %s", field);
		sendto(as, text, strlen(text), 0, (struct sockaddr *)&to,
		    sizeof(to));
	}
	nap(20);
	say(pd.in, "exit\n");
	while (hear_datagram(as, text, sizeof(text), &from, patience) &&
	    strncmp(text, "UNR", 3) != 0)
		; /* a RVC */
	answer(as, &from, "RUN OK\n");
	while (hear(pd.out, text, sizeof(text)))
		check_line("pd", text);
	child_end(&pd, 0);
	close(as);
}

void
prove_escaping(void)
{
	int udp = udp_at(LOCAL, 0), lines;

	memset(long_field, 'A', LONG_FIELD);
	trial_plan();
	trial_as.option = trial_fs.option = "-v";
	trial_as.bin = scene_quick();
	if (!trial_open_again())
		return;
	lines = check_log(&trial_as) + check_log(&trial_fs);
	send_all(to_as, trial_as.port, -1);
	send_all(to_fs, trial_fs.port, -1);
	send_all(by_udp, trial_as.port, udp);
	nap(100);
	trial_close();
	lines = check_log(&trial_as) + check_log(&trial_fs) - lines - 2;
	if (lines > events + 20 || lines < events / 2)
		flaw("%d lines for %d events", lines, events);
	for (size_t i = 0; i < EVIL; i += (size_t)size_of(1, 4)) {
		answer_user(evil[i]);
		answer_pd(evil[i]);
	}
	figure("%d events, %d lines, %d control bytes", events, lines, flaws());
	allowed("a line an event, 0");
}
