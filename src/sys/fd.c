#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/select.h>
#include <unistd.h>

#include "sys/fd.h"

int
fd_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) == -1 ||
	    limit.rlim_cur > FD_SETSIZE)
		return FD_SETSIZE;
	return (int)limit.rlim_cur;
}

int
fd_inherited(void)
{
	int n = 0;

	for (int fd = STDERR_FILENO + 1; fd < fd_limit(); fd++)
		n += fcntl(fd, F_GETFD) != -1;
	return n;
}

int
close_with_errno(int fd)
{
	int error = errno;

	if (fd != -1)
		close(fd);
	errno = error;
	return -1;
}

int
set_fd_flags(int fd)
{
	if (fd == -1)
		return -1;
	if (fd >= FD_SETSIZE) {
		close(fd);
		errno = EMFILE;
		return -1;
	}
	if (fcntl(fd, F_SETFD, FD_CLOEXEC) == -1 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
		return close_with_errno(fd);
	return fd;
}

void
fill_standard_descriptors(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd != -1 && fd <= STDERR_FILENO);
	if (fd != -1)
		close(fd);
}
