#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "proto/wire.h"
#include "ui/terminal.h"
#include "user/local.h"
#include "user/words.h"

const char *
local_base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash != NULL ? slash + 1 : path;
}

static int
open_it(const char *path)
{
	const char *home = getenv("HOME");
	char all[2 * LOCAL_PATH_MAX];

	if (path[0] == '~' && path[1] == '/' && home != NULL) {
		int n = snprintf(all, sizeof(all), "%s%s", home, path + 1);

		if (n < 0 || (size_t)n >= sizeof(all)) {
			errno = ENAMETOOLONG;
			return -1;
		}
		path = all;
	}
	return open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
}

int
local_open(const char *path, uint64_t *size)
{
	int fd = open_it(path);
	int error = errno;
	char shown[LOCAL_PATH_MAX];
	struct stat st;

	local_escape(shown, sizeof(shown), path, false);
	if (fd == -1 || fstat(fd, &st) == -1)
		tell(SAY_NO_FILE, shown, strerror(error));
	else if (S_ISDIR(st.st_mode))
		tell(SAY_DIRECTORY, shown);
	else if (!S_ISREG(st.st_mode))
		tell(SAY_NO_REGULAR, shown);
	else if ((uint64_t)st.st_size > FSIZE_MAX)
		tell(SAY_TOO_BIG, shown);
	else {
		*size = (uint64_t)st.st_size;
		return fd;
	}
	if (fd != -1)
		close(fd);
	return -1;
}

/* How many bytes of UTF-8 a first one announces; 0: it is none. */
static size_t
announced(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first < 0xc2 || first >= 0xf5)
		return 0;
	return first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

/* The bytes of the character at s, one that may be shown; 0: there is none. */
static size_t
printable(const unsigned char *s)
{
	size_t n = announced(s[0]);

	if (n == 1)
		return s[0] >= ' ' && s[0] < 0x7f;
	for (size_t i = 1; i < n; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return s[0] == 0xc2 && s[1] < 0xa0 ? 0 : n; /* 0x80-0x9f: controls */
}

char *
local_escape(char *out, size_t size, const char *path, bool typed)
{
	size_t len = 0;

	while (*path != '\0' && len + 5 <= size) {
		size_t n = printable((const unsigned char *)path);

		if (n == 0) {
			len += (size_t)snprintf(out + len, size - len,
			    "\\x%02x", (unsigned)(unsigned char)*path++);
			continue;
		}
		if (typed && strchr(" '\"\\", *path) != NULL)
			out[len++] = '\\';
		memcpy(out + len, path, n);
		len += n;
		path += n;
	}
	out[len] = '\0';
	return out;
}
