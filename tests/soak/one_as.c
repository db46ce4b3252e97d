/* Row 24: who holds the directory. */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "trial.h"

static double
refused_in(struct server *s, int *status)
{
	double began = seconds();

	/* It is not to start: not server_start(), then. */
	s->pid = fork();
	if (s->pid == 0) {
		char path[PATH_ROOM];

		path_in(path, scene_bin(), "AS");
		dup2(STDERR_FILENO, STDOUT_FILENO);
		if (freopen(s->log, "w", stderr) != NULL)
			execl(
			    path, path, "-p", "0", "-d", s->data, (char *)NULL);
		_exit(127);
	}
	waitpid(s->pid, status, 0);
	s->pid = 0;
	return seconds() - began;
}

static bool
log_names(const struct server *s, pid_t pid)
{
	char text[512] = "", number[24];
	FILE *f = fopen(s->log, "r");

	if (f == NULL)
		return false;
	text[fread(text, 1, sizeof(text) - 1, f)] = '\0';
	fclose(f);
	snprintf(number, sizeof(number), "%ld", (long)pid);
	return strstr(text, number) != NULL;
}

void
prove_one_as(void)
{
	struct server second;
	double took, worst = 0, bound = is_small() ? PATIENCE / 1e3 : 0.1;
	int n = size_of(20, 2), status;

	if (!trial_open_as())
		return;
	server_plan(&second, "AS", "second");
	memcpy(second.data, trial_as.data, sizeof(second.data));
	for (int i = 0; i < n; i++) {
		took = refused_in(&second, &status);
		worst = took > worst ? took : worst;
		if (!WIFEXITED(status) || WEXITSTATUS(status) == 0)
			flaw("a second AS ends with status %d", status);
		if (took > bound)
			flaw("a second AS takes %.3f s to refuse", took);
		if (!log_names(&second, trial_as.pid))
			flaw("a second AS does not name the first");
		server_end(&trial_as, SIGKILL);
		if (!server_start(&trial_as))
			return;
	}
	server_end(&trial_as, SIGTERM);
	figure("%d refused, worst %.0f ms; %d restarts", n, worst * 1e3, n);
	allowed("%.0f ms, 0 failures", bound * 1e3);
}
