/*
 * Any bytes, as the start of a stream and as a datagram.  What is accepted can
 * be said again with the same meaning; what was accepted was not acceptable
 * any earlier; and nothing that is secret is ever described.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void
require(bool truth)
{
	if (!truth)
		abort();
}

/* Said again and heard again it is the same message. */
static void
is_sayable(const struct msg *m)
{
	char out[WIRE_HEAD_MAX];
	size_t used, n = wire_format(out, sizeof(out), m);
	struct msg back;

	require(n > 0 && n < sizeof(out) && out[n] == '\0');
	require(wire_parse(out, n, &used, &back) == WIRE_OK && used == n);
	require(memcmp(m, &back, sizeof(back)) == 0);
	for (size_t room = 0; room <= n; room++)
		require(wire_format(out, room, m) == 0);
}

/* With each secret of its kind made distinct from all else: none is shown. */
static void
is_described_without_secrets(const struct msg *m, enum wire_result result)
{
	char out[WIRE_HEAD_MAX], pass[] = "#SECRET#";
	struct msg copy = *m;

	memcpy(copy.pass, pass, sizeof(pass));
	memcpy(copy.vc, "#VC#", sizeof("#VC#"));
	memcpy(copy.tid, "#ID#", sizeof("#ID#"));
	wire_describe(out, sizeof(out), &copy, result);
	require(memchr(out, '\0', sizeof(out)) != NULL);
	require(strchr(out, '#') == NULL);
	for (const char *s = out; *s != '\0'; s++)
		require(*s >= ' ' && *s <= '~');
}

static void
stream(const char *s, size_t n)
{
	size_t used = n + 1, before;
	struct msg m;
	enum wire_result result = wire_parse(s, n, &used, &m);

	require(
	    result == WIRE_MORE ? n < WIRE_HEAD_MAX : used > 0 && used <= n);
	is_described_without_secrets(&m, result);
	if (result == WIRE_OK)
		is_sayable(&m);
	if (result != WIRE_OK && result != WIRE_BAD)
		return;
	for (size_t cut = 0; cut < used; cut++)
		require(wire_parse(s, cut, &before, &m) == WIRE_MORE);
}

static void
datagram(const char *s, size_t n)
{
	struct msg m;
	enum wire_result result = wire_parse_datagram(s, n, &m);

	require(result == WIRE_OK || result == WIRE_BAD);
	is_described_without_secrets(&m, result);
	if (result == WIRE_OK) {
		require(!wire_has_body(&m));
		is_sayable(&m);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	char *copy = malloc(n + (n == 0)); /* so that overruns are seen */

	require(copy != NULL);
	memcpy(copy, data, n);
	stream(copy, n);
	datagram(copy, n);
	free(copy);
	return 0;
}
