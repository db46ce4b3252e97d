/*
 * shim_fault - makes system calls of a program fail, or kills it before one.
 *
 * A library to be preloaded (LD_PRELOAD) into a server. The steering lies in a
 * file, FAULT_FILE in the environment, that the server, the children of its
 * pool and the test all map: calls are counted over all of them, and a test can
 * set the next fault without a new start. An all-zero file does nothing.
 */
#ifndef SHIM_FAULT_H
#define SHIM_FAULT_H

#include <stdatomic.h>
#include <stdint.h>

enum fault_call {
	CALL_WRITE, /* of any descriptor */
	CALL_SEND,  /* send, sendto, sendmsg */
	CALL_FSYNC,
	CALL_CLOSE,
	CALL_RENAME,
	CALL_LINK,
	CALL_UNLINK,
	CALL_OPEN,
	CALL_MKDIR,
	CALL_STAT, /* fstat, fstatat */
	CALL_KINDS
};

#define CALL_ANY ((1u << CALL_KINDS) - 1)

enum fault_way {
	FAULT_NONE,
	FAULT_ERROR,    /* the call is not made, errno is error */
	FAULT_KILL_ALL, /* the whole process group, just before the call */
	FAULT_KILL_ONE, /* the calling process alone */
	FAULT_DELAY     /* the call is made, error ms later */
};

/* What has been done, in order, for those who check the order. */
struct fault_record {
	enum fault_call call;
	int socket;    /* of a write: it leaves this host */
	uint64_t file; /* the inode of the descriptor, or of a new name's */
	uint64_t from; /* rename: the directory that it leaves */
};

#define FAULT_RECORDS 4096

struct fault {
	/* Set by the test before armed is. */
	unsigned calls; /* bits, 1 << enum fault_call, that count */
	unsigned at;    /* the one that is hit, from 1 on */
	int onward;     /* ... and all that follow */
	int files_only; /* write and close of sockets and pipes do not count */
	enum fault_way way;
	int error;

	atomic_uint attached; /* processes that have the library */
	atomic_uint armed;
	atomic_uint count;  /* calls since it was armed */
	atomic_uint fired;  /* faults since then */
	atomic_uint struck; /* bits: the calls that they hit */
	atomic_int victim;  /* FAULT_KILL_ONE: the process that is killed */
	atomic_uint recorded;
	struct fault_record record[FAULT_RECORDS];
};

#endif
