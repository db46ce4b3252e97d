#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "run.h"

#define START_TIME  30.0
#define ARGS        16
#define RUNNING_MAX 256

void
server_plan(struct server *s, const char *program, const char *name)
{
	char file[64];

	memset(s, 0, sizeof(*s));
	s->program = program;
	snprintf(file, sizeof(file), "%s.data", name);
	path_in(s->data, scene_dir(), file);
	snprintf(file, sizeof(file), "%s.log", name);
	path_in(s->log, scene_dir(), file);
}

/* Process groups that are to end with us, however we do. */
static volatile pid_t running[RUNNING_MAX];

static void
keep_account(pid_t was, pid_t is)
{
	for (int i = 0; i < RUNNING_MAX; i++)
		if (running[i] == was) {
			running[i] = is;
			return;
		}
}

void
end_all(void)
{
	for (int i = 0; i < RUNNING_MAX; i++)
		if (running[i] != 0) {
			kill(-running[i], SIGKILL);
			running[i] = 0;
		}
}

static void
set_environment(const struct server *s)
{
	char path[PATH_ROOM], name[64];
	const char *equals = s->env == NULL ? NULL : strchr(s->env, '=');

	if (s->preload != NULL) {
		path_in(path, scene_tools(), s->preload);
		setenv("LD_PRELOAD", path, 1);
		setenv("ASAN_OPTIONS", "verify_asan_link_order=0", 1);
	}
	if (equals == NULL)
		return;
	snprintf(name, sizeof(name), "%.*s", (int)(equals - s->env), s->env);
	setenv(name, equals + 1, 1);
}

static void
become(const struct server *s)
{
	char path[PATH_ROOM], port[8], as[8];
	const char *argv[ARGS] = { path, "-d", s->data };
	int n = 3, log = open(s->log, O_WRONLY | O_CREAT | O_APPEND, 0600);
	struct rlimit limit = { s->descriptors, s->descriptors };

	path_in(path, s->bin == NULL ? scene_bin() : s->bin, s->program);
	snprintf(port, sizeof(port), "%u", (unsigned)s->port);
	snprintf(as, sizeof(as), "%u", (unsigned)s->as);
	argv[n++] = s->as == 0 ? "-p" : "-q";
	argv[n++] = port;
	if (s->as != 0) {
		argv[n++] = "-p";
		argv[n++] = as;
	}
	if (s->option != NULL)
		argv[n++] = s->option;
	if (s->keys != NULL) {
		argv[n++] = s->strict ? "-S" : "-s";
		argv[n++] = s->keys;
	}
	setpgid(0, 0);
	dup2(log, STDOUT_FILENO);
	dup2(log, STDERR_FILENO);
	for (int fd = STDERR_FILENO + 1; fd < 64; fd++)
		close(fd);
	if (s->descriptors != 0)
		setrlimit(RLIMIT_NOFILE, &limit);
	set_environment(s);
	/* execv() is older than const. */
	execv(path, (char *const *)(uintptr_t)argv);
	_exit(127);
}

/* The port in what it has said since from; 0: it has not yet. */
static unsigned
port_in_log(const struct server *s, long from)
{
	char line[256];
	unsigned port = 0;
	FILE *f = fopen(s->log, "r");

	if (f == NULL)
		return 0;
	fseek(f, from, SEEK_SET);
	while (port == 0 && fgets(line, sizeof(line), f) != NULL) {
		const char *at = strstr(line, "TCP port ");

		if (strstr(line, "listening") != NULL && at != NULL)
			port = (unsigned)strtoul(at + 9, NULL, 10);
	}
	fclose(f);
	return port;
}

static long
log_size(const struct server *s)
{
	struct stat st;

	return stat(s->log, &st) == -1 ? 0 : (long)st.st_size;
}

bool
server_alive(struct server *s)
{
	if (s->pid != 0 && waitpid(s->pid, NULL, WNOHANG) != 0) {
		keep_account(s->pid, 0);
		s->pid = 0;
	}
	return s->pid != 0;
}

static bool
has_preload(const struct server *s)
{
	char path[PATH_ROOM];

	if (s->preload == NULL)
		return true;
	path_in(path, scene_tools(), s->preload);
	return access(path, R_OK) == 0;
}

bool
server_start(struct server *s)
{
	double until = seconds() + START_TIME;
	long from = log_size(s);
	unsigned port = 0;

	if (!has_preload(s)) {
		flaw("%s is missing: make soak builds it", s->preload);
		return false;
	}
	s->pid = fork();
	if (s->pid == 0)
		become(s);
	setpgid(s->pid, s->pid);
	keep_account(0, s->pid);
	while (port == 0 && seconds() < until && server_alive(s)) {
		nap(2);
		port = port_in_log(s, from);
	}
	if (port == 0) {
		flaw("%s does not start", s->program);
		run_shell("tail -n 3 '%s' >&2", s->log);
		return false;
	}
	s->port = (uint16_t)port;
	return true;
}

static int
wait_for(pid_t pid, double bound)
{
	double until = seconds() + bound;
	int status = 0;

	while (seconds() < until) {
		if (waitpid(pid, &status, WNOHANG) != 0)
			return status;
		nap(2);
	}
	flaw("process %ld does not end", (long)pid);
	kill(-pid, SIGKILL);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	return status;
}

int
server_end(struct server *s, int signal)
{
	int status = 0;

	if (s->pid == 0)
		return 0;
	if (signal == SIGKILL)
		kill(-s->pid, signal);
	else if (signal != 0)
		kill(s->pid, signal);
	status = wait_for(s->pid, START_TIME);
	kill(-s->pid, SIGKILL);
	keep_account(s->pid, 0);
	s->pid = 0;
	return status;
}

double
server_cpu(const struct server *s)
{
	clockid_t clock;
	struct timespec t;

	if (clock_getcpuclockid(s->pid, &clock) != 0 ||
	    clock_gettime(clock, &t) == -1)
		return 0;
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

long
process_peak(pid_t pid)
{
	char path[64], line[128];
	long peak = -1;
	FILE *f;

	snprintf(path, sizeof(path), "/proc/%ld/status", (long)pid);
	f = fopen(path, "r");
	if (f == NULL)
		return -1;
	while (fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, "VmHWM:", 6) == 0)
			peak = strtol(line + 6, NULL, 10);
	fclose(f);
	return peak;
}

bool
child_start(struct child *c, const char *dir, const char *const argv[])
{
	int in[2], out[2];

	if (pipe(in) == -1 || pipe(out) == -1)
		return false;
	c->pid = fork();
	if (c->pid == 0) {
		setpgid(0, 0);
		dup2(in[0], STDIN_FILENO);
		dup2(out[1], STDOUT_FILENO);
		dup2(out[1], STDERR_FILENO);
		for (int fd = STDERR_FILENO + 1; fd < 1024; fd++)
			close(fd);
		if (dir == NULL || chdir(dir) == 0)
			execv(argv[0], (char *const *)(uintptr_t)argv);
		_exit(127);
	}
	setpgid(c->pid, c->pid);
	keep_account(0, c->pid);
	close(in[0]);
	close(out[1]);
	fcntl(in[1], F_SETFD, FD_CLOEXEC);
	fcntl(out[0], F_SETFD, FD_CLOEXEC);
	c->in = in[1];
	c->out = out[0];
	return c->pid != -1;
}

int
child_end(struct child *c, int signal)
{
	int status;

	if (signal != 0)
		kill(c->pid, signal);
	close(c->in);
	status = wait_for(c->pid, START_TIME);
	close(c->out);
	keep_account(c->pid, 0);
	c->pid = 0;
	return status;
}
