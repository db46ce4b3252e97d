#include "net/trace.h"
#include "sys/log.h"

static const char *because;

void
trace_because(const char *reason)
{
	because = reason;
}

void
trace(const char *transport, const struct addr *peer, const struct msg *request,
    enum wire_result result, const struct msg *reply)
{
	char request_text[WIRE_HEAD_MAX], reply_text[WIRE_HEAD_MAX],
	    name[ADDR_NAME_MAX];
	const char *reason = because;

	because = NULL;
	if (!log_verbose())
		return;
	wire_describe(request_text, sizeof(request_text), request, result);
	wire_describe(reply_text, sizeof(reply_text), reply, WIRE_OK);
	log_request("%s %s %s -> %s%s%s%s", transport, addr_name(name, peer),
	    request_text, reply_text, reason != NULL ? " (" : "",
	    reason != NULL ? reason : "", reason != NULL ? ")" : "");
}
