/* lock_file.c - see lock_file.h. */
#include "core/lock_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "core/xalloc.h"

static int in_use(int fd, const char *dir, const char *what, struct err *err)
{
	char pid[24] = "";
	ssize_t n = pread(fd, pid, sizeof(pid) - 1, 0);

	pid[n > 0 ? strspn(pid, "0123456789") : 0] = '\0';
	return err_set(err, ERR_CONFIG, EWOULDBLOCK,
			"%s %s is in use by process %s: `millrace attach` opens its console, "
			"`millrace status` says what it does. Stop that one first, or give this one another %s",
			what, dir, pid[0] ? pid : "(unknown)", what);
}

/* The pid is for people: a full disk, which may take no byte of it, is no reason to refuse the lock. */
static void sign(int fd)
{
	char pid[24];
	int n = snprintf(pid, sizeof(pid), "%ld\n", (long)getpid());

	if (ftruncate(fd, 0) != 0 || pwrite(fd, pid, (size_t)n, 0) != n)
		return;
}

int lock_file_take(const char *dir, const char *name, const char *what, struct err *err)
{
	char *path = xasprintf("%s/%s", dir, name);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0) {
		err_set(err, errno == ENOSPC ? ERR_RETRY : ERR_CONFIG, errno, "%s %s: expected to open %s, found: %s",
				what, dir, path, errno == ELOOP ? "a symbolic link" : strerror(errno));
	} else if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		in_use(fd, dir, what, err);
		close(fd);
		fd = -1;
	} else {
		sign(fd);
	}
	free(path);
	return fd;
}
