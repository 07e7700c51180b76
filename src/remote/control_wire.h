/* control_wire.h - lines over a unix socket, with limits: what server and client share. */
#ifndef REMOTE_CONTROL_WIRE_H
#define REMOTE_CONTROL_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/un.h>

#include "core/buf.h"
#include "core/err.h"

enum { WIRE_LINE_MAX = 64 << 20, WIRE_REQUEST_MAX = 64 << 10 };

/* The address of a socket's path. One that is longer than an address holds goes by a descriptor of its folder: *dir_fd, which
 * has to stay open until the address has been used; -1: there is none. */
int control_address(const char *path, struct sockaddr_un *un, int *dir_fd, struct err *err);
int control_send(int fd, const char *p,
		size_t len); /* all of it, within 10 s; -1: the other side is gone or too slow */
/* One line without its newline into b (reset first), within timeout_ms as a whole; rest holds what was read beyond it. 1: a line, 0: end, -1: err. */
int control_line(int fd, struct buf *rest, struct buf *line, int timeout_ms, size_t max, struct err *err);

#endif
