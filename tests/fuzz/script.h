/*
 * script - the input of an entry, read as steps of one letter and more.
 *
 * The steps that all entries have: time that passes, the disk that will fail,
 * descriptors that are all taken, and what a peer does to its connection.
 */
#ifndef SCRIPT_H
#define SCRIPT_H

#include "world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static const uint8_t *script_at, *script_stop;

static inline void
script_begin(const uint8_t *data, size_t n)
{
	script_at = data;
	script_stop = data + n;
}

/* The next byte; 0 where there is none. */
static inline char
script_next(void)
{
	return script_at < script_stop ? (char)*script_at++ : '\0';
}

/* What is up to the next '~'. */
static inline size_t
script_word(const uint8_t **word)
{
	size_t left = (size_t)(script_stop - script_at), n;
	const uint8_t *end = left == 0 ? NULL : memchr(script_at, '~', left);

	*word = script_at;
	n = end != NULL ? (size_t)(end - script_at) : left;
	script_at += end != NULL ? n + 1 : n;
	return n;
}

static inline void
script_text(void (*say)(const void *, size_t))
{
	const uint8_t *word;
	size_t n = script_word(&word);

	if (n > 0)
		say(word, n);
}

static inline void
script_datagram(int fd, const struct sockaddr_in *from)
{
	const uint8_t *word;
	size_t n = script_word(&word);

	world_datagram(fd, from, word, n);
}

/* A letter that stands for a text. */
struct known {
	char letter;
	const char *text;
};

static inline const char *
script_known(char which, const struct known *known, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (known[i].letter == which)
			return known[i].text;
	return NULL;
}

/* h, x: a peer half closes, is gone; w?: it has room for what we write. */
static inline void
script_end(char step, int fd)
{
	struct end *e = &world_fd[fd];

	if (step == 'h')
		e->ended = true;
	else if (step == 'x')
		e->error = ECONNRESET;
	else if (step == 'w') {
		unsigned char n = (unsigned char)script_next();

		e->room = n == 'w' ? SIZE_MAX : n % 32;
	}
}

static inline bool
script_shared(char step)
{
	static const ms_t times[] = { 1, 500, 1000, 5000, 31000, 60000 };
	static const int errors[] = { EIO, ENOSPC, EDQUOT, EINTR, EMFILE,
		EACCES, EROFS, ENOMEM };

	if (step >= '5' && step <= '9')
		world_now += times[step - '4'];
	else if (step == '.')
		world_now += times[0];
	else if (step == 'e')
		world_full = 1 + (unsigned char)script_next() % 4;
	else if (step == 'i') {
		world_fail_in = 1 + (unsigned char)script_next() % 32;
		world_errno = errors[(unsigned char)script_next() % 8];
	} else
		return false;
	return true;
}

/*
 * Do the next step, and those that are tied to it by a '&'; '0' lets the time
 * pass that is waited for.  False at the end of the script.
 */
static inline bool
script_step(void (*step)(char), ms_t until)
{
	if (script_at == script_stop)
		return false;
	do {
		char c = script_next();

		if (c == '0' && until != NEVER)
			world_now = until;
		else if (!script_shared(c))
			step(c);
	} while (script_at < script_stop && *script_at == '&' &&
	    script_next() == '&');
	return true;
}

#endif
