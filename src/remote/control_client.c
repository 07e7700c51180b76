/* control_client.c - the asker's side of the control socket. Each request is a connection of its own, so that a long
 * one (tap) does not keep the status waiting. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "core/xalloc.h"
#include "remote/control.h"
#include "remote/control_wire.h"

enum { ANSWER_MS = 30000 };

struct control_client {
	char *path;
	int attended; /* a connection that lasts as long as the console; -1: none. @thread the one that calls attend */
};

static int dial(const char *path, struct err *err)
{
	struct sockaddr_un un;
	int fd, rc, dir_fd;

	if (control_address(path, &un, &dir_fd, err))
		return -1;
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	rc = fd < 0 || connect(fd, (struct sockaddr *)&un, sizeof(un)) ? errno : 0;
	if (dir_fd >= 0)
		close(dir_fd);
	if (rc == 0)
		return fd;
	if (fd >= 0)
		close(fd);
	return err_set(err, ERR_UNREACHABLE, rc,
			"no millrace answers on %s (%s); start one with `millrace run`, or name its socket", path,
			strerror(rc));
}

static int send_request(int fd, const struct engine_request *r, struct err *err)
{
	json_t *args = json_object(), *o;
	char *text;
	int rc;

	for (size_t i = 0; i < r->nargs; i++)
		json_object_set_new(args, r->args[i].name, json_string(r->args[i].value));
	o = json_pack("{ss,so}", "command", r->command, "args", args);
	if (r->session) {
		json_object_set_new(o, "name", json_string(r->session->name));
		json_object_set_new(o, "terminal", json_string(r->session->terminal));
		json_object_set_new(o, "read_only", json_boolean(r->session->read_only));
	}
	text = json_dumps(o, JSON_COMPACT);
	json_decref(o);
	if (text == NULL)
		return err_set(err, ERR_CONFIG, 0, "request: expected UTF-8 in every argument");
	rc = control_send(fd, text, strlen(text)) || control_send(fd, "\n", 1);
	free(text);
	return rc ? err_set(err, ERR_UNREACHABLE, errno, "control socket: the other side is gone") : 0;
}

/* ". ok" or ". error KIND CODE text" */
static int last_line(const struct buf *line, struct err *err)
{
	int kind = 0, code = 0, at = 0;

	if (strcmp(line->data, ". ok") == 0)
		return 0;
	if (sscanf(line->data, ". error %d %d %n", &kind, &code, &at) < 2 || kind <= ERR_NONE || kind > ERR_FATAL)
		return err_set(err, ERR_DATA, 0, "control socket: expected an answer of this version of millrace");
	return err_set(err, (enum err_kind)kind, code, "%s", line->data + at);
}

static int read_answer(int fd, engine_emit *emit, void *arg, struct err *err)
{
	struct buf rest, line;
	int rc;

	buf_init(&rest, WIRE_LINE_MAX + 65536);
	buf_init(&line, WIRE_LINE_MAX);
	for (;;) {
		rc = control_line(fd, &rest, &line, ANSWER_MS, WIRE_LINE_MAX, err);
		if (rc <= 0) {
			if (rc == 0)
				rc = err_set(err, ERR_UNREACHABLE, 0, "millrace ended before it had answered");
			break;
		}
		rc = 0;
		if (line.len && line.data[0] == '.') {
			rc = last_line(&line, err);
			break;
		}
		if (emit(arg, line.len ? line.data : "", line.len))
			break;
	}
	buf_done(&rest);
	buf_done(&line);
	return rc;
}

static int client_request(void *self, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	struct control_client *c = self;
	int fd = dial(c->path, err), rc;

	if (fd < 0)
		return -1;
	rc = send_request(fd, r, err);
	if (rc == 0)
		rc = read_answer(fd, emit, arg, err);
	close(fd);
	return rc;
}

static int keep_line(void *arg, const char *line, size_t len)
{
	buf_put(arg, line, len);
	return 0;
}

static void add(struct engine_request *r, const char *name, const char *value)
{
	if (value[0] == '\0')
		return;
	r->args[r->nargs].name = name;
	r->args[r->nargs++].value = value;
}

static int client_status_of(void *self, const struct status_wish *wish, struct status *out, struct err *err)
{
	struct engine_request r = { .command = "status" };
	char limit[24], others[24];
	struct buf text;
	int rc;

	if (wish) {
		snprintf(limit, sizeof(limit), "%zu", wish->limit);
		snprintf(others, sizeof(others), "%zu", wish->tables);
		add(&r, "list", wish->list);
		add(&r, "sort", wish->sort);
		add(&r, "filter", wish->filter);
		add(&r, "order", wish->inverted ? "up" : "down");
		add(&r, "limit", limit);
		add(&r, "others", others);
	}
	buf_init(&text, WIRE_LINE_MAX);
	rc = client_request(self, &r, keep_line, &text, err);
	if (rc == 0)
		rc = status_from_json(out, text.data ? text.data : "", text.len, err);
	buf_done(&text);
	return rc;
}

static int client_status(void *self, struct status *out, struct err *err)
{
	return client_status_of(self, NULL, out, err);
}

/* Empty lines come, so that the engine finds out whether we are there. */
static bool is_open(int fd)
{
	char lines[512];
	ssize_t n;

	do
		n = recv(fd, lines, sizeof(lines), MSG_DONTWAIT);
	while (n > 0);
	return n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
}

static void client_attend(void *self, const struct engine_session *session)
{
	struct engine_request r = { .command = "attend", .session = session };
	struct control_client *c = self;
	struct err err;

	err_clear(&err);
	if (c->attended >= 0 && (session == NULL || !is_open(c->attended))) {
		close(c->attended);
		c->attended = -1;
	}
	if (session == NULL || c->attended >= 0)
		return;
	c->attended = dial(c->path, &err);
	if (c->attended >= 0 && send_request(c->attended, &r, &err)) {
		close(c->attended);
		c->attended = -1;
	}
}

struct control_client *control_connect(const char *path, struct engine_link *out, struct err *err)
{
	struct control_client *c;
	int fd = dial(path, err);

	if (fd < 0)
		return NULL;
	close(fd);
	c = xcalloc(1, sizeof(*c));
	c->path = xstrdup(path);
	c->attended = -1;
	*out = (struct engine_link){
		.self = c,
		.status = client_status,
		.status_of = client_status_of,
		.request = client_request,
		.attend = client_attend,
		.where = c->path,
	};
	return c;
}

void control_disconnect(struct control_client *c)
{
	if (c == NULL)
		return;
	if (c->attended >= 0)
		close(c->attended);
	free(c->path);
	free(c);
}
