#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "net/addr.h"
#include "net/socket.h"

const char *
addr_resolve(struct addr *a, const char *host, uint16_t port)
{
	struct addrinfo want = { .ai_family = AF_INET,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found;
	struct sockaddr_in first;
	int error = getaddrinfo(host, NULL, &want, &found);

	if (error != 0)
		return gai_strerror(error);
	memcpy(&first, found->ai_addr, sizeof(first));
	freeaddrinfo(found);
	*a = addr_from_system(&first);
	a->port = port;
	return NULL;
}

struct addr
addr_parse(const char *ip, uint16_t port)
{
	struct addr a = { .ip = 0, .port = port };

	for (int part = 0; part < 4; part++) {
		a.ip = a.ip << 8 | (uint32_t)strtoul(ip, NULL, 10);
		ip += strcspn(ip, ".");
		ip += *ip == '.';
	}
	return a;
}

bool
addr_port_scan(const char *text, bool zero, uint16_t *port)
{
	size_t n = strlen(text);
	unsigned long value;

	if (n == 0 || n > 5 || strspn(text, "0123456789") != n)
		return false;
	value = strtoul(text, NULL, 10);
	*port = (uint16_t)value;
	return value <= UINT16_MAX && (value > 0 || zero);
}

bool
addr_same(const struct addr *a, const struct addr *b)
{
	return a->ip == b->ip && a->port == b->port;
}

bool
addr_same_host(const struct addr *a, const struct addr *b)
{
	return a->ip == b->ip;
}

bool
addr_is_loopback(const struct addr *a)
{
	return a->ip >> 24 == 127;
}

char *
addr_ip(char out[ADDR_IP_MAX], const struct addr *a)
{
	snprintf(out, ADDR_IP_MAX, "%u.%u.%u.%u", (unsigned)(a->ip >> 24),
	    (unsigned)(a->ip >> 16 & 255), (unsigned)(a->ip >> 8 & 255),
	    (unsigned)(a->ip & 255));
	return out;
}

char *
addr_name(char out[ADDR_NAME_MAX], const struct addr *a)
{
	char ip[ADDR_IP_MAX];

	snprintf(
	    out, ADDR_NAME_MAX, "%s:%u", addr_ip(ip, a), (unsigned)a->port);
	return out;
}
