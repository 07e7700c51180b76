/*
 * control.h - the control socket: a unix socket in the state directory (0600, same user or root only) through which
 * commands and attached consoles reach a running engine.
 *
 * The talk is one request a connection. The asker sends one line of JSON, {"command":"tap","args":{"stage":"log"},"name":"release","terminal":"pts/3"};
 * "read_only":true has everything refused that changes something. Which user asks the system says, not the asker. The
 * answer is lines of JSON, and a last line that begins with a dot: ". ok" or ". error KIND CODE text". An empty line
 * means nothing (it finds out whether the asker is still there).
 */
#ifndef REMOTE_CONTROL_H
#define REMOTE_CONTROL_H

#include "core/err.h"
#include "engine/engine.h"

struct control_server;
/* link is lent until control_stop(). A socket file that nobody answers on is replaced; one that somebody answers on is
 * an error. */
struct control_server *control_serve(struct engine_link *link, const char *path, struct err *err);
void control_stop(struct control_server *s); /* ends running requests; waits for their threads */

/* The client's side: a link like the local one. ERR_UNREACHABLE when nobody listens. */
struct control_client;
struct control_client *control_connect(const char *path, struct engine_link *out, struct err *err);
void control_disconnect(struct control_client *c);

#endif
