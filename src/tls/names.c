#include <string.h>

#include "tls/cert.h"
#include "tls/der.h"

/* Forms of a GeneralName (RFC 5280, 4.2.1.6). */
enum {
	DNS_NAME = DER_CONTEXT | 2,
	DIRECTORY_NAME = DER_CONSTRUCTED | 4,
	ADDRESS = DER_CONTEXT | 7
};

static uint8_t
lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c - 'A' + 'a') : c;
}

/* Host names are ASCII and have no case, whatever the locale says. */
static bool
same_host(const uint8_t *a, const uint8_t *b, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (lower(a[i]) != lower(b[i]))
			return false;
	return true;
}

static bool
is_wild(const struct reader *name)
{
	return name->left > 2 && name->at[0] == '*' && name->at[1] == '.';
}

/* "*.a.b" is good for one label before ".a.b" (RFC 6125, 6.4.3). */
static bool
host_is(struct reader own, const char *name)
{
	if (is_wild(&own)) {
		const char *dot = strchr(name, '.');

		if (dot == NULL || dot == name)
			return false;
		read_bytes(&own, 1);
		name = dot;
	}
	return strlen(name) == own.left &&
	    same_host(own.at, (const uint8_t *)name, own.left);
}

bool
cert_is_for(const struct cert *c, const char *name)
{
	struct reader names = c->names;
	uint8_t address[16];
	size_t n = cert_address(name, address);

	while (names.left > 0 && !names.bad) {
		unsigned tag = der_peek(&names);
		struct reader own = der_read(&names, tag);

		if (tag == DNS_NAME && n == 0 && host_is(own, name))
			return true;
		if (tag == ADDRESS && n > 0 && reader_is(&own, address, n))
			return true;
	}
	return false;
}

/* Is name base itself, or has it labels before it?  ".base": only those. */
static bool
host_within(const struct reader *base, const struct reader *name)
{
	const uint8_t *at = name->at;
	size_t more = name->left - base->left;

	if (base->left > name->left)
		return false;
	return base->left == 0 ||
	    (same_host(at + more, base->at, base->left) &&
		(more == 0 || base->at[0] == '.' || at[more - 1] == '.'));
}

static bool
address_within(const struct reader *base, const struct reader *name)
{
	size_t n = name->left;

	if (base->left != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++)
		if ((name->at[i] ^ base->at[i]) & base->at[n + i])
			return false;
	return true;
}

/* Names by their bytes: what differs in form alone counts as another name. */
static bool
directory_within(struct reader base, struct reader name)
{
	base = der_read(&base, DER_SEQUENCE);
	name = der_read(&name, DER_SEQUENCE);
	return !base.bad && base.left <= name.left &&
	    (base.left == 0 || memcmp(base.at, name.at, base.left) == 0);
}

/*
 * Forms that we cannot compare are never within what is permitted, and always
 * within what is excluded (RFC 5280, 4.2.1.10: processed, or else rejected).
 */
static bool
is_within(unsigned form, const struct reader *base, const struct reader *name,
    bool excluded)
{
	struct reader rest = *name;

	switch (form) {
	case DNS_NAME:
		if (host_within(base, name))
			return true;
		if (!excluded || !is_wild(name))
			return false;
		read_bytes(&rest, 2);
		return host_within(&rest, base);
	case ADDRESS:
		return address_within(base, name);
	case DIRECTORY_NAME:
		return excluded || directory_within(*base, *name);
	default:
		return excluded;
	}
}

/* *any: some subtree is of this form. */
static bool
find_subtree(struct reader list, unsigned form, const struct reader *name,
    bool excluded, bool *any)
{
	bool found = false;

	while (list.left > 0) {
		struct reader one = der_read(&list, DER_SEQUENCE);
		bool same = der_peek(&one) == form;
		struct reader base = der_read(&one, der_peek(&one));

		*any |= same;
		found |= same && is_within(form, &base, name, excluded);
	}
	return found;
}

static bool
permits_name(const struct cert *by, unsigned form, const struct reader *name)
{
	bool any = false, none = false;
	bool found = find_subtree(by->permitted, form, name, false, &any);

	return (found || !any) &&
	    !find_subtree(by->excluded, form, name, true, &none);
}

bool
cert_permits(const struct cert *by, const struct cert *c)
{
	static const uint8_t nobody[] = { DER_SEQUENCE, 0 };
	struct reader names = c->names;

	if (by->permitted.left == 0 && by->excluded.left == 0)
		return true;
	if (!reader_is(&c->subject, nobody, sizeof(nobody)) &&
	    !permits_name(by, DIRECTORY_NAME, &c->subject))
		return false;
	while (names.left > 0) {
		unsigned form = der_peek(&names);
		struct reader name = der_read(&names, form);

		if (names.bad || !permits_name(by, form, &name))
			return false;
	}
	return true;
}
