/*
 * Row 39: whatever blocks a program, SIGTERM ends it; and nobody waits for what
 * a server has to tell.
 */
#define _XOPEN_SOURCE 700 /* the pseudo-terminals */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "trial.h"

#define ARGS_MAX 12
#define EXEC_FD  64   /* the first that become() does not close */
#define MANY     1000 /* descriptors that are inherited */

/* Why what a program writes does not leave. */
enum cause { FULL_PIPE, STOPPED_TERMINAL, FULL_TERMINAL, CAUSES };

static const char *const causes[] = { "a full pipe", "a stopped terminal",
	"a full terminal" };

struct stuck {
	pid_t pid;
	int in;       /* its stdin */
	int out, far; /* its stdout and stderr, and the other end of them */
};

static double worst;
static int ended, answered, asked;

/*
 * Write until nothing more can leave, also a while later: a terminal may move
 * what it has further on.
 */
static void
fill(int fd)
{
	char much[4096] = "";
	int flags = fcntl(fd, F_GETFL), left = 0;

	fcntl(fd, F_SETFL, flags | O_NONBLOCK);
	for (int quiet = 0; quiet < 5; quiet = left == 0 ? quiet + 1 : 0) {
		left = 0;
		while (write(fd, much, sizeof(much)) > 0)
			left++;
		while (write(fd, much, 1) > 0)
			left++;
		nap(10);
	}
	fcntl(fd, F_SETFL, flags);
}

static bool
open_output(struct stuck *s, enum cause cause)
{
	const char *terminal;
	int ends[2];

	if (cause == FULL_PIPE) {
		if (pipe(ends) == -1)
			return false;
		s->far = ends[0];
		s->out = ends[1];
		fill(s->out);
		return true;
	}
	s->far = posix_openpt(O_RDWR | O_NOCTTY);
	if (s->far == -1 || grantpt(s->far) == -1 || unlockpt(s->far) == -1 ||
	    (terminal = ptsname(s->far)) == NULL ||
	    (s->out = open(terminal, O_RDWR | O_NOCTTY)) == -1)
		return false;
	if (cause == FULL_TERMINAL)
		fill(s->out);
	else
		tcflow(s->out, TCOOFF); /* what Ctrl-S does */
	return true;
}

/* In the child: signals that are to be blocked and ignored (0: none). */
static void
become(const struct stuck *s, int in, const char *program,
    const char *const argv[], int blocked, int ignored)
{
	char path[PATH_ROOM];
	const char *args[ARGS_MAX] = { path };
	sigset_t set;

	path_in(path, scene_bin(), program);
	for (int i = 0; argv[i] != NULL; i++)
		args[i + 1] = argv[i];
	dup2(in, STDIN_FILENO);
	dup2(s->out, STDOUT_FILENO);
	dup2(s->out, STDERR_FILENO);
	for (int fd = STDERR_FILENO + 1; fd < 64; fd++)
		close(fd);
	sigemptyset(&set);
	if (blocked != 0)
		sigaddset(&set, blocked);
	sigprocmask(SIG_SETMASK, &set, NULL);
	if (ignored != 0)
		signal(ignored, SIG_IGN);
	execv(path, (char *const *)(uintptr_t)args);
	_exit(127);
}

/* True once it is the program: until then our handlers are its own. */
static bool
begin(struct stuck *s, const char *program, const char *const argv[],
    int blocked, int ignored)
{
	int ends[2], gone[2];
	char none;

	if (pipe(ends) == -1 || pipe(gone) == -1)
		return false;
	s->in = ends[1];
	s->pid = fork();
	if (s->pid == 0) {
		dup2(gone[1], EXEC_FD);
		fcntl(EXEC_FD, F_SETFD, FD_CLOEXEC);
		become(s, ends[0], program, argv, blocked, ignored);
	}
	close(ends[0]);
	close(gone[1]);
	while (read(gone[0], &none, 1) == -1 && errno == EINTR)
		continue;
	close(gone[0]);
	return s->pid != -1;
}

static void
leave(struct stuck *s)
{
	close(s->in);
	close(s->out);
	close(s->far);
}

/* How it ends of a signal: the status of waitpid(). */
static int
end_by(struct stuck *s, int number, const char *what)
{
	double began = seconds(), bound = is_small() ? PATIENCE / 1e3 : 2.5;
	double took = 0;
	int status = 0;

	kill(s->pid, number);
	while (waitpid(s->pid, &status, WNOHANG) == 0) {
		took = seconds() - began;
		if (took > bound) {
			flaw("%s does not end", what);
			kill(s->pid, SIGKILL);
			waitpid(s->pid, &status, 0);
			break;
		}
		nap(2);
	}
	worst = took > worst ? took : worst;
	ended++;
	leave(s);
	return status;
}

/* A server whose verbose lines nobody reads answers each request. */
static void
try_server(const char *program, enum cause cause)
{
	bool is_as = strcmp(program, "AS") == 0;
	char port[8], as[8], data[PATH_ROOM], what[64], line[256];
	const char *args[] = { "-v", "-d", data, is_as ? "-p" : "-q", port,
		is_as ? NULL : "-p", as, NULL };
	uint16_t at = free_port();
	double until = seconds() + PATIENCE / 1e3;
	struct stuck s;
	int fd, status, n = size_of(2000, 50);

	snprintf(what, sizeof(what), "%s at %s", program, causes[cause]);
	snprintf(
	    data, sizeof(data), "%s/%s.%d", scene_dir(), program, (int)cause);
	snprintf(port, sizeof(port), "%u", (unsigned)at);
	snprintf(as, sizeof(as), "%u", (unsigned)free_port());
	if (!open_output(&s, cause) || !begin(&s, program, args, 0, 0)) {
		flaw("%s cannot be set up", what);
		return;
	}
	while ((fd = tcp_to(LOCAL, at)) == -1 && seconds() < until)
		nap(2);
	close(fd);
	kill(s.pid, SIGUSR1); /* the counters, for nobody either */
	for (int i = 0; i < n; i++) {
		fd = tcp_to(LOCAL, at);
		asked++;
		say(fd, is_as ? "LOG 99999 abcd1234\n" : "LST 99999 %04d\n", i);
		if (hear(fd, line, sizeof(line)) &&
		    strcmp(line, is_as ? "RLO ERR" : "RLS INV") == 0)
			answered++;
		else
			flaw("%s says \"%s\"", what, line);
		close(fd);
		if (flaws() > 5)
			break;
	}
	status = end_by(&s, SIGTERM, what);
	if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
		flaw("%s ends with %#x", what, (unsigned)status);
}

/* Has it read all that was said to it? */
static bool
has_read(const struct stuck *s)
{
	double until = seconds() + PATIENCE / 1e3;
	int waiting = 1;

	while (ioctl(s->in, FIONREAD, &waiting) == 0 && waiting > 0 &&
	    seconds() < until)
		nap(2);
	return waiting == 0;
}

/* Once user and pd have read this command its help is what blocks them. */
static void
try_client(const char *program, enum cause cause, int number)
{
	char port[8], own[8], what[64];
	const char *user[] = { "-p", port, NULL };
	const char *pd[] = { LOCAL, "-d", own, "-p", port, NULL };
	struct stuck s;
	int status;

	snprintf(port, sizeof(port), "%u", (unsigned)trial_as.port);
	snprintf(own, sizeof(own), "%u", (unsigned)free_port());
	snprintf(what, sizeof(what), "%s at %s", program, causes[cause]);
	if (!open_output(&s, cause) ||
	    !begin(&s, program, *program == 'u' ? user : pd, 0, 0)) {
		flaw("%s cannot be set up", what);
		return;
	}
	say(s.in, "help\n");
	if (!has_read(&s))
		flaw("%s reads nothing", what);
	status = end_by(&s, number, what);
	if (!WIFSIGNALED(status) || WTERMSIG(status) != number)
		flaw("%s ends with %#x", what, (unsigned)status);
}

/* Whoever starts a program may have blocked a signal, or had it ignored. */
static void
try_inherited(void)
{
	char port[8], line[256] = "", data[PATH_ROOM];
	const char *standby[] = { "--standby", "-p", "0", "-d", data, NULL };
	const char *user[] = { "-p", port, NULL };
	struct stuck s;
	int status, ends[2];

	snprintf(port, sizeof(port), "%u", (unsigned)trial_as.port);
	snprintf(data, sizeof(data), "%s", trial_as.data);
	if (!open_output(&s, FULL_PIPE) ||
	    !begin(&s, "AS", standby, SIGTERM, 0))
		return;
	status = end_by(&s, SIGTERM, "AS --standby, which waits for a lock");
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGTERM)
		flaw("AS --standby ends with %#x", (unsigned)status);
	if (pipe(ends) == -1)
		return;
	s.far = ends[0];
	s.out = ends[1];
	if (!begin(&s, "user", user, 0, SIGHUP))
		return;
	kill(s.pid, SIGHUP);
	say(s.in, "help\n");
	if (!hear(s.far, line, sizeof(line)))
		flaw("user does not outlive a SIGHUP that is ignored");
	status = end_by(&s, SIGINT, "user");
	if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGINT)
		flaw("user, interrupted, ends with %#x", (unsigned)status);
}

/* What a server says that has inherited n descriptors: its first lines. */
static int
say_with(const char *program, int n, char *text, size_t size)
{
	char path[PATH_ROOM], data[PATH_ROOM];
	struct rlimit limit = { 1024, 1024 };
	size_t len = 0;
	ssize_t got;
	int ends[2], status;
	pid_t pid;

	path_in(path, scene_bin(), program);
	path_in(data, scene_dir(), "inherited");
	if (pipe(ends) == -1)
		return -1;
	pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		dup2(ends[1], STDERR_FILENO);
		for (int fd = STDERR_FILENO + 1; fd < 1024; fd++)
			close(fd);
		setrlimit(RLIMIT_NOFILE, &limit);
		for (int i = 0; i < n; i++)
			dup(STDIN_FILENO);
		if (*program == 'A')
			execl(path, path, "-p", "0", "-d", data, (char *)NULL);
		else
			execl(path, path, "-q", "0", "-d", data, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	text[0] = '\0';
	while (len < size - 1 && strstr(text, "at once") == NULL &&
	    (got = read(ends[0], text + len, size - 1 - len)) > 0)
		text[len += (size_t)got] = '\0';
	kill(pid, SIGTERM);
	waitpid(pid, &status, 0);
	close(ends[0]);
	return status;
}

static void
try_descriptors(void)
{
	static const char *const programs[] = { "AS", "FS" };
	char text[1024];
	int status;

	for (int i = 0; i < 2; i++) {
		status = say_with(programs[i], MANY, text, sizeof(text));
		if (!WIFEXITED(status) || WEXITSTATUS(status) != 1 ||
		    strstr(text, "1000 are inherited") == NULL)
			flaw("%s with 1000 descriptors: %#x, \"%s\"",
			    programs[i], (unsigned)status, text);
		status = say_with(programs[i], 900, text, sizeof(text));
		if (status != 0 ||
		    strstr(text, i == 0 ? "up to 92 " : "up to 46 ") == NULL)
			flaw("%s with 900 descriptors: %#x, \"%s\"",
			    programs[i], (unsigned)status, text);
	}
}

void
prove_stuck(void)
{
	signal(SIGPIPE, SIG_IGN);
	if (!trial_open_as())
		return;
	for (int c = 0; c < CAUSES; c++) {
		try_server("AS", (enum cause)c);
		try_server("FS", (enum cause)c);
		try_client("user", (enum cause)c, SIGTERM);
		try_client("pd", (enum cause)c, SIGTERM);
	}
	try_client("user", FULL_PIPE, SIGINT);
	try_inherited();
	try_descriptors();
	server_end(&trial_as, SIGTERM);
	figure("%d end, worst %.1f s; %d of %d answered", ended, worst,
	    answered, asked);
	allowed("%.1f s, all", is_small() ? PATIENCE / 1e3 : 2.5);
}
