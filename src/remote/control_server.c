/*
 * control_server.c - answers requests on the control socket: one thread listens, one thread a connection. Who connects and says nothing has
 * a time limit, and is shown out when somebody else needs the place.
 *
 * A stop ends requests that would run for hours, such as a tap. Closing a connection's socket for reading and writing
 * makes its next line fail, and the request ends by itself.
 */
#include <errno.h>
#include <jansson.h>
#include <poll.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/logline.h"
#include "core/xalloc.h"
#include "remote/control.h"
#include "remote/control_wire.h"

enum { MAX_CONNECTIONS = 64, REQUEST_MS = 10000 };

struct connection {
	struct control_server *server;
	pthread_t thread;
	int fd;		  /* -1: free */
	int64_t since_us; /* when it connected */
	bool idle;	  /* under lock: it has not asked anything yet */
	bool done;	  /* under lock: the thread has ended and can be joined */
};

struct control_server {
	struct engine_link *link;
	char *path;
	int listener, stop_pipe[2];
	pthread_t thread;
	pthread_mutex_t lock;
	struct connection connections[MAX_CONNECTIONS];
};

/* ---- one request ---- */

static void peer_user(int fd, char *out, size_t size)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);
	struct passwd entry, *found = NULL;
	char room[4096];

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		snprintf(out, size, "unknown");
	else if (getpwuid_r(cred.uid, &entry, room, sizeof(room), &found) || found == NULL)
		snprintf(out, size, "uid %u", (unsigned)cred.uid);
	else
		snprintf(out, size, "%s", found->pw_name);
}

static int send_line(int fd, const char *p, size_t len)
{
	return control_send(fd, p, len) || control_send(fd, "\n", 1) ? -1 : 0;
}

static int emit_line(void *arg, const char *line, size_t len)
{
	return send_line(*(int *)arg, line, len);
}

/* What the asker says of itself; but the user is who the system says it is. */
static void parse_session(int fd, json_t *o, struct engine_session *session)
{
	const char *name = json_string_value(json_object_get(o, "name"));
	const char *terminal = json_string_value(json_object_get(o, "terminal"));

	memset(session, 0, sizeof(*session));
	if (name)
		snprintf(session->name, sizeof(session->name), "%s", name);
	if (terminal)
		snprintf(session->terminal, sizeof(session->terminal), "%s", terminal);
	peer_user(fd, session->user, sizeof(session->user));
	session->read_only = json_is_true(json_object_get(o, "read_only"));
	engine_session_name(session);
}

static int parse_request(json_t *o, struct engine_request *r, struct err *err)
{
	const char *name;
	json_t *value;

	memset(r, 0, sizeof(*r));
	r->command = json_string_value(json_object_get(o, "command"));
	if (r->command == NULL)
		return err_set(err, ERR_CONFIG, 0, "control socket: expected {\"command\":\"..\",\"args\":{..}}");
	json_object_foreach(json_object_get(o, "args"), name, value)
	{
		if (!json_is_string(value) || r->nargs == ENGINE_MAX_ARGS)
			return err_set(err, ERR_CONFIG, 0, "control socket: args: expected at most %d texts",
					ENGINE_MAX_ARGS);
		r->args[r->nargs].name = name;
		r->args[r->nargs++].value = json_string_value(value);
	}
	return 0;
}

static void answer(struct connection *c, const struct buf *line)
{
	struct engine_request request;
	struct engine_session session;
	json_error_t problem;
	json_t *o = json_loadb(line->data ? line->data : "", line->len, 0, &problem);
	struct err err;
	char last[640];
	int rc;

	err_clear(&err);
	rc = o ? parse_request(o, &request, &err)
	       : err_set(&err, ERR_CONFIG, 0, "control socket: expected one line of JSON, found: %s", problem.text);
	if (rc == 0) {
		parse_session(c->fd, o, &session);
		request.session = &session;
		rc = c->server->link->request(c->server->link->self, &request, emit_line, &c->fd, &err);
	}
	if (rc == 0)
		snprintf(last, sizeof(last), ". ok");
	else
		snprintf(last, sizeof(last), ". error %d %d %s", (int)err.kind, err.code, err.msg);
	send_line(c->fd, last, strlen(last));
	json_decref(o);
}

/* Its question is there; false: it was shown out just now. */
static bool begins(struct connection *c)
{
	bool was_idle;

	pthread_mutex_lock(&c->server->lock);
	was_idle = c->idle;
	c->idle = false;
	pthread_mutex_unlock(&c->server->lock);
	return was_idle;
}

static void *connection_thread(void *arg)
{
	struct connection *c = arg;
	struct buf rest, line;
	struct err err;

	err_clear(&err);
	buf_init(&rest, WIRE_REQUEST_MAX * 2);
	buf_init(&line, WIRE_REQUEST_MAX);
	if (control_line(c->fd, &rest, &line, REQUEST_MS, WIRE_REQUEST_MAX, &err) > 0 && begins(c))
		answer(c, &line);
	buf_done(&rest);
	buf_done(&line);
	pthread_mutex_lock(&c->server->lock);
	shutdown(c->fd, SHUT_RDWR);
	c->done = true;
	c->idle = false;
	pthread_mutex_unlock(&c->server->lock);
	return NULL;
}

/* ---- connections ---- */

static bool peer_allowed(int fd)
{
	struct ucred cred;
	socklen_t len = sizeof(cred);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &len))
		return false;
	return cred.uid == geteuid() || cred.uid == 0;
}

static void reap(struct control_server *s, bool all)
{
	for (int i = 0; i < MAX_CONNECTIONS; i++) {
		struct connection *c = &s->connections[i];
		bool join;

		pthread_mutex_lock(&s->lock);
		join = c->fd >= 0 && (all || c->done);
		if (join && !c->done)
			shutdown(c->fd, SHUT_RDWR);
		pthread_mutex_unlock(&s->lock);
		if (!join)
			continue;
		pthread_join(c->thread, NULL);
		close(c->fd);
		c->fd = -1;
	}
}

static struct connection *find_free(struct control_server *s)
{
	for (int i = 0; i < MAX_CONNECTIONS; i++)
		if (s->connections[i].fd < 0)
			return &s->connections[i];
	return NULL;
}

/* The place of the one that has been silent for longest; NULL: all are being answered. */
static struct connection *show_out(struct control_server *s)
{
	struct connection *oldest = NULL;

	pthread_mutex_lock(&s->lock);
	for (int i = 0; i < MAX_CONNECTIONS; i++) {
		struct connection *c = &s->connections[i];

		if (c->idle && (oldest == NULL || c->since_us < oldest->since_us))
			oldest = c;
	}
	if (oldest) {
		oldest->idle = false;
		shutdown(oldest->fd, SHUT_RDWR);
	}
	pthread_mutex_unlock(&s->lock);
	if (oldest == NULL)
		return NULL;
	pthread_join(oldest->thread, NULL);
	close(oldest->fd);
	oldest->fd = -1;
	return oldest;
}

static void refuse(int fd, const char *why)
{
	char line[128];

	snprintf(line, sizeof(line), ". error %d 0 control socket: %s\n", (int)ERR_CONFIG, why);
	control_send(fd, line, strlen(line));
	close(fd);
}

static void accept_one(struct control_server *s)
{
	int fd = accept4(s->listener, NULL, NULL, SOCK_CLOEXEC);
	struct connection *c;

	if (fd < 0)
		return;
	if (!peer_allowed(fd)) {
		refuse(fd, "expected the user that runs millrace, or root");
		return;
	}
	if ((c = find_free(s)) == NULL && (c = show_out(s)) == NULL) {
		char why[80];

		snprintf(why, sizeof(why), "%d requests are being answered, which is the most at once",
				MAX_CONNECTIONS);
		refuse(fd, why);
		return;
	}
	*c = (struct connection){ .server = s, .fd = fd, .idle = true, .since_us = clock_mono_us() };
	if (pthread_create(&c->thread, NULL, connection_thread, c)) {
		c->fd = -1;
		c->idle = false;
		refuse(fd, "no thread for it");
	}
}

static void *listen_thread(void *arg)
{
	struct control_server *s = arg;

	for (;;) {
		struct pollfd pfd[2] = {
			{ .fd = s->listener, .events = POLLIN },
			{ .fd = s->stop_pipe[0], .events = POLLIN },
		};

		if (poll(pfd, 2, 1000) < 0 && errno != EINTR)
			break;
		if (pfd[1].revents)
			break;
		reap(s, false);
		if (pfd[0].revents & POLLIN)
			accept_one(s);
	}
	reap(s, true);
	return NULL;
}

/* ---- start and stop ---- */

/* A file that nobody answers on was left behind by a kill. */
static int clear_path(const char *path, const struct sockaddr_un *un, struct err *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc = fd < 0 ? -1 : connect(fd, (const struct sockaddr *)un, sizeof(*un));

	if (fd >= 0)
		close(fd);
	if (rc == 0)
		return err_set(err, ERR_CONFIG, 0,
				"control socket %s: another millrace answers on it; stop it, or give this one its own state.dir",
				path);
	unlink(path);
	return 0;
}

static int listen_on(struct control_server *s, struct err *err)
{
	struct sockaddr_un un;
	mode_t before;
	int rc, dir_fd;

	if (control_address(s->path, &un, &dir_fd, err))
		return -1;
	if (clear_path(s->path, &un, err)) {
		if (dir_fd >= 0)
			close(dir_fd);
		return -1;
	}
	s->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	before = umask(0177); /* the file is 0600 from its first moment */
	rc = s->listener < 0 ? -1 : bind(s->listener, (struct sockaddr *)&un, sizeof(un));
	umask(before);
	if (dir_fd >= 0)
		close(dir_fd);
	if (rc || listen(s->listener, 8) || pipe(s->stop_pipe))
		return err_set(err, ERR_CONFIG, errno, "control socket %s: %s", s->path, strerror(errno));
	return 0;
}

struct control_server *control_serve(struct engine_link *link, const char *path, struct err *err)
{
	struct control_server *s = xcalloc(1, sizeof(*s));
	int rc;

	s->link = link;
	s->path = xstrdup(path);
	s->listener = s->stop_pipe[0] = s->stop_pipe[1] = -1;
	pthread_mutex_init(&s->lock, NULL);
	for (int i = 0; i < MAX_CONNECTIONS; i++)
		s->connections[i].fd = -1;
	if (listen_on(s, err) == 0) {
		rc = pthread_create(&s->thread, NULL, listen_thread, s);
		if (rc == 0)
			return s;
		err_set(err, ERR_FATAL, rc, "control socket: no thread: %s", strerror(rc));
	}
	close(s->listener);
	free(s->path);
	free(s);
	return NULL;
}

void control_stop(struct control_server *s)
{
	if (s == NULL)
		return;
	close(s->stop_pipe[1]);
	pthread_join(s->thread, NULL);
	close(s->stop_pipe[0]);
	close(s->listener);
	unlink(s->path);
	pthread_mutex_destroy(&s->lock);
	free(s->path);
	free(s);
}
