#include <errno.h>

#include "fs/answer.h"
#include "net/trace.h"
#include "sys/log.h"

enum op
request_op(enum msg_type type)
{
	switch (type) {
	case MSG_LST:
		return OP_LIST;
	case MSG_RTV:
		return OP_RETRIEVE;
	case MSG_UPL:
		return OP_UPLOAD;
	case MSG_DEL:
		return OP_DELETE;
	case MSG_REM:
		return OP_REMOVE;
	default:
		return OP_ERROR;
	}
}

void
answer(struct client *c, const struct msg *reply)
{
	upload_release(&c->up);
	conn_put(&c->conn, reply);
	c->state = REPLYING;
	trace(conn_peer(&c->conn) != NULL ? "TLS" : "TCP", &c->conn.peer,
	    &c->req, c->parse_result, reply);
}

void
answer_status(struct client *c, enum status status)
{
	struct msg reply;

	wire_reply(&reply, c->req.type, status);
	answer(c, &reply);
}

void
answer_invalid(struct client *c, const char *reason)
{
	trace_because(reason);
	answer_status(c, ST_INV);
}

void
answer_failure(struct client *c, enum status status, int error)
{
	errno = error;
	if (status == ST_NOK && error != 0)
		log_error("%s of %s, user %s", op_name(request_op(c->req.type)),
		    c->req.fname[0] != '\0' ? c->req.fname : "all files",
		    c->req.uid);
	if (status == ST_NOK)
		trace_because(error != 0 ? "disk" : "none");
	answer_status(c, status);
}

void
answer_fault(struct client *c)
{
	struct msg reply;
	bool ours =
	    request_op(c->req.type) != OP_ERROR && c->parse_result == WIRE_BAD;

	wire_fault(&reply, ours ? c->req.type : MSG_UNKNOWN);
	answer(c, &reply);
}
