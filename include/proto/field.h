/* field - how each kind of field is read from and written to text. */
#ifndef FIELD_H
#define FIELD_H

#include "proto/wire.h"

/* True when the message, as read so far, is to have this field. */
bool field_wanted(enum field f, const struct msg *m);

/* Set m from the n bytes at s, which hold just the field; false if wrong. */
bool field_scan(enum field f, struct msg *m, const char *s, size_t n);

/* The length, written or, as with snprintf(), more than fits in size bytes. */
int field_put(enum field f, char *out, size_t size, const struct msg *m);

/* What a log calls the field; "" for F_END. */
const char *field_name(enum field f);

/* True where the field's value must not be shown: passwords, VCs, TIDs. */
bool field_secret(enum field f, const struct msg *m);

#endif
