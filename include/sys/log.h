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

/*
 * To stdout; log_request() only with -v, led by the time, and by a line with
 * the date where that has changed since its last one.
 */
void log_info(const char *format, ...) PRINTF_LIKE;
void log_request(const char *format, ...) PRINTF_LIKE;

/* Something could not be written to stdout (a full disk); it has been said. */
bool log_lost(void);

/*
 * To stderr, led by the program's name and the time; log_error() adds ": " and
 * strerror.
 */
void log_warn(const char *format, ...) PRINTF_LIKE;
void log_error(const char *format, ...) PRINTF_LIKE;

/* As log_error(), without the time, then exit with status 1.  At start only. */
_Noreturn void fatal(const char *format, ...) PRINTF_LIKE;
_Noreturn void fatalx(const char *format, ...) PRINTF_LIKE;

/*
 * Copy n bytes of s, every byte that is not printable ASCII as \xHH; to a
 * string that is cut to size bytes.  Returns to.
 */
char *escape(char *to, size_t size, const char *s, size_t n);

/* A path from the root on, through escape(); as it is where it has no such. */
#define LOG_PATH_MAX 1024
char *log_path(char *to, size_t size, const char *path);

#endif
