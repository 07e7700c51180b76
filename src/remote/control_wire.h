/* control_wire.h - lines over a unix socket, with limits: what server and client share. */
#ifndef REMOTE_CONTROL_WIRE_H
#define REMOTE_CONTROL_WIRE_H

#include <stdbool.h>
#include <stddef.h>

#include "core/buf.h"
#include "core/err.h"

enum { WIRE_LINE_MAX = 64 << 20, WIRE_REQUEST_MAX = 64 << 10 };

int control_address(const char *path, void *sockaddr_un, struct err *err);	/* too long a path is told */
int control_send(int fd, const char *p, size_t len);		/* all of it, within 10 s; -1: the other side is gone or too slow */
/* One line without its newline into b (reset first); rest holds what was read beyond it. 1: a line, 0: end, -1: err. */
int control_line(int fd, struct buf *rest, struct buf *line, int timeout_ms, size_t max, struct err *err);

#endif
