#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "person.h"

#define SLICE 20 /* ms between two looks whether there is still hope */

void
person_make(
    struct person *p, unsigned number, const struct server *as, uint16_t fs)
{
	memset(p, 0, sizeof(*p));
	snprintf(p->uid, sizeof(p->uid), "%05d", number % 100000);
	snprintf(p->pass, sizeof(p->pass), "Pa%06d", number % 1000000);
	p->from = LOCAL;
	p->as = as->port;
	p->fs = fs;
	p->device = p->session = p->validator = -1;
}

/* Ask the AS over UDP, again where there is no answer. */
static bool
ask_as(struct person *p, int fd, const char *request)
{
	for (int i = 0; i < 3; i++) {
		say_to(fd, p->as, "%s", request);
		if (hear_datagram(fd, p->said, sizeof(p->said), NULL, patience))
			return true;
		if (is_hopeless != NULL && is_hopeless())
			break;
	}
	return false;
}

bool
person_register_at(struct person *p, uint16_t port)
{
	char request[128];

	snprintf(request, sizeof(request), "REG %s %s %s %u\n", p->uid, p->pass,
	    p->from, (unsigned)port);
	return ask_as(p, p->device, request) && strcmp(p->said, "RRG OK") == 0;
}

bool
person_register(struct person *p)
{
	if (p->device == -1)
		p->device = udp_at(p->from, 0);
	return person_register_at(p, port_of(p->device));
}

bool
person_unregister(struct person *p)
{
	char request[64];

	snprintf(request, sizeof(request), "UNR %s %s\n", p->uid, p->pass);
	return ask_as(p, p->device, request) && strcmp(p->said, "RUN OK") == 0;
}

bool
person_validate(struct person *p, const char *tid)
{
	char request[64];

	if (p->validator == -1)
		p->validator = udp_at(LOCAL, 0);
	snprintf(request, sizeof(request), "VLD %s %s\n", p->uid, tid);
	return ask_as(p, p->validator, request) &&
	    strncmp(p->said, "CNF ", 4) == 0;
}

bool
person_login_here(struct person *p)
{
	return say(p->session, "LOG %s %s\n", p->uid, p->pass) &&
	    hear(p->session, p->said, sizeof(p->said)) &&
	    strcmp(p->said, "RLO OK") == 0;
}

bool
person_login(struct person *p)
{
	if (p->session != -1)
		close(p->session);
	p->session = tcp_to(p->from, p->as);
	return p->session != -1 && person_login_here(p);
}

bool
person_come(struct person *p)
{
	return person_register(p) && person_login(p);
}

/* The device confirms every copy of the code that it hears of. */
bool
person_code(struct person *p, char op, const char *name, char vc[5])
{
	struct sockaddr_in as;
	char text[256];

	vc[0] = p->said[0] = '\0';
	if (!say(p->session, "REQ %s 1111 %c%s%s\n", p->uid, op,
		name == NULL ? "" : " ", name == NULL ? "" : name))
		return false;
	for (double until = seconds() + patience / 1e3; seconds() < until;) {
		int from = wait_either(p->session, p->device, SLICE);

		if (from == p->session || (is_hopeless && is_hopeless()))
			break;
		if (from == -1 ||
		    !hear_datagram(p->device, text, sizeof(text), &as, 0) ||
		    sscanf(text, "VLC %*5s %4s", vc) != 1)
			continue;
		answer(p->device, &as, "RVC %s OK\n", p->uid);
	}
	return wait_readable(p->session, 0) &&
	    hear(p->session, p->said, sizeof(p->said)) &&
	    strcmp(p->said, "RRQ OK") == 0 && vc[0] != '\0';
}

bool
person_tid(struct person *p, char op, const char *name, char tid[5])
{
	char vc[5];

	return person_code(p, op, name, vc) &&
	    say(p->session, "AUT %s 1111 %s\n", p->uid, vc) &&
	    hear(p->session, p->said, sizeof(p->said)) &&
	    sscanf(p->said, "RAU %4s", tid) == 1 && strlen(tid) == 4;
}

/* Words up to the data of a RRT OK; other replies are whole lines. */
static bool
hear_reply(int fd, char *line, size_t room, size_t *size)
{
	size_t n = 0, gaps = 0;
	char c = '\0';

	*size = 0;
	while (n + 1 < room && wait_readable(fd, patience)) {
		if (read(fd, &c, 1) != 1 || c == '\n')
			break;
		gaps += c == ' ';
		if (gaps == 3 && strncmp(line, "RRT OK ", 7) == 0) {
			*size = strtoul(line + 7, NULL, 10);
			line[n] = '\0';
			return true;
		}
		line[n++] = c;
	}
	line[n] = '\0';
	return c == '\n';
}

/* The data and its newline; what is wrong with them spoils the reply. */
static bool
hear_data(int fd, size_t size)
{
	static const size_t room = 65536;
	const char *right = content(size);
	char *got = malloc(room);
	size_t done = 0;
	bool same = got != NULL;

	while (same && done <= size && wait_readable(fd, patience)) {
		ssize_t n = read(fd, got, room);
		size_t data = n < 0 ? 0 : (size_t)n;

		if (n <= 0)
			break;
		if (data > size - done)
			data = size - done;
		same = memcmp(got, right + done, data) == 0 &&
		    (size_t)n <= size + 1 - done;
		done += (size_t)n;
	}
	free(got);
	return same && done == size + 1;
}

static bool
say_request(int fd, const struct person *p, char op, const char *name,
    size_t size, const char *tid)
{
	switch (op) {
	case 'L':
		return say(fd, "LST %s %s\n", p->uid, tid);
	case 'R':
		return say(fd, "RTV %s %s %s\n", p->uid, tid, name);
	case 'D':
		return say(fd, "DEL %s %s %s\n", p->uid, tid, name);
	case 'X':
		return say(fd, "REM %s %s\n", p->uid, tid);
	default:
		say(fd, "UPL %s %s %s %zu ", p->uid, tid, name, size);
		say_all(fd, content(size), size);
		say(fd, "\n");
		return true; /* it may have been refused before the end */
	}
}

bool
person_ask(
    struct person *p, char op, const char *name, size_t size, const char *tid)
{
	int fd = tcp_to(p->from, p->fs);
	size_t length;
	bool heard;

	p->said[0] = '\0';
	if (fd == -1)
		return false;
	heard = say_request(fd, p, op, name, size, tid) &&
	    hear_reply(fd, p->said, sizeof(p->said), &length);
	if (heard && strncmp(p->said, "RRT OK", 6) == 0 &&
	    !hear_data(fd, length)) {
		flaw("user %s: %s does not come as it was sent", p->uid, name);
		heard = false;
	}
	close(fd);
	return heard;
}

bool
person_do(struct person *p, char op, const char *name, size_t size)
{
	char tid[5];

	return person_tid(p, op, name, tid) &&
	    person_ask(p, op, name, size, tid);
}

bool
person_did(
    struct person *p, char op, const char *name, size_t size, const char *reply)
{
	if (person_do(p, op, name, size) && strcmp(p->said, reply) == 0)
		return true;
	flaw("user %s, %c %s: \"%.60s\", not \"%s\"", p->uid, op,
	    name == NULL ? "" : name, p->said, reply);
	return false;
}

void
person_leave(struct person *p)
{
	if (p->device != -1)
		close(p->device);
	if (p->session != -1)
		close(p->session);
	if (p->validator != -1)
		close(p->validator);
	p->device = p->session = p->validator = -1;
}
bool
user_start(struct child *c, const struct person *p)
{
	char path[PATH_ROOM], as[8], fs[8], text[256];
	const char *argv[] = { path, "-p", as, "-q", fs, NULL };

	path_in(path, scene_bin(), "user");
	snprintf(as, sizeof(as), "%u", (unsigned)p->as);
	snprintf(fs, sizeof(fs), "%u", (unsigned)p->fs);
	return child_start(c, scene_dir(), argv) &&
	    say(c->in, "login %s %s\n", p->uid, p->pass) &&
	    hear_like(c->out, text, sizeof(text), "Logged in");
}

bool
user_confirm(const struct child *user, const struct person *p, const char *req)
{
	struct sockaddr_in as;
	char text[256], vc[5];

	say(user->in, "req %s\n", req);
	if (!hear_datagram(p->device, text, sizeof(text), &as, patience) ||
	    sscanf(text, "VLC %*5s %4s", vc) != 1)
		return false;
	answer(p->device, &as, "RVC %s OK\n", p->uid);
	return hear_like(user->out, text, sizeof(text), "Code sent") &&
	    say(user->in, "val %s\n", vc) &&
	    hear_like(user->out, text, sizeof(text), "Confirmed");
}
