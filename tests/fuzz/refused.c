/* What belongs to the start of a program, which no entry comes to. */
#include <stdlib.h>

int
world_fclose(FILE *f)
{
	(void)f;
	abort();
}

char *
world_fgets(char *line, int room, FILE *f)
{
	(void)line;
	(void)room;
	(void)f;
	abort();
}

FILE *
world_fopen(const char *name, const char *how)
{
	(void)name;
	(void)how;
	abort();
}

void
world_freeaddrinfo(struct addrinfo *list)
{
	(void)list;
	abort();
}

const char *
world_gai_strerror(int error)
{
	(void)error;
	abort();
}

int
world_getaddrinfo(const char *host, const char *port,
    const struct addrinfo *want, struct addrinfo **found)
{
	(void)host;
	(void)port;
	(void)want;
	(void)found;
	abort();
}

int
world_getrlimit(int what, struct rlimit *to)
{
	(void)what;
	(void)to;
	abort();
}

int
world_pipe(int fd[2])
{
	(void)fd;
	abort();
}

int
world_sigaction(int number, const struct sigaction *to, struct sigaction *was)
{
	(void)number;
	(void)to;
	(void)was;
	abort();
}
