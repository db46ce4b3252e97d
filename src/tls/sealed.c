#include <string.h>

#include "crypto/hmac.h"
#include "crypto/secret.h"
#include "tls/machine.h"

_Static_assert(
    (int)SEALED_LEN <= (int)TLS_STATE_MAX, "a server can keep our state");
_Static_assert(
    MESSAGE_HEAD + 4 + 2 + SEALED_LEN + MESSAGE_HEAD + FINISHED_LEN <= TLS_LAST,
    "the longest last flight is kept");

static void
put_time(struct writer *w, int64_t time)
{
	put_int(w, (uint32_t)((uint64_t)time >> 32), 4);
	put_int(w, (uint32_t)time, 4);
}

static int64_t
read_time(struct reader *r)
{
	uint64_t high = read_int(r, 4);

	return (int64_t)(high << 32 | read_int(r, 4));
}

static void
put_state(struct writer *w, const struct tls_session *s)
{
	put_bytes(w, s->master, sizeof(s->master));
	put_int(w, s->suite, 2);
	put_int(w, s->datagram, 1);
	put_time(w, s->until);
	put_int(w, s->peer.certified, 1);
	put_int(w, s->peer.shared, 1);
	put_int(w, s->peer.serves, 1);
	put_int(w, s->peer.fault, 1);
	put_time(w, s->peer.until);
	put_bytes(w, s->peer.fingerprint, SHA256_LEN);
	put_int(w, s->peer.serial_len, 1);
	put_bytes(w, s->peer.serial, CERT_SERIAL_MAX);
	put_bytes(w, s->peer.name, sizeof(s->peer.name));
}

static bool
read_state(struct reader *r, struct tls_session *s)
{
	memset(s, 0, sizeof(*s));
	read_copy(r, s->master, TLS_MASTER);
	s->suite = (uint16_t)read_int(r, 2);
	s->datagram = read_int(r, 1);
	s->until = read_time(r);
	s->peer.certified = read_int(r, 1);
	s->peer.shared = read_int(r, 1);
	s->peer.serves = read_int(r, 1);
	s->peer.fault = (enum cert_fault)read_int(r, 1);
	s->peer.until = read_time(r);
	read_copy(r, s->peer.fingerprint, SHA256_LEN);
	s->peer.serial_len = (uint8_t)read_int(r, 1);
	read_copy(r, s->peer.serial, CERT_SERIAL_MAX);
	read_copy(r, s->peer.name, TLS_NAME_MAX);
	read_int(r, 1);
	return s->peer.fault <= CERT_REVOKED &&
	    s->peer.serial_len <= CERT_SERIAL_MAX;
}

void
sealed_put(uint8_t out[SEALED_LEN], const struct tls_session *s,
    const uint8_t key[AEAD_KEY], const char *label, const struct tls_self *self)
{
	struct writer w = writer_of(out + AEAD_NONCE, STATE_LEN);

	self->random(out, AEAD_NONCE);
	put_state(&w, s);
	aead_seal(w.at, STATE_LEN, key, out, label, strlen(label));
}

bool
sealed_open(struct tls_session *s, struct reader sealed,
    const uint8_t key[AEAD_KEY], const char *label)
{
	uint8_t copy[SEALED_LEN] = { 0 };
	struct reader state = reader_of(copy + AEAD_NONCE, STATE_LEN);
	bool good;

	if (sealed.left != sizeof(copy))
		return false;
	read_copy(&sealed, copy, sizeof(copy));
	good = aead_open(
	    copy + AEAD_NONCE, STATE_LEN, key, copy, label, strlen(label));
	good = good && read_state(&state, s);
	wipe(copy, sizeof(copy));
	return good;
}

void
device_make(struct device *d, const uint8_t key[TLS_DEVICE_KEY])
{
	prf(d, sizeof(*d), key, TLS_DEVICE_KEY, STATE_LABEL, "", 0);
}
