#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sys/disk.h"
#include "sys/fd.h"
#include "sys/keydir.h"
#include "tls/pem.h"

const char *
keydir_say(struct keys *k, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(k->why, sizeof(k->why), format, args);
	va_end(args);
	return k->why;
}

ssize_t
keydir_load(struct keys *k, const char *name, char *out, size_t size)
{
	ssize_t n = disk_load(k->dir, name, out, size);

	if (n == -1 && errno == ENOENT) {
		out[0] = '\0';
		return 0;
	}
	if (n == -1)
		keydir_say(k, "%s/%s: %s", k->path, name,
		    errno == EMLINK || errno == ELOOP ?
			"not a plain file: put one in its place" :
			strerror(errno));
	else if ((size_t)n == size - 1)
		keydir_say(k, "%s/%s: longer than %zu bytes: shorten it",
		    k->path, name, size - 2);
	else if (memchr(out, '\0', (size_t)n) != NULL)
		keydir_say(k,
		    "%s/%s: not a text: put it right, or move it away", k->path,
		    name);
	else
		return n;
	return -1;
}

bool
keydir_save(int at, const char *name, const char *text)
{
	char temp[96];

	snprintf(temp, sizeof(temp), "%s.new", name);
	return disk_save_as(at, name, at, temp, text) == 0;
}

/* A last line without its newline gets it first. */
static bool
append(int fd, const char *line)
{
	char last = '\n', text[KEYDIR_LINE_MAX + 2];
	struct stat st;

	if (fstat(fd, &st) == -1 ||
	    (st.st_size > 0 && pread(fd, &last, 1, st.st_size - 1) != 1))
		return false;
	snprintf(text, sizeof(text), "%s%s\n", last == '\n' ? "" : "\n", line);
	return disk_write(fd, text, strlen(text)) == 0 && fsync(fd) == 0;
}

bool
keydir_append(int at, const char *name, const char *line)
{
	int fd = openat(at, name,
	    O_RDWR | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK,
	    0600);

	if (fd == -1)
		return false;
	if (!append(fd, line))
		return close_with_errno(fd) == 0;
	return close(fd) == 0 && fsync(at) == 0;
}

int
keydir_line(const char *text, const char *at)
{
	int line = 1;

	for (; text < at; text++)
		line += *text == '\n';
	return line;
}

bool
keydir_next(struct keydir_lines *l, char line[KEYDIR_LINE_MAX])
{
	const char *at = l->at;
	size_t n = strcspn(at, "\n"), used = 0;

	if (*at == '\0')
		return false;
	l->at = at + n + (at[n] == '\n');
	l->number++;
	while (used < n && at[used] != '#')
		used++;
	n = used;
	while (n > 0 && strchr(" \t\r", *at) != NULL)
		at++, n--;
	while (n > 0 && strchr(" \t\r", at[n - 1]) != NULL)
		n--;
	snprintf(line, KEYDIR_LINE_MAX, "%.*s",
	    n < KEYDIR_LINE_MAX ? (int)n : 1, n < KEYDIR_LINE_MAX ? at : "?");
	return true;
}

void
keydir_hex(char *out, const uint8_t *data, size_t n, char colon)
{
	static const char digits[] = "0123456789ABCDEF";

	for (size_t i = 0; i < n; i++) {
		if (i > 0 && colon != '\0')
			*out++ = colon;
		*out++ = digits[data[i] >> 4];
		*out++ = digits[data[i] & 15];
	}
	*out = '\0';
}

static int
digit(char c)
{
	static const char digits[] = "0123456789ABCDEFabcdef";
	const char *at = c == '\0' ? NULL : strchr(digits, c);

	if (at == NULL)
		return -1;
	return (int)(at - digits) < 16 ? (int)(at - digits) :
					 (int)(at - digits) - 6;
}

size_t
keydir_unhex(uint8_t *out, size_t size, const char *text)
{
	size_t n = 0;

	while (*text != '\0' && n < size) {
		int high, low;

		if (*text == ':' && n > 0)
			text++;
		high = digit(text[0]);
		low = high == -1 ? -1 : digit(text[1]);
		if (low == -1)
			return 0;
		out[n++] = (uint8_t)(high << 4 | low);
		text += 2;
	}
	return *text == '\0' ? n : 0;
}

bool
keydir_fingerprint(uint8_t out[SHA256_LEN], const char *text)
{
	static const char hash[] = "sha-256 ";

	return strncmp(text, hash, strlen(hash)) == 0 &&
	    keydir_unhex(out, SHA256_LEN, text + strlen(hash)) == SHA256_LEN;
}

const char *
keys_fingerprint(
    char out[KEYS_FINGERPRINT_MAX], const uint8_t fingerprint[SHA256_LEN])
{
	snprintf(out, KEYS_FINGERPRINT_MAX, "sha-256 ");
	keydir_hex(out + 8, fingerprint, SHA256_LEN, ':');
	return out;
}

bool
keydir_text(char *out, size_t size, const struct reader *chain)
{
	struct reader list = *chain;
	size_t len = 0;

	out[0] = '\0';
	while (list.left > 0) {
		struct reader der = read_vec(&list, 3);
		size_t n = pem_write(
		    out + len, size - len, "CERTIFICATE", der.at, der.left);

		if (list.bad || n == 0)
			return false;
		len += n;
	}
	return true;
}

size_t
keydir_chain(uint8_t *out, size_t size, const void *der, size_t n,
    const struct reader *above)
{
	struct writer w = writer_of(out, size);

	put_int(&w, (uint32_t)n, 3);
	put_bytes(&w, der, n);
	if (above->left > 0)
		put_bytes(&w, above->at, above->left);
	return w.full ? 0 : w.len;
}
