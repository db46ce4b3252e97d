#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "sys/random.h"

#define CODES 9000u /* 1000-9999 */

static int source = -1;
static unsigned char stock[256]; /* read ahead: one system call for many */
static size_t left;

int
random_open(void)
{
	source = open("/dev/urandom", O_RDONLY | O_CLOEXEC);
	return source;
}

static unsigned char
next_byte(void)
{
	while (left == 0) {
		ssize_t n = read(source, stock, sizeof(stock));

		left = n > 0 ? (size_t)n : 0;
	}
	return stock[--left];
}

void
random_bytes(void *out, size_t n)
{
	unsigned char *at = out;

	for (size_t i = 0; i < n; i++)
		at[i] = next_byte();
}

void
random_code(char code[CODE_LEN + 1])
{
	uint16_t draw;

	do /* what is beyond the last multiple would favour the low codes */
		random_bytes(&draw, sizeof(draw));
	while (draw >= UINT16_MAX / CODES * CODES);
	snprintf(code, CODE_LEN + 1, "%u", 1000 + draw % CODES);
}
