#include "as/answer.h"
#include "net/trace.h"

void
answer(struct session *s, const struct msg *req, enum wire_result result,
    const struct msg *reply, ms_t now)
{
	trace(conn_peer(&s->conn) != NULL ? "TLS" : "TCP", &s->conn.peer, req,
	    result, reply);
	s->state = READY;
	if (!conn_put(&s->conn, reply) || !conn_flush(&s->conn, now))
		s->state = LINGERING; /* nobody is there any more */
}

void
answer_status(
    struct session *s, const struct msg *req, enum status status, ms_t now)
{
	struct msg reply;

	wire_reply(&reply, req->type, status);
	answer(s, req, WIRE_OK, &reply, now);
}

void
answer_datagram(struct server *as, const struct asker *who,
    const struct msg *req, enum wire_result result, const struct msg *reply)
{
	char text[WIRE_TEXT_MAX];
	size_t n = wire_format(text, sizeof(text), reply);

	trace(
	    who->session != 0 ? "DTLS" : "UDP", &who->from, req, result, reply);
	dgram_answer(&as->udp, who->session, &who->from, &who->to, text, n);
}
