/*
 * sealed - what conn, dgram and secure share: for src/net alone.
 *
 * conn.c and dgram.c branch to these where a connection has a slot or a dgram a
 * struct secure; each does what the function of conn or dgram says that its
 * name ends like.
 */
#ifndef SEALED_H
#define SEALED_H

#include "net/conn.h"
#include "net/dgram.h"
#include "net/secure.h"

/* secure.c: both kinds of ends */

/* Is this the first byte of a record (RFC 7983)? */
bool secure_is_record(uint8_t first);

/*
 * Begin the handshake of an end that is filled in but for tls: false where no
 * memory for it is free yet.
 */
bool secure_begin(struct secure_end *e, const struct tls_memory *memory,
    const struct tls_cid *cid, ms_t now);

/* At TLS_READY: the end is OPEN, JUDGING, or has an alert to send. */
void secure_judge(struct secure_end *e);
void secure_believe(struct secure_end *e, bool yes);

/* It has come to nothing: why, unless tls.alert says that. */
void secure_fail(struct secure_end *e, const char *trouble);
bool secure_in_handshake(const struct secure_end *e);
ms_t secure_deadline(const struct secure_end *e); /* its handshake's */
void secure_target_of(struct secure_end *e, const struct secure_target *t);

/* sealed.c: connections */
struct secure_slot *sealed_take(
    struct secure *s, const struct addr *peer, ms_t now);
int sealed_connect(struct conn *c, ms_t now);
void sealed_watch(const struct conn *c, struct ready *r, int want);
bool sealed_readable(const struct conn *c, const struct ready *r);
bool sealed_has_deadline(const struct conn *c, ms_t *deadline);
ssize_t sealed_read(struct conn *c, void *data, size_t n, ms_t now);
bool sealed_flush(struct conn *c, ms_t now);
ssize_t sealed_write(struct conn *c, const void *data, size_t n, ms_t now);
void sealed_goodbye(struct conn *c, ms_t now); /* our end of the data */
void sealed_close(struct conn *c);

/*
 * The first byte of one that was accepted: true when it is plain, and has no
 * slot any more.
 */
bool sealed_is_plain(struct conn *c, ms_t now);

/*
 * associations.c: the table of associations, in which a server's are found by
 * address, and all by number and connection id.
 */

/* A new one: least recently used goes.  NULL: what there is has been dialled.
 */
struct association *associations_make(
    struct secure *s, const struct addr *peer, bool answers, ms_t now);
void associations_forget(struct association *a);
void associations_move(struct association *a, const struct addr *to);
struct association *associations_find(struct secure *s, unsigned long number);
struct association *associations_find_cid(
    struct secure *s, const uint8_t *datagram, size_t n);

/* A server's with this peer, one after the other; NULL: no more. */
struct association *associations_at(struct secure *s, const struct addr *peer);
struct association *associations_next(const struct association *a);

/* association.c: datagrams */
bool association_dial(struct dgram *d, const struct secure_target *target);
void association_close(struct dgram *d);
void association_redial(struct dgram *d);
void association_watch(const struct dgram *d, struct ready *r);
bool association_due(const struct dgram *d, ms_t now);
bool association_send(struct dgram *d, const void *data, size_t n);
bool association_answer(
    struct dgram *d, unsigned long session, const void *data, size_t n);
ssize_t association_receive(struct dgram *d, void *data, size_t n,
    struct addr *from, struct addr *self);

/* dgram.c: as it leaves, on a dialled one. */
bool dgram_send_dialled(struct dgram *d, const void *data, size_t n);

#endif
