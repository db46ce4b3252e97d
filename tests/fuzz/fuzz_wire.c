/*
 * Any bytes, as the start of a stream and as a datagram.  What is accepted can
 * be said again with the same meaning; what was accepted was not acceptable
 * any earlier; and nothing that is secret is ever described.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "proto/wire.h"

#define ROOM 4096

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static size_t draw; /* which of many cuts is tried: another for each input */

static void
must(bool truth)
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

	must(n > 0 && n < sizeof(out) && out[n] == '\0');
	must(wire_parse(out, n, &used, &back) == WIRE_OK && used == n);
	must(memcmp(m, &back, sizeof(back)) == 0);
	must(wire_format(out, n, m) == 0 && wire_format(out, draw % n, m) == 0);
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
	must(memchr(out, '\0', sizeof(out)) != NULL);
	must(strchr(out, '#') == NULL);
	for (const char *s = out; *s != '\0'; s++)
		must(*s >= ' ' && *s <= '~');
}

static void
stream(const char *s, size_t n)
{
	size_t used = n + 1, before;
	struct msg m;
	enum wire_result result = wire_parse(s, n, &used, &m);

	must(result == WIRE_MORE ? n < WIRE_HEAD_MAX : used > 0 && used <= n);
	is_described_without_secrets(&m, result);
	if (result == WIRE_OK)
		is_sayable(&m);
	if (result != WIRE_OK && result != WIRE_BAD)
		return;
	must(wire_parse(s, used - 1, &before, &m) == WIRE_MORE);
	must(wire_parse(s, draw % used, &before, &m) == WIRE_MORE);
}

static void
datagram(const char *s, size_t n)
{
	struct msg m;
	enum wire_result result = wire_parse_datagram(s, n, &m);

	must(result == WIRE_OK || result == WIRE_BAD);
	is_described_without_secrets(&m, result);
	if (result == WIRE_OK) {
		must(!wire_has_body(&m));
		is_sayable(&m);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static char text[ROOM];
	char *copy = text + ROOM - n; /* so that overruns are seen */

	if (n > ROOM)
		return 0;
	memcpy(copy, data, n);
	draw = n;
	for (size_t i = 0; i < n && i < WIRE_TEXT_MAX; i++)
		draw = draw * 31 + data[i];
	stream(copy, n);
	datagram(copy, n);
	return 0;
}
