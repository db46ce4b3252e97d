/*
 * addr - where somebody is: an IPv4 address and a port.
 *
 * The one form in which the programs know an address; what the system's calls
 * want instead of it stays in src/net.  Plain values: copied and compared.
 */
#ifndef ADDR_H
#define ADDR_H

#include <stdbool.h>
#include <stdint.h>

#define ADDR_NAME_MAX 24 /* "255.255.255.255:65535" */
#define ADDR_IP_MAX   16 /* "255.255.255.255" */

/* All-zero: nobody.  Both in the host's byte order. */
struct addr {
	uint32_t ip;
	uint16_t port;
};

/*
 * The IPv4 address of a host's name or address, which mean what getaddrinfo()
 * makes of them, as in ssh: 127.0.0.010 is 127.0.0.8.  NULL, or what is wrong.
 * Asks the resolver and may take its time: before the loop only.
 */
const char *addr_resolve(struct addr *a, const char *host, uint16_t port);

/*
 * From text that is a valid F_IP (proto/wire.h): four numbers that are decimal,
 * so that 127.0.0.010 is 127.0.0.10.
 */
struct addr addr_parse(const char *ip, uint16_t port);

/* A whole decimal port, 1-65535, or also 0 where that is allowed. */
bool addr_port_scan(const char *text, bool zero, uint16_t *port);

bool addr_same(const struct addr *a, const struct addr *b); /* port, too */
bool addr_same_host(const struct addr *a, const struct addr *b);
bool addr_is_loopback(const struct addr *a);

/* As text, with its port and without; both return out. */
char *addr_name(char out[ADDR_NAME_MAX], const struct addr *a);
char *addr_ip(char out[ADDR_IP_MAX], const struct addr *a);

#endif
