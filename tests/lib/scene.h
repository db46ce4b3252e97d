/*
 * scene - a directory for the run, the faults that were found, and time.
 */
#ifndef SCENE_H
#define SCENE_H

#include <stdbool.h>
#include <stddef.h>

#define PATH_ROOM         512
#define CHECKED_FORMAT(n) __attribute__((__format__(__printf__, n, (n) + 1)))

void scene_open(bool small);
void scene_close(void); /* ends what still runs, removes the directory */
bool is_small(void);
int size_of(int full, int small); /* the one that applies */
const char *scene_dir(void);
const char *scene_bin(void);   /* the programs */
const char *scene_quick(void); /* ... with short lives: see run.sh */
const char *scene_tools(void); /* talk, lossy, the libraries to preload */
void path_in(char out[PATH_ROOM], const char *dir, const char *name);
void run_shell(const char *format, ...) CHECKED_FORMAT(1);

/* What went against the promise: told on stderr, and counted. */
void flaw(const char *format, ...) CHECKED_FORMAT(1);
int flaws(void);

double seconds(void); /* of the monotonic clock */
void nap(int ms);

/* The bytes of every file of that size or less, 24 MB at most. */
#define CONTENT_MAX (24u << 20)
const char *content(size_t size);
bool content_is_file(const char *path, size_t size);

#endif
