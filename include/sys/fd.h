/*
 * fd - what this program may do with descriptors, and how each is set up.
 */
#ifndef FD_H
#define FD_H

/*
 * How many descriptors the program can use with select(): RLIMIT_NOFILE, but no
 * more than FD_SETSIZE.
 */
int fd_limit(void);

/*
 * How many descriptors above 2 are open, which at the start of a program are
 * those that it has inherited.
 */
int fd_inherited(void);

/*
 * Make a new descriptor non-blocking and closed on exec.  Returns it, or -1
 * with errno set: then it is closed, with EMFILE where select() could not
 * watch it.  With -1, a descriptor that could not be made, errno is kept.
 */
int set_fd_flags(int fd);

/* Close it, unless it is -1.  Returns -1; errno is as before. */
int close_with_errno(int fd);

/*
 * A program that was started without descriptors 0 to 2 gets them here: what it
 * opens next must not take their place.
 */
void fill_standard_descriptors(void);

#endif
