#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>

#include "sys/keydir.h"

static const char known_form[] = "HOST:PORT sha-256 AB:CD:...";
static const char revoked_form[] = "a serial number or sha-256 AB:CD:...";

/* A line of known: its fingerprint; the place is cut off in line. */
static bool
scan_known(char *line, uint8_t fingerprint[SHA256_LEN])
{
	size_t n = strcspn(line, " \t");
	char *rest = line + n;

	if (n == 0 || n >= KEYS_PLACE_MAX || memchr(line, ':', n) == NULL)
		return false;
	while (*rest == ' ' || *rest == '\t')
		*rest++ = '\0';
	return keydir_fingerprint(fingerprint, rest);
}

/* As "openssl x509 -serial" prints it, too. */
static size_t
scan_serial(const char *line, uint8_t serial[CERT_SERIAL_MAX])
{
	static const char before[] = "serial=";

	if (strncmp(line, before, strlen(before)) == 0)
		line += strlen(before);
	return keydir_unhex(serial, CERT_SERIAL_MAX, line);
}

static bool
is_line(const struct keys_list *list, char *line)
{
	uint8_t bytes[SHA256_LEN];

	if (line[0] == '\0')
		return true;
	if (strcmp(list->name, "known") == 0)
		return scan_known(line, bytes);
	return keydir_fingerprint(bytes, line) || scan_serial(line, bytes) > 0;
}

static void
check(struct keys_list *list)
{
	struct keydir_lines l = { list->text, 0 };
	char line[KEYDIR_LINE_MAX];

	list->damaged = 0;
	while (list->damaged == 0 && keydir_next(&l, line))
		if (!is_line(list, line))
			list->damaged = l.number;
}

/* All-zero where there is none. */
static struct stamp
stamp_of(int dir, const char *name)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1)
		return (struct stamp){ .size = errno == ENOENT ? 0 : -1 };
	return (struct stamp){ st.st_mtim.tv_sec, st.st_size,
		st.st_mtim.tv_nsec, st.st_ino };
}

static bool
same_stamp(const struct stamp *a, const struct stamp *b)
{
	return a->seconds == b->seconds && a->size == b->size &&
	    a->fraction == b->fraction && a->inode == b->inode;
}

void
keydir_refresh(struct keys *k, struct keys_list *list)
{
	struct stamp now = stamp_of(k->dir, list->name);

	if (same_stamp(&now, &list->stamp) && !list->unread)
		return;
	list->stamp = now;
	list->unread =
	    keydir_load(k, list->name, list->text, sizeof(list->text)) == -1;
	if (!list->unread)
		check(list);
}

const char *
keydir_damage(struct keys *k, const struct keys_list *list)
{
	if (list->unread)
		return k->why; /* of the last keydir_refresh() */
	if (list->damaged != 0)
		return keydir_say(k, "%s/%s, line %d: not %s: put it right",
		    k->path, list->name, list->damaged,
		    list == &k->known ? known_form : revoked_form);
	return NULL;
}

/* The same number, however many zeros lead it. */
static bool
same_number(const uint8_t *a, size_t n, const uint8_t *b, size_t m)
{
	while (n > 0 && *a == 0)
		a++, n--;
	while (m > 0 && *b == 0)
		b++, m--;
	return n == m && memcmp(a, b, n) == 0;
}

bool
keydir_is_revoked(const struct keys *k, const uint8_t fingerprint[SHA256_LEN],
    const uint8_t *serial, size_t n)
{
	struct keydir_lines l = { k->revoked.text, 0 };
	char line[KEYDIR_LINE_MAX];
	uint8_t bytes[SHA256_LEN];
	size_t len;

	while (keydir_next(&l, line))
		if (keydir_fingerprint(bytes, line) ?
			memcmp(bytes, fingerprint, SHA256_LEN) == 0 :
			(len = scan_serial(line, bytes)) > 0 &&
			    same_number(bytes, len, serial, n))
			return true;
	return false;
}

bool
keydir_revoked(void *keys, const struct cert *c)
{
	uint8_t fingerprint[SHA256_LEN];

	cert_fingerprint(fingerprint, c);
	return keydir_is_revoked(
	    keys, fingerprint, c->serial.at, c->serial.left);
}

/* What known says of the peer at a place, or anywhere (NULL). */
static enum keys_belief
look_up(const struct keys *k, const struct tls_peer *peer, const char *place)
{
	struct keydir_lines l = { k->known.text, 0 };
	enum keys_belief said = KEYS_NO_ROOT;
	char line[KEYDIR_LINE_MAX];
	uint8_t bytes[SHA256_LEN];

	while (keydir_next(&l, line)) {
		if (!scan_known(line, bytes) ||
		    (place != NULL && strcasecmp(line, place) != 0))
			continue;
		if (memcmp(bytes, peer->fingerprint, SHA256_LEN) == 0)
			return KEYS_BY_KNOWN;
		if (place != NULL)
			said = KEYS_CHANGED;
	}
	return said;
}

/* One that is to serve: a chain, or known. */
static enum keys_belief
judge_program(struct keys *k, const struct tls_peer *peer,
    enum keys_purpose purpose, const char *place)
{
	enum keys_belief known;

	if (peer->fault == CERT_BROKEN)
		return KEYS_BROKEN;
	if (k->trust.wall > peer->until)
		return KEYS_EXPIRED;
	if (peer->fault == CERT_EXPIRED)
		return KEYS_NOT_YET;
	if (!peer->serves ||
	    (peer->fault == CERT_MISUSED && purpose == KEYS_A_PROGRAM))
		return KEYS_WRONG_CLASS;
	if (peer->fault == CERT_GOOD)
		return KEYS_BY_CHAIN;
	if (keydir_damage(k, &k->known) != NULL)
		return KEYS_UNREADABLE;
	known = look_up(k, peer, place);
	return known == KEYS_NO_ROOT && peer->fault == CERT_MISUSED ?
	    KEYS_OTHER_NAME :
	    known;
}

enum keys_belief
keys_judge(struct keys *k, const struct tls_peer *peer,
    enum keys_purpose purpose, const char *place)
{
	if (!peer->certified)
		return purpose == KEYS_ANYONE ? KEYS_ANYBODY : KEYS_NAMELESS;
	if (keydir_damage(k, &k->revoked) != NULL)
		return KEYS_UNREADABLE;
	if (peer->fault == CERT_REVOKED ||
	    keydir_is_revoked(
		k, peer->fingerprint, peer->serial, peer->serial_len))
		return KEYS_REVOKED;
	if (purpose == KEYS_ANYONE)
		return peer->fault == CERT_GOOD ? KEYS_BY_CHAIN : KEYS_ANYBODY;
	return judge_program(k, peer, purpose, place);
}

enum tls_alert
keys_alert(enum keys_belief b)
{
	static const enum tls_alert alerts[KEYS_BELIEFS] = {
		[KEYS_NO_ROOT] = TLS_UNKNOWN_CA,
		[KEYS_OTHER_NAME] = TLS_CERTIFICATE_UNKNOWN,
		[KEYS_CHANGED] = TLS_BAD_CERTIFICATE,
		[KEYS_EXPIRED] = TLS_CERTIFICATE_EXPIRED,
		[KEYS_NOT_YET] = TLS_CERTIFICATE_EXPIRED,
		[KEYS_WRONG_CLASS] = TLS_CERTIFICATE_UNKNOWN,
		[KEYS_REVOKED] = TLS_CERTIFICATE_REVOKED,
		[KEYS_BROKEN] = TLS_BAD_CERTIFICATE,
		[KEYS_NAMELESS] = TLS_ACCESS_DENIED,
		[KEYS_UNREADABLE] = TLS_INTERNAL_ERROR,
	};

	return alerts[b];
}

const char *
keys_words(enum keys_belief b)
{
	static const char *const words[KEYS_BELIEFS] = {
		[KEYS_BY_CHAIN] = "by its chain",
		[KEYS_BY_KNOWN] = "by known",
		[KEYS_ANYBODY] = "as anybody",
		[KEYS_NO_ROOT] = "no root of ours, not in known",
		[KEYS_OTHER_NAME] = "for another name",
		[KEYS_CHANGED] = "another key than in known",
		[KEYS_EXPIRED] = "expired",
		[KEYS_NOT_YET] = "not valid yet",
		[KEYS_WRONG_CLASS] = "of the wrong class",
		[KEYS_REVOKED] = "revoked",
		[KEYS_BROKEN] = "no chain of our kind",
		[KEYS_NAMELESS] = "no certificate",
		[KEYS_UNREADABLE] = "known or revoked cannot be read",
	};

	return words[b];
}

bool
keys_learn(
    struct keys *k, const char *place, const uint8_t fingerprint[SHA256_LEN])
{
	char line[KEYDIR_LINE_MAX], text[KEYS_FINGERPRINT_MAX];
	bool kept;

	snprintf(line, sizeof(line), "%s %s", place,
	    keys_fingerprint(text, fingerprint));
	kept = keydir_append(k->dir, "known", line);
	if (!kept)
		keydir_say(k, "%s/known: %s", k->path, strerror(errno));
	keydir_refresh(k, &k->known);
	return kept;
}
