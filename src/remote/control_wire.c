/* control_wire.c - see control_wire.h */
#include "remote/control_wire.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/xalloc.h"

/* The folder by a descriptor, which gives it a short name. */
static int by_folder(const char *path, struct sockaddr_un *un, int *dir_fd, struct err *err)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? xstrndup(path, (size_t)(slash - path)) : xstrdup(".");
	int n;

	*dir_fd = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	free(folder);
	if (*dir_fd < 0)
		return err_set(err, ERR_UNREACHABLE, errno, "control socket %s: %s", path, strerror(errno));
	n = snprintf(un->sun_path, sizeof(un->sun_path), "/proc/self/fd/%d/%s", *dir_fd, slash ? slash + 1 : path);
	if (n < (int)sizeof(un->sun_path))
		return 0;
	close(*dir_fd);
	*dir_fd = -1;
	return err_set(err, ERR_CONFIG, 0, "control socket %s: its name is too long", path);
}

int control_address(const char *path, struct sockaddr_un *un, int *dir_fd, struct err *err)
{
	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	*dir_fd = -1;
	if (strlen(path) >= sizeof(un->sun_path))
		return by_folder(path, un, dir_fd, err);
	memcpy(un->sun_path, path, strlen(path));
	return 0;
}

int control_send(int fd, const char *p, size_t len)
{
	while (len) {
		ssize_t n = send(fd, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);
		struct pollfd pfd = { .fd = fd, .events = POLLOUT };

		if (n > 0) {
			p += n;
			len -= (size_t)n;
			continue;
		}
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
			return -1;
		if (poll(&pfd, 1, 10000) <= 0)
			return -1;
	}
	return 0;
}

int control_line(int fd, struct buf *rest, struct buf *line, int timeout_ms, size_t max, struct err *err)
{
	int64_t until_us = clock_mono_us() + (int64_t)timeout_ms * 1000;

	buf_reset(line);
	for (;;) {
		char *newline = rest->len ? memchr(rest->data, '\n', rest->len) : NULL;
		struct pollfd pfd = { .fd = fd, .events = POLLIN };
		char *room;
		ssize_t n;

		if (newline) {
			size_t len = (size_t)(newline - rest->data);

			buf_put(line, rest->data, len);
			rest->len -= len + 1;
			memmove(rest->data, newline + 1, rest->len);
			return 1;
		}
		if (rest->len >= max || (room = buf_reserve(rest, 65536)) == NULL)
			return err_set(err, ERR_DATA, 0,
					"control socket: expected a line of at most %zu bytes, found a longer one",
					max);
		n = until_us > clock_mono_us() ? poll(&pfd, 1, (int)((until_us - clock_mono_us()) / 1000) + 1) : 0;
		if (n == 0)
			return err_set(err, ERR_UNREACHABLE, ETIMEDOUT, "control socket: no answer within %d s",
					timeout_ms / 1000);
		n = recv(fd, room, 65536, 0);
		if (n == 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return err_set(err, ERR_UNREACHABLE, errno, "control socket: %s", strerror(errno));
		if (n > 0)
			rest->len += (size_t)n;
	}
}
