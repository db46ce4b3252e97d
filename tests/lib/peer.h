/*
 * peer - sockets and lines: what every client of the tests is made of.
 *
 * -1 and false are failure, in time.
 */
#ifndef PEER_H
#define PEER_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "scene.h"

#define SAID_ROOM 2048
#define LOCAL     "127.0.0.1"

#define PATIENCE 30000 /* ms; a machine with much else to do is slow */

extern _Thread_local int patience; /* ms for anything that is waited for */
extern bool (*is_hopeless)(void);  /* no use in waiting any more; or NULL */

int tcp_to(const char *from, uint16_t port);
int udp_at(const char *from, uint16_t port); /* not connected */
uint16_t port_of(int fd);
/*
 * Free for TCP and UDP at any address, and none of those that the system gives
 * to whoever asks for any: nobody's connection takes it meanwhile.  0: none.
 */
uint16_t free_port(void);
struct sockaddr_in address_of(const char *ip, uint16_t port);
bool wait_readable(int fd, int ms);
int wait_either(int a, int b, int ms); /* -1: neither, for 20 ms at most */
bool say_all(int fd, const void *data, size_t n);
bool say(int fd, const char *format, ...) CHECKED_FORMAT(2);
bool say_to(int fd, uint16_t port, const char *format, ...) CHECKED_FORMAT(3);

/* A line without its newline, or what came before the end. */
bool hear(int fd, char *line, size_t room);
bool hear_like(int fd, char *line, size_t room, const char *part);
bool hears(int fd, const char *line);
/* A datagram, as text; where it came from. */
bool hear_datagram(
    int fd, char *text, size_t room, struct sockaddr_in *from, int ms);
bool answer(int fd, const struct sockaddr_in *to, const char *format, ...)
    CHECKED_FORMAT(3);

#endif
