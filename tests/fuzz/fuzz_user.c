/*
 * user as a whole on the machine of world.h: its own loop, what the AS and the
 * FS say and how their connections come about and end, a person's lines, files
 * on a disk that fails when the input says so, time.  The input is a script of
 * one-letter steps (see do_step()); any bytes are one.
 *
 * Nothing malformed leaves; an upload is what the file holds; a file that was
 * retrieved is there when all of it has come, or not at all; while a server is
 * waited for there is a moment when that ends; and it ends with the input.
 */
#include "script.h"

int user_main(int argc, char *argv[]);

#define main user_main
#include "../../src/user/main.c"

#define FILES 2

static const char *const names[FILES] = { "a.txt", "old.txt" };
static const char *const texts[FILES] = { "the text of a", "an old one" };

static struct sockaddr_in as_addr;
static int input;
static bool by_hand; /* connections come about when the input says so */
static bool cut, shrunk;
static size_t checked[WORLD_FDS]; /* of what was written to the AS */

/* What the FS has said on its newest connection. */
static char said[WORLD_IN];
static size_t said_n;

/* What must be true */

static void
see_as(int fd)
{
	const struct end *e = &world_fd[fd];
	size_t used;
	struct msg m;

	while (checked[fd] < e->out_len) {
		enum wire_result got = wire_parse(
		    e->out + checked[fd], e->out_len - checked[fd], &used, &m);

		if (got == WIRE_MORE)
			return;
		require(got == WIRE_OK);
		require(m.type == MSG_LOG || m.type == MSG_REQ ||
		    m.type == MSG_AUT);
		checked[fd] += used;
	}
}

/* One request and, for an upload, the file. */
static void
see_fs(int fd)
{
	const struct end *e = &world_fd[fd];
	size_t used, n;
	struct msg m;
	enum wire_result got = wire_parse(e->out, e->out_len, &used, &m);
	int file;

	if (got == WIRE_MORE)
		return;
	require(got == WIRE_OK);
	require(m.type == user.fs.request.type && wire_is_request(m.type));
	n = e->out_len - used;
	if (m.type != MSG_UPL) {
		require(n == 0);
		return;
	}
	file = world_find(WORLD_ROOT, m.fname);
	require(n <= m.size + 1 && file != -1);
	require(shrunk || m.size == world_size(file));
	require(n <= m.size || e->out[e->out_len - 1] == '\n');
	require(memcmp(e->out + used, world_text(file),
		    n < m.size ? n : (size_t)m.size) == 0);
}

static void
see_bytes(int fd)
{
	if (world_fd[fd].peer.sin_port == as_addr.sin_port)
		see_as(fd);
	else
		see_fs(fd);
}

/* A file has got its name: it is what the FS has sent, all of it. */
static void
see_file(int dir, const char *name, int inode)
{
	size_t used, i = 0;
	struct msg m;

	if (name[0] == '.') /* a temporary */
		return;
	while (i < said_n && said[i] == '\0')
		i++;
	require(dir == WORLD_ROOT && wire_valid(F_FNAME, name));
	require(wire_parse(said + i, said_n - i, &used, &m) == WIRE_OK);
	require(m.type == MSG_RRT && m.status == ST_OK);
	require(user.fs.request.type == MSG_RTV);
	require(strcmp(user.fs.request.fname, name) == 0);
	require(said_n - i - used >= m.size && world_size(inode) == m.size);
	require(memcmp(world_text(inode), said + i + used, m.size) == 0);
	require(world_synced(inode) && world_links(inode) == 1 &&
	    user.fs.reply.size == m.size);
}

/* A file that is told of will still be there after a loss of power. */
static void
see_text(const char *text)
{
	require(
	    strncmp(text, "Retrieved ", 10) != 0 || world_synced(WORLD_ROOT));
}

static void
see_connect(int fd)
{
	checked[fd] = 0;
	if (world_fd[fd].peer.sin_port != as_addr.sin_port)
		said_n = 0;
	world_fd[fd].connecting = by_hand;
}

/* Steps */

static int
fd_of(const struct conn *c)
{
	return c->state == CONN_NONE ? -1 : c->fd;
}

static void
as_says(const void *text, size_t n)
{
	int fd = fd_of(&user.as.conn);

	if (fd != -1 && !world_fd[fd].connecting)
		world_send(fd, text, n);
}

static void
fs_says(const void *text, size_t n)
{
	int fd = fd_of(&user.fs.conn);
	size_t before;

	if (fd == -1 || world_fd[fd].connecting || n > WORLD_IN - said_n)
		return;
	before = world_fd[fd].in_len;
	world_send(fd, text, n);
	if (world_fd[fd].in_len == before)
		return;
	memcpy(said + said_n, text, n);
	said_n += n;
}

static void
type(const void *text, size_t n)
{
	world_send(input, text, n);
}

static void
type_known(char which)
{
	static const struct known known[] = {
		{ 'l', "login 12345 abcd1234\n" },
		{ 'm', "login 54321 abcd1234\n" },
		{ 'i', "login 12345\n" },
		{ 'p', "abcd1234\n" },
		{ 'L', "req L\n" },
		{ 'R', "req R new.txt\n" },
		{ 'O', "req R old.txt\n" },
		{ 'U', "req U a.txt\n" },
		{ 'D', "req D a.txt\n" },
		{ 'X', "req X\n" },
		{ 'v', "val 1234\n" },
		{ '1', "list\n" },
		{ '2', "retrieve new.txt\n" },
		{ '3', "retrieve old.txt\n" },
		{ '4', "upload ./a.txt\n" },
		{ '5', "delete a.txt\n" },
		{ '6', "remove\n" },
		{ 'y', "yes\n" },
		{ 'h', "help list\n" },
		{ 'e', "exit\n" },
	};
	const char *text =
	    script_known(which, known, sizeof(known) / sizeof(known[0]));

	if (text != NULL)
		type(text, strlen(text));
}

static const char *
reply_of(char which)
{
	static const struct known known[] = {
		{ 'o', "RLO OK\n" },
		{ 'n', "RLO NOK\n" },
		{ 'q', "RRQ OK\n" },
		{ 'p', "RRQ EPD\n" },
		{ 'u', "RAU 4321\n" },
		{ '0', "RAU 0\n" },
		{ 'E', "ERR\n" },
		{ 'L', "RLS 2 a.txt 13 old.txt 10\n" },
		{ 'e', "RLS EOF\n" },
		{ 'R', "RRT OK 9 the bytes\n" },
		{ 'r', "RRT OK 40 " },
		{ 'z', "RRT OK 0 \n" },
		{ 'f', "RRT EOF\n" },
		{ 'U', "RUP OK\n" },
		{ 'd', "RUP DUP\n" },
		{ 'D', "RDL OK\n" },
		{ 'X', "RRM OK\n" },
		{ 't', "ten bytes!" },
	};

	return script_known(which, known, sizeof(known) / sizeof(known[0]));
}

static void
reply(void (*says)(const void *, size_t), char which)
{
	const char *text = reply_of(which);

	if (text != NULL)
		says(text, strlen(text));
}

/* m: from now on by hand; then a, f: connected; A, F: refused. */
static void
connect_it(char how)
{
	int fd =
	    fd_of(how == 'a' || how == 'A' ? &user.as.conn : &user.fs.conn);

	if (how == 'm')
		by_hand = !by_hand;
	if (how == 'm' || fd == -1 || !world_fd[fd].connecting)
		return;
	world_fd[fd].connecting = false;
	if (how == 'A' || how == 'F')
		world_fd[fd].error = ECONNREFUSED;
}

static void
send_signal(char which)
{
	char byte = which == 't' ? SIGTERM : SIGINT;

	world_send(world_signals, &byte, 1);
}

static void
end_job(enum world_end how)
{
	cut = cut || (how != JOB_ENDS && world_jobs() > 0);
	world_job_end(0, how);
}

/*
 * First I (stdin is a terminal) and e (-e), if wanted.  l?: a line that is
 * known; t...~: any; a?, f?: the AS or the FS replies; b...~, g...~: it says
 * any text; c?: a connection comes about; A and F with one of h, x, w?: its end
 * of the AS's or the FS's; h: the end of the input; s?: a signal; D, G: a sync
 * ends, its child dies; k: our file shrinks; i??: the disk will fail; e: no
 * descriptor; the digits and '.': time passes; &: the next step as well.
 */
static void
do_step(char step)
{
	int fd = fd_of(step == 'A' ? &user.as.conn : &user.fs.conn);

	if (step == 'l')
		type_known(script_next());
	else if (step == 't')
		script_text(type);
	else if (step == 'a')
		reply(as_says, script_next());
	else if (step == 'f')
		reply(fs_says, script_next());
	else if (step == 'b')
		script_text(as_says);
	else if (step == 'g')
		script_text(fs_says);
	else if (step == 'c')
		connect_it(script_next());
	else if ((step == 'A' || step == 'F') && fd != -1)
		script_end(script_next(), fd);
	else if (step == 'h')
		script_end(step, input);
	else if (step == 's')
		send_signal(script_next());
	else if (step == 'D' || step == 'G')
		end_job(step == 'D' ? JOB_ENDS : JOB_IS_LOST);
	else if (step == 'k') {
		shrunk = true;
		world_shrink(world_find(WORLD_ROOT, names[0]), 3);
	}
}

static void
turn(ms_t until)
{
	require(until != NEVER || !busy() || world_jobs() > 0);
	if (script_step(do_step, until))
		return;
	require(until != NEVER || world_jobs() > 0 || !world_fd[input].ended);
	world_fd[input].ended = true;
	if (world_jobs() > 0)
		world_job_end(0, JOB_ENDS);
	else if (until != NEVER)
		world_now = until;
}

static void
set_up(void)
{
	const struct world_on on = { .turn = turn,
		.wrote = see_bytes,
		.named = see_file,
		.told = see_text,
		.connected = see_connect };
	struct addr as;

	world_reset();
	world_on = on;
	by_hand = cut = shrunk = false;
	memset(&user, 0, sizeof(user));
	ready.woke = 0;
	for (int i = 0; i < FILES; i++)
		world_put(WORLD_ROOT, names[i], S_IFREG, texts[i]);
	world_put(WORLD_ROOT, "dir.txt", S_IFDIR, "");
	if (script_at < script_stop && *script_at == 'I')
		world_tty = script_next() == 'I';
	if (script_at < script_stop && *script_at == 'e')
		user.stop_early = script_next() == 'e';
	as_addr = world_address("127.0.0.1", AS_PORT);
	as = addr_parse("127.0.0.1", AS_PORT);
	user.fs_peer = addr_parse("127.0.0.1", FS_PORT);
	world_signals = world_stream();
	commands_open(&user);
	user.shell.input.fd = input = world_stream();
	session_start(&user.as, &as, NULL, NULL);
}

/* What is left: our files, whole, and those that see_file() has seen. */
static void
clear_up(void)
{
	const char *name;
	int at = 0, it;

	transfer_end(&user.fs);
	session_drop(&user.as);
	while (world_jobs() > 0)
		world_job_end(0, JOB_ENDS);
	close(world_signals);
	close(input);
	require(world_is_tidy());
	while (world_each(&at, WORLD_ROOT, &name, &it))
		require(name[0] != '.' || cut || world_failed);
	require(shrunk || world_size(world_find(WORLD_ROOT, names[0])) > 0);
	require(world_find(WORLD_ROOT, names[1]) != -1);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	script_begin(data, n);
	set_up();
	serve();
	clear_up();
	return 0;
}
