/*
 * trouble - what can go wrong between us and a server, or with a file here.
 */
#ifndef TROUBLE_H
#define TROUBLE_H

enum trouble {
	TROUBLE_NONE,
	TROUBLE_UNREACHABLE,   /* no connection; there is an errno */
	TROUBLE_INSECURE,      /* no secure one; session or transfer says why */
	TROUBLE_LOST,          /* it ended before the answer came */
	TROUBLE_SILENT,        /* no answer, or no byte moved, in time */
	TROUBLE_PROTOCOL,      /* what came is no answer to what we asked */
	TROUBLE_LOGIN_REVOKED, /* AS: the login in memory is no longer good */
	TROUBLE_EARLY_OK,      /* FS: OK before it had the whole file */
	TROUBLE_TRUNCATED,     /* FS: the file ended before its size */
	TROUBLE_SHRUNK,        /* our file did */
	TROUBLE_UNREADABLE,    /* our file; there is an errno */
	TROUBLE_UNWRITABLE,    /* the copy here; there is an errno */
	TROUBLE_NO_SPACE,      /* for the copy; there is an errno */
	TROUBLE_UNSAFE,        /* the copy is not on the disk; ... */
	TROUBLE_NO_REQUEST,    /* the server answered ERR */
	TROUBLES
};

#endif
