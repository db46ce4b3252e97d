/*
 * fileload - the same file work for an HTTP, an FTP or our own file server.
 */
#ifndef FILELOAD_H
#define FILELOAD_H

#include "bench.h"

#define SMALL 65536          /* a body up to this leaves with its head */
#define CHUNK (256u * 1024u) /* what a client writes or reads at once */

enum work { WORK_PUT, WORK_GET, WORK_LIST, WORK_DELETE };

struct load {
	enum work work;
	int port;
	int base, users; /* UIDs base to base + users - 1 */
	unsigned first;  /* of a UID's TIDs: none may be used twice */
	size_t size;
	const char *path; /* where an HTTP or FTP server keeps them */
	char *body;       /* CHUNK bytes */
};

extern struct load load;

/* A buffered reader of a connection. */
struct stream {
	int fd;
	size_t at, n;
	char data[65536];
};

_Noreturn void failed(const char *what, const char *line);
void stream_open(struct stream *s, int port, int source);
void stream_close(struct stream *s);
int stream_byte(struct stream *s); /* -1: the end */
bool stream_line(struct stream *s, char *line, size_t room);
size_t stream_skip(struct stream *s, size_t want); /* short at the end */

void send_head_and_body(
    int fd, const char *head, size_t n, const char *tail, size_t tail_n);
void file_name(char out[64], size_t g);

/* The g-th operation of all, the source being a new address. */
void rc_work(struct stream *s, int source, size_t g);
void http_work(struct stream *s, int source, size_t g);
void ftp_work(struct stream *s, int source, size_t g);

#endif
