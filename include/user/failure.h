/*
 * failure - why a request to a server ends without its reply, or a file here
 * cannot be read or written.
 */
#ifndef FAILURE_H
#define FAILURE_H

enum failure {
	FAILURE_NONE,
	FAILURE_UNREACHABLE,   /* no connection; there is an errno */
	FAILURE_INSECURE,      /* no secure one; session or transfer says why */
	FAILURE_LOST,          /* it ended before the answer came */
	FAILURE_SILENT,        /* no answer, or no byte moved, in time */
	FAILURE_PROTOCOL,      /* what came is no answer to what we asked */
	FAILURE_LOGIN_REVOKED, /* AS: the login in memory is no longer good */
	/* From here on the FS has taken the request up: its TID is used. */
	FAILURE_EARLY_OK,   /* FS: OK before it had the whole file */
	FAILURE_TRUNCATED,  /* FS: the file ended before its size */
	FAILURE_SHRUNK,     /* our file did */
	FAILURE_UNREADABLE, /* our file; there is an errno */
	FAILURE_UNWRITABLE, /* the copy here; there is an errno */
	FAILURE_NO_SPACE,   /* for the copy; there is an errno */
	FAILURE_UNSAFE,     /* the copy is not on the disk; ... */
	FAILURE_NO_REQUEST, /* the server answered ERR */
	FAILURES
};

#endif
