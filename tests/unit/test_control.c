/*
 * test_control.c - the control socket: a state directory with a path longer than a socket's address, and many who connect
 * and say nothing.
 */
#include "remote/control.h"
#include "remote/control_wire.h"
#include "tests/tap.h"

#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SILENT = 200 };

static int answer(void *self, const struct engine_request *r, engine_emit *emit, void *arg, struct err *err)
{
	return emit(arg, r->command, strlen(r->command));
}

static int keep(void *arg, const char *line, size_t len)
{
	snprintf(arg, 32, "%.*s", (int)len, line);
	return 0;
}

static bool answers(const char *path)
{
	struct engine_request r = { .command = "hello" };
	struct control_client *client;
	struct engine_link link;
	char got[32] = "";
	struct err err = { 0 };

	client = control_connect(path, &link, &err);
	if (client && link.request(link.self, &r, keep, got, &err) == 0 && strcmp(got, "hello") == 0) {
		control_disconnect(client);
		return true;
	}
	printf("# %s\n", err.msg);
	control_disconnect(client);
	return false;
}

static int silent(const char *path)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0), dir_fd;
	struct sockaddr_un un;
	struct err err;

	if (control_address(path, &un, &dir_fd, &err) || connect(fd, (struct sockaddr *)&un, sizeof(un)))
		return -1;
	if (dir_fd >= 0)
		close(dir_fd);
	return fd;
}

/* A folder whose path has `bytes` or more. */
static void deep_folder(char *path, size_t size, size_t bytes)
{
	snprintf(path, size, "/tmp/millrace-control.XXXXXX");
	ok(mkdtemp(path) != NULL, "a folder");
	while (strlen(path) < bytes) {
		strncat(path, "/a-folder-with-a-long-name-that-stands-for-itself", size - strlen(path) - 1);
		mkdir(path, 0700);
	}
}

static void test_path(size_t bytes)
{
	char folder[1024], path[1100], command[64];
	struct engine_link link = { .request = answer };
	struct control_server *s, *second;
	struct err err = { 0 };
	int fds[SILENT], opened = 0;

	deep_folder(folder, sizeof(folder), bytes);
	snprintf(path, sizeof(path), "%s/control.sock", folder);
	s = control_serve(&link, path, &err);
	ok(s != NULL, "a path of %zu bytes: served %s", strlen(path), err.msg);
	if (s == NULL)
		return;
	ok(answers(path), "and answered on");
	second = control_serve(&link, path, &err);
	ok(second == NULL && strstr(err.msg, "another millrace answers on it"), "a second server is refused");
	for (int i = 0; i < SILENT; i++)
		opened += (fds[i] = silent(path)) >= 0;
	is_int(opened, SILENT, "connections that say nothing");
	ok(answers(path), "shut nobody out");
	for (int i = 0; i < SILENT; i++)
		close(fds[i]);
	control_stop(s);
	ok(access(path, F_OK) != 0, "the socket is removed");
	s = control_serve(&link, path, &err);
	ok(s != NULL, "and can be made again: %s", s ? "served" : err.msg);
	control_stop(s);
	/* its own alone: the test may run twice at a time */
	snprintf(command, sizeof(command), "rm -rf %.*s", (int)strlen("/tmp/millrace-control.XXXXXX"), folder);
	ok(system(command) == 0, "%s", command);
}

/* A peer that never ends its line is refused before it has all the memory. */
static void test_line(void)
{
	char many[3000];
	struct buf rest, line;
	struct err err = { 0 };
	int fd[2];

	buf_init(&rest, 1 << 20);
	buf_init(&line, 1 << 20);
	memset(many, 'x', sizeof(many));
	is_int(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0, "two ends");
	is_int(write(fd[0], "one\ntwo\n", 8), 8, "two lines");
	is_int(control_line(fd[1], &rest, &line, 1000, 1000, &err), 1, "the first");
	is_int(line.len, 3, "alone");
	is_int(control_line(fd[1], &rest, &line, 1000, 1000, &err), 1, "then the other");
	is_int(write(fd[0], many, sizeof(many)), sizeof(many), "a line without an end");
	is_int(control_line(fd[1], &rest, &line, 1000, 1000, &err), -1, "is refused");
	is_int(err.kind, ERR_DATA, "for its length: %s", err.msg);
	close(fd[0]);
	close(fd[1]);
	buf_done(&rest);
	buf_done(&line);
}

int main(void)
{
	test_line();
	test_path(20);
	test_path(300);
	return tap_done();
}
