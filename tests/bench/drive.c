/*
 * drive - a person and his device at the program user: one whole session.
 *
 *	drive LABEL put|get UID FILE SIZE ASPORT COMMAND...
 *
 * Registers a device, which is not timed; then runs COMMAND, which is user with
 * its options, types login, req, val with the code that came, upload or
 * retrieve, and exit.  Figures: rate, SIZE over all that time; mem, the most
 * MiB that user was resident with.
 */
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "asload.h"
#include "memory.h"

static pid_t
start(char *command[], int *in)
{
	int pair[2];
	pid_t pid;

	if (pipe(pair) == -1)
		die("pipe");
	pid = fork();
	if (pid == 0) {
		dup2(pair[0], STDIN_FILENO);
		close(pair[0]);
		close(pair[1]);
		dup2(open("/dev/null", O_WRONLY), STDOUT_FILENO);
		execvp(command[0], command);
		die("%s", command[0]);
	}
	close(pair[0]);
	*in = pair[1];
	return pid;
}

static int
take_code(struct person *p)
{
	struct pollfd wait = { .fd = p->device, .events = POLLIN };
	struct sockaddr_in from;
	socklen_t len = sizeof(from);
	char in[256] = "";
	int uid, vc;
	ssize_t n = 0;

	if (poll(&wait, 1, 10000) == 1)
		n = recvfrom(p->device, in, sizeof(in) - 1, 0,
		    (struct sockaddr *)&from, &len);
	in[n > 0 ? n : 0] = '\0';
	if (sscanf(in, "VLC %5d %4d", &uid, &vc) != 2)
		fell_short("VLC", in);
	n = snprintf(in, sizeof(in), "RVC %05d OK\n", uid);
	sendto(p->device, in, (size_t)n, 0, (struct sockaddr *)&from, len);
	return vc;
}

static double
await(pid_t pid)
{
	struct timespec nap = { .tv_nsec = 2000000 };
	double most = 0;
	int status = 0;

	for (int i = 0; waitpid(pid, &status, WNOHANG) == 0; i++) {
		double rss = i % 16 == 8 ? memory_of((long)pid).rss : 0;

		most = rss > most ? rss : most;
		nanosleep(&nap, NULL);
	}
	if (status != 0)
		fell_short("user", "failed");
	return most;
}

int
main(int argc, char *argv[])
{
	bool put = argc > 7 && strcmp(argv[2], "put") == 0;
	const char *name;
	struct person p;
	double t, most;
	char text[512];
	int in, n;
	pid_t pid;

	if (argc < 8)
		return 2;
	name =
	    strrchr(argv[4], '/') == NULL ? argv[4] : strrchr(argv[4], '/') + 1;
	signal(SIGPIPE, SIG_IGN);
	player_open(&p, atoi(argv[6]), 0);
	player_register(&p, atoi(argv[3]), port_of(p.device));
	t = seconds();
	pid = start(argv + 7, &in);
	n = snprintf(text, sizeof(text), "login %s %s\nreq %c %s\n", argv[3],
	    BENCH_PASS, put ? 'U' : 'R', put ? argv[4] : name);
	write_all(in, text, (size_t)n);
	n = snprintf(text, sizeof(text), "val %04d\n%s %s\nexit\n",
	    take_code(&p), put ? "upload" : "retrieve", argv[4]);
	write_all(in, text, (size_t)n);
	most = await(pid);
	t = seconds() - t;
	figure(argv[1], "rate", (double)parse_size(argv[5]) / t / 1048576,
	    "MiB/s");
	figure(argv[1], "mem", most, "MiB");
	return 0;
}
