#include <string.h>

#include "crypto/hmac.h"
#include "crypto/secret.h"
#include "tls/machine.h"

enum { ANSWER_LEN = sizeof(((struct tls_answer *)0)->data) };

/* What a cookie stands for: the address and all of the hello but the cookie and
 * the extensions (RFC 6347, 4.2.1). */
static void
hash_hello(uint8_t out[SHA256_LEN], const struct hello *h,
    const struct tls_datagram *from)
{
	const struct reader parts[] = {
		reader_of(from->address, from->address_len),
		reader_of(h->random - 2, 2 + 32), h->id, h->suites, h->methods
	};
	struct sha256 s;

	sha256_begin(&s);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
		const uint8_t len[2] = { (uint8_t)(parts[i].left >> 8),
			(uint8_t)parts[i].left };

		sha256_add(&s, len, sizeof(len));
		sha256_add(&s, parts[i].at, parts[i].left);
	}
	sha256_end(&s, out);
}

static void
make_cookie(uint8_t out[SHA256_LEN], const uint8_t key[SHA256_LEN],
    const uint8_t hash[SHA256_LEN])
{
	struct hmac k;

	hmac_key(&k, key, SHA256_LEN);
	hmac(&k, out, hash, SHA256_LEN);
	wipe(&k, sizeof(k));
}

/* A HelloVerifyRequest, under the numbers of the hello that it answers. */
static size_t
put_answer(uint8_t answer[ANSWER_LEN], const uint8_t *hello,
    const uint8_t cookie[SHA256_LEN])
{
	static const uint8_t head[] = { HANDSHAKE, 0xfe, 0xff, 0, 0 };
	struct writer w = writer_of(answer, ANSWER_LEN);
	const uint32_t n = 3 + SHA256_LEN;

	put_bytes(&w, head, sizeof(head));
	put_bytes(&w, hello + 5, 6);
	put_int(&w, MESSAGE_HEAD + n, 2);
	put_int(&w, HELLO_VERIFY, 1);
	put_int(&w, n, 3);
	put_bytes(&w, hello + 13 + 4, 2); /* message_seq */
	put_int(&w, 0, 3);
	put_int(&w, n, 3);
	put_int(&w, 0xfeff, 2); /* whatever we speak later (4.2.1) */
	put_int(&w, SHA256_LEN, 1);
	put_bytes(&w, cookie, SHA256_LEN);
	return w.len;
}

/*
 * The body of a ClientHello that is whole in one record of the plain epoch,
 * with numbers that a handshake can begin with (message.c).
 */
static bool
find_hello(struct reader *body, const void *data, size_t n)
{
	struct reader r = reader_of(data, n), record;
	uint32_t type = read_int(&r, 1), version = read_int(&r, 2), len;
	uint32_t epoch = read_int(&r, 2), high = read_int(&r, 2);

	read_int(&r, 4);
	record = read_vec(&r, 2);
	if (type != HANDSHAKE || version >> 8 != 0xfe || epoch != 0 ||
	    high >= 0x8000 || read_int(&record, 1) != CLIENT_HELLO)
		return false;
	len = read_int(&record, 3);
	if (read_int(&record, 2) > FIRST_SEQ_MAX || read_int(&record, 3) != 0 ||
	    read_int(&record, 3) != len)
		return false;
	*body = record;
	return !record.bad && record.left == len;
}

enum tls_greet
tls_greet(const struct tls_self *self, const struct tls_datagram *from,
    struct tls_answer *answer)
{
	uint8_t cookie[SHA256_LEN], hash[SHA256_LEN];
	struct reader body;
	struct hello h;

	answer->len = 0;
	if (self->keys == NULL || from->len < ANSWER_LEN ||
	    !find_hello(&body, from->data, from->len) ||
	    hello_read_client(&h, &body, true) != OK)
		return TLS_GREET_DROP;
	hash_hello(hash, &h, from);
	for (int i = 1; i >= 0; i--) {
		make_cookie(cookie, self->keys->cookie[i], hash);
		if (h.cookie.left == sizeof(cookie) &&
		    same_bytes(h.cookie.at, cookie, sizeof(cookie)))
			return TLS_GREET_START;
	}
	answer->len = put_answer(answer->data, from->data, cookie);
	return TLS_GREET_ANSWER;
}

const uint8_t *
tls_find_cid(const void *datagram, size_t n, size_t len)
{
	struct reader r = reader_of(datagram, n);

	if (read_int(&r, 1) != WITH_CID || read_int(&r, 2) != DATAGRAM_VERSION)
		return NULL;
	read_bytes(&r, 8);
	return read_bytes(&r, len);
}
