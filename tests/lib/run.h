/*
 * run - the programs under test: started, signalled, ended, measured.
 */
#ifndef RUN_H
#define RUN_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "scene.h"

struct server {
	const char *program; /* in bin */
	const char *bin;     /* NULL: scene_bin() */
	const char *preload; /* in scene_tools(), or NULL */
	const char *env;     /* NAME=VALUE for it, or NULL */
	const char *option;  /* one more argument, or NULL */
	const char *keys;    /* its key directory: -s, or NULL */
	bool strict;         /* then -S */
	char data[PATH_ROOM], log[PATH_ROOM];
	uint16_t port; /* 0: a free one, then kept */
	uint16_t as;   /* FS: whom to ask */
	rlim_t descriptors;
	pid_t pid; /* its process group, too; 0: not running */
};

/* An AS, and an FS that asks it; not running yet. */
void server_plan(struct server *s, const char *program, const char *name);
bool server_start(struct server *s); /* ready, or false: a flaw */
bool server_alive(struct server *s);

/* Signal all of its group (0: none), and wait: its status. */
int server_end(struct server *s, int signal);
double server_cpu(const struct server *s); /* seconds that it has used */
long process_peak(pid_t pid);              /* KiB resident at most */
void end_all(void); /* whatever still runs; in a signal handler, too */

/* A program with pipes: user, pd, or any. */
struct child {
	pid_t pid;
	int in, out; /* its stdin; stdout and stderr */
};

bool child_start(struct child *c, const char *dir, const char *const argv[]);
int child_end(struct child *c, int signal);

#endif
