#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "as/factor.h"
#include "as/failures.h"
#include "policy.h"

#define SPARE_CALLS  8           /* VLCs that may be out beside a full table */
#define KEPT_MAX     SPARE_CALLS /* in their place, while it is not full */
#define SOCKET_RETRY 50          /* ms, when no descriptor is left for a VLC */

static int calls; /* VLCs that are out, a socket each */

/* Sockets of VLCs that were answered, for the next one to the same device. */
static struct {
	int fd;
	struct sockaddr_in device;
} kept[KEPT_MAX];

static int kept_n; /* the oldest first */

int
factor_calls(void)
{
	return calls;
}

static int
take_kept(int i)
{
	int fd = kept[i].fd;

	kept_n--;
	memmove(&kept[i], &kept[i + 1], sizeof(kept[0]) * (size_t)(kept_n - i));
	return fd;
}

void
factor_let_go(void)
{
	while (kept_n > 0)
		close(take_kept(0));
}

/*
 * One that has had a second answer is not used again: that, or a third, would
 * be taken for the next one's.
 */
static int
socket_to(const struct sockaddr_in *device)
{
	struct msg stale;

	for (int i = 0; i < kept_n; i++)
		if (net_same(&kept[i].device, device)) {
			int fd = take_kept(i);

			if (dgram_receive(fd, &stale) == 0)
				return fd;
			close(fd);
			break;
		}
	return net_udp_to(device);
}

/* More than one VLC may bring more than one answer: no use for it then. */
static void
keep_socket(struct session *s)
{
	if (s->vlc.sent != 1)
		return;
	if (kept_n == KEPT_MAX)
		close(take_kept(0));
	kept[kept_n].device = s->device;
	kept[kept_n++].fd = s->vlc.fd;
	s->vlc.fd = -1;
	calls--;
}

void
session_hang_up(struct session *s)
{
	request_end(&s->vlc);
	if (s->vlc.fd == -1)
		return;
	close(s->vlc.fd);
	s->vlc.fd = -1;
	calls--;
}

static void
answer_req(struct session *s, enum status status, ms_t now)
{
	struct msg req = { .type = MSG_REQ, .op = s->code.op };

	memcpy(req.uid, s->code.uid, sizeof(req.uid));
	memcpy(req.rid, s->code.rid, sizeof(req.rid));
	memcpy(req.fname, s->code.fname, sizeof(req.fname));
	if (strcmp(s->uid, req.uid) != 0)
		status = ST_ELOG; /* the user has been removed meanwhile */
	if (status == ST_OK) {
		code_sent(&s->code, now);
		keep_socket(s);
	} else
		s->code.vc[0] = '\0';
	session_hang_up(s);
	session_answer_status(s, &req, status, now);
}

/* The first thing that is wrong with a REQ, in the order of section 3.2 d. */
static enum status
fault_of(
    const struct session *s, const struct msg *req, enum wire_result result)
{
	bool bad = result != WIRE_OK;

	if (bad && (req->words < 4 || req->words > 5))
		return ST_ERR;
	if (s->uid[0] == '\0')
		return ST_ELOG;
	if ((bad && req->bad == F_UID) || strcmp(req->uid, s->uid) != 0)
		return ST_EUSER;
	if (bad)
		return req->bad == F_OP ? ST_EFOP : ST_ERR;
	return ST_OK;
}

void
factor_ask(
    struct session *s, const struct msg *req, enum wire_result result, ms_t now)
{
	enum status status = fault_of(s, req, result);
	struct msg reply;

	if (status != ST_OK) {
		wire_reply(&reply, MSG_REQ, status);
		session_answer(s, req, result, &reply, now);
		return;
	}
	code_make(&s->code, req);
	s->wait_until = now;
	s->state = PACING;
}

/* The user's device: false when there is none. */
static bool
find_device(struct person *p, const char *uid)
{
	struct account a;

	if (p->device.sin_port != 0)
		return true;
	if (accounts_load(uid, &a) != ACCOUNT_FOUND || !a.has_device)
		return false;
	net_address(&p->device, a.ip, a.port);
	return true;
}

static void
call_device(
    const struct server *as, struct session *s, struct person *p, ms_t now)
{
	struct msg vlc = { .type = MSG_VLC, .op = s->code.op };

	s->wait_until = now + SOCKET_RETRY;
	if (as->sessions + calls >= as->sessions_max + SPARE_CALLS)
		return;
	if (as->sessions + calls >= as->sessions_max)
		factor_let_go();
	s->device = p->device;
	s->vlc.fd = socket_to(&s->device);
	if (s->vlc.fd == -1) {
		if (errno != EMFILE && errno != ENFILE)
			answer_req(s, ST_EPD, now);
		factor_let_go();
		return;
	}
	calls++;
	memcpy(vlc.uid, s->code.uid, sizeof(vlc.uid));
	memcpy(vlc.vc, s->code.vc, sizeof(vlc.vc));
	memcpy(vlc.fname, s->code.fname, sizeof(vlc.fname));
	person_code_sent(p, now);
	s->state = CALLING;
	if (request_start(&s->vlc, s->vlc.fd, &vlc, now) == REQUEST_FAILED)
		answer_req(s, ST_EPD, now);
}

void
factor_pacing(const struct server *as, struct session *s, ms_t now)
{
	struct person *p;

	if (now < s->wait_until)
		return;
	p = person_of(s->code.uid);
	s->wait_until = person_next_code_at(p, now);
	failures_keep(s->code.uid); /* a day may have forgiven one */
	if (s->wait_until == NEVER || !find_device(p, s->code.uid))
		answer_req(s, ST_EPD, now);
	else if (s->wait_until <= now)
		call_device(as, s, p, now);
}

/*
 * A device says OK for this user; NOK for any: some name the user that they
 * were asked for, some their own.
 */
void
factor_calling(
    struct server *as, struct session *s, const struct ready *r, ms_t now)
{
	int sent = s->vlc.sent, heard = 0;
	struct msg rvc;

	while (ready_can_read(r, s->vlc.fd) &&
	    (heard = dgram_receive(s->vlc.fd, &rvc)) == 1) {
		if (rvc.type != MSG_RVC)
			continue;
		if (rvc.status == ST_NOK) {
			answer_req(s, ST_EPD, now);
			return;
		}
		if (strcmp(rvc.uid, s->code.uid) == 0) {
			answer_req(s, ST_OK, now);
			return;
		}
	}
	if (heard == -1 || request_step(&s->vlc, now) == REQUEST_FAILED)
		answer_req(s, ST_EPD, now);
	else
		as->count.resent += (unsigned long)(s->vlc.sent - sent);
}

/* AUT */

void
factor_confirm(struct server *as, struct session *s, const struct msg *aut,
    enum wire_result result, ms_t now)
{
	bool guess = s->code.vc[0] != '\0';
	struct msg reply;

	wire_reply(&reply, MSG_AUT, ST_NOK);
	if (result == WIRE_OK && guess) {
		struct code code = s->code;

		if (code_redeem(&s->code, aut, now)) {
			const char *tid = ticket_grant(&code, now);

			memcpy(reply.tid, tid, strlen(tid));
			person_proved(person_of(code.uid), s->wrong_codes);
			s->wrong_codes = 0;
		} else {
			as->count.wrong_codes++;
			person_failed(person_of(code.uid), now);
			s->wrong_codes++;
		}
		failures_keep(code.uid);
	}
	session_answer(s, aut, result, &reply, now);
}
