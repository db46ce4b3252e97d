/*
 * floorfs - the least file server that still does the work: a yardstick.
 *
 *	floorfs DIR PORT ASPORT
 *
 * One select() loop, read and write, one VLD a request; list, retrieve, upload
 * and delete.  It checks next to nothing, syncs nothing and resends nothing: it
 * is no example, but says what a machine may be asked for.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bench.h"

#define ROOM 262144

enum state { REQUEST, VALIDATE, BODY, SEND, FINISH };

struct conn {
	enum state state;
	int uid, tid, file, dir;
	char name[32];
	char in[8192], out[1024];
	size_t in_n, out_n, out_at;
	off_t left, at;
};

static struct conn *conns[FD_SETSIZE];
static fd_set readable, writable;
static int top, udp, root, listener, as_port;
static char buffer[ROOM];

static void
finish(int fd)
{
	struct conn *c = conns[fd];

	if (c->file != -1)
		close(c->file);
	if (c->dir != -1)
		close(c->dir);
	free(c);
	conns[fd] = NULL;
	FD_CLR((unsigned)fd, &readable);
	FD_CLR((unsigned)fd, &writable);
	close(fd);
	while (conns[top] == NULL && top > listener && top > udp)
		top--;
}

/* False when nothing more can go now, or the connection is gone. */
static bool
send_out(int fd, struct conn *c)
{
	ssize_t n = write(fd, c->out + c->out_at, c->out_n - c->out_at);

	if (n == -1 && errno != EAGAIN) {
		finish(fd);
		return false;
	}
	c->out_at += n > 0 ? (size_t)n : 0;
	if (c->out_at < c->out_n)
		FD_SET((unsigned)fd, &writable);
	return c->out_at == c->out_n;
}

/* One buffer of the file a turn; the newline stands behind it in out. */
static bool
send_file(int fd, struct conn *c)
{
	ssize_t have = pread(c->file, buffer, ROOM, c->at), n;

	n = have > 0 ? write(fd, buffer, (size_t)have) : -1;
	if (n == -1 && (have <= 0 || errno != EAGAIN)) {
		finish(fd);
		return false;
	}
	c->at += n > 0 ? n : 0;
	c->left -= n > 0 ? n : 0;
	if (c->left > 0) {
		FD_SET((unsigned)fd, &writable);
		return false;
	}
	c->out_at = 0;
	c->out_n = 1;
	c->out[0] = '\n';
	return true;
}

static void
pump(int fd)
{
	struct conn *c = conns[fd];

	if (!send_out(fd, c))
		return;
	if (c->left > 0 && (!send_file(fd, c) || !send_out(fd, c)))
		return;
	FD_CLR((unsigned)fd, &writable);
	FD_SET((unsigned)fd, &readable);
	c->state = FINISH;
}

static void
reply(int fd, const char *text)
{
	struct conn *c = conns[fd];

	c->out_at = 0;
	c->out_n = (size_t)snprintf(c->out, sizeof(c->out), "%s", text);
	c->state = SEND;
	pump(fd);
}

static void
take(int fd, const char *data, size_t n)
{
	struct conn *c = conns[fd];
	char temp[16];

	if ((off_t)n > c->left)
		n = (size_t)c->left;
	write_all(c->file, data, n);
	c->left -= (off_t)n;
	if (c->left > 0)
		return;
	close(c->file);
	c->file = -1;
	snprintf(temp, sizeof(temp), "up.%d", fd);
	renameat(root, temp, c->dir, c->name);
	reply(fd, "RUP OK\n");
}

static void
upload(int fd)
{
	struct conn *c = conns[fd];
	char temp[16];

	snprintf(temp, sizeof(temp), "up.%d", fd);
	c->file = openat(root, temp, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	if (c->file == -1)
		die("%s", temp);
	c->state = BODY;
	FD_SET((unsigned)fd, &readable);
	take(fd, c->in, c->in_n);
}

static void
retrieve(int fd)
{
	struct conn *c = conns[fd];
	char head[64];
	struct stat st;

	c->file = openat(c->dir, c->name, O_RDONLY);
	if (c->file == -1 || fstat(c->file, &st) == -1) {
		reply(fd, "RRT EOF\n");
		return;
	}
	c->left = st.st_size;
	snprintf(head, sizeof(head), "RRT OK %lld ", (long long)st.st_size);
	reply(fd, head);
}

static void
list(int fd)
{
	struct conn *c = conns[fd];
	DIR *d = fdopendir(c->dir);
	const struct dirent *e;
	char text[900], out[1000];
	size_t n = 0;
	int files = 0;

	while (files < 15 && (e = readdir(d)) != NULL) {
		struct stat st;

		if (e->d_name[0] == '.' ||
		    fstatat(c->dir, e->d_name, &st, 0) == -1)
			continue;
		n += (size_t)snprintf(text + n, sizeof(text) - n, " %.24s %lld",
		    e->d_name, (long long)st.st_size);
		files++;
	}
	closedir(d);
	c->dir = -1;
	snprintf(out, sizeof(out), "RLS %d%.*s\n", files, (int)n, text);
	reply(fd, out);
}

static void
validated(int fd, char op)
{
	struct conn *c = conns[fd];
	char uid[16];

	snprintf(uid, sizeof(uid), "%05d", c->uid);
	if (op == 'U')
		mkdirat(root, uid, 0700);
	c->dir = openat(root, uid, O_RDONLY | O_DIRECTORY);
	if (c->dir == -1)
		reply(fd, "ERR\n");
	else if (op == 'U')
		upload(fd);
	else if (op == 'R')
		retrieve(fd);
	else if (op == 'L')
		list(fd);
	else
		reply(fd,
		    unlinkat(c->dir, c->name, 0) == -1 ? "RDL EOF\n" :
							 "RDL OK\n");
}

static void
ask(int fd)
{
	struct conn *c = conns[fd];
	char text[64];

	snprintf(text, sizeof(text), "VLD %05d %04d\n", c->uid, c->tid);

	c->state = VALIDATE;
	FD_CLR((unsigned)fd, &readable);
	say_to(udp, (uint16_t)as_port, "%s", text);
}

static void
request(int fd, struct conn *c)
{
	long long size = 0;
	int used = 0;

	if (strncmp(c->in, "UPL ", 4) != 0) {
		if (strchr(c->in, '\n') == NULL)
			return;
		sscanf(c->in, "%*s %5d %4d %24s", &c->uid, &c->tid, c->name);
	} else if (sscanf(c->in, "UPL %5d %4d %24s %10lld%n", &c->uid, &c->tid,
		       c->name, &size, &used) < 4 ||
	    c->in[used] != ' ') {
		return;
	} else {
		c->left = (off_t)size;
		c->in_n -= (size_t)++used;
		memmove(c->in, c->in + used, c->in_n);
	}
	ask(fd);
}

static void
take_bytes(int fd)
{
	struct conn *c = conns[fd];
	bool asking = c->state == REQUEST;
	char *to = asking ? c->in + c->in_n : buffer;
	ssize_t n = read(fd, to, asking ? sizeof(c->in) - 1 - c->in_n : ROOM);

	if (n == -1 && errno == EAGAIN)
		return;
	if (n <= 0) {
		finish(fd);
	} else if (c->state == BODY) {
		take(fd, buffer, (size_t)n);
	} else if (asking) {
		c->in_n += (size_t)n;
		c->in[c->in_n] = '\0';
		request(fd, c);
	}
}

static void
hear_as(void)
{
	char text[256];
	ssize_t n;

	while ((n = recv(udp, text, sizeof(text) - 1, 0)) > 0) {
		int uid, tid, fd = 0;
		char op;

		text[n] = '\0';
		if (sscanf(text, "CNF %5d %4d %c", &uid, &tid, &op) != 3)
			continue;
		while (fd <= top &&
		    (conns[fd] == NULL || conns[fd]->state != VALIDATE ||
			conns[fd]->uid != uid || conns[fd]->tid != tid))
			fd++;
		if (fd <= top)
			validated(fd, op);
	}
}

static void
accept_all(void)
{
	int fd;

	while ((fd = accept(listener, NULL, NULL)) != -1) {
		if (fd >= FD_SETSIZE) {
			close(fd);
			continue;
		}
		nonblock(fd);
		conns[fd] = allocate(sizeof(struct conn));
		conns[fd]->file = conns[fd]->dir = -1;
		FD_SET((unsigned)fd, &readable);
		if (fd > top)
			top = fd;
	}
}

static void
step(void)
{
	fd_set r = readable, w = writable;
	int highest = top;

	if (select(top + 1, &r, &w, NULL, NULL) == -1)
		die("select");
	if (FD_ISSET((unsigned)udp, &r))
		hear_as();
	for (int fd = 0; fd <= highest; fd++) {
		if (conns[fd] != NULL && FD_ISSET((unsigned)fd, &w))
			pump(fd);
		if (conns[fd] != NULL && FD_ISSET((unsigned)fd, &r))
			take_bytes(fd);
	}
	if (FD_ISSET((unsigned)listener, &r))
		accept_all();
}

int
main(int argc, char *argv[])
{
	int any = 0;

	if (argc != 4)
		return 2;
	as_port = atoi(argv[3]);
	signal(SIGPIPE, SIG_IGN);
	raise_limit();
	root = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (root == -1)
		die("%s", argv[1]);
	listener = tcp_listen(atoi(argv[2]));
	udp = udp_socket(&any);
	nonblock(udp);
	FD_SET((unsigned)listener, &readable);
	FD_SET((unsigned)udp, &readable);
	top = udp > listener ? udp : listener;
	for (;;)
		step();
}
