/*
 * Certificates: which chains are good, and what is held against those that are
 * not; DER and PEM, read and written.
 */
#include <arpa/inet.h>
#include <string.h>

#include "../lib/tls_world.h"
#include "test.h"
#include "tls/der.h"

static struct cert_check check = { .roots = roots,
	.count = 1,
	.name = "server.test",
	.server = true,
	.now = WALL };
static struct holder leaf, other, third, fourth, fifth;

static const char *const faults[] = { "good", "broken", "expired", "foreign",
	"misused" };

static void
verify(enum cert_fault want, const char *what, const struct holder *a,
    const struct holder *b, const struct holder *c, const struct holder *d)
{
	static uint8_t list[8192];
	const struct holder *all[] = { a, b, c, d };
	struct writer w = writer_of(list, sizeof(list));
	enum cert_fault got;

	for (int i = 0; i < 4 && all[i] != NULL; i++) {
		put_int(&w, (uint32_t)all[i]->len, 3);
		put_bytes(&w, all[i]->der, all[i]->len);
	}
	got = cert_verify(list, w.len, &check);
	CHECK(got == want, "%s: %s, not %s", what, faults[got], faults[want]);
}

static void
make(struct holder *h, const char *name, enum cert_class class,
    const struct holder *by)
{
	struct cert_plan plan = { .name = name,
		.class = class,
		.from = WALL - 1000,
		.until = WALL + 1000,
		.path = -1 };

	holder_make(h, &plan, by);
}

static void
make_with(struct holder *h, const char *name, enum cert_class class,
    const struct holder *by, const void *more, size_t n)
{
	struct cert_plan plan = { .name = name,
		.class = class,
		.from = WALL - 1000,
		.until = WALL + 1000,
		.path = -1,
		.more = more,
		.more_len = n };

	holder_make(h, &plan, by);
}

static void
make_until(struct holder *h, const char *name, enum cert_class class,
    const struct holder *by, int64_t from, int64_t until, int path)
{
	struct cert_plan plan = { .name = name,
		.class = class,
		.from = from,
		.until = until,
		.path = path };

	holder_make(h, &plan, by);
}

static void
ways_up(void)
{
	verify(CERT_GOOD, "two", &server_id, &middle, NULL, NULL);
	verify(CERT_GOOD, "root sent", &server_id, &middle, &root, NULL);
	verify(CERT_FOREIGN, "middle left out", &server_id, NULL, NULL, NULL);
	verify(CERT_BROKEN, "wrong order", &server_id, &root, &middle, NULL);
	verify(CERT_FOREIGN, "nothing", NULL, NULL, NULL, NULL);
	make(&leaf, "server.test", CERT_PROGRAM, &client_id);
	verify(CERT_BROKEN, "no authority", &leaf, &client_id, NULL, NULL);
	make(&other, "Root", CERT_AUTHORITY, NULL);
	make(&leaf, "server.test", CERT_PROGRAM, &other);
	verify(CERT_FOREIGN, "namesake root", &leaf, NULL, NULL, NULL);
	verify(CERT_FOREIGN, "namesake root sent", &leaf, &other, NULL, NULL);
	make(&third, "Third", CERT_AUTHORITY, &middle);
	make(&fourth, "Fourth", CERT_AUTHORITY, &third);
	make(&fifth, "server.test", CERT_PROGRAM, &third);
	verify(CERT_GOOD, "three", &fifth, &third, &middle, NULL);
	make(&fifth, "server.test", CERT_PROGRAM, &fourth);
	verify(CERT_BROKEN, "four", &fifth, &fourth, &third, &middle);
	make(&leaf, "server.test", CERT_PROGRAM, NULL);
	verify(CERT_FOREIGN, "its own root", &leaf, NULL, NULL, NULL);
	roots[0] = (struct cert_root){ leaf.der, leaf.len };
	verify(CERT_GOOD, "that is trusted", &leaf, NULL, NULL, NULL);
	roots[0] = (struct cert_root){ root.der, root.len - 1 };
	verify(CERT_FOREIGN, "a broken root", &server_id, &middle, NULL, NULL);
	roots[0] = (struct cert_root){ root.der, root.len };
}

static void
times_and_paths(void)
{
	make_until(
	    &leaf, "server.test", CERT_PROGRAM, &root, WALL - 9, WALL - 1, -1);
	verify(CERT_EXPIRED, "expired", &leaf, NULL, NULL, NULL);
	make_until(
	    &leaf, "server.test", CERT_PROGRAM, &root, WALL + 1, WALL + 9, -1);
	verify(CERT_EXPIRED, "not yet", &leaf, NULL, NULL, NULL);
	make_until(&leaf, "server.test", CERT_PROGRAM, &root, WALL, WALL, -1);
	verify(CERT_GOOD, "now", &leaf, NULL, NULL, NULL);
	make_until(
	    &other, "Middle", CERT_AUTHORITY, &root, WALL - 9, WALL - 1, -1);
	make(&leaf, "server.test", CERT_PROGRAM, &other);
	verify(CERT_EXPIRED, "middle expired", &leaf, &other, NULL, NULL);
	make_until(&other, "Middle", CERT_AUTHORITY, &root, 0, WALL + 1, 0);
	make(&leaf, "server.test", CERT_PROGRAM, &other);
	verify(CERT_GOOD, "path of 0", &leaf, &other, NULL, NULL);
	make(&third, "Third", CERT_AUTHORITY, &other);
	make(&fifth, "server.test", CERT_PROGRAM, &third);
	verify(CERT_BROKEN, "one too many", &fifth, &third, &other, NULL);
	make_until(&other, "Middle", CERT_AUTHORITY, &root, 0, WALL + 1, 1);
	make(&third, "Third", CERT_AUTHORITY, &other);
	make(&fifth, "server.test", CERT_PROGRAM, &third);
	verify(CERT_GOOD, "path of 1", &fifth, &third, &other, NULL);
}

static void
names_and_classes(void)
{
	static const struct {
		const char *own, *wanted;
		enum cert_fault fault;
	} names[] = { { "other.test", "server.test", CERT_MISUSED },
		{ "server.test", "SERVER.test", CERT_GOOD },
		{ "*.test", "server.test", CERT_GOOD },
		{ "*.test", "a.server.test", CERT_MISUSED },
		{ "*.test", "test", CERT_MISUSED },
		{ "*.test", ".test", CERT_MISUSED },
		{ "10.0.0.7", "10.0.0.7", CERT_GOOD },
		{ "10.0.0.7", "10.0.0.8", CERT_MISUSED },
		{ "::1", "::1", CERT_GOOD }, { "::1", "::2", CERT_MISUSED },
		{ "server.test", "", CERT_MISUSED },
		{ "server.test", "server.test.", CERT_MISUSED } };

	for (size_t i = 0; i < LEN(names); i++) {
		check.name = names[i].wanted;
		make(&leaf, names[i].own, CERT_PROGRAM, &root);
		verify(
		    names[i].fault, names[i].wanted, &leaf, NULL, NULL, NULL);
	}
	check.name = NULL;
	verify(CERT_MISUSED, "authority as leaf", &middle, NULL, NULL, NULL);
	make(&leaf, "server.test", CERT_PERSON, &root);
	verify(CERT_MISUSED, "a person serves", &leaf, NULL, NULL, NULL);
	check.server = false;
	verify(CERT_GOOD, "a person asks", &leaf, NULL, NULL, NULL);
	verify(CERT_GOOD, "a program asks", &server_id, &middle, NULL, NULL);
	check.server = true;
	check.name = "server.test";
}

/* nameConstraints: what an authority may and may not stand above. */
static size_t
put_tree(uint8_t *out, unsigned list, unsigned form, const void *base, size_t n)
{
	static const uint8_t oid[] = { 0x55, 0x1d, 30 }, yes[] = { 1, 1, 0xff };
	struct writer w = writer_of(out, 200);
	size_t one = der_open(&w, DER_SEQUENCE), octets, trees, inner, tree;

	der_put(&w, DER_OID, oid, sizeof(oid));
	put_bytes(&w, yes, sizeof(yes));
	octets = der_open(&w, DER_OCTETS);
	trees = der_open(&w, DER_SEQUENCE);
	inner = der_open(&w, DER_CONSTRUCTED | list);
	tree = der_open(&w, DER_SEQUENCE);
	der_put(&w, form, base, n);
	der_close(&w, tree);
	der_close(&w, inner);
	der_close(&w, trees);
	der_close(&w, octets);
	der_close(&w, one);
	return w.len;
}

enum { PERMITTED, EXCLUDED, DNS = 0x82, DIRECTORY = 0xa4, ADDRESS = 0x87 };

static const uint8_t net[] = { 10, 1, 0, 0, 255, 255, 0, 0 };
static const uint8_t cn_test[] = { 0x30, 0x0f, 0x31, 0x0d, 0x30, 0x0b, 6, 3,
	0x55, 4, 3, 0x0c, 4, 't', 'e', 's', 't' };
static const struct {
	unsigned list, form;
	const void *base;
	size_t n;
	const char *name;
	enum cert_fault fault;
} trees[] = {
	{ PERMITTED, DNS, "test", 4, "server.test", CERT_GOOD },
	{ PERMITTED, DNS, "server.test", 11, "server.test", CERT_GOOD },
	{ PERMITTED, DNS, ".test", 5, "server.test", CERT_GOOD },
	{ PERMITTED, DNS, "TEST", 4, "server.test", CERT_GOOD },
	{ PERMITTED, DNS, "", 0, "server.test", CERT_GOOD },
	{ PERMITTED, DNS, "est", 3, "server.test", CERT_MISUSED },
	{ PERMITTED, DNS, "a.test", 6, "server.test", CERT_MISUSED },
	{ PERMITTED, DNS, "test", 4, "10.1.2.3", CERT_GOOD },
	{ EXCLUDED, DNS, "test", 4, "server.test", CERT_MISUSED },
	{ EXCLUDED, DNS, "est", 3, "server.test", CERT_GOOD },
	{ EXCLUDED, DNS, "a.test", 6, "*.test", CERT_MISUSED },
	{ PERMITTED, ADDRESS, net, 8, "10.1.2.3", CERT_GOOD },
	{ PERMITTED, ADDRESS, net, 8, "10.2.2.3", CERT_MISUSED },
	{ PERMITTED, ADDRESS, net, 8, "::1", CERT_MISUSED },
	{ PERMITTED, ADDRESS, net, 7, "10.1.2.3", CERT_MISUSED },
	{ EXCLUDED, ADDRESS, net, 8, "10.1.2.3", CERT_MISUSED },
	{ EXCLUDED, ADDRESS, net, 8, "10.2.2.3", CERT_GOOD },
	{ PERMITTED, DIRECTORY, cn_test, 17, "test", CERT_GOOD },
	{ PERMITTED, DIRECTORY, cn_test, 17, "server", CERT_MISUSED },
	{ EXCLUDED, DIRECTORY, cn_test, 17, "server", CERT_MISUSED },
	{ PERMITTED, 0x81, "a@b", 3, "server.test", CERT_GOOD },
};

static void
constraints(void)
{
	uint8_t more[200];

	check.name = NULL;
	for (size_t i = 0; i < LEN(trees); i++) {
		size_t n = put_tree(more, trees[i].list, trees[i].form,
		    trees[i].base, trees[i].n);
		char what[40];

		snprintf(what, sizeof(what), "tree %zu, %s", i, trees[i].name);
		make_with(&other, "Middle", CERT_AUTHORITY, &root, more, n);
		make(&leaf, trees[i].name, CERT_PROGRAM, &other);
		verify(trees[i].fault, what, &leaf, &other, NULL, NULL);
		make_with(&third, "Own root", CERT_AUTHORITY, NULL, more, n);
		make(&leaf, trees[i].name, CERT_PROGRAM, &third);
		roots[0] = (struct cert_root){ third.der, third.len };
		verify(trees[i].fault, what, &leaf, NULL, NULL, NULL);
		roots[0] = (struct cert_root){ root.der, root.len };
	}
	check.name = "server.test";
}

static void
extensions(void)
{
	static const uint8_t twice[] = { 0x30, 9, 6, 3, 0x55, 0x1d, 19, 4, 2,
		0x30, 0 };
	static const uint8_t unknown[] = { 0x30, 8, 6, 3, 0x55, 0x1d, 99, 4, 1,
		0 };
	static const uint8_t critical[] = { 0x30, 11, 6, 3, 0x55, 0x1d, 99, 1,
		1, 0xff, 4, 1, 0 };
	uint8_t both[2 * sizeof(unknown)];
	struct cert c;

	make_with(&leaf, "server.test", CERT_PROGRAM, &root, unknown,
	    sizeof(unknown));
	verify(CERT_GOOD, "unknown", &leaf, NULL, NULL, NULL);
	make_with(&leaf, "server.test", CERT_PROGRAM, &root, critical,
	    sizeof(critical));
	verify(CERT_BROKEN, "unknown, critical", &leaf, NULL, NULL, NULL);
	make_with(
	    &leaf, "server.test", CERT_PROGRAM, &root, twice, sizeof(twice));
	CHECK(!cert_read(&c, leaf.der, leaf.len), "twice");
	verify(CERT_BROKEN, "twice", &leaf, NULL, NULL, NULL);
	memcpy(both, unknown, sizeof(unknown));
	memcpy(both + sizeof(unknown), unknown, sizeof(unknown));
	make_with(
	    &leaf, "server.test", CERT_PROGRAM, &root, both, sizeof(both));
	verify(CERT_BROKEN, "unknown, twice", &leaf, NULL, NULL, NULL);
}

/* No byte of a certificate can be changed, and none left out. */
static void
each_byte(void)
{
	struct holder h = server_id;
	struct cert c;

	for (size_t i = 0; i < h.len; i++) {
		h.der[i] ^= 1;
		h.len = server_id.len;
		if (cert_read(&c, h.der, h.len)) {
			uint8_t list[4096];
			struct writer w = writer_of(list, sizeof(list));

			put_int(&w, (uint32_t)h.len, 3);
			put_bytes(&w, h.der, h.len);
			put_int(&w, (uint32_t)middle.len, 3);
			put_bytes(&w, middle.der, middle.len);
			CHECK(cert_verify(list, w.len, &check) != CERT_GOOD,
			    "byte %zu", i);
		}
		h.der[i] ^= 1;
		CHECK(!cert_read(&c, h.der, i), "cut at %zu", i);
	}
	CHECK(cert_read(&c, h.der, h.len), "whole");
	CHECK(!cert_read(&c, h.der, h.len + 1), "one more");
}

static void
der_times(void)
{
	static const int64_t times[] = { 0, 951782399, 951782400, 1709164800,
		WALL, 2524607999, 2524608000, 32503680000 };
	static const char *const wrong[] = { "\027\015991301000000Z",
		"\027\015990001000000Z", "\027\015990132000000Z",
		"\027\015990100000000Z", "\027\015990101240000Z",
		"\027\015990101006000Z", "\027\015990101000060Z",
		"\027\015990101000000X", "\027\0139901010000Z",
		"\027\01599010100000aZ", "\030\015990101000000Z" };
	uint8_t out[40];

	for (size_t i = 0; i < LEN(times); i++) {
		struct writer w = writer_of(out, sizeof(out));
		struct reader r;

		der_put_time(&w, times[i]);
		r = reader_of(out, w.len);
		CHECK(der_read_time(&r) == times[i] && read_done(&r), "%lld",
		    (long long)times[i]);
		CHECK(out[0] == (times[i] < 2524608000 ? 0x17 : 0x18), "%lld",
		    (long long)times[i]);
	}
	for (size_t i = 0; i < LEN(wrong); i++) {
		struct reader r = reader_of(wrong[i], strlen(wrong[i]));

		CHECK(der_read_time(&r) == 0 && r.bad, "%zu", i);
	}
}

static void
der_lengths(void)
{
	static const struct {
		uint8_t n, bytes[6];
		bool good;
	} values[] = { { 2, { 4, 0 }, true }, { 3, { 4, 0x81, 0 }, false },
		{ 4, { 4, 0x81, 1, 9 }, false }, { 2, { 4, 0x80 }, false },
		{ 5, { 4, 0x82, 0, 1, 9 }, false }, { 2, { 4, 1 }, false },
		{ 6, { 4, 0x83, 0, 0, 1, 9 }, false }, { 1, { 4 }, false },
		{ 2, { 5, 0 }, false } };
	static uint8_t out[70000], data[66000];

	for (size_t i = 0; i < LEN(values); i++) {
		struct reader r = reader_of(values[i].bytes, values[i].n);

		der_read(&r, DER_OCTETS);
		CHECK(r.bad != values[i].good, "%zu", i);
	}
	for (size_t n = 0; n < 65536; n += n < 300 ? 1 : 977) {
		struct writer w = writer_of(out, sizeof(out));
		struct reader r, v;

		der_put(&w, DER_OCTETS, data, n);
		r = reader_of(out, w.len);
		v = der_read(&r, DER_OCTETS);
		CHECK(!v.bad && v.left == n && read_done(&r), "%zu", n);
	}
}

static void
pem_blocks(void)
{
	static char text[4096], copy[4096];
	uint8_t der[CERT_MAX], data[100];
	const char *at;

	for (size_t n = 1; n < sizeof(data); n++) {
		size_t len;

		world_random(data, n);
		len = pem_write(text, sizeof(text), "X", data, n);
		at = text;
		CHECK(len == strlen(text) &&
			pem_read(der, sizeof(der), &at, "X") == n &&
			memcmp(der, data, n) == 0,
		    "%zu", n);
		CHECK(pem_write(text, len, "X", data, n) == 0, "no room");
		at = text;
		CHECK(pem_read(der, n - 1, &at, "X") == 0, "no room");
	}
	pem_write(text, sizeof(text), "X", data, 50);
	for (size_t i = 0; i < strlen(text); i++) {
		memcpy(copy, text, sizeof(copy));
		copy[i] = '!';
		at = copy;
		CHECK(pem_read(der, sizeof(der), &at, "X") == 0 ||
			i + 1 == strlen(text),
		    "byte %zu", i);
	}
	at = text;
	CHECK(pem_read(der, sizeof(der), &at, "Y") == 0 && at == text, "kind");
}

static void
pem_keys(void)
{
	static const uint8_t version_2[] = { 0x30, 0x51, 2, 1, 1, 0x30, 5, 6, 3,
		0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20 };
	uint8_t key[PKCS8_LEN], seed[32], longer[83] = { 0 };

	pkcs8_write(key, server_id.seed);
	CHECK(pkcs8_read(seed, key, sizeof(key)) &&
		memcmp(seed, server_id.seed, 32) == 0,
	    "there and back");
	for (size_t i = 0; i < sizeof(key); i++)
		CHECK(!pkcs8_read(seed, key, i), "cut at %zu", i);
	memcpy(longer, version_2, sizeof(version_2));
	memcpy(longer + 16, server_id.seed, 32);
	longer[48] = 0x81;
	longer[49] = 33;
	CHECK(pkcs8_read(seed, longer, sizeof(longer)) &&
		memcmp(seed, server_id.seed, 32) == 0,
	    "version 2 with a public key");
	key[11] = 0x71;
	CHECK(!pkcs8_read(seed, key, sizeof(key)), "another algorithm");
}

static void
pem_chains(void)
{
	static char text[8192];
	static uint8_t chain[4096];
	size_t n = pem_write(
	    text, sizeof(text), "CERTIFICATE", server_id.der, server_id.len);
	size_t one = n;

	n += pem_write(
	    text + n, sizeof(text) - n, "CERTIFICATE", middle.der, middle.len);
	CHECK(pem_chain(chain, sizeof(chain), text) == server_id.chain_len &&
		memcmp(chain, server_id.chain, server_id.chain_len) == 0,
	    "two");
	CHECK(pem_chain(chain, server_id.chain_len - 1, text) == 0, "no room");
	text[one + 100] = '*';
	CHECK(pem_chain(chain, sizeof(chain), text) == 0, "second damaged");
	text[one] = '\0';
	CHECK(
	    pem_chain(chain, sizeof(chain), text) == server_id.len + 3, "one");
	CHECK(pem_chain(chain, sizeof(chain), "nothing") == 0, "none");
}

/* Each as the C library reads it, and pieces of them put together. */
static void
addresses(void)
{
	static const char *const pieces[] = { ":", "::", ".", "0", "1", "00",
		"01", "255", "256", "fF", "12ab", "12345", "1.2.3.4", "g", " ",
		"", "1:2:3:4:5:6:7", "ffff:" };
	uint8_t ours[16], theirs[16];
	char text[100];

	for (int i = 0; i < 200000; i++) {
		unsigned count = 1 + world_draw(5);
		size_t n, want;

		text[0] = '\0';
		for (unsigned j = 0; j < count; j++)
			strncat(text, pieces[world_draw(LEN(pieces))],
			    sizeof(text) - strlen(text) - 1);
		want = inet_pton(AF_INET, text, theirs) == 1 ? 4 :
		    inet_pton(AF_INET6, text, theirs) == 1   ? 16 :
							       0;
		n = cert_address(text, ours);
		CHECK(n == want && memcmp(ours, theirs, n) == 0, "%s: %zu",
		    text, n);
	}
}

int
main(void)
{
	addresses();
	world_make();
	ways_up();
	times_and_paths();
	names_and_classes();
	constraints();
	extensions();
	each_byte();
	der_times();
	der_lengths();
	pem_blocks();
	pem_keys();
	pem_chains();
	return test_done("cert");
}
