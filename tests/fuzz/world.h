/*
 * world - a machine in memory for a whole program: sockets, disk, pool, clock.
 *
 * Each source of a program under fuzz is compiled with this header in front of
 * it (-include), which renames all that it asks of the system.  The program's
 * own loop runs unchanged; where nothing is ready for it, its select() lets the
 * entry have its turn: a step of the input, or time that passes.  Nothing here
 * makes a system call.  What no program may do - to use a descriptor that is
 * closed, to write behind a shutdown, to spin - aborts.
 */
#ifndef WORLD_H
#define WORLD_H

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/stat.h>
#ifdef __linux__
#include <sys/vfs.h>
#endif
#include <unistd.h>

#include "sys/clock.h"

#undef IP_PKTINFO /* this machine has but one address */

struct job;
struct world_dir;

#define WORLD_FDS   64
#define WORLD_IN    4096 /* bytes that can wait for the program */
#define WORLD_OUT   4096 /* its first bytes that are kept */
#define WORLD_BYTES 2048 /* the most that a file can hold */
#define WORLD_NAME  48

enum end_kind {
	END_NONE,
	END_STREAM,
	END_DATAGRAMS,
	END_LISTENER,
	END_FILE, /* or a directory: inode says */
	END_OTHER
};

/* A descriptor, and what is at the other end of it. */
struct end {
	enum end_kind kind;
	struct sockaddr_in peer; /* port 0: connected to nobody */
	uint16_t port;
	bool ended;      /* the other side has sent all */
	bool shut;       /* we have */
	bool connecting; /* connect() is under way */
	int error;       /* of the next call; of a stream: from now on */
	size_t room;     /* that the other side has for what we write */
	size_t in_len, out_len;
	char in[WORLD_IN], out[WORLD_OUT];
	int inode;
	size_t at;
};

extern struct end world_fd[WORLD_FDS];
extern ms_t world_now;
extern bool world_tty;    /* stdin, stdout and stderr are terminals */
extern int world_full;    /* so many times no descriptor is left */
extern int world_fail_in; /* this many disk calls from now one fails ... */
extern int world_errno;   /* ... with this */
extern bool world_failed; /* one has */
extern int world_signals; /* a stream: their numbers, a byte each */

/* What an entry wants to be told; those that it has not set are not called. */
extern struct world_on {
	/* Nothing is ready before then: do a step, or let time pass. */
	void (*turn)(ms_t until);
	/* A datagram has left; to is NULL on a connected socket. */
	void (*said)(
	    int fd, const char *text, size_t n, const struct sockaddr_in *to);
	/* The program has been given a datagram; text NULL: none was left. */
	void (*heard)(
	    int fd, const char *text, size_t n, const struct sockaddr_in *from);
	void (*wrote)(int fd);  /* to a stream: see world_fd[fd].out */
	void (*closed)(int fd); /* a stream, just before */
	void (*connected)(int fd);
	void (*named)(int dir, const char *name, int inode); /* a file */
	void (*told)(const char *text); /* the person has been */
} world_on;

void require(bool truth);

/* All that exists now is there at the start of each run: world_reset(). */
void world_keep(void);
void world_reset(void);
bool world_is_tidy(void); /* no descriptor more than was kept */

/* The other sides.  Where there is no room it is as if lost. */
int world_stream(void);
int world_datagrams(uint16_t port);
int world_client(int listener, const struct sockaddr_in *from); /* or -1 */
void world_send(int fd, const void *data, size_t n);
void world_datagram(
    int fd, const struct sockaddr_in *from, const void *data, size_t n);
void world_wake(void); /* select() returns though nothing may be ready */
bool world_is(int fd, enum end_kind kind);
struct sockaddr_in world_address(const char *ip, uint16_t port);

/* Jobs in the pool: run(), if it does, is called when the job ends. */
enum world_end { JOB_ENDS, JOB_IS_CUT, JOB_IS_LOST };
int world_jobs(void);
void world_job_end(int which, enum world_end how);
extern bool world_waits; /* their files stay open until they end */

/* The disk, for the entry: it does not fail. */
#define WORLD_ROOT 0
int world_find(int dir, const char *name); /* an inode, or -1 */
int world_put(int dir, const char *name, mode_t kind, const char *text);
size_t world_size(int inode);
const char *world_text(int inode);
nlink_t world_links(int inode);
bool world_synced(int inode); /* all of it, and no sync has failed */
void world_shrink(int inode, size_t size);
bool world_each(int *i, int dir, const char **name, int *inode);

/* What is below is for the parts of the world, and for the renaming. */
struct world_waiting { /* a datagram: this, then its bytes */
	struct sockaddr_in from;
	size_t n;
};

extern uint16_t world_port;
struct end *world_end_of(int fd);
bool world_no_place(void);
int world_new(enum end_kind kind); /* or -1 with errno */
bool world_fails(void);
ssize_t world_file_read(struct end *e, void *data, size_t n, size_t at);
ssize_t world_file_write(struct end *e, const void *data, size_t n);
int world_file_close(struct end *e);
void world_file_dup(int inode);
int world_dup(int fd);
void world_disk_keep(void);
void world_disk_reset(void);
void world_dirs_reset(void);
void world_pool_reset(void);
void world_random_reset(void);

/* Instead of the system. */
int world_accept(int fd, struct sockaddr *from, socklen_t *len);
int world_bind(int fd, const struct sockaddr *to, socklen_t len);
int world_close(int fd);
int world_closedir(struct world_dir *d);
int world_connect(int fd, const struct sockaddr *to, socklen_t len);
int world_fcntl(int fd, int command, ...);
struct world_dir *world_fdopendir(int fd);
int world_fprintf(FILE *to, const char *format, ...)
    __attribute__((__format__(__printf__, 2, 3)));
int world_fstat(int fd, struct stat *st);
int world_fstatat(int at, const char *name, struct stat *st, int flags);
struct statfs;
int world_fstatfs(int fd, struct statfs *st);
int world_fsync(int fd);
int world_posix_fallocate(int fd, off_t at, off_t n);
char *world_getcwd(char *path, size_t room);
uid_t world_geteuid(void);
int world_gethostname(char *name, size_t room);
pid_t world_getpid(void);
int world_getsockname(int fd, struct sockaddr *to, socklen_t *len);
int world_getsockopt(int fd, int level, int name, void *to, socklen_t *len);
int world_isatty(int fd);
int world_linkat(
    int from, const char *name, int to, const char *other, int flags);
int world_listen(int fd, int n);
int world_lstat(const char *name, struct stat *st);
int world_mkdir(const char *name, mode_t mode);
int world_mkdirat(int at, const char *name, mode_t mode);
int world_open(const char *name, int flags, ...);
int world_openat(int at, const char *name, int flags, ...);
ssize_t world_pread(int fd, void *data, size_t n, off_t at);
ssize_t world_read(int fd, void *data, size_t n);
struct dirent *world_readdir(struct world_dir *d);
ssize_t world_recv(int fd, void *data, size_t n, int flags);
ssize_t world_recvfrom(int fd, void *data, size_t n, int flags,
    struct sockaddr *from, socklen_t *len);
int world_poll(struct pollfd *p, nfds_t n, int patience);
int world_rename(const char *name, const char *other);
int world_renameat(int from, const char *name, int to, const char *other);
int world_select(
    int n, fd_set *r, fd_set *w, fd_set *x, const struct timeval *patience);
ssize_t world_sendmsg(int fd, const struct msghdr *m, int flags);
ssize_t world_send_to(int fd, const void *data, size_t n, int flags,
    const struct sockaddr *to, socklen_t len);
int world_setsockopt(
    int fd, int level, int name, const void *value, socklen_t len);
int world_shutdown(int fd, int how);
int world_socket(int family, int type, int protocol);
int world_utimensat(
    int at, const char *name, const struct timespec *times, int flags);
int world_unlink(const char *name);
int world_unlinkat(int at, const char *name, int flags);
ssize_t world_write(int fd, const void *data, size_t n);

/* What no entry comes to: these abort. */
int world_fclose(FILE *f);
char *world_fgets(char *line, int room, FILE *f);
FILE *world_fopen(const char *name, const char *how);
void world_freeaddrinfo(struct addrinfo *list);
const char *world_gai_strerror(int error);
int world_getaddrinfo(const char *host, const char *port,
    const struct addrinfo *want, struct addrinfo **found);
int world_getrlimit(int what, struct rlimit *to);
int world_pipe(int fd[2]);
int world_sigaction(
    int number, const struct sigaction *to, struct sigaction *was);

#define DIR                 struct world_dir
#define accept              world_accept
#define bind                world_bind
#define close               world_close
#define closedir            world_closedir
#define connect             world_connect
#define fcntl               world_fcntl
#define fdopendir           world_fdopendir
#define fdatasync           world_fsync
#define fprintf             world_fprintf
#define fstat               world_fstat
#define fstatat             world_fstatat
#define fsync               world_fsync
#define getcwd              world_getcwd
#define geteuid             world_geteuid
#define gethostname         world_gethostname
#define getpid              world_getpid
#define getsockname         world_getsockname
#define getsockopt          world_getsockopt
#define isatty              world_isatty
#define linkat              world_linkat
#define listen              world_listen
#define lstat               world_lstat
#define mkdir               world_mkdir
#define mkdirat             world_mkdirat
#define open                world_open
#define openat              world_openat
#define poll                world_poll
#define posix_fallocate     world_posix_fallocate
#define pread               world_pread
#define read                world_read
#define readdir             world_readdir
#define recv                world_recv
#define recvfrom            world_recvfrom
#define rename              world_rename
#define renameat            world_renameat
#define select              world_select
#define send(fd, s, n, how) world_send_to(fd, s, n, how, NULL, 0)
#define sendmsg             world_sendmsg
#define sendto              world_send_to
#define setsockopt          world_setsockopt
#define shutdown            world_shutdown
#define socket              world_socket
#define fstatfs             world_fstatfs
#define unlink              world_unlink
#define unlinkat            world_unlinkat
#define utimensat           world_utimensat
#define write               world_write

#define fclose                world_fclose
#define fgets                 world_fgets
#define fopen                 world_fopen
#define ferror                world_fclose
#define freeaddrinfo          world_freeaddrinfo
#define gai_strerror          world_gai_strerror
#define getaddrinfo           world_getaddrinfo
#define getrlimit(what, to)   world_getrlimit(what, to)
#define pipe                  world_pipe
#define sigaction(n, to, was) world_sigaction(n, to, was)

#endif
