/*
 * memory - what a process, or a process and its descendants, takes (Linux).
 */
#ifndef MEMORY_H
#define MEMORY_H

struct memory {
	double rss; /* MiB of the process itself, shared libraries included */
	double pss; /* MiB of all, every shared page counted once */
	double cpu; /* seconds of all, the ended ones included */
};

struct memory memory_of(long pid);

#endif
