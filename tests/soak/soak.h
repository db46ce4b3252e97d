/*
 * soak - proves the promises, one row of their table a run: soak ROW SIZE.
 *
 * A row starts the programs of $BIN itself, on free ports and in a directory
 * of its own, speaks the protocol to them as device, user and file client, and
 * ends with one verdict. SIZE is full, the figures as promised, or small: the
 * same in a second or two, for every build.
 *
 *	main.c		the table, the verdict's line
 *	scene.c		the directory, flaws, time
 *	server.c	programs: start, end, what they use
 *	peer.c		sockets and lines
 *	person.c	a user with a device and a session
 *	program.c	the user program
 *	crowd.c		many at once
 *	steer.c		faults on purpose (tests/tools/shim_fault.h)
 *	rowNN.c		the rows
 *
 * Whatever is waited for has its bound. Threads: one person belongs to one.
 */
#ifndef SOAK_H
#define SOAK_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>

#include "../tools/shim_fault.h"

#define PATH_ROOM 512
#define SAID_ROOM 2048
#define LOCAL     "127.0.0.1"

#define PRINTF_LIKE(n) __attribute__((__format__(__printf__, n, (n) + 1)))

/* scene.c */

void scene_open(bool small);
void scene_close(void); /* ends what still runs, removes the directory */
bool is_small(void);
int size_of(int full, int small); /* the one that applies */
const char *scene_dir(void);
const char *scene_bin(void);   /* the programs */
const char *scene_quick(void); /* ... with short lives: see run.sh */
const char *scene_tools(void); /* talk, lossy, the libraries to preload */
void path_in(char out[PATH_ROOM], const char *dir, const char *name);
void run_shell(const char *format, ...) PRINTF_LIKE(1);

/* What went against the promise: told on stderr, and counted. */
void flaw(const char *format, ...) PRINTF_LIKE(1);
int flaws(void);
void figure(const char *format, ...) PRINTF_LIKE(1);
void allowed(const char *format, ...) PRINTF_LIKE(1);

double seconds(void); /* of the monotonic clock */
void nap(int ms);

/* The bytes of every file of that size or less, 24 MB at most. */
#define CONTENT_MAX (24u << 20)
const char *content(size_t size);
bool content_is_file(const char *path, size_t size);

/* server.c */

struct server {
	const char *program; /* in bin */
	const char *bin;     /* NULL: scene_bin() */
	const char *preload; /* in scene_tools(), or NULL */
	const char *env;     /* NAME=VALUE for it, or NULL */
	const char *option;  /* one more argument, or NULL */
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

/* peer.c: -1 and false are failure, in time. */

extern int patience;              /* ms for anything that is waited for */
extern bool (*is_hopeless)(void); /* no use in waiting any more; or NULL */

int tcp_to(const char *from, uint16_t port);
int udp_at(const char *from, uint16_t port); /* not connected */
uint16_t port_of(int fd);
struct sockaddr_in address_of(const char *ip, uint16_t port);
bool wait_readable(int fd, int ms);
bool say_all(int fd, const void *data, size_t n);
bool say(int fd, const char *format, ...) PRINTF_LIKE(2);
bool say_to(int fd, uint16_t port, const char *format, ...) PRINTF_LIKE(3);

/* A line without its newline, or what came before the end. */
bool hear(int fd, char *line, size_t room);
bool hear_like(int fd, char *line, size_t room, const char *part);
bool hears(int fd, const char *line);
/* A datagram, as text; where it came from. */
bool hear_datagram(
    int fd, char *text, size_t room, struct sockaddr_in *from, int ms);
bool answer(int fd, const struct sockaddr_in *to, const char *format, ...)
    PRINTF_LIKE(3);

/* person.c */

struct person {
	char uid[6], pass[9];
	const char *from;
	uint16_t as, fs;
	int device, session;  /* -1: none */
	bool spoilt;          /* row 7: a transaction has failed */
	char said[SAID_ROOM]; /* the last line of a server */
};

void person_make(
    struct person *p, unsigned number, const struct server *as, uint16_t fs);
bool person_register(struct person *p); /* with a device of its own */
bool person_unregister(struct person *p);
bool person_login(struct person *p);
bool person_come(struct person *p); /* both */
bool person_code(struct person *p, char op, const char *name, char vc[5]);
bool person_tid(struct person *p, char op, const char *name, char tid[5]);

/* The request with that TID: its reply's first words are in said. */
bool person_ask(
    struct person *p, char op, const char *name, size_t size, const char *tid);
/* The whole transaction. */
bool person_do(struct person *p, char op, const char *name, size_t size);
bool person_did(struct person *p, char op, const char *name, size_t size,
    const char *reply); /* ... with this reply, or a flaw */
void person_leave(struct person *p);

/* program.c: our user, logged in; its second factor, with p as the device. */
bool user_start(struct child *c, const struct person *p);
bool user_confirm(
    const struct child *user, const struct person *p, const char *req);

/* crowd.c */

/* work(i, arg) for every i below n, in so many threads. */
void in_parallel(int n, int threads, void (*work)(int i, void *arg), void *arg);

/* Silent connections, and every other one says a byte a second. */
struct crowd;
struct crowd *crowd_gather(int n, uint16_t port, bool drip);
void crowd_leave(struct crowd *c);

struct latency {
	double *at; /* seconds each */
	int n, room;
};

void latency_open(struct latency *l, int room);
void latency_add(struct latency *l, double s);
double latency_percentile(struct latency *l, double percent); /* ms */

/* steer.c */

void steer_open(struct server *s); /* before its start */
struct fault *steering(void);
void steer_fault(enum fault_way way, unsigned calls, unsigned at);
void steer_off(void);
bool steer_fired(void);
bool steer_struck(enum fault_call call); /* it was one of these */
/* What was not yet on the disk as the answer left: a flaw. */
void steer_record(void);
void steer_check_order(const char *what, const struct server *s);

/* The rows. */
void row01(void), row02(void), row03(void), row04(void), row05(void),
    row06(void), row07(void), row08(void), row09(void), row10(void),
    row11(void), row12(void), row13(void), row14(void), row15(void),
    row16(void), row17(void), row18(void), row19(void), row20(void),
    row21(void), row22(void), row23(void), row24(void), row25(void);

#endif
