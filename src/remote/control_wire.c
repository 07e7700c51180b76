/* control_wire.c - see control_wire.h */
#include "remote/control_wire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

int control_address(const char *path, void *sockaddr_un, struct err *err)
{
	struct sockaddr_un *un = sockaddr_un;

	memset(un, 0, sizeof(*un));
	un->sun_family = AF_UNIX;
	if (strlen(path) >= sizeof(un->sun_path))
		return err_set(err, ERR_CONFIG, 0, "control socket %.120s: expected a path of at most %zu bytes, found %zu; choose a shorter state.dir",
			       path, sizeof(un->sun_path) - 1, strlen(path));
	strcpy(un->sun_path, path);
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
			return err_set(err, ERR_DATA, 0, "control socket: expected a line of at most %zu bytes, found a longer one", max);
		n = poll(&pfd, 1, timeout_ms);
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
