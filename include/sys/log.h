/*
 * log - what a server tells the person who runs it, one event a line.
 *
 * The one module of the library that prints, for the programs only.  Whatever
 * came over the wire goes through escape() first.  Nothing here waits: a line
 * that cannot leave at once, since its reader is stuck, is lost, and how many
 * were is told once one can.
 */
#ifndef LOG_H
#define LOG_H

#include <stdbool.h>
#include <stddef.h>

#define PRINTF_LIKE __attribute__((__format__(__printf__, 1, 2)))

/* See fill_standard_descriptors() in sys/fd.h: log_open() does that, too. */
void log_open(const char *program, bool verbose);
bool log_verbose(void);

/* To stdout; log_request() only with -v, led by the time. */
void log_info(const char *format, ...) PRINTF_LIKE;
void log_request(const char *format, ...) PRINTF_LIKE;

/* To stderr, led by the program's name; log_error() adds ": " and strerror. */
void log_warn(const char *format, ...) PRINTF_LIKE;
void log_error(const char *format, ...) PRINTF_LIKE;

/* As log_error(), then exit with status 1.  Before the loop only. */
_Noreturn void fatal(const char *format, ...) PRINTF_LIKE;
_Noreturn void fatalx(const char *format, ...) PRINTF_LIKE;

/*
 * Copy n bytes of s, every byte that is not printable ASCII as \xHH; to a
 * string that is cut to the room.  Returns to.
 */
char *escape(char *to, size_t room, const char *s, size_t n);

#endif
